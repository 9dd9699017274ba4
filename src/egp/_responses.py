"""Responses: from the bytes of an answer to its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from egp_api.models import ChatCompletion
from egp_api.types import JSONAnswer, JSONObject

from egp._core import json
from egp._core.error_body import body_value, message_in
from egp._core.json_types import is_array
from egp._core.response import ResponseProperties
from egp.errors import APIResponseValidationError, EGPError

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp._core.response import Response

__all__ = ["RawResponse", "parse_response"]

T = TypeVar("T")


def parse_response(parse: Callable[[Any], T], response: Response) -> T:
    """Return the result in a response, which remembers status, headers and request id.

    Raises `APIResponseValidationError` for a body that is not JSON, or not a JSON object, or an error.
    """
    try:
        result = json.decode_as(response.content, parse)
    except json.UnreadableError as error:
        kind = response.head.content_type or "no content type"
        message = (
            f"the body ({kind}) cannot be read as JSON: {error}" if response.content else "the body is empty"
        )
        raise _invalid(response, message) from None
    answer: Any = result
    if not isinstance(answer, JSONAnswer):
        raise _invalid(response, "the body is JSON, but not the object that was asked for")
    if getattr(result, "error", None):
        words = message_in(body_value(response.content))
        raise _invalid(response, words or "the server sent an error with a status of success")
    if isinstance(answer, ChatCompletion) and not _has_choices(answer):
        words = message_in(body_value(response.content))
        message = "the answer has no choices"
        raise _invalid(response, f"{message}: {words}" if words else message)
    answer.response_info = response.response_info
    return result


def _has_choices(completion: ChatCompletion) -> bool:
    choices: Any = completion.choices
    if not is_array(choices) or not choices:
        return False
    for choice in choices:  # noqa: SIM110 - half the time of all(), in every call
        if not isinstance(choice, JSONObject):
            return False
    return True


def _invalid(response: Response, message: str) -> APIResponseValidationError:
    return response.error(APIResponseValidationError, message, body=body_value(response.content))


class RawResponse(ResponseProperties, Generic[T]):
    """Status, headers and body of a successful response; `parse()` makes the result of it.

    With `stream=True`, the result is the open stream, to be closed as such.
    """

    def __init__(self, response: ResponseProperties, parse: Callable[[], T]) -> None:
        self.head = response.head
        self.context = response.context
        self.content: bytes = getattr(response, "content", b"")
        """The body, content-decoded; empty for a stream."""
        self._parse = parse
        self._parsed: list[T] = []

    def parse(self) -> T:
        """Return the result, made at the first call and the same at each.

        Raises:
            APIResponseValidationError: the body is not what was asked for.
        """
        if not self._parsed:
            try:
                self._parsed.append(self._parse())
            except EGPError as error:
                # Without the frames below this one: the body is in them, as it came.
                raise error.with_traceback(None) from error.__cause__
        return self._parsed[0]

    def __repr__(self) -> str:
        return f"<RawResponse {self.status_code}, request id {self.request_id}>"
