"""Types become schemas, and text becomes values of them."""

import copy
import dataclasses
import json
import pickle
import subprocess
import sys
from typing import Annotated, Any, Literal

import jsonschema
import msgspec
import pydantic
import pytest

import egp
from egp.structured import schema_of
from tests.structured.kinds import (
    KINDS,
    REFUSED,
    Ball,
    Bounded,
    Box,
    Everything,
    Node,
    Order,
    Page,
    Point,
    Tree,
)
from tests.structured.strict_profile import violations


def named(kind):
    return (
        kind.type.__name__
        if isinstance(kind.type, type)
        else str(kind.type).replace("tests.structured.kinds.", "")
    )


def wrapped(schema, text):
    return f'{{"value": {text}}}' if schema.is_wrapped else text


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_a_schema_is_in_the_strict_profile_where_the_type_can_be(kind):
    schema = schema_of(kind.type)

    assert schema.is_strict is kind.is_strict
    assert kind.is_strict is (violations(schema.json_schema) == [])
    jsonschema.Draft202012Validator.check_schema(schema.json_schema)


# In a plain schema null does not stand for a default.
READ = [
    (kind, strict)
    for kind in KINDS
    for strict in ("auto", False)
    if not (strict is False and "null" in kind.text)
]


@pytest.mark.parametrize(
    ("kind", "strict"), READ, ids=lambda each: named(each) if each in KINDS else str(each)
)
def test_an_answer_is_read_as_a_value_of_the_type(kind, strict):
    schema = schema_of(kind.type, strict=strict)
    text = wrapped(schema, kind.text)

    value = schema.decode(text)

    assert value == kind.value
    assert type(value) is type(kind.value)
    jsonschema.validate(json.loads(text), schema.json_schema)


@pytest.mark.parametrize(("type_", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_a_schema_is_refused_by_the_name_of_the_field(type_, message):
    with pytest.raises(egp.EGPError, match=message):
        schema_of(type_)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.is_strict], ids=named)
def test_what_has_no_strict_schema_is_refused_where_it_must_be_strict(kind):
    with pytest.raises(egp.EGPError, match="has no strict schema"):
        schema_of(kind.type, strict=True)


def test_two_classes_of_one_name_are_refused():
    first, second = (dataclasses.make_dataclass("Same", [("x", kind)]) for kind in (int, str))

    with pytest.raises(egp.EGPError, match="two classes in it are named Same"):
        schema_of(dict[str, first | list[second]])


@pytest.mark.parametrize(
    ("model", "is_told"),
    [
        (None, False),
        ("openai/gpt-4o", False),
        ("azure/gpt-4o", False),
        ("openai/ft:gpt-4o:team", True),
        ("anthropic/claude", True),
        ("gemini/pro", True),
    ],
)
def test_limits_are_told_in_words_to_vendors_that_take_none(model, is_told):
    schema = schema_of(Bounded, model=model).json_schema

    percent = schema["properties"]["percent"]
    assert ("minimum" not in percent) is is_told
    assert percent["description"] == ("In percent. (minimum: 0) (maximum: 100)" if is_told else "In percent.")
    assert ("pattern" not in schema["properties"]["code"]) is is_told
    assert violations(schema) == []


def test_a_schema_is_made_once_per_type():
    assert schema_of(Everything) is schema_of(Everything)
    assert schema_of(list[Node]).json_schema is schema_of(list[Node]).json_schema


def test_making_the_strict_schema_leaves_the_plain_one_as_it_was():
    plain = schema_of(Everything, strict=False)
    before = copy.deepcopy(plain.json_schema)

    schema_of(Everything, strict=True)

    assert schema_of(Everything, strict=False).json_schema == before


@pytest.mark.parametrize(
    ("type_", "name"),
    [(Node, "Node"), (Page[Point], "Page_Point"), (list[Node], "list_Node"), (int | str, "int_str")],
)
def test_a_schema_has_a_name_that_services_take(type_, name):
    assert schema_of(type_).name == name


def test_descriptions_come_from_docstrings_and_annotations():
    schema = schema_of(Node)

    assert schema.description == "A node of a tree."
    assert schema.json_schema["properties"]["name"]["description"] == "What it is called."
    # The docstring that a dataclass makes for itself describes nothing.
    assert schema_of(Point).description is None


