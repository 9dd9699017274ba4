"""Reads YAML 1.2 and JSON into values, with a bound on depth and on what an alias may unfold to.

PyYAML's events are used, not its loaders. They follow YAML 1.1, where `no`, `on` and `2024-01-01` are not
text; they keep the last of two equal keys in silence; and their recursion ends the process on a deeply nested
document. (docs/decisions/reading-yaml.md says why it is not ruamel.yaml.)
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from tools.compiler import pointer
from tools.compiler.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Far above any real description of an API (Stripe's nests 30 deep), far below the interpreter's own limit.
MAX_DEPTH = 120
MAX_ALIASED_NODES = 1_000_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {"": None, "~": None}
for _word, _meant in (("null", None), ("true", True), ("false", False)):
    _WORDS |= dict.fromkeys((_word, _word.title(), _word.upper()), _meant)
_MAYBE_NOT_TEXT = frozenset("0123456789+-.~nNtTfF")
_TAG = "tag:yaml.org,2002:"
_COLLECTIONS = {yaml.MappingStartEvent: f"{_TAG}map", yaml.SequenceStartEvent: f"{_TAG}seq"}
_PLAIN_TAGS = frozenset(f"{_TAG}{kind}" for kind in ("int", "float", "bool", "null"))
_CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def read_yaml(text: str) -> Any:
    """Return the value that a YAML document holds; raise CompileError with the line of what is wrong.

    Mapping keys are always text, as the source writes them: `200:` is the key "200". Plain scalars are
    resolved by the core schema of YAML 1.2, section 10.3.2. Merge keys (`<<`) are unfolded.
    """
    try:
        return _Builder(yaml.parse(text, Loader=_LOADER)).document()
    except yaml.MarkedYAMLError as error:
        _refuse_yaml(text, error)
    except yaml.reader.ReaderError as error:
        character = f"U+{error.character:04X}" if isinstance(error.character, int) else repr(error.character)
        raise CompileError(
            f"the character {character} is not allowed in YAML",
            line=text.count("\n", 0, error.position) + 1,
            remedy="Remove it, or write it as an escape in double quotes.",
        ) from None


def read_json(text: str) -> Any:
    """Return the value that a JSON document holds; raise CompileError with the line of what is wrong."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
        if _SURROGATE_ESCAPE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        _refuse_conflict(text)
        raise CompileError(f"not JSON: {error.msg}", line=error.lineno) from None
    except UnicodeEncodeError as error:
        raise CompileError(f"{error.object[error.start]!r} is half of a surrogate pair") from None
    except (ValueError, RecursionError) as error:
        # JSON's reader does not say where; that of YAML does, and refuses nearly the same.
        read_yaml(_as_yaml(text))
        raise CompileError(f"not JSON: {error}") from None
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
        ]
    if level:
        raise CompileError(f"nested deeper than {MAX_DEPTH} levels")
    return value


def locate(text: str, place: str) -> int | None:
    """Return the line (from 1) of the JSON Pointer `place`, or of the nearest place above that there is."""
    return _find(text, place)[0]


def spelling(text: str, place: str) -> str | None:
    """Return how the text writes the scalar at the JSON Pointer `place`; None if there is none."""
    node = _find(text, place)[1]
    return node.value if isinstance(node, yaml.ScalarNode) else None


def _find(text: str, place: str) -> tuple[int | None, Any]:
    """Return the line of a place, or of the nearest above, and its node; None for one that there is not."""
    try:
        # What is looked up has been read before, so that the depth of this recursion is known.
        node: Any = yaml.compose(_as_yaml(text), Loader=_LOADER)
    except yaml.YAMLError:
        return None, None
    line = None if place or node is None else _line(node)
    for token in pointer.split(place):
        found = next((entry for entry in _entries(node) if entry[0] == token), None)
        if found is None:
            return line, None
        line, node = _line(found[1]), found[2]
    return line, node


