"""A type is judged by the way that its values travel, however the document spells it."""

from __future__ import annotations

from typing import Any

import pytest

from tools.compiler.changes import compare

Schema = Any

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
BOOLEAN = {"type": "boolean"}
NULL = {"type": "null"}
DATE_TIME = {"type": "string", "format": "date-time"}
AB = {"type": "string", "enum": ["a", "b"]}
ABC = {"type": "string", "enum": ["a", "b", "c"]}
MODEL = {"$ref": "#/components/schemas/Model"}
OTHER = {"$ref": "#/components/schemas/Other"}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def either(*schemas: Schema) -> Schema:
    return {"anyOf": [*schemas]}


def document(field: Schema, *, used: str, required: bool = True, **components: Schema) -> dict[str, Any]:
    """An API with one model, `Holder`, that travels as `used` says: request, response or neither."""
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Holder"}}}}
    operation: dict[str, Any] = {"operationId": "call", "responses": {"200": {"description": ""}}}
    if used == "request":
        operation["requestBody"] = content
    if used == "response":
        operation["responses"]["200"] |= content
    holder = {"type": "object", "properties": {"field": field}, "required": ["field"] if required else []}
    model = {"type": "object", "properties": {"a": STRING}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "API", "version": "1"},
        "paths": {"/": {"post": operation}},
        "components": {"schemas": {"Holder": holder, "Model": model, "Other": model, **components}},
    }


def verdict(old: Schema, new: Schema, used: str, **components: Schema) -> str:
    """What the report says of `Holder.field`, in short; `same` where it says nothing of it."""
    report = compare(document(old, used=used, **components), document(new, used=used, **components))
    kinds = {change.kind for change in report.changes if change.where == "Holder.field"}
    return " ".join(sorted(kind.rpartition("-")[2] for kind in kinds)) or "same"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(INTEGER, NUMBER, id="number for integer"),
        pytest.param(STRING, {"type": ["string", "null"]}, id="null in a list of types"),
        pytest.param(STRING, either(STRING, NULL), id="null as a member"),
        pytest.param(STRING, {"type": "string", "nullable": True}, id="null as 3.0 says it"),
        pytest.param(MODEL, {**MODEL, "nullable": True}, id="null beside a reference"),
        pytest.param(STRING, either(STRING, array(STRING)), id="one more member"),
        pytest.param(MODEL, either(MODEL, OTHER), id="one more model"),
        pytest.param(array(INTEGER), array(NUMBER), id="wider items"),
        pytest.param(array(STRING), array(either(STRING, NULL)), id="null among the items"),
        pytest.param(array(array(INTEGER)), array(array(NUMBER)), id="wider items of items"),
        pytest.param(STRING, {}, id="anything"),
        pytest.param({"const": "a"}, AB, id="an enum for a constant"),
        pytest.param({"const": "a"}, STRING, id="text for a constant"),
        pytest.param({"const": 1}, INTEGER, id="any integer for a constant"),
        pytest.param({"const": "a"}, either({"const": "a"}, {"const": "b"}), id="one more constant"),
    ],
)
def test_what_takes_more_is_a_gift_to_senders_and_a_trap_for_receivers(old: Schema, new: Schema) -> None:
    seen = {used: (verdict(old, new, used), verdict(new, old, used)) for used in ("request", "response")}

    assert seen == {"request": ("widened", "narrowed"), "response": ("widened", "narrowed")}
    assert compare(document(old, used="request"), document(new, used="request")).step == "minor"
    assert compare(document(old, used="response"), document(new, used="response")).step == "major"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(STRING, INTEGER, id="integer for text"),
        pytest.param(STRING, DATE_TIME, id="a datetime for text"),
        pytest.param(DATE_TIME, {"type": "string", "format": "date"}, id="a date for a datetime"),
        pytest.param(STRING, {"type": "string", "format": "uuid"}, id="a UUID for text"),
        pytest.param(MODEL, OTHER, id="another class with the same fields"),
        pytest.param(MODEL, {"type": "object", "properties": {"a": STRING}}, id="a class written inline"),
        pytest.param(STRING, array(STRING), id="a list for one"),
        pytest.param(either(STRING, INTEGER), either(STRING, BOOLEAN), id="another member"),
        pytest.param({"const": "a"}, {"const": "b"}, id="another constant"),
        pytest.param(AB, INTEGER, id="a number for an enum"),
    ],
)
@pytest.mark.parametrize("used", ["request", "response", "neither"])
def test_another_type_is_breaking_whichever_way_it_travels(old: Schema, new: Schema, used: str) -> None:
    report = compare(document(old, used=used), document(new, used=used))

    assert "field-type-changed" in {change.kind for change in report.changes}
    assert report.step == "major"


