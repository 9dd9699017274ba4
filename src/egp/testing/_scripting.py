"""The methods that script answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from attrs import evolve

from egp.testing._answer import Answer
from egp.testing._reply import End, Reply, events_reply, json_reply, phrase, text_reply
from egp.testing._script import Script, Scripted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from egp.testing._operation import Operation
    from egp.testing._requests import RecordedRequest


class Scripting:
    """Methods that script answers: each queues one for a request that is still to come."""

    def __init__(self, *, end: End) -> None:
        _check_end(end)
        self._end: End = end
        self._script = Script()

    @property
    def pending(self) -> int:
        """How many scripted answers have not been used up."""
        return len(self._script)

    def reply(
        self,
        content: Any = None,
        *,
        tool_calls: Sequence[tuple[str, Any]] | None = None,
        finish_reason: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        interval: float = 0.0,
        cut_after: int | None = None,
        end: End | None = None,
        times: int | None = 1,
    ) -> None:
        """Answer the next request with `content`.

        Args:
            content: A text: what the model says, whole or streamed as the request asks. A completion (a dict
                or a generated model): the same. Any other JSON value: sent as it is. Bytes: sent as they are,
                as `application/octet-stream` unless `headers` say otherwise. A function: it is given the
                `RecordedRequest` and returns any of these. None: what the server answers by itself.
            tool_calls: The tools that the model calls: pairs of a name and the arguments, as a JSON value or
                as text (for a custom tool, its input).
            finish_reason: Why the model stops; by default `stop`, or `tool_calls`.
            status: The status; by default that of the operation's success.
            headers: Headers to add, or to send in place of the server's.
            delay: Seconds before the status line; `math.inf` never answers.
            interval: Seconds between two events of a stream.
            cut_after: The number of events of a stream after which `end` happens.
            end: How the answer ends, see `End`. A whole answer breaks off in the middle of its body.
            times: How many requests are answered so; None: all that follow.
        """
        _check_status(status)
        _check_end(end)
        answer = Answer(
            content=content,
            tool_calls=tool_calls,
            finish_reason=finish_reason,
            status=status,
            headers=headers,
            delay=delay,
            interval=interval,
            cut_after=cut_after,
            end=end or self._end,
        )
        self._script.add(Scripted(answer.render, to_any_request=False), times=times)

    def stream(
        self,
        events: Iterable[Any],
        *,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        interval: float = 0.0,
        end: End | None = None,
        times: int | None = 1,
    ) -> None:
        """Answer the next request with these events, whether it asks for a stream or not.

        Args:
            events: Each a JSON object, such as `chunk("Hel")` or `{"error": {…}}`: sent as the event's data;
                or a text: sent as data as it is; or bytes: sent as they are (`b": ping\\n\\n"`). An iterator
                is read while the stream is sent, in the server's thread.
            headers: Headers to add, or to send in place of the server's.
            delay: Seconds before the status line.
            interval: Seconds between two events.
            end: What follows the last event, see `End`.
            times: How many requests are answered so; None: all that follow.
        """
        _check_end(end)
        again = events if times == 1 else tuple(events)

        def render(_operation: Operation | None, _request: RecordedRequest) -> Reply:
            reply = events_reply(again, end=end or self._end).with_headers(headers)
            return evolve(reply, delay=delay, interval=interval)

        self._script.add(Scripted(render, to_any_request=False), times=times)

    def fail(
        self,
        status: int,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        times: int | None = 1,
    ) -> None:
        """Answer the next request, whatever it is, with an error or any other status.

        Args:
            status: The status, 200 to 599.
            body: A JSON value; or text or bytes, sent as HTML where they begin with `<` and as plain text
                otherwise. None: `{"detail": …}` with the status's name.
            headers: Headers to add, such as `{"retry-after": "1"}`, or to send in place of the server's.
            delay: Seconds before the status line.
            times: How many requests are answered so; None: all that follow.
        """
        _check_status(status)
        if isinstance(body, (str, bytes)):
            reply = text_reply(body, status=status)
        else:
            reply = json_reply({"detail": phrase(status)} if body is None else body, status=status)
        reply = evolve(reply.with_headers(headers), delay=delay)
        self._script.add(Scripted(lambda _operation, _request: reply, to_any_request=True), times=times)

    def raw(
        self,
        data: bytes | Sequence[bytes] = b"",
        *,
        delay: float = 0.0,
        interval: float = 0.0,
        end: End = "close",
        times: int | None = 1,
    ) -> None:
        """Answer the next request, whatever it is, with these bytes alone, and end the connection.

        Args:
            data: All that goes over the wire, status line and headers included; a sequence is written piece
                by piece.
            delay: Seconds before the first piece.
            interval: Seconds between two pieces.
            end: `"close"`, `"reset"` or `"stall"`; the others mean `"close"`.
            times: How many requests are answered so; None: all that follow.
        """
        _check_end(end)
        parts = (data,) if isinstance(data, bytes) else tuple(data)
        reply = Reply(parts=parts, bare=True, delay=delay, interval=interval, end=end)
        self._script.add(Scripted(lambda _operation, _request: reply, to_any_request=True), times=times)

    def drop(self, *, reset: bool = False, times: int | None = 1) -> None:
        """Close the connection of the next request without a word, or (`reset`) with a TCP reset."""
        self.raw(end="reset" if reset else "close", times=times)


def _check_status(status: int | None) -> None:
    if status is not None and status not in range(200, 600):
        raise ValueError(f"status must be 200 to 599, got {status!r}; raw() sends anything")


def _check_end(end: End | None) -> None:
    # A fault that is misspelt would be none, and the test of it would pass.
    if end is not None and end not in get_args(End):
        raise ValueError(f"end must be one of {', '.join(get_args(End))}, got {end!r}")
