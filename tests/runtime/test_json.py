"""JSON both ways."""

from __future__ import annotations

import gc
import json
import math
from collections import OrderedDict, deque
from enum import Enum
from types import MappingProxyType

import pytest
from egp_api.models import UserMessage
from egp_api.types import UNSET
from hypothesis import example, given, settings
from hypothesis import strategies as st

from egp import EGPError
from egp._core import json as codec
from egp._core.json import UnreadableError, decode_as, encode

# The second is there with the extra `fast`; tox runs the tests with it and without.
DECODERS = [getattr(codec, name) for name in ("decode_plain", "decode_fast") if hasattr(codec, name)]


@pytest.fixture(params=DECODERS)
def decode(request):
    return request.param


# Reading

NUMBERS = st.integers() | st.floats() | st.sampled_from([2**63, -(2**63) - 1, 2**64, 10**40, 5e-324, 1e308])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def same(a, b):
    """Equal, of the same types, NaN equal to itself, the signs of zeros told apart."""
    return type(a) is type(b) and repr(a) == repr(b)


@given(value=VALUES, ascii_only=st.booleans(), indent=st.none() | st.just(1))
@settings(max_examples=200, deadline=None)
@pytest.mark.parametrize("decoder", DECODERS)
def test_every_value_is_read_as_it_was_written(decoder, value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)

    assert same(decoder(text.encode()), value)


@given(
    st.binary(max_size=30)
    | st.text(alphabet='{}[]":,0123456789.eE+-truefalsn \\ud8\n', max_size=30).map(str.encode)
)
@example(b"[1e400, -1e400, 1.7976931348623159e308]")
@example(b'{"a": 1, "a": 2}')
@example(b'"\\ud800"')
@example(b'["\\ud83d\\ude00", "\\u0000"]')
@example(b"123456789012345678901234567890")
@example(b"[NaN, Infinity, -Infinity]")
@example(b" {} ")
@example(b"{} x")
@example(b"\xef\xbb\xbf{}")
@example(b"-0")
@example(b"9" * 5000)
@settings(max_examples=500, deadline=None)
def test_the_fast_way_reads_and_refuses_what_the_plain_way_does(data):
    def outcome(decoder):
        try:
            return repr(decoder(data))
        except UnreadableError as error:
            return str(error)

    assert len({outcome(decoder) for decoder in DECODERS}) == 1


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"36893488147419103232", 2**65),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'"\\ud800"', "\ud800"),
        (b"1e400", math.inf),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'\r\n {"a": 1} \t', {"a": 1}),
    ],
)
def test_nothing_that_can_be_read_is_lost(decode, data, value):
    assert decode(data) == value


def test_nan_is_read(decode):
    assert math.isnan(decode(b'{"logprob": NaN}')["logprob"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Expecting value"),
        (b"{", "char 1"),
        (b"{} {}", "Extra data"),
        (b'{"a": "\xff"}', "byte 7 is not UTF-8"),
        (b'"\xed\xa0\x80"', "byte 1 is not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "byte 0 is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 5000, "4300"),
        (b"<html>", "char 0"),
    ],
    ids=["empty", "cut", "two", "latin-1", "surrogate", "utf-16", "deep", "digits", "html"],
)
def test_what_cannot_be_read_says_where(decode, data, words):
    with pytest.raises(UnreadableError, match=words):
        decode(data)


@pytest.mark.parametrize("size", [10, codec.COLLECTOR_PAUSE_BYTES])
@pytest.mark.parametrize("was_enabled", [True, False])
def test_the_collector_rests_for_large_bodies_only_and_is_left_as_it_was(size, was_enabled):
    body = b'"' + b"x" * (size - 2) + b'"'
    seen = []
    (gc.enable if was_enabled else gc.disable)()

    try:
        decode_as(body, lambda _: seen.append(gc.isenabled()))
        after = gc.isenabled()
    finally:
        gc.enable()

    assert seen == [was_enabled and size < codec.COLLECTOR_PAUSE_BYTES]
    assert after is was_enabled


