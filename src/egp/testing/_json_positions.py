"""The strings and numbers of a JSON text, with the place of each character.

Texts are bytes read as Latin-1, so that a place in the text is a place in the bytes. A scan never fails:
where a text is not JSON, or breaks off, it yields what it recognizes.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from attrs import define, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN = re.compile(
    r'"([^"\\]*(?:\\.[^"\\]*)*)\\?(?:"|\Z)|([{}\[\]:,])|([^\s{}\[\]:,"]+)', re.ASCII | re.DOTALL
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|(.))", re.DOTALL)
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_NUMBER = re.compile(r"-?\d[\d.eE+-]*")


@define(eq=False)
class Scope:
    """An object or array that contains others."""

    parent: Scope | None
    name: str
    """The member that it is the value of; empty in an array and at the top."""
    is_object: bool
    index: str | None = None
    """The value of its own member `index`, by which streams say which choice or call they continue."""

    def up(self) -> Iterator[Scope]:
        """Yield this scope and those around it, the innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


@frozen(eq=False, slots=False)
class Leaf:
    """A string, number or member name."""

    scope: Scope
    name: str
    """The member that it is the value of, or that it names; empty in an array."""
    kind: Literal["string", "number", "name"]
    text: str
    """The characters, with escapes resolved, as UTF-8 bytes read as Latin-1."""
    offsets: Sequence[int]
    """Where each character of the text begins, and at last where the text ends."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The members around it, the outermost first, its own at last; arrays add none."""
        around = [scope.name for scope in self.scope.up()]
        return tuple(name for name in (*reversed(around), self.name) if name)

    @cached_property
    def path(self) -> tuple[str | None, ...]:
        """What the leaf continues in a stream: its members, and the index of each object that has one."""
        around = [part for scope in self.scope.up() for part in (scope.name, scope.index)]
        return (*around, self.name, self.kind)


def scan(text: str, start: int = 0, end: int | None = None) -> Iterator[Leaf]:
    """Yield the leaves of the JSON in `text[start:end]`, in order."""
    root = scope = Scope(None, "", is_object=False)
    name, expects_name = "", False
    for token in _TOKEN.finditer(text, start, len(text) if end is None else end):
        string, mark, literal = token.groups()
        if string is not None:
            resolved, offsets = _resolve(string, token.start(1))
            if expects_name:
                name = resolved
            yield Leaf(scope, name, "name" if expects_name else "string", resolved, offsets)
        elif literal is not None:
            if name == "index":
                scope.index = literal
            if _NUMBER.fullmatch(literal):
                yield Leaf(scope, name, "number", literal, range(token.start(), token.end() + 1))
        elif mark in "{[":
            scope = Scope(scope, name, is_object=mark == "{")
            name, expects_name = "", mark == "{"
        elif mark in "}]":
            scope = scope.parent or root
            name, expects_name = "", False
        else:
            expects_name = mark == "," and scope.is_object
            if mark == ",":
                name = ""


def _resolve(raw: str, start: int) -> tuple[str, Sequence[int]]:
    if "\\" not in raw:
        return raw, range(start, start + len(raw) + 1)
    text: list[str] = []
    offsets: list[int] = []
    place = 0
    for escape in _ESCAPE.finditer(raw):
        text.append(raw[place : escape.start()])
        offsets += range(start + place, start + escape.start())
        resolved = _character(escape)
        text.append(resolved)
        offsets += [start + escape.start()] * len(resolved)
        place = escape.end()
    text.append(raw[place:])
    offsets += range(start + place, start + len(raw) + 1)
    return "".join(text), offsets


def _character(escape: re.Match[str]) -> str:
    first, second, plain = escape.groups()
    if first is None:
        return _CONTROL.get(plain, plain)
    code = int(first, 16)
    if second is not None and 0xD800 <= code < 0xDC00:
        character = chr(0x10000 + ((code - 0xD800) << 10) + (int(second, 16) - 0xDC00))
    else:
        character = chr(code) + ("" if second is None else chr(int(second, 16)))
    return character.encode("utf-8", "surrogatepass").decode("latin-1")
