"""The drawer of documents, which tests of the compiler rely on: what it draws is what it says."""

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.errors import NoSuchExample
from jsonschema import Draft202012Validator

from tests.contract import document
from tests.contract.drawing import Liberties, documents

PART = {"$ref": "#/components/schemas/ImagePart"}
TIER = {"$ref": "#/components/schemas/ServiceTier"}
KNOWN_TIERS = document.schemas()["ServiceTier"]["enum"]
quick = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Any document that has what is looked for will do: time spent on finding the smallest one is lost.
unshrunk = settings(max_examples=500, deadline=None, phases=[Phase.generate])


@pytest.mark.parametrize("name", document.schemas())
def test_a_drawn_document_is_valid(name):
    schema = {"$ref": f"#/components/schemas/{name}"}
    validator = Draft202012Validator(document.bundled(schema))

    @quick
    @given(documents(schema))
    def check(drawn):
        assert [error.message for error in validator.iter_errors(drawn)] == []

    check()


@pytest.mark.parametrize("role", ["system", "developer", "user", "assistant", "tool", "function"])
def test_every_role_is_drawn(role):
    drawn = find(
        documents({"$ref": "#/components/schemas/RequestMessage"}),
        lambda drawn: drawn["role"] == role,
        settings=unshrunk,
    )

    assert drawn["role"] == role


def test_a_new_field_is_drawn_inside_inner_objects():
    drawn = find(
        documents(PART, Liberties(new_fields=True)),
        lambda drawn: set(drawn.get("image_url", ())) - {"url", "detail"},
        settings=unshrunk,
    )

    assert set(drawn) - {"type", "image_url"}


def test_a_new_value_is_drawn_for_an_enum():
    drawn = find(
        documents(TIER, Liberties(new_values=True)), lambda drawn: drawn not in KNOWN_TIERS, settings=unshrunk
    )

    assert drawn not in KNOWN_TIERS


def test_a_required_field_is_left_out():
    drawn = find(
        documents(PART, Liberties(missing_fields=True)),
        lambda drawn: "image_url" not in drawn,
        settings=unshrunk,
    )

    assert drawn in ({}, {"type": "image_url"})


def test_a_value_of_a_wrong_type_is_drawn():
    drawn = find(
        documents(PART, Liberties(wrong_types=True)),
        lambda drawn: not isinstance(drawn["image_url"], dict),
        settings=unshrunk,
    )

    assert set(drawn) == {"type", "image_url"}


def test_without_liberties_nothing_is_left_out():
    with pytest.raises(NoSuchExample):
        find(documents(PART), lambda drawn: set(drawn) != {"type", "image_url"}, settings=quick)


def test_a_schema_that_contains_itself_is_drawn(monkeypatch):
    tree = {
        "type": "object",
        "required": ["leaves"],
        "properties": {"leaves": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    }
    monkeypatch.setattr(document, "load", lambda: {"components": {"schemas": {"Tree": tree}}})

    drawn = find(documents({"$ref": "#/components/schemas/Tree"}), lambda drawn: drawn["leaves"])

    assert drawn == {"leaves": [{"leaves": []}]}


def test_a_keyword_that_cannot_be_drawn_is_no_secret():
    with pytest.raises(NotImplementedError, match="patternProperties"):
        documents({"type": "object", "patternProperties": {}})
