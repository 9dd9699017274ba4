"""Names in Python are what callers type; names in the document are not."""

from __future__ import annotations

from typing import Any

import pytest

from tools.compiler.changes import Report, compare

TEXT = {"type": "string"}


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def document(
    schemas: dict[str, Any], *, operation_id: str = "call", answer: str | None = None
) -> dict[str, Any]:
    schema = reference(answer or next(iter(schemas)))
    return {
        "openapi": "3.1.0",
        "info": {"title": "API", "version": "1"},
        "paths": {
            "/": {
                "get": {
                    "operationId": operation_id,
                    "responses": {
                        "200": {"description": "", "content": {"application/json": {"schema": schema}}}
                    },
                }
            }
        },
        "components": {"schemas": schemas},
    }


def named(report: Report) -> list[tuple[str, str]]:
    return [(change.kind, change.where) for change in report.changes]


def model(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


def test_a_union_within_a_renamed_schema_is_told_by_the_new_name() -> None:
    members = {"B": model(x=TEXT), "C": model(y=TEXT)}
    old = document({"A": model(either={"anyOf": [reference("B"), reference("C")]}), **members})
    new = document({"D": model(either={"anyOf": [reference("C"), reference("B")]}), **members})

    report = compare(old, new)

    assert named(report) == [("schema-renamed", "A"), ("union-reordered", "D.either")]


def test_a_renamed_schema_is_one_change_however_often_it_is_used() -> None:
    old = document(
        {
            "A": model(left=reference("B"), right={"type": "array", "items": reference("B")}),
            "B": model(x=TEXT),
        }
    )
    new = document(
        {
            "A": model(left=reference("C"), right={"type": "array", "items": reference("C")}),
            "C": model(x=TEXT),
        }
    )

    report = compare(old, new)

    assert [change.to_dict() for change in report.changes] == [
        {
            "kind": "schema-renamed",
            "where": "B",
            "breaking": True,
            "step": "major",
            "before": "B",
            "after": "C",
        }
    ]


def test_schemas_that_are_renamed_together_are_recognised_though_they_name_each_other() -> None:
    old = document({"A": model(b=reference("B")), "B": model(a=reference("A"), x=TEXT)})
    new = document({"C": model(b=reference("D")), "D": model(a=reference("C"), x=TEXT)})

    assert named(compare(old, new)) == [("schema-renamed", "A"), ("schema-renamed", "B")]


def test_a_renamed_member_leaves_a_union_in_its_order() -> None:
    old, new = (
        document(
            {
                "A": model(either={"anyOf": [reference("B"), reference(name)]}),
                "B": model(x=TEXT),
                name: model(y=TEXT),
            }
        )
        for name in ("C", "D")
    )

    assert named(compare(old, new)) == [("schema-renamed", "C")]


def test_the_classes_within_a_renamed_schema_are_renamed_with_it() -> None:
    old, new = (document({name: model(inner=model(x=TEXT))}) for name in ("A", "B"))

    assert named(compare(old, new)) == [("schema-renamed", "A"), ("schema-renamed", "AInner")]


def test_a_new_name_that_could_stand_for_either_of_two_is_no_rename() -> None:
    old = document({"A": model(x=reference("B"), y=reference("C")), "B": model(x=TEXT), "C": model(x=TEXT)})
    new = document({"A": model(x=reference("D"), y=reference("D")), "D": model(x=TEXT)})

    kinds = {kind for kind, _ in named(compare(old, new))}

    assert kinds == {"schema-removed", "schema-added", "field-type-changed"}


def test_a_component_that_is_the_same_class_in_python_is_no_change() -> None:
    old = document({"user_name": model(x=TEXT)})
    new = document({"UserName": model(x=TEXT)})

    assert named(compare(old, new)) == []


def test_a_component_without_a_class_is_no_name_that_callers_type() -> None:
    old = document({"A": model(x=reference("Text")), "Text": TEXT})
    new = document({"A": model(x=TEXT)})

    assert compare(old, new).to_dict() == {"step": "patch", "changes": []}


def test_an_enum_has_a_name_that_callers_can_import() -> None:
    letters = {"type": "string", "enum": ["a", "b"]}
    old = document({"A": model(x=reference("Letter")), "Letter": letters})
    new = document({"A": model(x=letters)})

    assert named(compare(old, new)) == [("schema-renamed", "Letter")]


def test_a_title_names_nothing() -> None:
    old = document({"A": model(x=TEXT)})
    new = document({"A": {**model(x=TEXT), "title": "Another"}})

    report = compare(old, new)

    assert (report.step, named(report)) == ("patch", [("documentation-changed", "A")])


def test_an_operation_without_an_id_is_named_by_its_place() -> None:
    old, new = (document({"A": model(x=TEXT)}) for _ in range(2))
    del old["paths"]["/"]["get"]["operationId"]
    old["paths"]["/a/{b}"] = old["paths"].pop("/")
    new["paths"]["/a/{b}"] = new["paths"].pop("/")
    new["paths"]["/a/{b}"]["get"]["operationId"] = "get_a_b"

    assert named(compare(old, new)) == []


def test_an_allof_that_is_written_out_is_no_change() -> None:
    old = document(
        {"A": {"allOf": [reference("B"), {**model(y=TEXT), "required": ["x"]}]}, "B": model(x=TEXT)}
    )
    new = document({"A": {**model(x=TEXT, y=TEXT), "required": ["x"]}, "B": model(x=TEXT)})

    assert compare(old, new).to_dict() == {"step": "patch", "changes": []}


@pytest.mark.parametrize(
    "schemas",
    [
        pytest.param({"A": model(a=reference("A"))}, id="a tree"),
        pytest.param(
            {"A": model(b=reference("B")), "B": model(a=reference("A"))}, id="two that hold each other"
        ),
        pytest.param({"A": {"type": "array", "items": reference("A")}}, id="a list of itself"),
        pytest.param({"A": {"anyOf": [TEXT, {"type": "array", "items": reference("A")}]}}, id="JSON"),
        pytest.param({"A": {"allOf": [reference("A"), model(x=TEXT)]}}, id="a part of itself"),
        pytest.param(
            {"A": {"allOf": [reference("B")]}, "B": {"allOf": [reference("A")]}}, id="parts of each other"
        ),
        pytest.param({"A": reference("A")}, id="a reference to itself"),
        pytest.param({"A": reference("B"), "B": reference("A")}, id="references in a circle"),
        pytest.param({"A": {"anyOf": [reference("A"), TEXT]}}, id="a union with itself"),
        pytest.param({"A": {"type": "object", "additionalProperties": reference("A")}}, id="a map of itself"),
        pytest.param({"A": reference("Nowhere")}, id="a reference to nothing"),
        pytest.param({"A": {"$ref": "other.yaml#/A"}}, id="a reference to another file"),
        pytest.param({"A": {"$ref": "#/components/schemas/A/properties/x"}}, id="a reference into itself"),
    ],
)
def test_schemas_that_lead_back_to_themselves_or_nowhere_end(schemas: dict[str, Any]) -> None:
    changed = {**schemas, "Z": model(x=TEXT)}

    assert named(compare(document(schemas), document(changed, answer="A"))) == [("schema-added", "Z")]


def test_what_changes_at_the_end_of_a_long_chain_of_parts_is_seen_in_all_of_them() -> None:
    def chain(leaf: dict[str, Any]) -> dict[str, Any]:
        parts = {f"M{i}": {"allOf": [reference(f"M{i + 1}"), model(own=TEXT)]} for i in range(300)}
        return document({**parts, "M300": model(x=leaf)})

    report = compare(chain({"type": "integer"}), chain({"type": "number"}))

    assert {where for _, where in named(report)} == {f"M{i}.x" for i in range(301)}


def test_what_changes_within_a_list_of_itself_is_seen() -> None:
    def tree(leaf: str) -> dict[str, Any]:
        return {"anyOf": [{"type": leaf}, {"type": "array", "items": reference("Tree")}]}

    old, new = (
        document({"A": model(tree=reference("Tree")), "Tree": tree(leaf)}) for leaf in ("integer", "number")
    )

    report = compare(old, new)

    assert ("response-field-type-widened", "A.tree") in named(report)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"paths": None, "components": []},
        {"paths": {"/": {"get": None, "post": {"responses": [], "parameters": {"a": 1}, "tags": "x"}}}},
        {"components": {"schemas": {"A": None, "B": 3, "C": {"properties": [], "required": {}, "enum": 3}}}},
        {"paths": {"/": {"get": {"parameters": [None, {"name": 3, "in": None, "content": {"a": None}}]}}}},
        {"servers": [None, {"url": 3}], "security": {"a": []}, "tags": [3], "info": "x"},
        {"paths": {"/": {"get": {"requestBody": {"content": {"a/b": None}}, "responses": {"200": None}}}}},
    ],
)
def test_a_document_that_is_none_is_compared_all_the_same(broken: dict[str, Any]) -> None:
    whole = document({"A": model(x=TEXT)})

    there, back = compare(broken, whole), compare(whole, broken)

    assert {there.step, back.step} <= {"major", "minor", "patch"}