def test_a_described_field_of_its_own_class_is_no_endless_schema():
    assert violations(schema_of(Tree).json_schema) == []


def test_the_place_of_a_wrong_value_is_told_as_a_path():
    with pytest.raises(egp.OutputValidationError) as caught:
        schema_of(Order).decode('{"orderId": 1, "items": [{"x": 1, "y": 2}, {"x": 1, "y": "2"}]}')

    assert caught.value.path == "$.items[1].y"
    assert "$.items[1].y" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"value": [{"radius": "1"}]}', "$[0].radius"),
        ('{"value": [{"_sides": [1, "2"], "fragile": true}]}', "$[0]._sides[1]"),
        ('{"value": [{"size": 1}]}', "$[0]"),
        ('{"value": [{"radius": 1}, 2]}', "$[1]"),
        ('{"value": {}}', "$"),
        ("{}", "$"),
    ],
)
def test_the_place_of_a_wrong_value_in_a_union_of_classes_is_told(text, path):
    with pytest.raises(egp.OutputValidationError) as caught:
        schema_of(list[Ball | Box]).decode(text)

    assert caught.value.path == path
    assert caught.value.content == text


def test_a_set_of_what_cannot_be_in_one_is_an_output_that_does_not_fit():
    with pytest.raises(egp.OutputValidationError, match=r"unhashable .* \(at \$\)"):
        schema_of(set[Ball | Box]).decode('{"value": [{"radius": 1}]}')


@pytest.mark.parametrize("type_", [list[Point], list[Tree]], ids=["msgspec", "pydantic"])
def test_the_path_in_a_wrapped_answer_leaves_the_wrapper_out(type_):
    with pytest.raises(egp.OutputValidationError) as caught:
        schema_of(type_).decode('{"value": [true]}')

    assert caught.value.path == "$[0]"


@pytest.mark.parametrize("text", ['{"value": [true]}', '{"value":\t[ null, "ä" ]}', '{"value": [1'])
@pytest.mark.parametrize("type_", [list[Point], list[Tree], list[Ball | Box], list[int]], ids=repr)
def test_an_error_has_the_text_of_the_model_to_the_letter(type_, text):
    for given in (text, text.encode()):
        with pytest.raises(egp.StructuredOutputError) as caught:
            schema_of(type_).decode(given)

        assert caught.value.content == text


def test_an_error_has_the_nulls_that_stand_for_defaults():
    text = '{"x": "1", "y": null}'

    with pytest.raises(egp.OutputValidationError) as caught:
        schema_of(Point).decode(text)

    assert caught.value.content == text


@pytest.mark.parametrize(
    "text", ["", "{", "no", '{"x": NaN, "y": 1}', '{"x": 1} {"x": 1}', "[" * 100_000, '"\\ud800"']
)
@pytest.mark.parametrize("type_", [Point, Tree, list[Point], list[Tree]], ids=str)
def test_text_that_is_no_json_is_told_from_a_wrong_value(type_, text):
    with pytest.raises(egp.InvalidJSONError) as caught:
        schema_of(type_).decode(text)

    assert caught.value.content is not None


def test_an_error_keeps_the_text_through_a_pickle():
    with pytest.raises(egp.OutputValidationError) as caught:
        schema_of(Point).decode('{"x": "1", "y": 2}')

    copied = pickle.loads(pickle.dumps(caught.value))

    assert (copied.content, copied.path, str(copied)) == ('{"x": "1", "y": 2}', "$.x", str(caught.value))


def test_null_stays_where_the_type_takes_it():
    assert schema_of(Page[int | None]).decode('{"items": [null], "next": null}') == Page([None], None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ('{"value": [', []),
        ('{"value": [{"name": "a', [{"name": "a"}]),
        ('{"value": [12', []),
        ('{"value": [12,', [12]),
        ('{"value": ["12', ["12"]),
        ('{"value": ["a\\"12', ['a"12']),
        ('{"value": [tr', []),
        ("no", None),
    ],
)
def test_what_arrived_so_far_can_be_looked_at(text, value):
    assert schema_of(list[Any]).read_partial(text) == value


