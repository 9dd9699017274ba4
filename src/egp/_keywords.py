"""The keywords of calls: those of the contract, and the options of one call. Not loaded at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from egp_api.params import CreateChatCompletionKeywords, ListChatCompletionModelsKeywords

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

__all__ = ["CallKeywords", "CreateKeywords", "ModelsKeywords", "StreamCallKeywords", "StreamKeywords"]


class CallKeywords(TypedDict, total=False):
    """Options of one call, in place of the client's."""

    extra_headers: Mapping[str, str] | None
    """Headers to add, or to send in place of ours of the same name."""
    extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None
    """Query parameters to add."""
    timeout: float | httpx.Timeout | None
    """Seconds for each step of each attempt; None waits for ever."""
    deadline: float | None
    """Seconds for the whole call: attempts, waits, body and stream. None is no limit."""
    max_retries: int
    """Attempts after the first."""


class CreateKeywords(CreateChatCompletionKeywords, CallKeywords, total=False):
    """The keywords of `chat.completions.create`."""

    extra_body: Mapping[str, object] | None
    """Body fields that the contract does not know, or that should replace ours; sent as they are."""


class StreamCallKeywords(CallKeywords, total=False):
    """Options of one streamed call, in place of the client's."""

    first_token_timeout: float | None
    """Seconds from the start of an attempt to the first chunk that says something; pings, comments and the
    role alone do not. None is no limit."""
    idle_timeout: float | None
    """Seconds from one chunk to the next; pings and comments are none. None is no limit."""
    on_truncated: Literal["raise", "ignore"]
    """What to do about a stream that ends before its answer does."""
    max_event_bytes: int
    """The largest event that is accepted, in bytes."""


class StreamKeywords(CreateKeywords, StreamCallKeywords, total=False):
    """The keywords of `chat.completions.create` with `stream=True`."""


class ModelsKeywords(ListChatCompletionModelsKeywords, CallKeywords, total=False):
    """The keywords of `chat.completions.models`."""
