"""The short form of a schema: `name, age int, tags str[], bio: a few words`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from egp.cli.failure import UsageError

__all__ = ["response_format"]

_TYPES = {
    "str": "string",
    "string": "string",
    "int": "integer",
    "integer": "integer",
    "float": "number",
    "number": "number",
    "bool": "boolean",
    "boolean": "boolean",
}


def response_format(given: str) -> dict[str, Any]:
    """Return the `response_format` for a JSON Schema, a file of one, or the short form.

    The short form is a list of fields, divided by commas, or by line ends where there are any. A field is
    `name`, `name type` or `name type: description`; types are str (the default), int, float and bool, and
    `[]` after one makes a list of it. Brackets around the whole ask for a list of such objects, as `items`.

    Raises `UsageError` for what is none of these.
    """
    text = given.strip()
    if text.startswith("{"):
        schema = _json(text, "--schema")
    elif text.endswith(".json"):
        schema = _json(_read(text), text)
    elif text.startswith("[") and text.endswith("]"):
        schema = _object({"items": {"type": "array", "items": _short(text[1:-1])}})
    else:
        schema = _short(text)
    name = schema.get("title") or "answer"
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}


def _short(text: str) -> dict[str, Any]:
    parts = text.splitlines() if "\n" in text.strip() else text.split(",")
    fields = dict(_field(part.strip()) for part in parts if part.strip())
    if not fields:
        raise UsageError("--schema has no fields: give it as in --schema 'name, age int'")
    return _object(fields)


def _field(part: str) -> tuple[str, dict[str, Any]]:
    head, _, description = part.partition(":")
    words = head.split()
    name, kind = (words[0], words[1]) if len(words) == 2 else (head.strip(), "str")
    is_list = kind.endswith("[]")
    type_ = _TYPES.get(kind.removesuffix("[]"))
    if type_ is None or not name.isidentifier():
        known = "str, int, float, bool, each with [] for a list"
        raise UsageError(
            f"--schema: {part!r} is not a field; write `name`, or `name type` with one of {known}"
        )
    field: dict[str, Any] = {"type": "array", "items": {"type": type_}} if is_list else {"type": type_}
    if description.strip():
        field["description"] = description.strip()
    return name, field


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _json(text: str, where: str) -> dict[str, Any]:
    try:
        schema = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{where} is not JSON: {error}") from None
    if not isinstance(schema, dict):
        raise UsageError(f"{where} is not a JSON object")
    # A JSON object has texts for keys.
    return schema  # pyright: ignore[reportUnknownVariableType]


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--schema: {path} cannot be read: {error}") from None
