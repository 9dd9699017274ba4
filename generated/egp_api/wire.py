"""Parameters and bodies as HTTP takes them, by the styles of OpenAPI 3.1 (section 4.8.12, "Style Values")."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from .types import UNSET, File, FileTypes, RequestFiles, encode

_SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


def text(value: Any) -> str:
    """A simple value as text: booleans as in JSON, dates as in ISO 8601."""
    plain = encode(value)
    if plain is True or plain is False:
        return "true" if plain else "false"
    return "" if plain is None else str(plain)


def path(value: Any, *, explode: bool = False) -> str:
    """A value as one segment of a path. An empty one would address another resource and raises ValueError."""
    segment = simple(value, explode=explode, safe="")
    if not segment:
        raise ValueError("a path parameter must not be empty")
    # "." and ".." are steps in a path; they keep their meaning as text only if they are escaped.
    return segment.replace(".", "%2E") if segment in (".", "..") else segment


def simple(value: Any, *, explode: bool = False, safe: str | None = None) -> str:
    """The style of headers and paths: items separated by commas. `safe`: percent-encode all but these."""

    def part(item: Any) -> str:
        return text(item) if safe is None else quote(text(item), safe=safe)

    plain = encode(value)
    if plain.__class__ is dict:
        joint = "=" if explode else ","
        return ",".join(f"{part(key)}{joint}{part(item)}" for key, item in plain.items())
    return ",".join(map(part, plain)) if plain.__class__ is list else part(plain)


def json_text(value: Any) -> str:
    """A value as JSON text, for parameters that are documented by a media type."""
    return json.dumps(encode(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def query(name: str, value: Any, *, style: str = "form", explode: bool = True) -> list[tuple[str, str]]:
    """A query parameter as the pairs that stand for it; none for UNSET and None. The style `json` is JSON text."""
    plain = encode(value)
    if plain is UNSET or plain is None:
        return []
    if style == "json":
        return [(name, json_text(plain))]
    if plain.__class__ is dict:
        if style == "deepObject":
            return list(_deep(name, plain))
        if explode:
            return [pair for key, item in plain.items() for pair in query(key, item)]
        return [(name, ",".join(f"{text(key)},{text(item)}" for key, item in plain.items()))]
    if plain.__class__ is list:
        if explode:
            return [(name, text(item)) for item in plain]
        return [(name, _SEPARATORS[style].join(map(text, plain)))]
    return [(name, text(plain))]


def _deep(name: str, value: Any) -> Iterable[tuple[str, str]]:
    if value.__class__ is dict:
        for key, item in value.items():
            yield from _deep(f"{name}[{key}]", item)
    elif value.__class__ is list:
        for item in value:
            yield from _deep(name, item)
    elif value is not None:
        yield name, text(value)


def cookies(pairs: Mapping[str, Any]) -> str:
    """The value of the `Cookie` header."""
    present = {name: value for name, value in pairs.items() if value is not UNSET and value is not None}
    return "; ".join(f"{name}={quote(simple(value), safe='')}" for name, value in present.items())


def form(body: Any) -> Any:
    """A body for `application/x-www-form-urlencoded`."""
    plain = encode(body)
    return {name: _field(item) for name, item in plain.items()} if plain.__class__ is dict else plain


def _field(value: Any) -> Any:
    if value.__class__ is list:
        return [json_text(item) if isinstance(item, dict) else text(item) for item in value]
    return json_text(value) if value.__class__ is dict else text(value)


def multipart(body: Any) -> RequestFiles:
    """A body for `multipart/form-data`: a part per field, and per item of an array."""
    return [(name, _part(item)) for name, value in encode(body).items() for item in _items(value)]


def _items(value: Any) -> list[Any]:
    return value if value.__class__ is list else [value]


def _part(value: Any) -> FileTypes:
    if isinstance(value, File):
        return value.to_tuple()
    if value.__class__ is dict:
        return None, json_text(value).encode(), "application/json"
    return None, value if isinstance(value, bytes) else text(value).encode(), "text/plain"


def content(body: Any) -> Any:
    """A body that is sent as it is."""
    return body.payload if isinstance(body, File) else body
