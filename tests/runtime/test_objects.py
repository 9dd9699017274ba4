"""Objects of other libraries in a request, and what is refused there."""

from __future__ import annotations

import dataclasses
import json
from collections import OrderedDict
from types import MappingProxyType
from typing import Any, NamedTuple

import attrs
import pydantic
import pytest
from egp_api.models import ChatCompletionMessage, UserMessage

from egp import UNSET, EGPError
from egp._core.body import encode_keywords

OBJECTS, LISTS = frozenset({"response_format", "tool_choice"}), frozenset({"messages", "tools"})
PLAIN = {"role": "user", "content": "Hi"}


def sent(extra=None, **keywords):
    return json.loads(encode_keywords(keywords, extra or {}, OBJECTS, LISTS))


class Pydantic(pydantic.BaseModel):
    role: str = "user"
    content: Any
    name: str | None = None
    of: str | None = pydantic.Field(default=None, serialization_alias="from")


@dataclasses.dataclass
class Dataclass:
    role: str
    content: Any


@attrs.frozen
class Attrs:
    role: str
    content: Any


class WithToDict:
    def to_dict(self):
        return PLAIN


class WithModelDump:
    def model_dump(self):
        return PLAIN


class Named(NamedTuple):
    role: str
    content: str


MAKES = {
    "pydantic": Pydantic(content="Hi"),
    "dataclass": Dataclass("user", "Hi"),
    "attrs": Attrs("user", "Hi"),
    "to_dict": WithToDict(),
    "model_dump": WithModelDump(),
    "model": UserMessage(role="user", content="Hi"),
    "answer": ChatCompletionMessage.from_dict(PLAIN),
    "mapping": MappingProxyType(PLAIN),
    "ordered": OrderedDict(PLAIN),
}


@pytest.mark.parametrize("make", MAKES)
def test_messages_of_any_make_are_sent_as_objects(make):
    assert sent(messages=[PLAIN, MAKES[make]])["messages"] == [PLAIN, PLAIN]
    assert sent(tools=(MAKES[make],), response_format=MAKES[make]) == {
        "tools": [PLAIN],
        "response_format": PLAIN,
    }


def test_a_struct_of_msgspec_is_sent_as_an_object():
    msgspec = pytest.importorskip("msgspec")
    struct = msgspec.defstruct("Struct", [("role", str), ("content", str)], rename={"role": "Role"})

    assert sent(messages=[struct("user", "Hi")])["messages"] == [{"Role": "user", "content": "Hi"}]


def test_objects_within_objects_are_sent_as_objects():
    part = {"type": "text", "text": "Hi"}

    @dataclasses.dataclass
    class Part:
        type: str
        text: str

    nested = [Dataclass("user", [Part("text", "Hi")]), Pydantic(content=[Part("text", "Hi"), part])]

    assert [message["content"] for message in sent(messages=nested)["messages"]] == [[part], [part, part]]


def test_pydantic_sends_what_was_set_and_defaults_but_no_null_that_nobody_set():
    messages = [Pydantic(content=None), Pydantic(content="x", name=None), Pydantic(content="x", of="me")]

    assert sent(messages=messages)["messages"] == [
        {"role": "user", "content": None},
        {"role": "user", "content": "x", "name": None},
        {"role": "user", "content": "x", "from": "me"},
    ]


def test_an_iterator_of_messages_is_a_list_of_them():
    assert sent(messages=iter([PLAIN]))["messages"] == [PLAIN]


@pytest.mark.parametrize(
    ("keywords", "place"),
    [
        ({"messages": [PLAIN, ("user", "Hi")]}, r"messages\[1\]: .* not a tuple"),
        ({"messages": [Named("user", "Hi")]}, r"messages\[0\]: .* not a Named"),
        ({"messages": [["role", "user"]]}, r"messages\[0\]: .* not a list"),
        ({"messages": ["Hi"]}, r"messages\[0\]: .* not a str"),
        ({"messages": PLAIN.items()}, r"messages\[0\]: .* not a tuple"),
        ({"messages": "Hi"}, "messages: a list"),
        ({"messages": PLAIN}, "messages: a list .* not a dict"),
        ({"messages": 7}, "messages: a list .* not an int"),
        ({"messages": [Pydantic]}, r"messages\[0\]: .* the class Pydantic"),
        ({"messages": [{**PLAIN, "content": [Named("a", "b")]}]}, r"messages\[0\]\.content\[0\]: a Named"),
        ({"messages": [{**PLAIN, "vendor": {"point": Named("a", "b")}}]}, r"messages\[0\]\.vendor\.point"),
        ({"messages": [{**PLAIN, "point": Named("a", "b")}]}, r"messages\[0\]\.point"),
        ({"messages": [PLAIN, {**PLAIN, "point": Named("", "")}], "tools": []}, r"messages\[1\]\.point"),
        ({"tools": [Named("a", "b")]}, r"tools\[0\]"),
        ({"response_format": ("type", "text")}, "response_format: .* not a tuple"),
        ({"response_format": Named("a", "b")}, "response_format: .* not a Named"),
        ({"response_format": Pydantic}, "response_format: .* the class Pydantic"),
        ({"response_format": {"json_schema": {"x": Named("a", "b")}}}, r"response_format\.json_schema\.x"),
    ],
)
def test_what_is_no_object_is_refused_with_its_place(keywords, place):
    with pytest.raises(EGPError, match=place):
        sent(**keywords)


def test_what_pydantic_cannot_write_is_refused_with_its_place():
    with pytest.raises(EGPError, match=r"messages\[0\]"):
        sent(messages=[Pydantic(content=object())])


def test_words_and_tuples_of_arrays_pass():
    message = {**PLAIN, "box": (1, 2)}

    assert sent(messages=[message], tool_choice="auto", stop=("a",)) == {
        "messages": [{**PLAIN, "box": [1, 2]}],
        "tool_choice": "auto",
        "stop": ["a"],
    }


def test_none_is_sent_only_from_within_and_from_the_extra_body():
    assert sent(messages=[{**PLAIN, "name": None}], stop=None, extra={"seed": None}) == {
        "messages": [{**PLAIN, "name": None}],
        "seed": None,
    }


def test_unset_is_sent_nowhere():
    given = dict.fromkeys(("tools", "response_format", "tool_choice", "stop", "temperature"), UNSET)

    assert sent(messages=[{**PLAIN, "name": UNSET}], **given) == {"messages": [PLAIN]}


def test_an_error_of_an_iterator_is_its_own():
    def broken():
        yield PLAIN
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        sent(messages=broken())
