# Made by scripts/unasync from src/egp/_async/chat.py: edit that file, then run the script.
"""Chat completions: `client.chat.completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from egp._loading import LOADING
from egp._sync.events import EventStreaming
from egp._sync.parse import Parsing
from egp._sync.run_tools import ToolRunning
from egp._sync.signatures import Create, Models

if TYPE_CHECKING:
    from egp_api.models import ChatCompletion, ChatCompletionChunk, ChatModelList

    from egp._responses import RawResponse
    from egp._sync.session import Session
    from egp._sync.stream import Stream
    from egp._sync.streaming_response import StreamingCompletions

    _Create = Create[ChatCompletion, Stream[ChatCompletionChunk]]
    _RawCreate = Create[RawResponse[ChatCompletion], RawResponse[Stream[ChatCompletionChunk]]]
    _Models = Models[ChatModelList]
    _RawModels = Models[RawResponse[ChatModelList]]
else:
    # What the types are made of is loaded with the first call.
    _Create = _RawCreate = Create
    _Models = _RawModels = Models

__all__ = ["Chat", "Completions", "RawCompletions"]


class Chat:
    """`client.chat`."""

    __slots__ = ("_completions",)

    def __init__(self, session: Session) -> None:
        self._completions = Completions(session)

    @property
    def completions(self) -> Completions:
        """Chat completions."""
        return self._completions


class Completions(Parsing, EventStreaming, ToolRunning, _Create, _Models):
    """`client.chat.completions`."""

    # No slots: frameworks put methods of their own in the place of `create`.

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def with_raw_response(self) -> RawCompletions:
        """The same methods, returning a `RawResponse`: status, headers, and the result at `parse()`."""
        return RawCompletions(self._session)

    @property
    def with_streaming_response(self) -> StreamingCompletions:
        """`create` as a block in which the response is open: status, headers, and the body as it comes."""
        # Imported here: few read a response so.
        with LOADING:
            from egp._sync.streaming_response import StreamingCompletions

        return StreamingCompletions(self._session)

    def _create(self, keywords: dict[str, Any]) -> Any:
        stream: bool | None = keywords.pop("stream", None)
        return (self._session.calls.create(stream, keywords)).parse()

    def _models(self, keywords: dict[str, Any]) -> Any:
        return (self._session.calls.models("models", keywords)).parse()


class RawCompletions(_RawCreate, _RawModels):
    """`client.chat.completions.with_raw_response`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def _create(self, keywords: dict[str, Any]) -> Any:
        stream: bool | None = keywords.pop("stream", None)
        return self._session.calls.create(stream, keywords)

    def _models(self, keywords: dict[str, Any]) -> Any:
        return self._session.calls.models("models", keywords)
