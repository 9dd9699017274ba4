"""Reads YAML 1.2 and JSON into values, with a bound on depth and on what an alias may unfold to.

PyYAML's events are used, not its loaders. They follow YAML 1.1, where `no`, `on` and `2024-01-01` are not
text; they keep the last of two equal keys in silence; and their recursion ends the process on a deeply nested
document. (docs/decisions/reading-yaml.md says why it is not ruamel.yaml.)
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from tools.compiler import pointer
from tools.compiler.errors import CompileError, Finding

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
_PLAIN_TAGS = frozenset(f"{_TAG}{kind}" for kind in ("int", "float", "bool", "null"))
_KEY_TAGS = frozenset({None, "!", f"{_TAG}str"})
_TAGS = {
    yaml.MappingStartEvent: {None, "!", f"{_TAG}map"},
    yaml.SequenceStartEvent: {None, "!", f"{_TAG}seq"},
    yaml.ScalarEvent: _KEY_TAGS | _PLAIN_TAGS,
}
_CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_YAML_REMEDIES = {
    "mapping values are not allowed in this context": "Quote text that has a colon and a space in it.",
    "did not find expected key": "Indent the keys of one mapping alike, and quote text with quotes in it.",
    "found character that cannot start any token": "Quote text that begins with a sign such as @, % or `.",
    "found unknown escape character": "Write single quotes, or each backslash twice.",
}
# Only text belongs there: `version: 1.10` is not 1.1.
_TEXTS = (("info", "title"), ("info", "version"))

_Place = tuple[str, ...]


def read_yaml(text: str) -> Any:
    """Return the value that a YAML document holds; raise CompileError with the line of what is wrong.

    Mapping keys are always text, as the source writes them: `200:` is the key "200". Plain scalars are
    resolved by the core schema of YAML 1.2, section 10.3.2. Merge keys (`<<`) are unfolded.
    """
    return _build(text).value


def read_json(text: str) -> Any:
    """Return the value that a JSON document holds; raise CompileError with the line of what is wrong."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_finite, parse_float=_finite)
        if _SURROGATE_ESCAPE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        _refuse_conflict(text)
        raise CompileError(Finding(f"not JSON: {error.msg}", line=error.lineno)) from None
    except UnicodeEncodeError as error:
        raise CompileError(Finding(f"{error.object[error.start]!r} is half of a surrogate pair")) from None
    except (ValueError, RecursionError) as error:
        # JSON's reader does not say where; that of YAML does, and refuses nearly the same.
        read_yaml(_as_yaml(text))
        raise CompileError(Finding(f"not JSON: {error}")) from None
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
        ]
    if level:
        raise CompileError(Finding(f"nested deeper than {MAX_DEPTH} levels"))
    info = value.get("info") if isinstance(value, dict) else None
    for _, key in _TEXTS:
        if isinstance(info, dict) and isinstance(info.get(key), int | float):
            info[key] = str(json.loads(text, parse_float=str, parse_int=str)["info"][key])
    return value


def locate(text: str, place: str) -> int | None:
    """Return the line (from 1) of the JSON Pointer `place`, or of the nearest place above that there is."""
    try:
        built = _build(_as_yaml(text))
    except CompileError:
        return None
    at: _Place = ()
    line = None if place else built.lines.get(at)
    for token in pointer.split(place):
        at = (*built.aliases.get(at, at), token)
        if at not in built.lines:
            break
        line = built.lines[at]
    return line


def _as_yaml(text: str) -> str:
    """Return the text with stand-ins of the same length for the two escapes of JSON that YAML lacks."""
    return _SURROGATE_ESCAPE.sub("\\\\u0041", text).replace("\\/", "//")


