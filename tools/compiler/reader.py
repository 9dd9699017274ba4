"""Reads YAML 1.2 and JSON into values, without recursion and with a bound on what an alias may unfold to.

PyYAML's event stream is used, not its loaders. They follow YAML 1.1, where `no`, `on` and `2024-01-01` are
not text; they keep the last of two equal keys in silence; and their recursion ends the process on a deeply
nested document.
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
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_MAYBE_NOT_TEXT = frozenset("0123456789+-.~nNtTfF")
_TAG = "tag:yaml.org,2002:"
_CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def read_yaml(text: str) -> Any:
    """The value that a YAML document holds; raises CompileError with the line of what is wrong.

    Mapping keys are always text, as the source writes them: `200:` is the key "200". Plain scalars are
    resolved by the core schema of YAML 1.2, section 10.3.2. Merge keys (`<<`) are unfolded.
    """
    try:
        return _build(_events(text))
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
    """The value that a JSON document holds; raises CompileError with the line of what is wrong."""
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
    except (RecursionError, ValueError) as error:
        too_deep = isinstance(error, RecursionError)
        reason = f"nested deeper than {MAX_DEPTH} levels" if too_deep else "a number is too long"
        raise CompileError(
            f"the document has {reason}" if not too_deep else f"the document is {reason}"
        ) from None
    _check_json(text, value)
    return value


def locate(text: str, place: str) -> int | None:
    """The line (from 1) of the JSON Pointer `place`, or of the nearest place above it that the text has."""
    return _find(text, place)[0]


def spelling(text: str, place: str) -> str | None:
    """How the text writes the scalar at the JSON Pointer `place`; None if there is none."""
    event = _find(text, place)[1]
    return str(event.value) if type(event) is yaml.ScalarEvent else None


def _as_yaml(text: str) -> str:
    """The text with stand-ins of the same length for the two escapes of JSON that YAML lacks."""
    return _SURROGATE_ESCAPE.sub("\\\\u0041", text).replace("\\/", "//")


def _find(text: str, place: str) -> tuple[int | None, Any]:
    events = _events(_as_yaml(text))
    try:
        return _walk_down(events, pointer.split(place))
    except (yaml.YAMLError, StopIteration):
        return None, None


def _events(text: str) -> Iterator[Any]:
    return iter(yaml.parse(text, Loader=_LOADER))


class _Level:
    """A mapping or sequence that is being read."""

    __slots__ = ("anchor", "key", "key_lines", "line", "merges", "nodes_before", "value")

    def __init__(self, value: Any, line: int, anchor: str | None, nodes_before: int) -> None:
        self.value = value
        self.line = line
        self.anchor = anchor
        self.nodes_before = nodes_before
        self.key: str | None = None
        self.key_lines: dict[str, int] = {}
        self.merges: list[Any] | None = None


def _build(events: Iterator[Any]) -> Any:
    levels: list[_Level] = []
    anchors: dict[str, tuple[Any, int]] = {}
    nodes = aliased = documents = 0
    root: Any = None
    level: _Level | None = None
    for event in events:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            nodes += 1
            if level is not None and level.key is None and type(level.value) is dict:
                _open_key(level, event)
                continue
            value = _scalar(event)
            if event.anchor is not None:
                anchors[event.anchor] = (value, 1)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            nodes += 1
            line = event.start_mark.line + 1
            mapping = kind is yaml.MappingStartEvent
            if level is not None and level.key is None and type(level.value) is dict:
                raise CompileError("a mapping key must be text", line=line)
            if event.tag not in {None, "!", f"{_TAG}{'map' if mapping else 'seq'}"}:
                raise CompileError(f"the tag {_shown(event.tag)} is not allowed", line=line)
            if len(levels) >= MAX_DEPTH:
                raise CompileError(f"nested deeper than {MAX_DEPTH} levels", line=line)
            level = _Level({} if mapping else [], line, event.anchor, nodes)
            levels.append(level)
            if event.anchor is not None:
                anchors.pop(event.anchor, None)
            continue
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            assert level is not None
            value = level.value
            if level.merges is not None:
                value = _merged(level)
            if level.anchor is not None:
                anchors[level.anchor] = (value, nodes - level.nodes_before + 1)
            levels.pop()
            level = levels[-1] if levels else None
        elif kind is yaml.AliasEvent:
            line = event.start_mark.line + 1
            if level is not None and level.key is None and type(level.value) is dict:
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
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise CompileError("a second document starts here (---)", line=event.start_mark.line + 1)
            continue
        else:
            continue
        if level is None:
            root = value
        elif level.key is None:
            level.value.append(value)
        else:
            key, level.key = level.key, None
            if key == "<<" and isinstance(value, dict | list):
                level.merges = [*(level.merges or ()), value]
            else:
                level.value[key] = value
    return root


def _open_key(level: _Level, event: Any) -> None:
    key = event.value
    line = event.start_mark.line + 1
    if event.tag is not None and event.tag not in {"!", f"{_TAG}str"}:
        raise CompileError(f"the tag {_shown(event.tag)} is not allowed on a key", line=line)
    if key in level.key_lines:
        raise CompileError(
            f"the key {_shown(key)} is here a second time, first on line {level.key_lines[key]}",
            line=line,
            remedy="Remove or rename one of the two.",
        )
    level.key_lines[key] = line
    level.key = key


def _merged(level: _Level) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for merge in level.merges or ():
        for source in merge if isinstance(merge, list) else [merge]:
            if not isinstance(source, dict):
                raise CompileError("a merge key (<<) takes mappings", line=level.line)
            for key, value in source.items():
                result.setdefault(key, value)
    return {**result, **level.value}


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.tag is None or event.tag == "!":
        if not event.implicit[0]:
            return text
    elif event.tag == f"{_TAG}str":
        return text
    elif event.tag not in {f"{_TAG}{kind}" for kind in ("int", "float", "bool", "null")}:
        raise CompileError(f"the tag {_shown(event.tag)} is not allowed", line=event.start_mark.line + 1)
    if text and text[0] not in _MAYBE_NOT_TEXT:
        return text
    if text in _WORDS:
        return _WORDS[text]
    return _number(text, event.start_mark.line + 1)


def _number(text: str, line: int) -> Any:
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
        seen: set[str] = set()
        key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise CompileError(
            f"the key {_shown(key)} is there twice in one object", remedy="Remove or rename one."
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
    """Refuses what only shows after reading: depth, and surrogates, which no file can hold."""
    surrogates = _SURROGATE_ESCAPE.search(text) is not None
    level = [root]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH + 1:
            raise CompileError(f"nested deeper than {MAX_DEPTH} levels")
        below: list[Any] = []
        for value in level:
            if type(value) is dict:
                below.extend(value.values())
                if surrogates:
                    below.extend(value.keys())
            elif type(value) is list:
                below.extend(value)
            elif surrogates and type(value) is str:
                _refuse_surrogate(value)
        level = below


def _refuse_surrogate(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise CompileError(f"{_shown(value)} has half of a surrogate pair") from None


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else f"{value[:57]}...")


def _walk_down(events: Iterator[Any], tokens: tuple[str, ...]) -> tuple[int | None, Any]:
    """Walks down to the place that `tokens` name, passing over everything beside it."""
    line: int | None = None
    event = _next_node(events)
    if not tokens:
        return _line(event), event
    for token in tokens:
        if type(event) is yaml.MappingStartEvent:
            while True:
                key = next(events)
                if type(key) is yaml.MappingEndEvent:
                    return line, None
                if type(key) is yaml.ScalarEvent and key.value == token:
                    line = _line(key)
                    event = next(events)
                    break
                _pass_over(key, events)
                _pass_over(next(events), events)
        elif type(event) is yaml.SequenceStartEvent and token.isdecimal():
            for _ in range(int(token)):
                item = next(events)
                if type(item) is yaml.SequenceEndEvent:
                    return line, None
                _pass_over(item, events)
            event = next(events)
            if type(event) is yaml.SequenceEndEvent:
                return line, None
            line = _line(event)
        else:
            return line, None
    return line, event


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _next_node(events: Iterator[Any]) -> Any:
    return next(event for event in events if isinstance(event, yaml.NodeEvent))


def _pass_over(event: Any, events: Iterator[Any]) -> None:
    depth = 0
    while True:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth == 0:
            return
        event = next(events)
