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
    """A type of JSON documents, and the expression that makes it of `data`."""

    type: Type
    annotation: str
    expression: str


@frozen
class Response:
    """The response for the statuses from `low` to `high`."""

    low: int
    high: int
    content: Mapping[str, Mapping[str, Any]]
    json: Type | None
    """What its JSON may be; None if it has none."""

    @property
    def is_success(self) -> bool:
        """Whether it is the response of a call that went well."""
        return self.low // 100 == 2

    @property
    def kinds(self) -> list[str]:
        """What it may be read as, of json, lines, text and bytes; nothing for an empty one."""
        found = {_kind(name, self.is_success) for name in self.content if not is_event_stream(name)}
        return [kind for kind in ("json", "lines", "text", "bytes") if kind in found]

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
        types["json"] = annotation(self.json or ())
        return union(types[kind] for kind in self.kinds) or "None"

    def reading(self, models: Models, number: int, *, parse: bool) -> tuple[str, str]:
        """Return the condition under which it is read, and the statements that do.

        `parse`: the operation's `parse` decodes it. `number` tells its variables from those of others.
        """
        plain = {"lines": "return [parse_line(item) for item in _serialization.lines_of(response.content)]",
                 "text": "return response.text", "bytes": "return response.content"}  # fmt: skip
        others = [kind for kind in self.kinds if kind != "json"]
        statements = plain[others[-1]] if others else "return None"
        if others == ["text", "bytes"]:
            statements = "return response.text if _serialization.is_text(response) else response.content"
        if self.json is None:
            return self.condition, statements
        condition, otherwise, source = self.condition, statements, f"_data_{number}"
        expression = decode(self.json, source, models)
        statements = f"_parsed_{number}: {annotation(self.json)} = {expression}\nreturn _parsed_{number}"
        if parse:
            statements = "return parse(response.json())"
        elif self.is_success:
            statements = f"{source}: Any = response.json()\n{statements}"
        else:
            condition += f" and ({source} := _serialization.json_of(response)) is not _types.UNSET"
        if others:
            inner = statements.replace("\n", "\n    ")
            statements = f"if _serialization.is_json(response):\n    {inner}\n{otherwise}"
        return condition, statements


def responses(operation: Mapping[str, Any], classes: Classes) -> list[Response]:
    """Return the responses of an operation in the order in which they apply: the most exact first."""
    found = []
    for status, written in operation["responses"].items():
        low = 0 if status == "default" else int(status.replace("X", "0"))
        high = 999 if status == "default" else low + 99 * ("X" in status)
        json = [media["schema"] for name, media in written["content"].items() if is_json(name)]
        found.append(Response(low, high, written["content"], classes.type_of(json[0]) if json else None))
    return sorted(found, key=lambda each: (each.high - each.low, each.low))


def decoded(allowed: Type, models: Models) -> Decoded:
    """Return how the JSON of a response, an event or a line is decoded."""
    return Decoded(allowed, annotation(allowed), decode(allowed, "data", models))


def stream(found: Sequence[Response], is_part: Callable[[str], bool], classes: Classes) -> Decoded | None:
    """Return how the parts of successes are decoded that have such a media type; None if there are none."""
    content = [item for each in found if each.is_success for item in each.content.items()]
    schemas = [media["schema"] for name, media in content if is_part(name)]
    return decoded(classes.type_of({"anyOf": schemas}), classes.models) if schemas else None


def _kind(name: str, success: bool) -> str:
    if is_json(name):
        return "json"
    if is_lines(name):
        return "lines" if success else "bytes"
    return "text" if media_type(name).startswith("text/") else "bytes"