SPELLINGS = [
    pytest.param(either(STRING, NULL), {"type": ["string", "null"]}, id="null"),
    pytest.param(either(STRING, INTEGER), {"oneOf": [INTEGER, STRING]}, id="members in another order"),
    pytest.param(either(STRING, INTEGER), either(either(STRING), INTEGER), id="unions in unions"),
    pytest.param(MODEL, {"allOf": [MODEL]}, id="one reference in allOf"),
    pytest.param(MODEL, {"allOf": [MODEL], "description": ""}, id="one described reference"),
    pytest.param(either(MODEL, NULL), {"allOf": [MODEL], "nullable": True}, id="null beside allOf"),
    pytest.param(STRING, {"$ref": "#/components/schemas/Text"}, id="a component without a class"),
    pytest.param(array(STRING), {"$ref": "#/components/schemas/Texts"}, id="a component for a list"),
    pytest.param(INTEGER, either(INTEGER, INTEGER), id="the same member twice"),
    pytest.param(either(STRING, {}), {}, id="a union with anything is anything"),
    pytest.param({"type": "boolean"}, {"enum": [True, False]}, id="both booleans"),
    pytest.param(AB, {"type": "string", "enum": ["b", "a"]}, id="values in another order"),
    pytest.param({"enum": ["a", "b", None]}, either(AB, NULL), id="null among the values"),
    pytest.param(STRING, {"type": "string", "maxLength": 3, "format": "email"}, id="limits"),
    pytest.param(True, {}, id="a boolean schema"),
    pytest.param(
        {"$ref": "#/components/schemas/Model"},
        {"$ref": "#/components/schemas/%4dodel"},
        id="an escaped reference",
    ),
]


@pytest.mark.parametrize(("old", "new"), SPELLINGS)
@pytest.mark.parametrize("used", ["request", "response", "neither"])
def test_another_spelling_of_the_same_type_is_no_change(old: Schema, new: Schema, used: str) -> None:
    components = {"Text": STRING, "Texts": array({"$ref": "#/components/schemas/Text"})}
    report = compare(document(old, used=used, **components), document(new, used=used, **components))

    named = {change.kind for change in report.changes}
    assert named <= {"documentation-changed", "constraint-changed", "schema-renamed"}


def test_an_open_enum_grows_without_surprise() -> None:
    grown = verdict(AB, ABC, "request"), verdict(AB, ABC, "response")

    assert grown == ("same", "same")
    report = compare(document(AB, used="response"), document(ABC, used="response"))
    assert [(change.kind, change.where, change.after) for change in report.changes] == [
        ("enum-value-added", "HolderField", '"c"')
    ]


def test_a_list_beside_an_enum_is_judged_as_a_list_alone() -> None:
    old, new = either(AB, array(NUMBER)), either(AB, array(INTEGER))

    assert verdict(old, new, "response") == verdict(array(NUMBER), array(INTEGER), "response") == "narrowed"
    assert verdict(new, old, "response") == "widened"


