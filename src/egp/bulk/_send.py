"""One attempt of one request, by the client, and what came of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from egp._core import json as codec
from egp._core.json_types import is_array, is_object
from egp._core.request import Request as APIRequest
from egp._loading import LOADING
from egp.bulk import _output_line
from egp.bulk._verdict import Fate, Verdict, of_answer, of_error
from egp.errors import APIResponseValidationError, APIStatusError, EGPError

if TYPE_CHECKING:
    from egp import AsyncClient
    from egp._core.response import ResponseProperties
    from egp.bulk._request import Request
    from egp.errors import APIError

__all__ = ["Outcome", "Sender"]

_RETRIED_INSIDE = 408  # the least status that an error within a 200 may stand for


class Outcome(NamedTuple):
    """How an attempt ended."""

    verdict: Verdict
    line: bytes
    """The line of output, should this be the end of the request; empty where the run stops."""
    usage: tuple[int, int, int] | None = None
    """Tokens of the prompt, of the answer, and of the prompt those from the cache."""
    finish_reason: str | None = None
    is_success: bool = False
    document: Any = None
    """The completion, where this is a success."""


class Sender:
    """Makes attempts. The client makes no retries of its own: they would multiply with the run's."""

    def __init__(self, client: AsyncClient) -> None:
        with LOADING:
            from egp_api.api.inference import create_chat_completion as operation

        self._client = client.with_options(max_retries=0)
        self._method, self._path = operation.METHOD, operation.PATH
        self._keywords = operation.KEYWORDS
        self._session = self._client._session  # noqa: SLF001 - one package; skips what only objects need

    async def attempt(self, request: Request, digest: int) -> Outcome:
        """Ask once. Every failure is in the outcome."""
        try:
            if request.is_stream:
                return await self._streamed(request, digest)
            reply = await self._session.send(APIRequest(self._method, self._path, content=request.body))
        except EGPError as error:
            return _failed(error, request, digest)
        body = _output_line.one_line(reply.content)
        if body is None or not is_object(body.document):
            text = reply.content.decode(errors="replace")
            return _unreadable(reply, "the answer is not a JSON object", text, request, digest)
        return _answered(reply, body, request, digest)

    async def _streamed(self, request: Request, digest: int) -> Outcome:
        fields: dict[str, Any] = codec.decode(request.body)
        fields.pop("stream", None)
        # `create` leaves out what is None; what the body has as null stays in `fields`, and is sent.
        given = [name for name, value in fields.items() if name in self._keywords and value is not None]
        known = {name: fields.pop(name) for name in given}
        raw = await self._session.calls.create(True, {**known, "extra_body": fields, "max_retries": 0})
        async with raw.parse() as stream:
            async for _ in stream:
                pass
            completion = await stream.get_final_completion()
        document = completion.to_dict()
        body = _output_line.Answer(codec.encode(document), document)
        return _answered(raw, body, request, digest)


def _answered(
    response: ResponseProperties, body: _output_line.Answer, request: Request, digest: int
) -> Outcome:
    document = body.document
    status = response.status_code
    verdict = of_answer(status, response.headers, time.time())
    usage = _output_line.tokens_of(document)
    if document.get("error"):
        # As an error, since these show no key that the server repeats.
        told = response.context.error(APIResponseValidationError, "an error as an answer", body=document)
        line = _output_line.answer_line(
            request.custom_id, digest, status, response.request_id, _body_of(told)
        )
        return Outcome(_inside(verdict, told.body["error"] if is_object(told.body) else None), line, usage)
    choices = document.get("choices")
    if not is_array(choices) or not choices:
        return _unreadable(response, "the answer has no choices", document, request, digest)
    first = choices[0]
    reason = first.get("finish_reason") if is_object(first) else None
    line = _output_line.answer_line(request.custom_id, digest, status, response.request_id, body.body)
    return Outcome(
        verdict, line, usage, reason if isinstance(reason, str) else None, is_success=True, document=document
    )


def _inside(verdict: Verdict, error: Any) -> Verdict:
    """Return the verdict on an error that came with a status of success."""
    code = error.get("code") if is_object(error) else None
    message = str(error.get("message", "")) if is_object(error) else str(error)
    status = int(code) if isinstance(code, int) or (isinstance(code, str) and code.isdecimal()) else 0
    fate = Fate.ENDED
    if status == 429:
        fate = Fate.REFUSED
    elif status == _RETRIED_INSIDE or 500 <= status <= 599:
        fate = Fate.FAILED
    return verdict._replace(fate=fate, why=f"error in a {verdict.why}", message=message)


def _failed(error: EGPError, request: Request, digest: int) -> Outcome:
    verdict = of_error(error, time.time())
    if isinstance(error, APIStatusError):
        body = _body_of(error)
        line = _output_line.answer_line(request.custom_id, digest, error.status_code, error.request_id, body)
        return Outcome(verdict, line)
    code = verdict.why.replace(" ", "_")
    body = _text(getattr(error, "body", None))
    return Outcome(verdict, _output_line.error_line(request.custom_id, digest, code, error.message, body))


def _unreadable(
    response: ResponseProperties, message: str, body: Any, request: Request, digest: int
) -> Outcome:
    words = f"{message} (HTTP {response.status_code})"
    return _failed(response.context.error(APIResponseValidationError, words, body=body), request, digest)


def _body_of(error: APIError) -> bytes:
    """Return the body of an error status as JSON: an object as it came, else in the form of an error."""
    body = error.body
    if not is_object(body):
        body = {"error": {"message": _text(body) or error.message}}
    try:
        return codec.encode(body)
    except EGPError:
        return codec.encode({"error": {"message": error.message}})


def _text(body: Any) -> Any:
    return body.decode(errors="replace") if isinstance(body, bytes) else body