class _Builder:
    """Builds the `value` of a document from its events: None where there is none.

    Keeps the `lines` of its places, and where the `aliases` among them lead.
    """

    def __init__(self, events: Iterator[Any]) -> None:
        self.value: Any = None
        self.lines: dict[_Place, int] = {}
        self.aliases: dict[_Place, _Place] = {}
        self._events = events
        self._anchors: dict[str, tuple[Any, int, _Place]] = {}
        self._nodes = self._aliased = documents = 0
        for event in events:
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise _refusal(event, "a second document starts here (---)")
            if isinstance(event, yaml.NodeEvent):
                self.lines[()] = _line(event)
                self.value = self._value(event, ())

    def _value(self, event: Any, place: _Place) -> Any:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event, place)
        if event.tag not in _TAGS[kind]:
            raise _refusal(event, f"the tag {_shown(event.tag)} is not allowed")
        before = self._nodes
        self._nodes += 1
        if kind is yaml.ScalarEvent:
            value = _scalar(event, place)
        else:
            if len(place) == MAX_DEPTH:
                raise _refusal(event, f"nested deeper than {MAX_DEPTH} levels")
            self._anchors.pop(event.anchor, None)
            value = (self._mapping if kind is yaml.MappingStartEvent else self._sequence)(event, place)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, self._nodes - before, place
        return value

    def _alias(self, event: Any, place: _Place) -> Any:
        if event.anchor not in self._anchors:
            raise _refusal(event, f"the alias *{_shown(event.anchor)} has no anchor before it")
        value, size, self.aliases[place] = self._anchors[event.anchor]
        self._nodes += size
        self._aliased += size
        if self._aliased > MAX_ALIASED_NODES:
            message = f"the aliases of the document unfold to more than {MAX_ALIASED_NODES:,} nodes"
            raise _refusal(event, message)
        return value

    def _sequence(self, _start: Any, place: _Place) -> list[Any]:
        items: list[Any] = []
        while type(event := next(self._events)) is not yaml.SequenceEndEvent:
            at = (*place, str(len(items)))
            self.lines[at] = _line(event)
            items.append(self._value(event, at))
        return items

    def _mapping(self, start: Any, place: _Place) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while type(event := next(self._events)) is not yaml.MappingEndEvent:
            self._nodes += 1
            key = _key(event)
            at = (*place, key)
            if at in self.lines:
                message = f"the key {_shown(key)} is here a second time, first on line {self.lines[at]}"
                raise _refusal(event, message, "Remove or rename one of the two.")
            self.lines[at] = _line(event)
            value = self._value(next(self._events), at)
            if key != "<<" or not isinstance(value, dict | list):
                own[key] = value
                continue
            for source in value if isinstance(value, list) else [value]:
                if not isinstance(source, dict):
                    raise _refusal(start, "a merge key (<<) takes mappings")
                merged = {**source, **merged}
        return {**merged, **own} if merged else own


def _build(text: str) -> _Builder:
    try:
        return _Builder(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        _refuse_yaml(text, error)
    except yaml.reader.ReaderError as error:
        character = f"U+{error.character:04X}" if isinstance(error.character, int) else repr(error.character)
        message = f"the character {character} is not allowed in YAML"
        line = text.count("\n", 0, error.position) + 1
        remedy = "Remove it, or write it as an escape in double quotes."
        raise CompileError(Finding(message, line=line, remedy=remedy)) from None


def _key(event: Any) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        which = ", not an alias" if isinstance(event, yaml.AliasEvent) else ""
        raise _refusal(event, f"a mapping key must be text{which}")
    if event.tag not in _KEY_TAGS:
        raise _refusal(event, f"the tag {_shown(str(event.tag))} is not allowed on a key")
    return str(event.value)


def _line(marked: Any) -> int:
    return int(marked.start_mark.line) + 1


def _refusal(event: Any, message: str, remedy: str = "") -> CompileError:
    return CompileError(Finding(message, line=_line(event), remedy=remedy))


def _scalar(event: Any, place: _Place) -> Any:
    text: str = event.value
    is_text = event.tag not in _PLAIN_TAGS and not event.implicit[0]
    if is_text or (text and text[0] not in _MAYBE_NOT_TEXT):
        return text
    value = _WORDS[text] if text in _WORDS else _number(event, place)
    return value if value is None or place not in _TEXTS else text


def _number(event: Any, place: _Place) -> Any:
    text: str = event.value
    if _INTEGER.fullmatch(text):
        if len(text) > 400:
            raise _refusal(event, "a number is too long")
        return int(text, 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10)
    if _FLOAT.fullmatch(text):
        try:
            return _finite(text)
        except ValueError as error:
            raise _refusal(event, str(error)) from None
    if _NOT_FINITE.fullmatch(text):
        if place[-1:] == ("default",):  # which is never sent
            return float(text.replace(".", ""))
        message = f"{text} cannot be written in JSON"
        raise _refusal(event, message, "Leave it out, or quote it if it is text.")
    return text


def _refuse_yaml(text: str, error: yaml.MarkedYAMLError) -> NoReturn:
    _refuse_conflict(text)
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines() or [""]
    line = min(mark.line + 1 if mark else 1, len(lines))
    message = f"not YAML: {', '.join(filter(None, (error.context, error.problem)))}"
    remedy = _YAML_REMEDIES.get(str(error.problem), "")
    if re.match(r"\s*\t", lines[line - 1]):
        message, remedy = "not YAML: a tab in the indentation", "Indent with spaces."
    elif line == len(lines) and not remedy:
        remedy = "The file ends in the middle of something; is it whole?"
    raise CompileError(Finding(message, line=line, remedy=remedy)) from None


def _refuse_conflict(text: str) -> None:
    if marker := _CONFLICT.search(text):
        message = f"a merge conflict is not resolved: {marker.group().strip()}"
        line = text.count("\n", 0, marker.start()) + 1
        remedy = "Resolve the conflict and remove its markers."
        raise CompileError(Finding(message, line=line, remedy=remedy)) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key is there twice in one object")
    return result


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {_shown(text)} is out of range")
    return value


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else f"{value[:57]}...")
