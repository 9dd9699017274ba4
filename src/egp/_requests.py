"""Requests: from the keywords of a method, or from a generated operation, to one `Request`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from egp_api.api.inference import create_chat_completion

from egp._core import json
from egp._core.body import encode_keywords
from egp._core.config import query_pairs
from egp._core.headers import Field, checked_headers
from egp._core.names import did_you_mean
from egp._core.options import (
    CALL_OPTIONS,
    STREAM_OPTIONS,
    CallOptions,
    StreamOptions,
    replaced,
    take,
    with_retries,
)
from egp._core.request import Request
from egp._loading import LOADING
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp_api.types import EventStream

    from egp._core.config import Settings

__all__ = ["chat_request", "check_beside_create", "check_create", "models_request", "stream_request"]

T = TypeVar("T")


def check_create(keywords: Mapping[str, Any]) -> None:
    """Raise TypeError for a keyword that `create` does not take."""
    if not _CREATE.issuperset(keywords):
        _refuse_unknown("create", keywords, _CREATE)


def check_beside_create(
    method: Callable[..., Any], keywords: Mapping[str, Any], *, takes_fields: bool = True
) -> None:
    """Raise TypeError for a keyword of a method beside `create` that neither of them takes.

    Args:
        method: the method, whose own keywords are in its signature.
        keywords: the other ones that it was given.
        takes_fields: whether it takes the fields of a request, and not the options of a call alone.
    """
    known = _CREATE if takes_fields else _OPTIONS
    if not known.issuperset(keywords):
        # Imported here: only mistakes need it.
        with LOADING:
            import inspect

        own = inspect.signature(method).parameters.values()
        names = {parameter.name for parameter in own if parameter.kind is parameter.KEYWORD_ONLY}
        _refuse_unknown(method.__name__, keywords, known | names)


def chat_request(
    settings: Settings, keywords: dict[str, Any], *, streaming: bool
) -> tuple[Request, Callable[[Any], Any], StreamOptions]:
    """Return the request of `create`, what parses its answer, or an event of it, and how to read a stream.

    Takes options and headers out of `keywords`; the rest is the body.
    """
    operation = create_chat_completion
    stream_options = _stream_options(settings, keywords)
    headers, query, options = _call_options(settings, keywords)
    extra = _extra_body(keywords.pop("extra_body", None))
    body = keywords
    if streaming:
        body["stream"] = True
    request = Request(
        operation.METHOD,
        operation.PATH,
        content=encode_keywords(body, extra, operation.OBJECTS, operation.LISTS_OF_OBJECTS),
        query=query,
        headers=headers,
        options=options,
        first_token_timeout=stream_options.first_token_timeout if streaming else None,
        expects="events" if streaming else "json",
    )
    return request, operation.parse_event if streaming else operation.parse, stream_options


def models_request(
    settings: Settings, method: str, keywords: dict[str, Any]
) -> tuple[Request, Callable[[Any], Any]]:
    """Return the request of `models` or `list`, by its name, and what parses its answer."""
    # Imported here: where a contract has renamed this operation, chats go on.
    with LOADING:
        from egp_api.api.inference import list_chat_completion_models

    operation = list_chat_completion_models
    headers, query, options = _call_options(settings, keywords)
    _refuse_unknown(method, keywords, operation.KEYWORDS)
    parameters = operation.request_kwargs(**keywords).get("params", [])
    request = Request(
        operation.METHOD,
        operation.PATH,
        content_type=None,
        query=(*parameters, *query),
        headers=headers,
        options=options,
    )
    return request, operation.parse


def stream_request(
    settings: Settings, events: EventStream[T], keywords: dict[str, Any]
) -> tuple[Request, StreamOptions]:
    """Return the request of a generated operation's `stream`, and how to read it."""
    stream_options = _stream_options(settings, keywords)
    headers, query, options = _call_options(settings, keywords)
    _refuse_unknown("stream", keywords, frozenset())
    kwargs = events.kwargs
    own, fault = checked_headers(kwargs.get("headers"))
    if fault is not None:
        raise EGPError(fault)
    replaced_names = {"accept", "content-type", *(name for name, _ in headers)}
    content, content_type = _body(kwargs)
    request = Request(
        kwargs["method"],
        kwargs["url"],
        content=content,
        content_type=content_type,
        query=(*kwargs.get("params", ()), *query),
        headers=(*(field for field in own if field[0] not in replaced_names), *headers),
        options=options,
        first_token_timeout=stream_options.first_token_timeout,
        expects="events",
    )
    return request, stream_options


def _body(kwargs: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    if "json" in kwargs:
        return json.encode(kwargs["json"]), "application/json"
    parts = {name: kwargs[name] for name in ("content", "data", "files") if name in kwargs}
    if not parts:
        return None, None
    # httpx knows how to write forms.
    with LOADING:
        import httpx

    request = httpx.Request(kwargs["method"], "http://localhost", headers=kwargs.get("headers"), **parts)
    return request.read(), request.headers.get("content-type")


def _extra_body(extra: object) -> Mapping[str, Any]:
    if extra is None:
        return {}
    if not isinstance(extra, Mapping):
        raise EGPError(f"extra_body must be a mapping of names to values, got {type(extra).__name__}")
    return cast("Mapping[str, Any]", extra)


def _refuse_unknown(method: str, keywords: Mapping[str, Any], known: frozenset[str]) -> None:
    if not known.issuperset(keywords):
        unknown = next(name for name in keywords if name not in known)
        hint = did_you_mean(unknown, known | _OPTIONS)
        if known >= _CREATE:
            hint += "; fields outside the contract go through extra_body"
        raise TypeError(f"{method}() got an unexpected keyword argument {unknown!r}{hint}")


_PER_CALL = frozenset({"max_retries", *CALL_OPTIONS})
_OPTIONS = frozenset({*_PER_CALL, *STREAM_OPTIONS, "extra_headers", "extra_query"})
_CREATE = frozenset({*create_chat_completion.KEYWORDS, *_OPTIONS, "extra_body"})
"""Every keyword of `create` but `stream`."""


def _call_options(
    settings: Settings, keywords: dict[str, Any]
) -> tuple[tuple[Field, ...], tuple[tuple[str, str], ...], CallOptions | None]:
    """Take headers, query and options of one call out of `keywords`; None for the client's own options."""
    # Bound to the name of what was given, so that no frame of a traceback shows a secret header.
    headers = keywords.pop("extra_headers", None)
    headers, fault = checked_headers(headers) if headers else ((), None)
    if fault is not None:
        raise EGPError(fault)
    given = keywords.pop("extra_query", None)
    query = () if given is None else query_pairs(given)
    if _PER_CALL.isdisjoint(keywords):
        return headers, query, None
    max_retries = keywords.pop("max_retries", None)
    options = replaced(settings.call, take(keywords, CALL_OPTIONS), CALL_OPTIONS)
    return headers, query, with_retries(options, max_retries)


def _stream_options(settings: Settings, keywords: dict[str, Any]) -> StreamOptions:
    # Checked and taken out for whole answers too, where `stream` is a variable.
    if STREAM_OPTIONS.keys().isdisjoint(keywords):
        return settings.stream
    return replaced(settings.stream, take(keywords, STREAM_OPTIONS), STREAM_OPTIONS)
