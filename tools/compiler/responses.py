"""The responses of an operation, and how each is decoded."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from openapi_python_client.parser.responses import Response

from tools.compiler.annotations import annotation, union
from tools.compiler.from_dict import decode
from tools.compiler.kinds import Models
from tools.compiler.media import is_event_stream, is_json, is_lines, media_type


@frozen
class Decoded:
    """The type of a JSON document, and the expression that makes it of `data`."""

    annotation: str
    expression: str


@frozen
class ResponseView:
    """The response for some statuses; all strings are code."""

    condition: str
    statements: str
    annotation: str


def is_success(response: Response) -> bool:
    """Whether it is the response of a call that went well."""
    return response.status_code.range is not None and response.status_code.range[0] // 100 == 2


def kinds(response: Response, operation: Mapping[str, Any]) -> list[str]:
    """Return what a response may be read as, of json, lines, text and bytes; nothing for an empty one."""
    content = operation["responses"].get(response.status_code.pattern, {}).get("content", {})
    found = {_kind(name, is_success(response)) for name in content if not is_event_stream(name)}
    return [kind for kind in ("json", "lines", "text", "bytes") if kind in found]


def _kind(name: str, success: bool) -> str:
    if is_json(name):
        return "json"
    if is_lines(name):
        return "lines" if success else "bytes"
    return "text" if media_type(name).startswith("text/") else "bytes"


def decoded(response: Response, models: Models) -> Decoded:
    """Return how the JSON of a response, an event or a line is decoded."""
    return Decoded(annotation(response.prop), decode(response.prop, "data", models))


def view(
    response: Response, read_as: list[str], line: Decoded | None, *, parse: bool, models: Models, number: int
) -> ResponseView:
    """Return the response as its template sees it.

    `parse`: the operation's `parse` decodes it. `number` tells its variables from those of the others.
    """
    condition = _condition(response)
    typed = annotation(response.prop)
    plain = {"lines": "return [parse_line(item) for item in _serialization.lines_of(response.content)]",
             "text": "return response.text", "bytes": "return response.content"}  # fmt: skip
    others = [kind for kind in read_as if kind != "json"]
    otherwise = plain[others[-1]] if others else "return None"
    if others == ["text", "bytes"]:
        otherwise = "return response.text if _serialization.is_text(response) else response.content"
    statements = otherwise
    if "json" in read_as:
        source = f"_data_{number}"
        if parse:
            statements = "return parse(response.json())"
        elif is_success(response):
            statements = f"{source}: Any = response.json()\n{_assigned(response, source, typed, models)}"
        else:
            test = f"({source} := _serialization.json_of(response)) is not _types.UNSET"
            condition = f"{condition} and {test}"
            statements = _assigned(response, source, typed, models)
        if others:
            inner = statements.replace("\n", "\n    ")
            statements = f"if _serialization.is_json(response):\n    {inner}\n{otherwise}"
    named = {
        "json": typed,
        "lines": f"list[{line.annotation if line else 'Any'}]",
        "text": "str",
        "bytes": "bytes",
    }
    return ResponseView(condition, statements, union(named[kind] for kind in read_as) if read_as else "None")


def _assigned(response: Response, source: str, typed: str, models: Models) -> str:
    name = source.replace("data", "parsed")
    return f"{name}: {typed} = {decode(response.prop, source, models)}\nreturn {name}"


def _condition(response: Response) -> str:
    """Return the test for the statuses. A caller expects an error only if it is listed by its number."""
    span, expected = response.status_code.range, "not client.raise_on_unexpected_status"
    if span is None:
        return expected
    low, high = span
    if low == high:
        return f"response.status_code == {low}"
    within = f"{low} <= response.status_code <= {high}"
    return within if is_success(response) else f"{within} and {expected}"
