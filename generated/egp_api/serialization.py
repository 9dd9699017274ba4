"""Parameters and bodies as HTTP takes them, by the styles of OpenAPI 3.1 (section 4.8.12, "Style Values")."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote

from attrs import field, frozen

from .errors import UnexpectedStatus
from .types import UNSET, File, FileTypes, RequestFiles, encode

if TYPE_CHECKING:
    import httpx

    from .client import Client

T = TypeVar("T")

_SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


def text(value: Any) -> str:
    """Return a simple value as text: booleans as in JSON, dates as in ISO 8601."""
    plain = encode(value)
    if plain is True or plain is False:
        return "true" if plain else "false"
    return "" if plain is None else str(plain)


def path(value: Any, *, explode: bool = False) -> str:
    """Return a value as one segment of a path. Raises ValueError for an empty one: another resource has that path."""
    segment = simple(value, explode=explode, safe="")
    if not segment:
        raise ValueError("a path parameter must not be empty")
    # "." and ".." are steps in a path; they keep their meaning as text only if they are escaped.
    return segment.replace(".", "%2E") if segment in (".", "..") else segment


def prefixed(name: str, value: Any, *, style: str, explode: bool = False) -> str:
    """Return a value of a path in the style `label` (`.a`) or `matrix` (`;name=a`)."""
    plain = encode(value)
    label = f"{name}=" if style == "matrix" else ""
    if explode and plain.__class__ is dict:
        parts = [simple({key: item}, explode=True, safe="") for key, item in plain.items()]
    else:
        items = plain if explode and plain.__class__ is list else [plain]
        parts = [label + path(item) for item in items]
    return "".join((";" if style == "matrix" else ".") + part for part in parts)


def simple(value: Any, *, explode: bool = False, safe: str | None = None) -> str:
    """Return a value in the style of headers and paths, items separated by commas. `safe`: escape all but these."""

    def part(item: Any) -> str:
        return text(item) if safe is None else quote(text(item), safe=safe)

    plain = encode(value)
    if plain.__class__ is dict:
        joint = "=" if explode else ","
        return ",".join(f"{part(key)}{joint}{part(item)}" for key, item in plain.items())
    return ",".join(map(part, plain)) if plain.__class__ is list else part(plain)


def json_text(value: Any) -> str:
    """Return a value as JSON text, for parameters that are documented by a media type."""
    return json.dumps(encode(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def query(name: str, value: Any, *, style: str = "form", explode: bool = True) -> list[tuple[str, str]]:
    """Return the pairs of a query parameter; none for UNSET and None. The style `json` is JSON text."""
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
    """Return the value of the `Cookie` header."""
    present = {name: value for name, value in pairs.items() if value is not UNSET and value is not None}
    return "; ".join(f"{name}={quote(simple(value), safe='')}" for name, value in present.items())


# How a property of a form is written, where the document says so: its style, whether it is exploded, its media type.
Encoding = tuple[str, bool, str]


def form(body: Any, encodings: Mapping[str, Encoding] = {}) -> Any:
    """Return a body for `application/x-www-form-urlencoded`: the values by name."""
    plain = encode(body)
    if plain.__class__ is not dict:
        return plain
    pairs: dict[str, list[str]] = {}
    for name, value in plain.items():
        for key, item in _styled(name, value, encodings[name]) if name in encodings else _fields(name, value):
            pairs.setdefault(key, []).append(item)
    return pairs


def _fields(name: str, value: Any) -> Iterable[tuple[str, str]]:
    for item in value if value.__class__ is list else [value]:
        yield name, json_text(item) if isinstance(item, dict) else text(item)


def _styled(name: str, value: Any, encoding: Encoding) -> Iterable[tuple[str, str]]:
    style, explode, media_type = encoding
    if style:
        return query(name, value, style=style, explode=explode)
    return [(name, json_text(value))] if _is_json(media_type) else _fields(name, value)


def multipart(body: Any, encodings: Mapping[str, Encoding] = {}) -> RequestFiles:
    """Return a body for `multipart/form-data`: a part per field, and per item of an array."""
    parts: RequestFiles = []
    for name, value in encode(body).items():
        style, _, media_type = encoding = encodings.get(name, ("", True, ""))
        if style:
            parts += [(key, _part(item, "text/plain")) for key, item in _styled(name, value, encoding)]
        elif value.__class__ is list and not _is_json(media_type):
            parts += [(name, _part(item, media_type)) for item in value]
        else:
            parts.append((name, _part(value, media_type)))
    return parts


def _part(value: Any, media_type: str) -> FileTypes:
    if isinstance(value, File):
        name, payload, own = value.to_tuple()[:3]
        return name, payload, own or media_type or None
    if value.__class__ in (dict, list) or _is_json(media_type):
        return None, json_text(value).encode(), media_type or "application/json"
    return None, value if isinstance(value, bytes) else text(value).encode(), media_type or "text/plain"


def content(body: Any) -> Any:
    """Return a body that is sent as it is."""
    return body.payload if isinstance(body, File) else body


def is_json(response: httpx.Response) -> bool:
    """Whether a response says that it is JSON, or does not say what it is."""
    return _is_json(response.headers.get("content-type", "application/json"))


def _is_json(media_type: str) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def is_text(response: httpx.Response) -> bool:
    """Whether a response says that it is text."""
    return str(response.headers.get("content-type", "")).lower().startswith("text/")


def json_of(response: httpx.Response) -> Any:
    """Return the JSON of a response, UNSET where it has none, as an error page of a proxy."""
    try:
        return response.json()
    except ValueError:
        return UNSET


def lines_of(content: bytes) -> list[Any]:
    """Return the JSON of each line that is not blank."""
    return [json.loads(line) for line in content.split(b"\n") if line.strip()]


@frozen
class LineStream(Generic[T]):
    """A request whose answer is JSON, line by line."""

    kwargs: dict[str, Any] = field(repr=False)
    """What `httpx.Client.build_request` takes."""
    parse_line: Callable[[Any], T]
    """Turns the JSON of a line into its type."""
    security: tuple[tuple[str, ...], ...] | None = None

    def read(self, client: Client) -> Iterator[T]:
        """Send the request and yield each line as it comes. Raises `errors.UnexpectedStatus` for an error."""
        with client.get_httpx_client().stream(**self.kwargs, auth=client.auth(self.security)) as response:
            if not response.is_success:
                raise UnexpectedStatus(response.status_code, response.read())
            rest = b""
            for chunk in response.iter_bytes():
                whole, rest = _whole_lines(rest + chunk)
                yield from map(self.parse_line, lines_of(whole))
            yield from map(self.parse_line, lines_of(rest))

    async def aread(self, client: Client) -> AsyncIterator[T]:
        """Do the same as `read`, asynchronously."""
        auth = client.auth(self.security)
        async with client.get_async_httpx_client().stream(**self.kwargs, auth=auth) as response:
            if not response.is_success:
                raise UnexpectedStatus(response.status_code, await response.aread())
            rest = b""
            async for chunk in response.aiter_bytes():
                whole, rest = _whole_lines(rest + chunk)
                for data in lines_of(whole):
                    yield self.parse_line(data)
            for data in lines_of(rest):
                yield self.parse_line(data)


def _whole_lines(received: bytes) -> tuple[bytes, bytes]:
    end = received.rfind(b"\n") + 1
    return received[:end], received[end:]