@pytest.mark.parametrize("used", ["request", "response"])
def test_an_enum_that_the_document_itself_opens_is_no_narrower_than_text(used: str) -> None:
    assert verdict(STRING, either(AB, STRING), used) == "same"
    assert verdict(either(AB, STRING), STRING, used) == "same"


def test_closing_an_enum_that_the_document_had_opened_narrows_what_is_sent() -> None:
    assert verdict(either(AB, STRING), AB, "request") == "narrowed"
    assert verdict(AB, either(AB, STRING), "request") == "widened"


def test_an_enum_under_another_name_is_the_same_type_of_value() -> None:
    component = {"$ref": "#/components/schemas/Letter"}

    assert verdict(AB, component, "response", Letter=AB) == "same"
    assert verdict(ABC, component, "request", Letter=AB) == "narrowed"


@pytest.mark.parametrize(
    ("used", "kinds"),
    [
        ("request", {"request-field-made-required"}),
        ("response", {"response-field-made-required"}),
        ("neither", {"request-field-made-required", "response-field-made-required"}),
    ],
)
def test_required_is_breaking_only_where_it_is_sent(used: str, kinds: set[str]) -> None:
    old, new = (document(STRING, used=used, required=required) for required in (False, True))

    report = compare(old, new)

    found = {change.kind for change in report.changes if change.where == "Holder.field"}
    assert found == kinds
    assert report.step == ("minor" if used == "response" else "major")


@pytest.mark.parametrize(
    ("used", "kinds"),
    [
        ("request", {"request-field-made-optional"}),
        ("response", {"response-field-made-optional"}),
        ("neither", {"request-field-made-optional", "response-field-made-optional"}),
    ],
)
def test_optional_is_breaking_only_where_it_is_received(used: str, kinds: set[str]) -> None:
    old, new = (document(STRING, used=used, required=required) for required in (True, False))

    report = compare(old, new)

    found = {change.kind for change in report.changes if change.where == "Holder.field"}
    assert found == kinds
    assert report.step == ("minor" if used == "request" else "major")


def test_the_old_document_says_which_way_a_class_travels() -> None:
    old = document(STRING, used="response")
    new = document({"type": ["string", "null"]}, used="request")

    kinds = {change.kind for change in compare(old, new).changes}

    assert "response-field-type-widened" in kinds
    assert "request-field-type-widened" not in kinds


@pytest.mark.parametrize(
    ("old", "new", "used", "kind"),
    [
        (True, False, "request", "request-field-type-narrowed"),
        (False, True, "request", "request-field-type-widened"),
        (STRING, INTEGER, "request", "field-type-changed"),
        (STRING, True, "request", "request-field-type-widened"),
        (INTEGER, NUMBER, "response", "response-field-type-widened"),
        (NUMBER, INTEGER, "response", "response-field-type-narrowed"),
    ],
)
def test_fields_without_a_name_have_a_type_too(old: Schema, new: Schema, used: str, kind: str) -> None:
    before, after = (
        document(
            {"$ref": "#/components/schemas/Map"},
            used=used,
            Map={"type": "object", "additionalProperties": each},
        )
        for each in (old, new)
    )

    report = compare(before, after)

    assert [(change.kind, change.where) for change in report.changes] == [(kind, "Map.additional_properties")]


@pytest.mark.parametrize(("old", "new"), [(True, False), (False, True)])
def test_a_closed_object_hands_out_unknown_fields_as_an_open_one_does(old: bool, new: bool) -> None:
    before, after = (
        document(
            {"$ref": "#/components/schemas/Map"},
            used="response",
            Map={"type": "object", "additionalProperties": each},
        )
        for each in (old, new)
    )

    assert compare(before, after).to_dict() == {"step": "patch", "changes": []}


@pytest.mark.parametrize("kind", [[], {}, ["date"], None, 1])
def test_a_format_that_is_no_text_is_none(kind: object) -> None:
    assert verdict({"type": "string", "format": kind}, DATE_TIME, "response") == "changed"