@pytest.mark.parametrize(
    ("package", "code"), [("msgspec", "schema_of(list[int])"), ("jiter", "read_partial('[')")]
)
def test_a_missing_package_is_told_with_the_extra_that_has_it(package, code):
    program = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "import egp\nfrom egp.structured import schema_of\nfrom egp.structured.partial import read_partial\n"
        f"try: {code}\nexcept egp.EGPError as error: print(error)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert package in done.stdout
    assert 'pip install "egp-client[structured]"' in done.stdout


@dataclasses.dataclass
class Picky:
    x: int

    def __post_init__(self):
        if self.x < 0:
            raise ValueError("x is below 0")
        if self.x == 0:
            raise KeyError("x is 0")


class PickyModel(pydantic.BaseModel):
    x: int

    @pydantic.field_validator("x")
    @classmethod
    def check(cls, value):
        if value < 0:
            raise ValueError("x is below 0")
        if value == 0:
            raise KeyError("x is 0")
        return value


@pytest.mark.parametrize("value", [-1, 0])
@pytest.mark.parametrize("type_", [Picky, PickyModel, Picky | Ball, list[Picky | None]], ids=str)
def test_what_the_code_of_a_type_refuses_is_a_wrong_value_whatever_it_raises(type_, value):
    schema = schema_of(type_)
    text = json.dumps({"x": value})
    text = json.dumps([{"x": value}]) if schema.name.startswith("list") else text

    with pytest.raises(egp.OutputValidationError, match="x is"):
        schema.decode(wrapped(schema, text))


def test_a_type_that_cannot_be_hashed_has_a_schema():
    unhashable = Annotated[int, ["metadata"]]

    assert schema_of(unhashable).decode('{"value": 1}') == 1
    assert schema_of(Annotated[Ball | Box, ["metadata"]]).decode('{"value": {"radius": 1}}') == Ball(1)


def nested(levels):
    made = int
    for _ in range(levels):
        made = list[made]
    return made


def extended(**keywords):
    return Annotated[int, msgspec.Meta(extra_json_schema=keywords)]


BEYOND = [
    (Literal[tuple(range(1001))], "1,000 values of enums"),
    (Literal[tuple(str(number) * 500 for number in range(900))], "120,000 characters"),
    (nested(10), "10 levels"),
    (dataclasses.make_dataclass("Wide", [(f"f{number}", int) for number in range(5001)]), "5,000 properties"),
    (extended(**{"not": {"type": "string"}}), "no not"),
    (extended(allOf=[{"type": "integer"}, {"minimum": 1}]), "no allOf"),
]


@pytest.mark.parametrize(("type_", "reason"), BEYOND, ids=[reason for _, reason in BEYOND])
def test_what_goes_beyond_the_strict_profile_is_sent_as_the_plain_schema_or_refused(type_, reason):
    assert schema_of(type_).is_strict is False
    with pytest.raises(egp.EGPError, match=reason):
        schema_of(type_, strict=True)


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "é"])
def test_a_name_that_services_do_not_take_is_refused(name):
    with pytest.raises(egp.EGPError, match="name of a schema"):
        schema_of(Point, name=name)


def test_an_annotation_that_names_nothing_is_told():
    broken = dataclasses.make_dataclass("Broken", [("x", "Nothing")])

    with pytest.raises(egp.EGPError, match=r"annotation in Broken cannot be resolved: .*Nothing"):
        schema_of(broken)


def test_defaults_are_put_back_in_members_of_unions():
    left = '{"kind": "a", "size": null, "tags": null}'
    right = '{"kind": "b", "tags": [], "more": {"x": 1, "y": null}}'
    text = f'{{"value": [{left}, {right}]}}'

    assert schema_of(list[Left | Right]).decode(text) == [Left("a"), Right("b", [], Point(1))]


class Left(msgspec.Struct):
    kind: Literal["a"]
    size: int = 3
    tags: list[str] = []


class Right(msgspec.Struct):
    kind: Literal["b"]
    tags: list[str]
    more: Point | None = None
