"""Models: what is received is neither lost nor refused, and what is documented is typed."""

from __future__ import annotations

import copy
import datetime
import pickle
import uuid
from collections.abc import Callable
from typing import Any

import pytest

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: str = "", **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties}


SCHEMAS: dict[str, Any] = {
    "Leaf": obj("a", a=TEXT),
    "Other": obj("b", b=TEXT),
    "Closed": {**obj("a", a=TEXT), "additionalProperties": False},
    "Nullable": obj(
        text={"type": ["string", "null"]},
        leaf={"anyOf": [ref("Leaf"), {"type": "null"}]},
        leaves={"type": ["array", "null"], "items": ref("Leaf")},
    ),
    "Plain": obj("leaf leaves", leaf=ref("Leaf"), leaves={"type": "array", "items": ref("Leaf")}, n=NUMBER),
    "Nested": obj(
        v={
            "oneOf": [
                TEXT,
                {"type": "array", "items": {"oneOf": [ref("Leaf"), ref("Other"), NUMBER]}},
                {"anyOf": [ref("Leaf"), {"type": "null"}]},
            ]
        }
    ),
    "Cat": obj("kind", kind={"const": "cat"}, name=TEXT),
    "Dog": obj("kind", kind={"const": "dog"}, name=TEXT, bark=TEXT),
    "Fish": obj("kind fins", kind={"type": "string", "enum": ["fish", "shark"]}, fins=NUMBER),
    "Else": obj("kind", kind=TEXT),
    "Pets": obj(
        one={"oneOf": [ref("Cat"), ref("Dog"), ref("Fish")]},
        many={"type": "array", "items": {"oneOf": [ref("Cat"), ref("Dog"), ref("Fish")]}},
        open={"oneOf": [ref("Cat"), ref("Dog"), ref("Else")]},
        byKeys={"anyOf": [ref("Leaf"), ref("Other")]},
        free={"anyOf": [ref("Closed"), {"type": "object"}]},
    ),
    "Bird": obj("type", type=TEXT, wings=NUMBER),
    "Bee": obj("type", type=TEXT, sting=NUMBER),
    "Flying": {
        "oneOf": [ref("Bird"), ref("Bee")],
        "discriminator": {"propertyName": "type", "mapping": {"bird": "Bird", "bee": ref("Bee")["$ref"]}},
    },
    "Air": obj(v=ref("Flying")),
    "Tree": obj(value=TEXT, children={"type": "array", "items": ref("Tree")}, parent=ref("Tree")),
    "Maps": obj(
        texts={"type": "object", "additionalProperties": TEXT},
        leaves={"type": "object", "additionalProperties": ref("Leaf")},
        lists={"type": "object", "additionalProperties": {"type": "array", "items": ref("Leaf")}},
    ),
    "Grid": obj(
        rows={"type": "array", "items": {"type": "array", "items": ref("Leaf")}},
        cube={"type": "array", "items": {"type": "array", "items": {"type": "array", "items": NUMBER}}},
        mixed={"type": "array", "items": {"oneOf": [{"type": "array", "items": ref("Leaf")}, ref("Leaf")]}},
    ),
    "Enums": obj(
        color={"type": "string", "enum": ["red", "green"]},
        size={"type": "integer", "enum": [1, 2]},
        odd={"type": "string", "enum": ["a-b", "a_b", 'q"u\\o', "new\nline", "z\u200bw", "\u2028"]},
        nullable={"type": ["string", "null"], "enum": ["x", None]},
    ),
    "Constant": obj("kind", kind={"const": 'ki"nd\\'}, version={"const": 2}),
    "Defaults": obj(
        "must",
        must=TEXT,
        text={**TEXT, "default": "d"},
        many={"type": "array", "items": TEXT, "default": ["x"]},
    ),
    "Dates": obj(
        moment={"type": "string", "format": "date-time"},
        day={"type": "string", "format": "date"},
        id={"type": "string", "format": "uuid"},
        either={"anyOf": [{"type": "string", "format": "date-time"}, TEXT]},
        moments={"type": "array", "items": {"type": "string", "format": "date-time"}},
    ),
    "Anything": obj(v={}, w={"type": "object"}),
}


@pytest.fixture(scope="module")
def models(compiled: Callable[..., Any]) -> Any:
    return compiled(SCHEMAS).models


@pytest.fixture(scope="module")
def types(compiled: Callable[..., Any]) -> Any:
    return compiled(SCHEMAS).types


