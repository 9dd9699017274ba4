"""Every error that the package raises, in one tree under `EGPError`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from egp._loading import LOADING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APIStreamError",
    "APITimeoutError",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "ContentFilterFinishReasonError",
    "EGPError",
    "EmptyOutputError",
    "InternalServerError",
    "InvalidJSONError",
    "LengthFinishReasonError",
    "NotFoundError",
    "OutputValidationError",
    "PermissionDeniedError",
    "RateLimitError",
    "RefusalError",
    "RequestInfo",
    "StreamInterruptedError",
    "StructuredOutputError",
    "ToolError",
    "ToolLoopCutError",
    "ToolLoopError",
    "ToolLoopLimitError",
    "ToolLoopStoppedError",
    "UnprocessableEntityError",
]


class Attempt(NamedTuple):
    """One request that was put on the wire, or tried to be."""

    number: int
    """1 for the first."""
    status: int | None
    """The HTTP status, or None when no response came."""
    error: str | None
    """What went wrong when no response came (or in the stream), else None."""
    duration: float
    """Seconds from the start of the attempt to its response headers or its failure."""
    wait: float | None
    """Seconds waited before the next attempt; None for the last one."""
    request_id: str | None
    """The server's id for this attempt, where it gave one."""


class RequestInfo(NamedTuple):
    """What was asked for, without headers or body: nothing in it is secret."""

    method: str
    url: str


class EGPError(Exception):
    """The root of all errors of this package; raised itself for misuse and wrong configuration."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(vars(self)))


class APIError(EGPError):
    """A call failed. Its attributes have what is known of the call and of the last response."""

    message: str
    """The server's own words where it sent some, cut to a readable length."""
    status_code: int | None
    """The HTTP status of the last response; None when there was none."""
    request_id: str | None
    """`x-request-id` of the last response; None when there was none."""
    body: Any
    """The body received: the JSON value where it is JSON, else text, else bytes; None when there was none."""
    headers: Mapping[str, str]
    """Headers of the last response, values of secret ones redacted; names in lower case."""
    attempts: tuple[Attempt, ...]
    """Every attempt made, in order, with its status and the wait after it."""
    request: RequestInfo | None
    """Method and URL of the request."""
    partial: Any
    """What a stream had delivered before the error; None for calls that are no streams."""
    messages: list[dict[str, Any]] | None = None
    """The conversation so far, where the call was a turn of `run_tools()`; else None."""

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        request_id: str | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        attempts: tuple[Attempt, ...] = (),
        request: RequestInfo | None = None,
        partial: Any = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.request_id = request_id
        self.body = body
        self.headers = {} if headers is None else headers
        self.attempts = attempts
        self.request = request
        self.partial = partial

    @property
    def code(self) -> Any:
        """The server's code of the error, from the body; None where it has none."""
        return _of_body(self.body, "code")

    @property
    def type(self) -> Any:
        """The server's type of the error, from the body; None where it has none."""
        return _of_body(self.body, "type")

    @property
    def param(self) -> Any:
        """The field of the request that the error is about, from the body; None where it names none."""
        return _of_body(self.body, "param")

    @property
    def response(self) -> httpx.Response | None:
        """The last response as an `httpx.Response`, without what was sent; None where there was none."""
        if self.status_code is None or self.request is None:
            return None
        # Imported here: httpx is slow to load, and few ask for it.
        with LOADING:
            import json

            import httpx

        body = self.body
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        untrue = ("content-encoding", "content-length", "transfer-encoding")
        headers = {name: value for name, value in self.headers.items() if name not in untrue}
        return httpx.Response(
            self.status_code, headers=headers, content=body or b"", request=httpx.Request(*self.request)
        )

    def __str__(self) -> str:
        notes: list[str] = []
        if self.request_id is not None:
            notes.append(f"request id {self.request_id}")
        if len(self.attempts) > 1:
            notes.append(f"after {len(self.attempts)} attempts")
        head = f"HTTP {self.status_code}: " if isinstance(self, APIStatusError) else ""
        return f"{head}{self.message}" + (f" ({', '.join(notes)})" if notes else "")


class APIConnectionError(APIError):
    """The connection could not be made, or broke before the response was complete.

    `body` holds the bytes of the response that had arrived, if any.
    """


class APITimeoutError(APIConnectionError):
    """A timeout or the call's deadline ran out; the message says which."""


class StreamInterruptedError(APIConnectionError):
    """A stream broke off, or ended before its end: the answer is cut.

    The chunks before it have been delivered; `partial` holds what they add up to.
    """


class APIStatusError(APIError):
    """The server answered with an error status (or with a redirect that is not followed)."""

    # Always there with a status error, and not with every error.
    status_code: int  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def response(self) -> httpx.Response:
        """The response as httpx has it, without what was sent."""
        return cast("httpx.Response", super().response)


class BadRequestError(APIStatusError):
    """400: the request is malformed."""


class AuthenticationError(APIStatusError):
    """401: the key is missing, unknown or expired."""


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


