"""What a method was asked for, as a call to make and a way to read its answer: shared by sync and async."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from egp_api.types import EventStream, JSONAnswer

from egp._core import codec
from egp._core.answer import info_of
from egp._core.call import NOT_GIVEN, Call, CallOptions, NotGiven
from egp._core.chunks import StreamOptions
from egp._core.config import query_pairs, seconds_or_none, timeouts_of
from egp._core.problem import message_in
from egp._core.secrets import fields
from egp.errors import APIResponseValidationError, EGPError

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp._core.config import Settings
    from egp._core.reply import Reply

__all__ = ["Asked", "created", "listed", "preload", "received", "streamed"]

T = TypeVar("T")


class Asked(NamedTuple):
    """A call to make, and what to make of its answer."""

    call: Call
    parse: Callable[[Any], Any]
    """Makes a result of the JSON of the answer or, for a stream, a chunk of that of an event."""
    options: StreamOptions | None = None
    """How to read the stream; None where none was asked for."""


def preload() -> None:
    """Load what the first call of `create` would load."""
    import_module("egp_api.api.inference.create_chat_completion")
    import_module("egp._calls")


def created(settings: Settings, keywords: dict[str, Any], *, streaming: bool) -> Asked:
    """What `create` asks for. Options and headers are taken out of `keywords`; the rest is the body."""
    from egp_api.api.inference import create_chat_completion as operation

    options = _stream_options(settings, keywords) if streaming else None
    headers, query, call_options = _call_options(keywords)
    extra = _extra_body(keywords.pop("extra_body", None))
    if not (streaming or _STREAM_OPTIONS.isdisjoint(keywords)):
        # Given for both kinds of calls where `stream` is a variable.
        _stream_options(settings, keywords)
    _refuse_unknown("create", keywords, operation.KEYWORDS)
    body = keywords
    if streaming:
        body["stream"] = True
    body.update(extra)
    call = Call(
        operation.METHOD,
        operation.PATH,
        content=codec.encode(body),
        query=query,
        headers=headers,
        options=_patient(call_options, options),
        expects="events" if streaming else "json",
    )
    return Asked(call, operation.parse_event, options) if streaming else Asked(call, operation.parse)


def listed(keywords: dict[str, Any]) -> Asked:
    """What `models` asks for."""
    from egp_api.api.inference import list_chat_completion_models as operation

    headers, query, call_options = _call_options(keywords)
    _refuse_unknown("models", keywords, operation.KEYWORDS)
    parameters = operation.request_kwargs(**keywords).get("params", [])
    call = Call(
        operation.METHOD,
        operation.PATH,
        content_type=None,
        query=(*parameters, *query),
        headers=headers,
        options=call_options,
    )
    return Asked(call, operation.parse)


def streamed(settings: Settings, request: EventStream[T], keywords: dict[str, Any]) -> Asked:
    """What a generated operation asks for with its `stream`."""
    options = _stream_options(settings, keywords)
    headers, query, call_options = _call_options(keywords)
    _refuse_unknown("stream", keywords, frozenset())
    asked = request.kwargs
    own, fault = fields(asked.get("headers"))
    if fault is not None:
        raise EGPError(fault)
    replaced = {"accept", "content-type", *(name for name, _ in headers)}
    content, content_type = _body(asked)
    call = Call(
        asked["method"],
        asked["url"],
        content=content,
        content_type=content_type,
        query=(*asked.get("params", ()), *query),
        headers=(*(field for field in own if field[0] not in replaced), *headers),
        options=_patient(call_options, options),
        expects="events",
    )
    return Asked(call, request.parse_event, options)


def _body(kwargs: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    if "json" in kwargs:
        return codec.encode(kwargs["json"]), "application/json"
    parts = {name: kwargs[name] for name in ("content", "data", "files") if name in kwargs}
    if not parts:
        return None, None
    # httpx knows how to write forms.
    import httpx

    request = httpx.Request(kwargs["method"], "http://localhost", headers=kwargs.get("headers"), **parts)
    return request.read(), request.headers.get("content-type")


def received(parse: Callable[[Any], T], reply: Reply) -> T:
    """The result in a reply, which remembers status, headers and request id.

    Raises `APIResponseValidationError` for a body that is not JSON, or not a JSON object, or an error.
    """
    result = codec.read_reply_as(reply, parse)
    if not isinstance(result, JSONAnswer):
        raise reply.error(
            APIResponseValidationError,
            "the body is JSON, but not the object that was asked for",
            body=codec.read_reply(reply),
        )
    answer = cast("JSONAnswer[Any]", result)
    if "error" in answer and answer.additional_properties["error"]:
        body = codec.read_reply(reply)
        message = message_in(body) or "the server sent an error with a status of success"
        raise reply.error(APIResponseValidationError, message, body=body)
    answer.response_info = info_of(reply)
    return cast("T", answer)


def _extra_body(extra: object) -> Mapping[str, Any]:
    if extra is None:
        return {}
    if not isinstance(extra, Mapping):
        raise EGPError(f"extra_body is a mapping of names to values, not {type(extra).__name__}")
    return cast("Mapping[str, Any]", extra)


def _refuse_unknown(method: str, keywords: Mapping[str, Any], known: frozenset[str]) -> None:
    if not known.issuperset(keywords):
        unknown = next(name for name in keywords if name not in known)
        hint = "; fields outside the contract go through extra_body" if method == "create" else ""
        raise TypeError(f"{method}() got an unexpected keyword argument {unknown!r}{hint}")


def _call_options(keywords: dict[str, Any]) -> tuple[Any, Any, CallOptions]:
    """Headers, query and options of a call, taken out of `keywords`."""
    # Bound to the name of what was given, so that no frame of a traceback shows a secret header.
    headers, fault = fields(keywords.pop("extra_headers", None))
    if fault is not None:
        raise EGPError(fault)
    query = query_pairs(keywords.pop("extra_query", None))
    if not _CALL_OPTIONS.isdisjoint(keywords):
        timeout = keywords.pop("timeout", NOT_GIVEN)
        retries = keywords.pop("max_retries", None)
        deadline = keywords.pop("deadline", NOT_GIVEN)
        return (
            headers,
            query,
            CallOptions(
                timeout=timeout if isinstance(timeout, NotGiven) else timeouts_of(timeout),
                max_retries=NOT_GIVEN if retries is None else retries,
                deadline=(
                    deadline if isinstance(deadline, NotGiven) else seconds_or_none("deadline", deadline)
                ),
            ),
        )
    return headers, query, _NO_OPTIONS


_CALL_OPTIONS = frozenset(("timeout", "max_retries", "deadline"))
_NO_OPTIONS = CallOptions()
_STREAM_OPTIONS = frozenset(("first_token_timeout", "idle_timeout", "on_truncated", "max_event_bytes"))


def _patient(options: CallOptions, stream_options: StreamOptions | None) -> CallOptions:
    if stream_options is None or stream_options.first_token_timeout is None:
        return options
    return options._replace(first_token_timeout=stream_options.first_token_timeout)


def _stream_options(settings: Settings, keywords: dict[str, Any]) -> StreamOptions:
    given = {name: keywords.pop(name) for name in _STREAM_OPTIONS if name in keywords}
    return StreamOptions(**{name: given.get(name, getattr(settings, name)) for name in _STREAM_OPTIONS})