DOCUMENTS = [
    ("Nullable", {}),
    ("Nullable", {"text": None, "leaf": None, "leaves": None}),
    ("Nullable", {"text": "t", "leaf": {"a": "x"}, "leaves": [{"a": "y"}]}),
    ("Plain", {"leaf": {"a": "x"}, "leaves": [], "n": 1}),
    ("Nested", {"v": "text"}),
    ("Nested", {"v": [{"a": "x"}, {"b": "y"}, 3]}),
    ("Nested", {"v": {"a": "x"}}),
    ("Nested", {"v": None}),
    ("Pets", {"one": {"kind": "cat"}, "many": [{"kind": "dog", "bark": "!"}, {"kind": "shark", "fins": 3}]}),
    ("Air", {"v": {"type": "bee", "sting": 1}}),
    ("Tree", {"children": [{"value": "x", "children": [{"parent": {}}]}]}),
    ("Maps", {"texts": {"k": "v"}, "leaves": {"k": {"a": "x"}}, "lists": {"k": [{"a": "x"}]}}),
    ("Maps", {"texts": {}, "leaves": {}, "lists": {}}),
    ("Grid", {"rows": [[{"a": "x"}], []], "cube": [[[1, 2]], []], "mixed": [[{"a": "x"}], {"a": "y"}]}),
    ("Enums", {"color": "red", "size": 2, "odd": "z\u200bw", "nullable": None}),
    ("Constant", {"kind": 'ki"nd\\', "version": 2}),
    ("Dates", {"moment": "2024-01-01T00:00:00Z", "day": "2024-01-01", "either": "yesterday"}),
    ("Anything", {"v": [1, {"x": None}], "w": {"deep": {"er": [1.5, True]}}}),
]


@pytest.mark.parametrize(("name", "document"), DOCUMENTS)
def test_what_the_schema_allows_comes_back_as_it_was(
    models: Any, name: str, document: dict[str, Any]
) -> None:
    assert getattr(models, name).from_dict(copy.deepcopy(document)).to_dict() == document


@pytest.mark.parametrize(
    "value", [None, 0, 1.5, True, "text", [], [[]], [None, 7, "x"], {}, {"kind": ["list"]}]
)
@pytest.mark.parametrize("name", sorted(set(SCHEMAS) - {"Flying"}))
def test_a_value_of_any_other_type_is_kept_as_received(models: Any, name: str, value: Any) -> None:
    document = dict.fromkeys(SCHEMAS[name].get("properties", {}), value)

    decoded = getattr(models, name).from_dict(document)

    assert decoded.to_dict() == document


@pytest.mark.parametrize("name", sorted(set(SCHEMAS) - {"Flying"}))
def test_documented_fields_that_are_missing_read_as_none(models: Any, name: str) -> None:
    decoded = getattr(models, name).from_dict({})

    for field in decoded.__attrs_attrs__[1:]:
        only = field.default if isinstance(field.default, (str, int)) else None
        assert getattr(decoded, field.name) == only
    assert decoded.to_dict() == {}


@pytest.mark.parametrize("name", ["Closed", "Leaf", "Tree"])
def test_unknown_fields_are_kept_in_open_and_closed_objects(models: Any, name: str) -> None:
    document = {"new": {"deep": [1]}, "reasoning_content": "hm"}

    decoded = getattr(models, name).from_dict(document)

    assert decoded.to_dict() == document
    assert decoded["new"] == {"deep": [1]}
    assert decoded.reasoning_content == "hm"
    assert decoded.additional_keys == ["new", "reasoning_content"]
    assert "new" in decoded
    assert "newer" not in decoded


def test_unknown_fields_can_be_set_and_deleted(models: Any) -> None:
    leaf = models.Leaf(a="x")

    leaf["new"] = models.Leaf(a="y")
    leaf["old"] = 1
    del leaf["old"]

    assert leaf.to_dict() == {"a": "x", "new": {"a": "y"}}


def test_an_attribute_that_nobody_sent_is_an_attribute_error(models: Any) -> None:
    leaf = models.Leaf.from_dict({"a": "x", "__dunder__": 1})

    assert not hasattr(leaf, "b")
    assert not hasattr(leaf, "__dunder__")
    with pytest.raises(KeyError):
        leaf["b"]


def test_null_is_kept_apart_from_absent(models: Any) -> None:
    decoded = models.Plain.from_dict({"leaf": None, "leaves": None})

    assert (decoded.leaf, decoded.n) == (None, None)
    assert ("leaf" in decoded, "n" in decoded) == (True, False)
    assert decoded.to_dict() == {"leaf": None, "leaves": None}