def test_the_collector_is_enabled_again_after_a_failure():
    with pytest.raises(UnreadableError):
        decode_as(b"x" * codec.COLLECTOR_PAUSE_BYTES, lambda value: value)

    assert gc.isenabled()


# Writing


class Color(Enum):
    RED = "red"


@given(VALUES.filter(lambda value: "nan" not in repr(value).lower() and "inf" not in repr(value)))
@settings(max_examples=200, deadline=None)
def test_plain_values_are_written_as_they_are(value):
    assert json.loads(encode(value)) == json.loads(json.dumps(value))


def test_bodies_are_compact_utf_8():
    assert encode({"a": ["ż", 1], "b": None}) == '{"a":["ż",1],"b":null}'.encode()


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        iter([1, 2]),
        (n for n in (1, 2)),
        map(int, "12"),
        deque([1, 2]),
        {1: "a", 2: "b"}.keys(),
        range(1, 3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_iterables_are_written_as_arrays(value):
    assert encode({"stop": value}) == b'{"stop":[1,2]}'


@pytest.mark.parametrize(
    "value", [OrderedDict(a=1), MappingProxyType({"a": 1})], ids=lambda value: type(value).__name__
)
def test_mappings_are_written_as_objects(value):
    assert encode([value]) == b'[{"a":1}]'


def test_models_are_written_anywhere():
    message = UserMessage.from_dict({"role": "user", "content": "Hi", "vendor": {"x": [1]}})

    body = encode({"messages": [message], "extra": iter([{"deep": message}])})

    whole = {"role": "user", "content": "Hi", "vendor": {"x": [1]}}
    assert json.loads(body) == {"messages": [whole], "extra": [{"deep": whole}]}


def test_members_of_enums_are_written_as_their_values():
    assert encode({"color": Color.RED}) == b'{"color":"red"}'


def test_unset_is_left_out_with_its_key():
    body = {"a": UNSET, "b": {"c": UNSET, "d": (1, {"e": UNSET})}, "f": iter([{"g": UNSET}, 2])}

    assert encode(body) == b'{"b":{"d":[1,{}]},"f":[{},2]}'


def test_none_is_written_as_null():
    assert encode({"stop": None}) == b'{"stop":null}'


def circle():
    value = {}
    value["self"] = [value]
    return value


def pit(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"temperature": math.nan}, r"temperature: nan cannot be sent"),
        ({"messages": [{}, {"x": [-math.inf]}]}, r"messages\[1\]\.x\[0\]: -inf cannot be sent"),
        ({"messages": iter([{}, {"x": math.inf}])}, r"messages\[1\]\.x: inf cannot be sent"),
        ({"messages": [{"content": "a\ud800"}]}, r"messages\[0\]\.content: a lone surrogate"),
        ({"a\ud800": 1}, r"the request body: a key: a lone surrogate"),
        ({"a": {"b": b"bytes"}}, r"a\.b: a value of type bytes cannot be sent as JSON"),
        ({"a": object()}, r"a: a value of type object"),
        ({"a": int}, r"a: a value of type type"),
        ({"a": {(1, 2): 3}}, r"a: a key of type tuple"),
        ({"a": circle()}, r"a\.self\[0\]: the value contains itself"),
        ({"a": pit(100_000)}, r"nested too deeply"),
        ([UserMessage.from_dict({"role": "user", "content": math.nan})], r"\[0\]\.content: nan"),
        (math.nan, r"the request body: nan"),
        ({"n": 10**5000}, r"4300"),
    ],
    ids=lambda value: None if not isinstance(value, str) else value[:25],
)
def test_what_cannot_be_sent_is_refused_with_the_path_to_it(body, message):
    with pytest.raises(EGPError, match=message):
        encode(body)


def test_values_are_not_shown_in_the_refusal():
    with pytest.raises(EGPError) as caught:
        encode({"messages": [{"role": "user", "content": "my secret prompt", "n": math.nan}]})

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "error", [ValueError("mine"), TypeError("mine"), KeyError("mine"), RecursionError("mine")]
)
def test_an_error_of_the_users_own_iterator_comes_through(error):
    def messages():
        yield {}
        raise error

    with pytest.raises(type(error)) as caught:
        encode({"messages": messages()})

    assert caught.value is error
