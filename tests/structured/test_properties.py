"""Whatever a type is built of, its strict schema keeps the profile, and its values survive."""

import dataclasses
import itertools
import json
from typing import Any, Literal, Optional

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import egp
from egp.structured import schema_of
from egp.structured.partial import read_partial
from tests.structured.strict_profile import violations

# Making a schema takes milliseconds where others have the machine.
settings.register_profile("types", deadline=None, suppress_health_check=[HealthCheck.too_slow])

SCALARS = [
    (int, st.integers(-(2**53), 2**53)),
    (str, st.text()),
    (bool, st.booleans()),
    (float, st.floats(allow_nan=False, allow_infinity=False)),
    (Literal["a", 3], st.sampled_from(["a", 3])),
]
numbers = itertools.count()
names = st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda name: not hasattr(__builtins__, name))


@dataclasses.dataclass
class Typed:
    """A type, and a strategy for its values."""

    type: Any
    values: Any


def optional(inner):
    return Typed(Optional[inner.type], st.none() | inner.values)  # noqa: UP045 - the type is a value here


def listed(inner):
    return Typed(list[inner.type], st.lists(inner.values, max_size=3))


def mapped(inner):
    return Typed(dict[str, inner.type], st.dictionaries(st.text(max_size=5), inner.values, max_size=3))


@st.composite
def classes(draw, inner):
    fields = draw(st.dictionaries(names, inner, min_size=1, max_size=4))
    kind = draw(st.sampled_from(["dataclass", "struct"]))
    specified = [(f"f_{name}", each.type) for name, each in fields.items()]
    if kind == "dataclass":
        cls = dataclasses.make_dataclass(f"Made{next(numbers)}", specified)
    else:
        cls = msgspec.defstruct(f"Made{next(numbers)}", specified)
    arguments = {f"f_{name}": each.values for name, each in fields.items()}
    return Typed(cls, st.builds(cls, **arguments))


typed = st.recursive(
    st.sampled_from([Typed(type_, values) for type_, values in SCALARS]),
    lambda inner: inner.map(listed) | inner.map(optional) | inner.map(mapped) | classes(inner),
    max_leaves=6,
)


@settings(settings.get_profile("types"), max_examples=60)
@given(st.data())
def test_a_value_of_any_type_survives_and_fits_its_schema(data):
    kind = data.draw(typed)
    value = data.draw(kind.values)
    schema = schema_of(kind.type)
    encoded = msgspec.json.encode(value).decode()
    text = f'{{"value": {encoded}}}' if schema.is_wrapped else encoded

    read = schema.decode(text)

    assert read == value
    assert schema.is_strict is (violations(schema.json_schema) == [])
    jsonschema.validate(json.loads(text), schema.json_schema)


@settings(settings.get_profile("types"), max_examples=60)
@given(st.data())
def test_any_text_is_read_or_is_an_error_that_keeps_it(data):
    kind = data.draw(typed)
    schema = schema_of(kind.type)
    text = data.draw(
        st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)
    )

    caught = None
    try:
        schema.decode(text)
    except egp.StructuredOutputError as error:
        caught = error

    assert caught is None or caught.content is not None
    assert caught is None or (caught.path is None) is isinstance(caught, egp.InvalidJSONError)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def is_begin_of(part, whole):
    """Whether a value is what could be read of another so far: nothing in it is wrong, or will change."""
    if isinstance(part, str) and isinstance(whole, str):
        return whole.startswith(part)
    if isinstance(part, list) and isinstance(whole, list):
        pairs = list(zip(part, whole, strict=False))
        return len(part) <= len(whole) and all(is_begin_of(*pair) for pair in pairs)
    if isinstance(part, dict) and isinstance(whole, dict):
        return part.keys() <= whole.keys() and all(is_begin_of(part[key], whole[key]) for key in part)
    return type(part) is type(whole) and part == whole


@given(st.dictionaries(st.text(max_size=6), JSON, max_size=4), st.data(), st.booleans())
def test_what_is_read_of_a_part_is_the_begin_of_the_whole(value, data, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only)
    cut = data.draw(st.integers(0, len(text)))

    part = read_partial(text[:cut])

    assert part is None if cut == 0 else is_begin_of(part, value)
    assert read_partial(text) == value


@given(st.text())
def test_looking_at_any_text_raises_nothing(text):
    read_partial(text)


@pytest.mark.parametrize(
    "text", ['{"a": "\\ud83d', '{"a": "\\', '{"a": "x\\u00', '{"a": -', '{"a": 1e', '{"a": 1.']
)
def test_half_a_character_or_number_is_not_shown(text):
    assert read_partial(text) in ({}, {"a": ""}, {"a": "x"})