class TestUnions:
    @pytest.mark.parametrize(
        ("kind", "name"), [("cat", "Cat"), ("dog", "Dog"), ("fish", "Fish"), ("shark", "Fish")]
    )
    def test_the_tag_decides(self, models: Any, kind: str, name: str) -> None:
        pets = models.Pets.from_dict({"one": {"kind": kind, "bark": "?"}, "many": [{"kind": kind}]})

        assert type(pets.one).__name__ == name
        assert type(pets.many[0]).__name__ == name

    @pytest.mark.parametrize("tag", ["bird", 1, None, ["cat"], {"cat": 1}])
    def test_an_unknown_tag_keeps_the_document_as_received(self, models: Any, tag: Any) -> None:
        pets = models.Pets.from_dict({"one": {"kind": tag, "name": "n"}})

        assert pets.one.to_dict() == {"kind": tag, "name": "n"}
        assert (pets.one.kind, pets.one["name"]) == (tag, "n")

    def test_an_unknown_tag_goes_to_the_member_whose_tag_is_any_string(self, models: Any) -> None:
        pets = models.Pets.from_dict({"open": {"kind": "bird"}})

        assert isinstance(pets.open, models.Else)

    def test_without_its_tag_an_object_is_known_by_its_other_required_keys(self, models: Any) -> None:
        pets = models.Pets.from_dict({"one": {"fins": 3}, "many": [{"name": "n"}]})

        assert isinstance(pets.one, models.Fish)
        assert [pet.to_dict() for pet in pets.many] == [{"name": "n"}]

    def test_a_tag_that_is_null_is_as_good_as_none(self, models: Any) -> None:
        pets = models.Pets.from_dict({"one": {"kind": None, "fins": 3}})

        assert isinstance(pets.one, models.Fish)
        assert pets.one.kind is None
        assert pets.to_dict() == {"one": {"kind": None, "fins": 3}}

    def test_a_discriminator_decides_though_the_members_overlap(self, models: Any) -> None:
        assert isinstance(models.Air.from_dict({"v": {"type": "bird", "sting": 1}}).v, models.Bird)
        assert isinstance(models.Air.from_dict({"v": {"type": "bee", "wings": 1}}).v, models.Bee)
        assert models.Air.from_dict({"v": {"type": "bat"}}).v.to_dict() == {"type": "bat"}

    def test_untagged_members_are_told_apart_by_their_required_keys(self, models: Any) -> None:
        assert isinstance(models.Pets.from_dict({"byKeys": {"b": "x"}}).by_keys, models.Other)
        assert models.Pets.from_dict({"byKeys": {"c": "x"}}).by_keys == {"c": "x"}

    def test_a_free_object_beside_a_model_takes_what_the_model_does_not(self, models: Any) -> None:
        assert isinstance(models.Pets.from_dict({"free": {"a": "x"}}).free, models.Closed)
        assert not isinstance(models.Pets.from_dict({"free": {"z": "x"}}).free, models.Closed)

    def test_members_of_nested_unions_and_arrays_are_typed(self, models: Any) -> None:
        assert isinstance(models.Nested.from_dict({"v": {"a": "x"}}).v, models.Leaf)
        leaf, other, number = models.Nested.from_dict({"v": [{"a": "x"}, {"b": "y"}, 3]}).v

        assert (type(leaf), type(other), number) == (models.Leaf, models.Other, 3)


def test_recursive_schemas_are_typed_all_the_way_down(models: Any) -> None:
    tree = models.Tree.from_dict({"children": [{"children": [{"value": "x"}]}], "parent": {"value": "p"}})

    assert tree.children[0].children[0].value == "x"
    assert isinstance(tree.parent, models.Tree)


def test_maps_hold_their_values_typed(models: Any) -> None:
    maps = models.Maps.from_dict({"leaves": {"k": {"a": "x"}}, "lists": {"k": [{"a": "y"}]}})

    assert maps.leaves["k"].a == "x"
    assert maps.lists["k"][0].a == "y"


def test_arrays_of_arrays_hold_models(models: Any) -> None:
    grid = models.Grid.from_dict({"rows": [[{"a": "x"}]], "mixed": [[{"a": "y"}], {"a": "z"}]})

    assert grid.rows[0][0].a == "x"
    assert (grid.mixed[0][0].a, grid.mixed[1].a) == ("y", "z")


def test_values_that_an_enum_or_a_constant_does_not_list_come_through(models: Any) -> None:
    document = {"color": "blue", "size": 3, "odd": "new"}

    assert models.Enums.from_dict(document).to_dict() == document
    assert models.Constant.from_dict({"kind": "newer"}).kind == "newer"


def test_a_required_constant_is_filled_in_and_an_optional_one_is_not(models: Any) -> None:
    assert models.Constant().to_dict() == {"kind": 'ki"nd\\'}


def test_defaults_are_documented_and_not_sent(models: Any) -> None:
    assert models.Defaults(must="x").to_dict() == {"must": "x"}