class NotFoundError(APIStatusError):
    """404: no such model or path."""


class ConflictError(APIStatusError):
    """409: the request conflicts with the state of the server."""


class UnprocessableEntityError(APIStatusError):
    """422: the request was understood and is invalid; `body["detail"]` locates each fault."""


class RateLimitError(APIStatusError):
    """429: too many requests, or the quota is used up."""


class InternalServerError(APIStatusError):
    """500 to 599: the server, or something on the way to it, failed."""


class APIResponseValidationError(APIError):
    """Bytes came, but not what was asked for: the wrong kind of body, or one that cannot be read."""


class APIStreamError(APIError):
    """The server reported an error inside a stream. `body` is the error as it sent it."""


class StructuredOutputError(EGPError):
    """The model answered, but not with a value of the type that was asked for.

    The answer has been paid for, so all of it is here.
    """

    completion: Any
    """The whole answer, with `parsed` on the choices that could be read; None where there was no call."""
    usage: Any
    """The tokens of all tries of the call together; None where the service reported none."""
    content: str | None
    """The text that the model wrote."""
    choice: int
    """The index of the choice that failed, from 0."""
    path: str | None
    """Where the text is wrong, such as `$.items[3].price`; None where it is wrong as a whole."""

    def __init__(
        self,
        message: str,
        *,
        completion: Any = None,
        usage: Any = None,
        content: str | None = None,
        choice: int = 0,
        path: str | None = None,
    ) -> None:
        super().__init__(message)
        self.completion = completion
        self.usage = usage
        self.content = content
        self.choice = choice
        self.path = path


class InvalidJSONError(StructuredOutputError):
    """The text is not JSON."""


class OutputValidationError(StructuredOutputError):
    """The text is JSON, but not a value of the type; `path` says where it is wrong."""


class EmptyOutputError(StructuredOutputError):
    """The model wrote nothing, and called no tool."""


class RefusalError(StructuredOutputError):
    """The model declined; the message has its words."""


class LengthFinishReasonError(StructuredOutputError):
    """The answer was cut off at the limit of its length, even where what came can be read."""


class ContentFilterFinishReasonError(StructuredOutputError):
    """A filter of the service took out the answer or a part of it."""


class ToolError(EGPError):
    """Raise it in a tool to report a problem to the model, which sees the message and nothing else."""


class ToolLoopError(EGPError):
    """A run of tools ended before the model gave its answer.

    Nothing is lost: `messages` is a conversation that the service accepts, and `resume_tools` goes on from
    `state`.
    """

    reason: str
    """`max_turns`, `max_calls`, `max_tokens_total`, `deadline`, `length`, `content_filter` or `stopped`."""
    completion: Any
    """The last answer of the model; None where there was none."""
    messages: list[dict[str, Any]]
    """The conversation. A call that was not made is answered with the reason."""
    usage: Any
    """The tokens of all turns together; None where the service reported none."""
    turns: int
    """How often the model answered."""
    state: dict[str, Any]
    """What `resume_tools` takes, as JSON."""

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        completion: Any = None,
        messages: list[dict[str, Any]],
        usage: Any = None,
        turns: int = 0,
        state: dict[str, Any],
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.completion = completion
        self.messages = messages
        self.usage = usage
        self.turns = turns
        self.state = state


class ToolLoopLimitError(ToolLoopError):
    """A limit was reached: `max_turns`, `max_calls`, `max_tokens_total` or `deadline`."""


class ToolLoopCutError(ToolLoopError):
    """An answer was cut by its length or by a filter while it called tools: none of them was run."""


class ToolLoopStoppedError(ToolLoopError):
    """`approve` stopped the run before any call of the turn; `resume_tools` goes on from `state`."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def _of_body(body: Any, name: str) -> Any:
    """Return a value of an error body: of `{"error": {…}}`, of `{…}`, or of FastAPI's first fault."""
    if not isinstance(body, dict):
        return None
    fields = cast("dict[str, Any]", body)
    inner = fields.get("error")
    if isinstance(inner, dict):
        return cast("dict[str, Any]", inner).get(name)
    if name == "code" and isinstance(inner, str) and "error_description" in fields:
        # OAuth's errors (RFC 6749, section 5.2): the code is the value of `error`.
        return fields.get("code", inner)
    detail = fields.get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        fault = cast("dict[str, Any]", detail[0])
        if name == "param":
            places: list[Any] = fault.get("loc") or []
            return ".".join(str(place) for place in places if place != "body") or None
        return fault.get(name)
    return fields.get(name)


def status_error_type(status: int) -> type[APIStatusError]:
    """Return the class of the tree for an HTTP status that is not a success."""
    if status >= 500:
        return InternalServerError
    return _BY_STATUS.get(status, APIStatusError)


def _rebuild(cls: type[EGPError], state: dict[str, Any]) -> EGPError:
    error = cls.__new__(cls)
    Exception.__init__(error, state.get("message", ""))
    vars(error).update(state)
    return error
