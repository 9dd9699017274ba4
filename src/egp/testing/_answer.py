"""Make a reply out of a scripted answer, or of the server's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from egp._core.json_types import Object, is_object
from egp.testing import _models
from egp.testing._chunks import chunks, is_completion
from egp.testing._completion import Model
from egp.testing._reply import BROKEN, End, Reply, events_reply, json_reply, text_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from egp.testing._operation import Operation
    from egp.testing._requests import RecordedRequest

CHAT = "/chat/completions"
MODELS = "/chat/completions/models"


@frozen(kw_only=True)
class Answer:
    """A successful answer as a test describes it; what it leaves out is the server's own."""

    content: Any = None
    tool_calls: Sequence[tuple[str, Any]] | None = None
    finish_reason: str | None = None
    status: int | None = None
    headers: Mapping[str, str] | None = None
    delay: float = 0.0
    interval: float = 0.0
    cut_after: int | None = None
    end: End

    def render(self, operation: Operation | None, request: RecordedRequest) -> Reply:
        """Make the reply to a request."""
        content = self.content(request) if callable(self.content) else self.content
        reply = self._reply(_plain(content), operation, request)
        return evolve(
            reply.with_headers(self.headers),
            status=self.status or reply.status,
            delay=self.delay,
            interval=self.interval,
        )

    def _reply(self, content: Any, operation: Operation | None, request: RecordedRequest) -> Reply:
        if isinstance(content, bytes):
            return self._broken(Reply(headers={"content-type": "application/octet-stream"}, parts=(content,)))
        worded = content is None or isinstance(content, str)
        if worded and request.path.endswith(CHAT) and is_object(request.json):
            body = request.json if operation is None else operation.valid_fields(request)
            content = Model(body).completion(
                content, tool_calls=self.tool_calls, finish_reason=self.finish_reason
            )
        streamed = request.wants_stream if operation is None else operation.streams(request)
        if streamed and is_completion(content):
            given = request.json.get("stream_options")
            asked: Object = given if is_object(given) else {}
            # All of them before the first is sent: one that cannot be made is to be told.
            return self._events([*chunks(content, include_usage=asked.get("include_usage") is True)])
        if content is None and operation is not None:
            if operation.streams(request):
                return self._events(operation.event_examples)
            known = request.path.endswith(MODELS) and operation.method == "GET"
            content = _models.page(request.query) if known else operation.json_example
            if content is None:
                return Reply(status=operation.status)
        if isinstance(content, str):
            return self._broken(text_reply(content))
        return self._broken(json_reply(content, status=200 if operation is None else operation.status))

    def _events(self, events: Any) -> Reply:
        if self.cut_after is not None:
            events = [event for _, event in zip(range(self.cut_after), events, strict=False)]
        return events_reply(events, end=self.end)

    def _broken(self, reply: Reply) -> Reply:
        return evolve(reply, end=self.end) if self.end in BROKEN else reply


def _plain(content: Any) -> Any:
    """Return a generated model as the JSON object that it is on the wire."""
    to_dict: Callable[[], Any] | None = getattr(content, "to_dict", None)
    return content if to_dict is None else to_dict()
