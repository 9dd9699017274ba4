"""Typed dictionaries of requests: the keywords of calls, and the plain form of every object in them."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

TEXT = {"type": "string"}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: dict[str, Any] = {
    "Ask": {
        "type": "object",
        "description": "What is asked.",
        "required": ["model", "items"],
        "properties": {
            "model": {**TEXT, "description": "The model to ask."},
            "items": {"type": "array", "items": {"oneOf": [ref("Item"), TEXT]}, "description": "In order."},
            "stream": {"type": "boolean"},
            "color": ref("Color"),
            "tree": {"description": "Beside the reference.", **ref("Tree")},
            "labels": {"type": "object", "additionalProperties": TEXT},
            "closed": ref("Closed"),
            "when": {"type": ["string", "null"], "format": "date-time"},
            "kind": {"const": "ask"},
            "any": {},
        },
    },
    "Item": {
        "type": "object",
        "properties": {"from": TEXT, "class": TEXT, "@id": TEXT, "__x": TEXT, "str": TEXT},
    },
    "Color": {"type": "string", "enum": ["red"], "description": "A colour."},
    "Tree": {"type": "object", "properties": {"children": {"type": "array", "items": ref("Tree")}}},
    "Closed": {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False},
    "Answer": {"type": "object", "properties": {"a": TEXT}},
    "ItemParam": {"type": "object", "properties": {"taken": TEXT}},
}


def operation(name: str, **more: Any) -> dict[str, Any]:
    return {
        "operationId": name,
        "responses": {
            "200": {
                "description": "",
                "content": {
                    "application/json": {"schema": ref("Answer")},
                    **more.pop("also", {}),
                },
            }
        },
        **more,
    }


def body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


PATHS = {
    "/ask": {
        "post": operation("ask_it", also={"text/event-stream": {"schema": ref("Answer")}}, **body(ref("Ask")))
    },
    "/plain": {"post": operation("plain", **body(ref("Ask")))},
    "/taken": {"post": operation("taken", **body(ref("ItemParam")))},
    "/list": {
        "get": operation(
            "list_things",
            parameters=[
                {
                    "name": "page-size",
                    "in": "query",
                    "schema": {"type": "integer"},
                    "description": "How many.",
                },
                {"name": "tags", "in": "query", "required": True, "schema": {"type": "array", "items": TEXT}},
                {"name": "X-Header", "in": "header", "schema": TEXT},
            ],
        )
    },
}


@pytest.fixture(scope="module")
def params(compiled: Callable[..., Any]) -> Any:
    return compiled(SCHEMAS, PATHS, tidy=True).module("params")


def annotations(dictionary: Any) -> dict[str, str]:
    return {name: kind.__forward_arg__ for name, kind in dictionary.__annotations__.items()}


def documented(module: Any, dictionary: str) -> dict[str, str]:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == dictionary).body
    return {
        first.target.id: ast.literal_eval(second.value)
        for first, second in pairwise(body)
        if isinstance(first, ast.AnnAssign)
        and isinstance(first.target, ast.Name)
        and isinstance(second, ast.Expr)
    }


def test_the_keywords_of_a_streaming_operation_are_its_body_without_the_switch(params: Any) -> None:
    assert set(annotations(params.AskItKeywords)) == set(SCHEMAS["Ask"]["properties"]) - {"stream"}
    assert set(annotations(params.PlainKeywords)) == set(SCHEMAS["Ask"]["properties"])


ANY_OBJECT = "AnyObject"


def test_required_keywords_are_required_and_no_others(params: Any) -> None:
    required = {
        name for name, kind in annotations(params.AskItKeywords).items() if kind.startswith("Required[")
    }

    assert required == {"model", "items"}


def test_values_are_wide(params: Any) -> None:
    kinds = annotations(params.AskItKeywords)

    # ItemParam is the name of a model here, so that the dictionary of Item has a number.
    assert kinds["items"] == f"Required[Iterable[ItemParam_2 | {ANY_OBJECT} | str]]"
    # A keyword that is None is not sent.
    assert kinds["tree"] == f"TreeParam | {ANY_OBJECT} | None"
    assert kinds["closed"] == "ClosedParam | Closed | None"
    assert kinds["labels"] == "Mapping[str, str] | AskLabels | None"
    assert kinds["when"] == "datetime.datetime | str | None"
    assert kinds["color"] == "Color | None"
    assert kinds["any"] == "object"


def test_each_key_has_its_description_below_it(params: Any) -> None:
    described = documented(params, "AskItKeywords")

    assert described["model"] == "The model to ask."
    assert described["items"] == "In order."
    assert described["tree"] == "Beside the reference."
    assert params.AskParam.__doc__ == "What is asked."


def test_schemas_may_refer_to_themselves(params: Any) -> None:
    assert annotations(params.TreeParam) == {"children": f"Iterable[TreeParam | {ANY_OBJECT}]"}


def test_keys_that_are_no_attributes_are_there_by_their_own_names(params: Any) -> None:
    assert set(params.ItemParam_2.__annotations__) == {"from", "class", "@id", "__x", "str"}


def test_the_keywords_of_an_operation_without_a_body_are_its_query_parameters(params: Any) -> None:
    assert annotations(params.ListThingsKeywords) == {
        "page_size": "int | None",
        "tags": "Required[Iterable[str]]",
    }
    assert documented(params, "ListThingsKeywords") == {"page_size": "How many."}


def test_what_is_only_answered_has_no_dictionary(params: Any) -> None:
    assert not hasattr(params, "AnswerParam")


def json_of(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("nothing", {}),
        ("text", {"requestBody": {"content": {"text/plain": {"schema": TEXT}}}}),
        ("list", {"requestBody": json_of({"type": "array", "items": TEXT})}),
    ],
)
def test_an_operation_without_keywords_says_so(
    compiled: Callable[..., Any], name: str, more: dict[str, Any]
) -> None:
    operation = {"operationId": f"send_{name}", "responses": {"200": {"description": ""}}, **more}

    api = compiled({}, {"/x": {"post": operation}})

    assert not api.operation(f"send_{name}").KEYWORDS
    assert annotations(getattr(api.module("params"), f"Send{name.title()}Keywords")) == {}


def test_a_value_that_contains_itself_can_be_sent(compiled: Callable[..., Any]) -> None:
    value = {"$ref": "#/components/schemas/Value"}
    schemas = {
        "Value": {
            "anyOf": [
                TEXT,
                {"type": "array", "items": value},
                {"type": "object", "additionalProperties": value},
            ]
        }
    }
    operation = {
        "operationId": "send",
        "parameters": [{"name": "q", "in": "query", "schema": value}],
        "requestBody": json_of({"type": "object", "properties": {"value": value}}),
        "responses": {"200": {"description": "", **json_of(value)}},
    }

    api = compiled(schemas, {"/x": {"post": operation}})

    body = {"value": {"a": [{"b": "c"}, ["d"]]}}
    request, _ = api.exchange("send", body=body)
    assert json.loads(request.content) == body


def test_a_union_of_objects_has_a_name_and_leaves_out_the_member_that_takes_every_kind(
    compiled: Callable[..., Any],
) -> None:
    def kind(schema: Any) -> dict[str, Any]:
        return {"type": "object", "required": ["kind"], "properties": {"kind": schema}}

    schemas = {
        "Cat": kind({"const": "cat"}),
        "Dog": kind({"const": "dog"}),
        "Else": kind(TEXT),
        "Pet": {"oneOf": [ref("Cat"), ref("Dog"), ref("Else")], "description": "A pet."},
        "Zoo": {"type": "object", "properties": {"pets": {"type": "array", "items": ref("Pet")}}},
    }
    operation = {
        "operationId": "feed",
        "requestBody": json_of(ref("Zoo")),
        "responses": {"200": {"description": ""}},
    }

    api = compiled(schemas, {"/x": {"post": operation}})
    params = api.module("params")

    assert params.PetParam == "CatParam | AnyObject | DogParam"
    assert annotations(params.FeedKeywords) == {"pets": "Iterable[PetParam] | None"}
    assert {"PetParam", "CatParam"} <= set(params.__all__)


def test_an_operation_knows_which_keywords_take_objects(compiled: Callable[..., Any]) -> None:
    properties = {"one": ref("Leaf"), "many": {"type": "array", "items": ref("Leaf")}, "text": TEXT}
    schemas = {"Leaf": {"type": "object"}, "Ask": {"type": "object", "properties": properties}}
    operation = {
        "operationId": "ask",
        "requestBody": json_of(ref("Ask")),
        "responses": {"200": {"description": ""}},
    }

    ask = compiled(schemas, {"/x": {"post": operation}}).operation("ask")

    assert ({"one"}, {"many"}) == (ask.OBJECTS, ask.LISTS_OF_OBJECTS)
