"""Reads YAML 1.2 and JSON into values, without recursion and with a bound on what an alias may unfold to.

PyYAML's events are used, not its loaders. They follow YAML 1.1, where `no`, `on` and `2024-01-01` are not
text; they keep the last of two equal keys in silence; and their recursion ends the process on a deeply nested
document. (docs/decisions/reading-yaml.md says why it is not ruamel.yaml.)
"""

from __future__ import annotations

import json
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
_TAGS = {yaml.MappingStartEvent: f"{_TAG}map", yaml.SequenceStartEvent: f"{_TAG}seq"}
_PLAIN_TAGS = frozenset(f"{_TAG}{kind}" for kind in ("int", "float", "bool", "null"))
_CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")

# Where a key or an item stands, by the identity of what it is in: its line from 1, and its scalar as written.
_Marks = dict[tuple[int, str], tuple[int, str | None]]


def read_yaml(text: str, marks: _Marks | None = None) -> Any:
    """Return the value that a YAML document holds; raise CompileError with the line of what is wrong.

    Mapping keys are always text, as the source writes them: `200:` is the key "200". Plain scalars are
    resolved by the core schema of YAML 1.2, section 10.3.2. Merge keys (`<<`) are unfolded.
    """
    try:
        return _build(iter(yaml.parse(text, Loader=_LOADER)), marks)
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
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite
        )
    except CompileError:
        # JSON's reader does not say where; that of YAML does, and refuses the same.
        read_yaml(_as_yaml(text))
        raise
    except json.JSONDecodeError as error:
        _refuse_conflict(text)
        raise CompileError(f"not JSON: {error.msg}", line=error.lineno) from None
    except RecursionError:
        raise CompileError(f"the document is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError:
        raise CompileError("the document has a number that is too long") from None
    _check_json(text, value)
    return value


def locate(text: str, place: str) -> int | None:
    """Return the line (from 1) of the JSON Pointer `place`, or of the nearest place above that there is."""
    return _find(text, place)[0]


def spelling(text: str, place: str) -> str | None:
    """Return how the text writes the scalar at the JSON Pointer `place`; None if there is none."""
    return _find(text, place)[1]


def _find(text: str, place: str) -> tuple[int | None, str | None]:
    marks: _Marks = {}
    try:
        node = read_yaml(_as_yaml(text), marks)
    except CompileError:
        return None, None
    found: tuple[int | None, str | None] = (marks.get((0, ""), (None, None))[0], None)
    if place:
        found = (None, None)
    for token in pointer.split(place):
        mark = marks.get((id(node), token))
        if mark is None:
            return found[0], None
        found = mark
        node = node[token] if isinstance(node, dict) else node[int(token)]
    return found


def _as_yaml(text: str) -> str:
    """Return the text with stand-ins of the same length for the two escapes of JSON that YAML lacks."""
    return _SURROGATE_ESCAPE.sub("\\\\u0041", text).replace("\\/", "//")


class _Level:
    """A mapping or sequence that is being read."""

    __slots__ = ("anchor", "key", "line", "lines", "merges", "nodes_before", "value")

    def __init__(self, value: Any, line: int, anchor: str | None, nodes_before: int) -> None:
        self.value, self.line, self.anchor, self.nodes_before = value, line, anchor, nodes_before
        self.key: str | None = None
        self.lines: dict[str, int] = {}
        self.merges: list[Any] = []

    def open(self, event: Any) -> None:
        """Take the key of the next value."""
        key, line = event.value, _line(event)
        if event.tag is not None and event.tag not in {"!", f"{_TAG}str"}:
            raise CompileError(f"the tag {_shown(event.tag)} is not allowed on a key", line=line)
        if key in self.lines:
            raise CompileError(
                f"the key {_shown(key)} is here a second time, first on line {self.lines[key]}",
                line=line,
                remedy="Remove or rename one of the two.",
            )
        self.lines[key] = line
        self.key = key

    def close(self) -> Any:
        """Return the whole value, its merge keys unfolded. The same object, so that its marks count."""
        merged: dict[str, Any] = {}
        for source in (
            each for merge in self.merges for each in (merge if isinstance(merge, list) else [merge])
        ):
            if not isinstance(source, dict):
                raise CompileError("a merge key (<<) takes mappings", line=self.line)
            merged = {**source, **merged}
        if merged:
            own = dict(self.value)
            self.value.clear()
            self.value.update({**merged, **own})
        return self.value


def _build(events: Iterator[Any], marks: _Marks | None) -> Any:
    levels: list[_Level] = []
    anchors: dict[str, tuple[Any, int]] = {}
    nodes = aliased = documents = 0
    root: Any = None
    for event in events:
        kind = type(event)
        level = levels[-1] if levels else None
        needs_key = level is not None and level.key is None and type(level.value) is dict
        written: str | None = None
        if kind is yaml.ScalarEvent:
            nodes += 1
            if needs_key:
                assert level is not None
                level.open(event)
                continue
            written = event.value
            value = _scalar(event, level.key if level else None)
            if event.anchor is not None:
                anchors[event.anchor] = (value, 1)
        elif kind in _TAGS:
            nodes += 1
            line = _line(event)
            if needs_key:
                raise CompileError("a mapping key must be text", line=line)
            if event.tag not in {None, "!", _TAGS[kind]}:
                raise CompileError(f"the tag {_shown(event.tag)} is not allowed", line=line)
            if len(levels) >= MAX_DEPTH:
                raise CompileError(f"nested deeper than {MAX_DEPTH} levels", line=line)
            opened = _Level({} if kind is yaml.MappingStartEvent else [], line, event.anchor, nodes)
            if level is None:
                root = opened.value
                if marks is not None:
                    marks[0, ""] = (line, None)
            levels.append(opened)
            anchors.pop(event.anchor, None)
            continue
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            assert level is not None
            value = level.close()
            if level.anchor is not None:
                anchors[level.anchor] = (value, nodes - level.nodes_before + 1)
            event = level
            levels.pop()
            level = levels[-1] if levels else None
        elif kind is yaml.AliasEvent:
            line = _line(event)
            if needs_key:
                raise CompileError("a mapping key must be text, not an alias", line=line)
            if event.anchor not in anchors:
                raise CompileError(f"the alias *{_shown(event.anchor)} has no anchor before it", line=line)
            value, size = anchors[event.anchor]
            nodes += size
            aliased += size
            if aliased > MAX_ALIASED_NODES:
                raise CompileError(
                    f"the aliases of the document unfold to more than {MAX_ALIASED_NODES:,} nodes", line=line
                )
        else:
            documents += kind is yaml.DocumentStartEvent
            if documents > 1:
                raise CompileError("a second document starts here (---)", line=_line(event))
            continue
        if level is None:
            root = value
            continue
        key, level.key = level.key, None
        if marks is not None:
            token = str(len(level.value)) if key is None else key
            marks[id(level.value), token] = (_line(event) if key is None else level.lines[key], written)
        if key is None:
            level.value.append(value)
        elif key == "<<" and isinstance(value, dict | list):
            level.merges.append(value)
        else:
            level.value[key] = value
    return root


def _line(event: Any) -> int:
    return event.line if isinstance(event, _Level) else int(event.start_mark.line) + 1


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
        value = float(text)
        if value in {float("inf"), float("-inf")}:
            raise CompileError(f"the number {_shown(text)} is out of range", line=line)
        return value
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
        keys = [key for key, _ in pairs]
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise CompileError(
            f"the key {_shown(twice)} is there twice in one object", remedy="Remove or rename one."
        )
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise CompileError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise CompileError(f"the number {_shown(text)} is out of range")
    return value


def _check_json(text: str, root: Any) -> None:
    """Refuse what only shows after reading: depth, and surrogates, which no file can hold."""
    surrogates = _SURROGATE_ESCAPE.search(text) is not None
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH + 1:
            raise CompileError(f"nested deeper than {MAX_DEPTH} levels")
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += value.values()
                below += value.keys() if surrogates else ()
            elif isinstance(value, list):
                below += value
            elif surrogates and isinstance(value, str):
                try:
                    value.encode()
                except UnicodeEncodeError:
                    raise CompileError(f"{_shown(value)} has half of a surrogate pair") from None
        level = below


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else f"{value[:57]}...")
