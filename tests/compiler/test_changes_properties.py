"""What holds for any two documents."""

from __future__ import annotations

import json
import random
from typing import Any

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

from tools.compiler.changes import KINDS, Report, compare
from tools.steps import STEPS

QUICK = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)

NAMES = ("Alpha", "Beta", "Gamma")
FIELDS = ("one", "two", "three")
PLAIN = st.sampled_from(
    [
        {"type": "string"},
        {"type": "integer"},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "null"},
        {"type": ["string", "null"]},
        {"const": "a"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "enum": ["b", "c"]},
        {"type": "integer", "enum": [1, 2]},
        {},
    ]
)


def shapes(leaves: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(lambda items: {"type": "array", "items": items}),
            st.lists(inner, min_size=1, max_size=3).map(lambda members: {"anyOf": members}),
        ),
        max_leaves=4,
    )


SCHEMAS = shapes(PLAIN | st.sampled_from([{"$ref": f"#/components/schemas/{name}"} for name in NAMES]))


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    fields = draw(st.dictionaries(st.sampled_from(FIELDS), SCHEMAS, max_size=3))
    required = draw(st.lists(st.sampled_from(FIELDS), unique=True))
    extra = draw(st.sampled_from([None, True, False, {"type": "string"}]))
    model: dict[str, Any] = {"type": "object", "properties": fields}
    model["required"] = [name for name in required if name in fields]
    return model if extra is None else {**model, "additionalProperties": extra}


@st.composite
def operations(draw: st.DrawFn) -> dict[str, Any]:
    content = SCHEMAS.map(lambda schema: {"content": {"application/json": {"schema": schema}}})
    parameters = draw(st.dictionaries(st.sampled_from(FIELDS), st.tuples(PLAIN, st.booleans()), max_size=2))
    node: dict[str, Any] = {
        "operationId": draw(st.sampled_from(["read", "write"])),
        "parameters": [
            {"name": name, "in": "query", "schema": schema, "required": required}
            for name, (schema, required) in parameters.items()
        ],
        "responses": {"200": {"description": "", **draw(content)}},
    }
    if draw(st.booleans()):
        node["requestBody"] = draw(content)
    return node


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A small API: up to three models, up to two operations at fixed places."""
    schemas = draw(st.dictionaries(st.sampled_from(NAMES), models(), min_size=1))
    paths: dict[str, Any] = {}
    for path in draw(st.lists(st.sampled_from(["/a", "/b"]), unique=True)):
        paths[path] = {"post": draw(operations())}
    if len({path["post"]["operationId"] for path in paths.values()}) < len(paths):
        paths.popitem()
    return {
        "openapi": "3.1.0",
        "info": {"title": "API", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def reordered(value: Any, shuffle: random.Random) -> Any:
    """The same JSON value with the keys of every object in another order."""
    if isinstance(value, dict):
        keys = list(value)
        shuffle.shuffle(keys)
        return {key: reordered(value[key], shuffle) for key in keys}
    return [reordered(item, shuffle) for item in value] if isinstance(value, list) else value


def wheres(report: Report, *kinds: str) -> set[str]:
    return {change.where for change in report.changes if change.kind in kinds}


@settings(QUICK, max_examples=6)
@given(seed=st.integers(0, 2**32))
def test_the_contract_with_its_keys_in_another_order_is_no_change(
    contract: dict[str, Any], seed: int
) -> None:
    report = compare(contract, reordered(contract, random.Random(seed)))

    assert report.to_dict() == {"step": "patch", "changes": []}


def test_the_contract_is_the_same_bytes_as_itself(contract: dict[str, Any]) -> None:
    assert compare(contract, contract).to_dict() == {"step": "none", "changes": []}


@QUICK
@given(document=documents(), seed=st.integers(0, 2**32))
def test_the_order_of_keys_is_nothing(document: dict[str, Any], seed: int) -> None:
    assert compare(document, reordered(document, random.Random(seed))).changes == ()


def _under(where: str, operations: dict[Any, Any]) -> str:
    name = next((name for name in operations if where.startswith(f"{name}(")), None)
    return where if name is None else operations[name] + where.removeprefix(name)


@QUICK
@given(old=documents(), new=documents())
def test_what_one_way_adds_the_other_way_removes(old: dict[str, Any], new: dict[str, Any]) -> None:
    there, back = compare(old, new), compare(new, old)

    # Each way names what belongs to a renamed operation by the name that is left.
    operations = {c.before: c.after for c in back.changes if c.kind == "operation-renamed"}
    for noun in ("operation", "parameter", "field", "schema", "response"):
        added = (f"{noun}-added", f"required-{noun}-added")
        removed = {_under(where, operations) for where in wheres(back, f"{noun}-removed")}
        assert {
            _under(where, operations) for where in wheres(there, *(k for k in added if k in KINDS))
        } == removed
    renamed = {(c.before, c.after) for c in there.changes if c.kind == "schema-renamed"}
    assert renamed == {(c.after, c.before) for c in back.changes if c.kind == "schema-renamed"}


@QUICK
@given(old=documents(), new=documents())
def test_a_report_is_json_with_a_step_that_its_changes_ask_for(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    report = compare(old, new)

    said = json.loads(json.dumps(report.to_dict()))
    asked = {KINDS[change["kind"]] for change in said["changes"]}
    otherwise = "none" if json.dumps(old) == json.dumps(new) else "patch"
    assert said["step"] == max(asked, key=STEPS.index, default=otherwise)
    assert all(change["breaking"] == (KINDS[change["kind"]] == "major") for change in said["changes"])
    assert len(report.to_text().splitlines()) < 50


def travelling(schema: dict[str, Any], part: str) -> dict[str, Any]:
    content = {"description": "", "content": {"application/json": {"schema": schema}}}
    node: dict[str, Any] = {"operationId": "call", "responses": {}}
    node |= {"requestBody": content} if part == "request" else {"responses": {"200": content}}
    return {"openapi": "3.1.0", "info": {"title": "API", "version": "1"}, "paths": {"/": {"post": node}}}


@QUICK
@given(data=st.data(), old=shapes(PLAIN), new=shapes(PLAIN))
def test_what_is_not_called_narrower_takes_every_value_that_was_taken(
    data: st.DataObject, old: dict[str, Any], new: dict[str, Any]
) -> None:
    report = compare(travelling(old, "request"), travelling(new, "request"))
    value = data.draw(from_schema(old))

    if not wheres(report, "body-type-narrowed", "body-type-changed", "enum-value-removed"):
        jsonschema.validate(value, new)


@QUICK
@given(data=st.data(), old=shapes(PLAIN), new=shapes(PLAIN))
def test_what_is_not_called_wider_hands_out_no_value_of_a_kind_that_was_not_announced(
    data: st.DataObject, old: dict[str, Any], new: dict[str, Any]
) -> None:
    report = compare(travelling(old, "response"), travelling(new, "response"))
    value = data.draw(from_schema(new))

    if not wheres(report, "response-type-widened", "response-type-changed"):
        jsonschema.validate(value, opened(old))


def opened(schema: Any) -> Any:
    """The schema as the generated code reads it: enums take any value of their type."""
    if isinstance(schema, dict):
        return {key: opened(value) for key, value in schema.items() if key != "enum"}
    return [opened(item) for item in schema] if isinstance(schema, list) else schema
