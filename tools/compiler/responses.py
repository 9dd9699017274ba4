"""The responses of an operation, and how each is decoded."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from tools.compiler.classes import Classes, Models
from tools.compiler.from_dict import decode
from tools.compiler.kinds import Type, annotation, union
from tools.compiler.media import is_event_stream, is_json, is_lines, media_type


@frozen
class Decoded:
    """A type of JSON documents, and the expression that makes it of what was received."""

    type: Type
    annotation: str
    expression: str


@frozen
class Response:
    """The response for the statuses from `low` to `high`, 0 to 999 for all others."""

    low: int
    high: int
    content: Mapping[str, Mapping[str, Any]]
    json: Decoded | None
    """What its JSON may be, of `_data` with a number; None if it has none."""

    @property
    def is_success(self) -> bool:
        """Whether it is the response of a call that went well."""
        return self.low // 100 == 2

    @property
    def plain(self) -> list[str]:
        """What it may be read as but for JSON, of lines, text and bytes; nothing for an empty one."""
        found = {_kind(name, self.is_success) for name in self.content}
        return [kind for kind in ("lines", "text", "bytes") if kind in found]

    @property
    def condition(self) -> str:
        """The test for its statuses. A caller expects an error only if it is listed by its number."""
        if self.low == self.high:
            return f"response.status_code == {self.low}"
        within = [f"{self.low} <= response.status_code <= {self.high}"] if self.low else []
        expected = [] if self.is_success else ["not client.raise_on_unexpected_status"]
        return " and ".join([*within, *expected])

    def annotation(self, line: Decoded | None) -> str:
        """Return the type of what it is read as; `line` is that of JSON line by line."""
        types = {"lines": f"list[{line.annotation if line else 'Any'}]", "text": "str", "bytes": "bytes"}
        read_as = [*([self.json.annotation] if self.json else []), *(types[kind] for kind in self.plain)]
        return union(read_as) or "None"


def responses(operation: Mapping[str, Any], classes: Classes) -> list[Response]:
    """Return the responses of an operation in the order in which they apply: the most exact first."""
    spans = {status: _span(status) for status in operation["responses"]}
    ordered = sorted(spans, key=lambda status: (spans[status][1] - spans[status][0], spans[status]))
    found = []
    for number, status in enumerate(ordered, 1):
        content = operation["responses"][status]["content"]
        json = next((media["schema"] for name, media in content.items() if is_json(name)), None)
        decoded_json = (
            None if json is None else decoded(classes.type_of(json), classes.models, f"_data_{number}")
        )
        found.append(Response(*spans[status], content, decoded_json))
    return found


def _span(status: str) -> tuple[int, int]:
    if status == "default":
        return 0, 999
    low = int(status.replace("X", "0"))
    return low, low + 99 * ("X" in status)


def decoded(allowed: Type, models: Models, source: str = "data") -> Decoded:
    """Return how the JSON of a response, an event or a line is decoded."""
    return Decoded(allowed, annotation(allowed), decode(allowed, source, models))


def stream(found: Sequence[Response], is_part: Callable[[str], bool], classes: Classes) -> Decoded | None:
    """Return how the parts of successes are decoded that have such a media type; None if there are none."""
    content = [item for each in found if each.is_success for item in each.content.items()]
    schemas = [media["schema"] for name, media in content if is_part(name)]
    return decoded(classes.type_of({"anyOf": schemas}), classes.models) if schemas else None


def _kind(name: str, success: bool) -> str:
    if is_json(name) or is_event_stream(name):
        return ""
    if is_lines(name):
        return "lines" if success else "bytes"
    return "text" if media_type(name).startswith("text/") else "bytes"