def test_a_constructor_takes_keywords_only(models: Any) -> None:
    with pytest.raises(TypeError):
        models.Leaf("x")


def test_plain_json_may_stand_where_a_model_is_expected(models: Any) -> None:
    plain = models.Plain(leaf={"a": "x", "b": [1]}, leaves=({"a": "y"}, models.Leaf(a="z")))

    assert plain.to_dict() == {"leaf": {"a": "x", "b": [1]}, "leaves": [{"a": "y"}, {"a": "z"}]}


def test_models_within_plain_json_are_encoded(models: Any) -> None:
    anything = models.Anything(v={"deep": [models.Leaf(a="x")]})

    assert anything.to_dict() == {"v": {"deep": [{"a": "x"}]}}


class TestDates:
    @pytest.mark.parametrize(
        "text",
        [
            "2024-01-01T00:00:00Z",
            "2024-01-01T00:00:00.120Z",
            "2024-01-01T00:00:00.123456789+02:00",
            "2024-01-01T00:00:00",
            "20240101T000000Z",
            "2024-12-31T24:00:00Z",
        ],
    )
    def test_a_date_time_is_a_datetime_and_comes_back_as_written(self, models: Any, text: str) -> None:
        dates = models.Dates.from_dict({"moment": text, "moments": [text]})

        assert isinstance(dates.moment, datetime.datetime)
        assert isinstance(dates.moments[0], datetime.datetime)
        assert dates.to_dict() == {"moment": text, "moments": [text]}

    @pytest.mark.parametrize("value", ["soon", "", "2024-13-01T00:00:00Z", 1704067200, None, [], "\uff19"])
    def test_what_is_no_date_time_stays_as_received(self, models: Any, value: Any) -> None:
        dates = models.Dates.from_dict({"moment": value, "day": value, "id": value})

        assert dates.to_dict() == {"moment": value, "day": value, "id": value}

    def test_a_date_and_a_uuid_are_values_where_they_come_back_as_written(self, models: Any) -> None:
        key = "01234567-89ab-cdef-0123-456789abcdef"
        dates = models.Dates.from_dict({"day": "2024-02-29", "id": key})

        assert dates.day == datetime.date(2024, 2, 29)
        assert dates.id == uuid.UUID(key)
        assert models.Dates.from_dict({"id": key.upper(), "day": "20240229"}).to_dict() == {
            "id": key.upper(),
            "day": "20240229",
        }

    def test_dates_of_the_caller_are_written_in_iso_8601(self, models: Any) -> None:
        moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)

        assert models.Dates(moment=moment, day=moment.date()).to_dict() == {
            "moment": "2024-01-01T00:00:00+00:00",
            "day": "2024-01-01",
        }

    def test_a_computed_date_time_is_not_written_as_it_was_received(self, models: Any) -> None:
        moment = models.Dates.from_dict({"moment": "2024-01-01T00:00:00Z"}).moment

        later = models.Dates(moment=moment + datetime.timedelta(days=1))

        assert later.to_dict() == {"moment": "2024-01-02T00:00:00+00:00"}

    def test_a_date_time_keeps_its_text_through_copies_and_pickles(self, models: Any) -> None:
        dates = models.Dates.from_dict({"moment": "2024-01-01T00:00:00.500Z"})

        for again in (copy.deepcopy(dates), pickle.loads(pickle.dumps(dates))):
            assert again.to_dict() == {"moment": "2024-01-01T00:00:00.500Z"}


class TestValues:
    @pytest.mark.parametrize(("name", "document"), DOCUMENTS)
    def test_models_pickle_and_copy(self, models: Any, name: str, document: dict[str, Any]) -> None:
        value = getattr(models, name).from_dict({**document, "new": 1})

        assert pickle.loads(pickle.dumps(value)) == value
        assert copy.deepcopy(value) == value
        assert copy.copy(value) == value

    def test_unset_survives_pickling_and_copying(self, types: Any) -> None:
        assert pickle.loads(pickle.dumps(types.UNSET)) is types.UNSET
        assert copy.deepcopy(types.UNSET) is types.UNSET
        assert not types.UNSET

    def test_objects_are_equal_by_their_fields_known_and_unknown(self, models: Any) -> None:
        leaf = models.Leaf.from_dict({"a": "x"})
        _ = leaf.additional_properties

        assert leaf == models.Leaf(a="x")
        assert leaf != models.Leaf.from_dict({"a": "x", "new": 1})
        assert leaf != models.Closed(a="x")

    def test_a_repr_shows_what_is_there(self, models: Any) -> None:
        assert repr(models.Plain.from_dict({"leaf": {"a": "x"}, "new": 1})) == (
            "Plain(leaf=Leaf(a='x'), additional_properties={'new': 1})"
        )
