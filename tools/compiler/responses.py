"""The responses of an operation, and how each is decoded."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from tools.compiler.classes import Classes
from tools.compiler.from_dict import decode
from tools.compiler.kinds import Type, annotation, union
from tools.compiler.media import is_event_stream, is_json, is_lines, media_type

_Content = Mapping[str, Mapping[str, Any]]


@frozen
class Decoded:
    """A type of JSON documents, and the expression that makes it of `data`."""

    type: Type
    annotation: str
    expression: str


@frozen
class Response:
    """The response for a status, for a range of them, or for all others."""

    statuses: tuple[int, int] | None
    content: _Content
    json: Type | None
    """What its JSON may be; None if it has none."""

    @property
    def is_success(self) -> bool:
        """Whether it is the response of a call that went well."""
        return self.statuses is not None and self.statuses[0] // 100 == 2

    @property
    def kinds(self) -> list[str]:
        """What it may be read as, of json, lines, text and bytes; nothing for an empty one."""
        found = {_kind(name, self.is_success) for name in self.content if not is_event_stream(name)}
        return [kind for kind in ("json", "lines", "text", "bytes") if kind in found]


@frozen
class ResponseView:
    """The response for some statuses; all strings are code."""

    condition: str
    statements: str
    annotation: str


def responses(operation: Mapping[str, Any], classes: Classes) -> list[Response]:
    """Return the responses of an operation in the order in which they apply: the most exact first."""
    found = []
    for status, written in operation["responses"].items():
        content: _Content = written.get("content", {})
        schema = next((media["schema"] for name, media in content.items() if is_json(name)), None)
        low = 0 if status == "default" else int(status.replace("X", "0"))
        statuses = None if status == "default" else (low, low + 99 if "X" in status else low)
        found.append(Response(statuses, content, None if schema is None else classes.type_of(schema)))
    return sorted(found, key=_precedence)


def _precedence(response: Response) -> tuple[int, int]:
    low, high = response.statuses or (0, 999)
    return high - low, low


def decoded(allowed: Type, classes: Classes) -> Decoded:
    """Return how the JSON of a response, an event or a line is decoded."""
    return Decoded(allowed, annotation(allowed), decode(allowed, "data", classes.models))


def stream(found: list[Response], is_part: Callable[[str], bool], classes: Classes) -> Decoded | None:
    """Return how the parts of successes are decoded that have such a media type; None if there are none."""
    content = [item for each in found if each.is_success for item in each.content.items()]
    schemas = [media["schema"] for name, media in content if is_part(name)]
    return decoded(classes.type_of({"anyOf": schemas}), classes) if schemas else None


def _kind(name: str, success: bool) -> str:
    if is_json(name):
        return "json"
    if is_lines(name):
        return "lines" if success else "bytes"
    return "text" if media_type(name).startswith("text/") else "bytes"


def view(
    response: Response, line: Decoded | None, *, parse: bool, classes: Classes, number: int
) -> ResponseView:
    """Return the response as its template sees it.

    `parse`: the operation's `parse` decodes it. `number` tells its variables from those of the others.
    """
    condition, read_as = _condition(response), response.kinds
    plain = {"lines": "return [parse_line(item) for item in _serialization.lines_of(response.content)]",
             "text": "return response.text", "bytes": "return response.content"}  # fmt: skip
    types = {"lines": f"list[{line.annotation if line else 'Any'}]", "text": "str", "bytes": "bytes"}
    others = [kind for kind in read_as if kind != "json"]
    statements = plain[others[-1]] if others else "return None"
    if others == ["text", "bytes"]:
        statements = "return response.text if _serialization.is_text(response) else response.content"
    if response.json is not None:
        otherwise, source = statements, f"_data_{number}"
        types["json"] = annotation(response.json)
        result = source.replace("data", "parsed")
        expression = decode(response.json, source, classes.models)
        statements = f"{result}: {types['json']} = {expression}\nreturn {result}"
        if parse:
            statements = "return parse(response.json())"
        elif response.is_success:
            statements = f"{source}: Any = response.json()\n{statements}"
        else:
            condition += f" and ({source} := _serialization.json_of(response)) is not _types.UNSET"
        if others:
            inner = statements.replace("\n", "\n    ")
            statements = f"if _serialization.is_json(response):\n    {inner}\n{otherwise}"
    return ResponseView(condition, statements, union(types[kind] for kind in read_as) if read_as else "None")


def _condition(response: Response) -> str:
    """Return the test for the statuses. A caller expects an error only if it is listed by its number."""
    expected = "not client.raise_on_unexpected_status"
    if response.statuses is None:
        return expected
    low, high = response.statuses
    if low == high:
        return f"response.status_code == {low}"
    within = f"{low} <= response.status_code <= {high}"
    return within if response.is_success else f"{within} and {expected}"