def _entries(node: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield each key or index of a node, where it stands, and its value."""
    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, key, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(index), item, item) for index, item in enumerate(node.value))


def _as_yaml(text: str) -> str:
    """Return the text with stand-ins of the same length for the two escapes of JSON that YAML lacks."""
    return _SURROGATE_ESCAPE.sub("\\\\u0041", text).replace("\\/", "//")


class _Builder:
    """Builds the value of a document from its events."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = self._aliased = 0

    def document(self) -> Any:
        """Return the value of the only document; None where there is none."""
        value: Any = None
        documents = 0
        for event in self._events:
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise CompileError("a second document starts here (---)", line=_line(event))
            if isinstance(event, yaml.NodeEvent):
                value = self._value(event, 0)
        return value

    def _value(self, event: Any, depth: int, key: str | None = None) -> Any:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event)
        before = self._nodes
        self._nodes += 1
        if kind is yaml.ScalarEvent:
            value = _scalar(event, key)
        else:
            if event.tag not in {None, "!", _COLLECTIONS[kind]}:
                raise CompileError(f"the tag {_shown(event.tag)} is not allowed", line=_line(event))
            if depth == MAX_DEPTH:
                raise CompileError(f"nested deeper than {MAX_DEPTH} levels", line=_line(event))
            self._anchors.pop(event.anchor, None)
            value = (self._mapping if kind is yaml.MappingStartEvent else self._sequence)(event, depth + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, self._nodes - before
        return value

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise CompileError(
                f"the alias *{_shown(event.anchor)} has no anchor before it", line=_line(event)
            )
        value, size = self._anchors[event.anchor]
        self._nodes += size
        self._aliased += size
        if self._aliased > MAX_ALIASED_NODES:
            message = f"the aliases of the document unfold to more than {MAX_ALIASED_NODES:,} nodes"
            raise CompileError(message, line=_line(event))
        return value

    def _sequence(self, _start: Any, depth: int) -> list[Any]:
        items: list[Any] = []
        while type(event := next(self._events)) is not yaml.SequenceEndEvent:
            items.append(self._value(event, depth))
        return items

    def _mapping(self, start: Any, depth: int) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        lines: dict[str, int] = {}
        while type(event := next(self._events)) is not yaml.MappingEndEvent:
            self._nodes += 1
            key = _key(event)
            if key in lines:
                raise CompileError(
                    f"the key {_shown(key)} is here a second time, first on line {lines[key]}",
                    line=_line(event),
                    remedy="Remove or rename one of the two.",
                )
            lines[key] = _line(event)
            value = self._value(next(self._events), depth, key)
            if key != "<<" or not isinstance(value, dict | list):
                own[key] = value
                continue
            for source in value if isinstance(value, list) else [value]:
                if not isinstance(source, dict):
                    raise CompileError("a merge key (<<) takes mappings", line=_line(start))
                merged = {**source, **merged}
        return {**merged, **own} if merged else own


def _key(event: Any) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        which = ", not an alias" if isinstance(event, yaml.AliasEvent) else ""
        raise CompileError(f"a mapping key must be text{which}", line=_line(event))
    if event.tag not in {None, "!", f"{_TAG}str"}:
        raise CompileError(f"the tag {_shown(event.tag)} is not allowed on a key", line=_line(event))
    return str(event.value)


def _line(marked: Any) -> int:
    return int(marked.start_mark.line) + 1


def _scalar(event: Any, key: str | None) -> Any:
    text: str = event.value
    if event.tag is None or event.tag == "!":
        if not event.implicit[0]:
            return text
    elif event.tag == f"{_TAG}str":
        return text
    elif event.tag not in _PLAIN_TAGS:
        raise CompileError(f"the tag {_shown(event.tag)} is not allowed", line=_line(event))
    if text and text[0] not in _MAYBE_NOT_TEXT:
        return text
    return _WORDS[text] if text in _WORDS else _number(text, key, _line(event))


def _number(text: str, key: str | None, line: int) -> Any:
    if _INTEGER.fullmatch(text):
        if len(text) > 400:
            raise CompileError("a number is too long", line=line)
        return int(text, 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10)
    if _FLOAT.fullmatch(text):
        try:
            return _finite(text)
        except ValueError as error:
            raise CompileError(str(error), line=line) from None
    if _NOT_FINITE.fullmatch(text):
        if key == "default":  # which is never sent
            return float(text.replace(".", ""))
        raise CompileError(
            f"{text} cannot be written in JSON", line=line, remedy="Leave it out, or quote it if it is text."
        )
    return text


def _refuse_yaml(text: str, error: yaml.MarkedYAMLError) -> NoReturn:
    _refuse_conflict(text)
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else None
    lines = text.splitlines()
    if line is not None and line <= len(lines):
        written = lines[line - 1]
        if "\t" in written[: len(written) - len(written.lstrip())]:
            raise CompileError(
                "not YAML: a tab in the indentation", line=line, remedy="Indent with spaces."
            ) from None
    cause = ", ".join(part for part in (error.context, error.problem) if part)
    truncated = line is not None and line >= len(lines)
    raise CompileError(
        f"not YAML: {cause}",
        line=min(line, max(len(lines), 1)) if line is not None else None,
        remedy="The file ends in the middle of something; is it whole?" if truncated else "",
    ) from None


def _refuse_conflict(text: str) -> None:
    marker = _CONFLICT.search(text)
    if marker:
        raise CompileError(
            f"a merge conflict is not resolved: {marker.group().strip()}",
            line=text.count("\n", 0, marker.start()) + 1,
            remedy="Resolve the conflict and remove its markers.",
        ) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key is there twice in one object")
    return result


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {_shown(text)} is out of range")
    return value


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else f"{value[:57]}...")
