"""`chat.completions.stream`: an answer as events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from egp._loading import LOADING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from egp_api.types import JSONObject
    from typing_extensions import TypeForm

    from egp._async.event_stream import AsyncChatCompletionStream
    from egp._async.parse import ToolLike
    from egp._async.session import AsyncSession
    from egp._options import StreamParseOptions
    from egp.structured import Strict

__all__ = ["AsyncEventStreaming"]

T = TypeVar("T")


class AsyncEventStreaming:
    """The method `stream` of `client.chat.completions`."""

    __slots__ = ()

    _session: AsyncSession

    @overload
    def stream(
        self,
        *,
        response_format: TypeForm[T],
        tools: Iterable[ToolLike] | None = None,
        strict: Strict = "auto",
        **keywords: Unpack[StreamParseOptions],
    ) -> AsyncChatCompletionStream[T]: ...
    @overload
    def stream(
        self,
        *,
        response_format: Mapping[str, object] | JSONObject[Any],
        tools: Iterable[ToolLike] | None = None,
        strict: Strict = "auto",
        **keywords: Unpack[StreamParseOptions],
    ) -> AsyncChatCompletionStream[Any]: ...
    @overload
    def stream(
        self,
        *,
        response_format: None = None,
        tools: Iterable[ToolLike] | None = None,
        strict: Strict = "auto",
        **keywords: Unpack[StreamParseOptions],
    ) -> AsyncChatCompletionStream[None]: ...
    def stream(
        self,
        *,
        response_format: Any = None,
        tools: Iterable[ToolLike] | None = None,
        strict: Strict = "auto",
        **keywords: Any,
    ) -> AsyncChatCompletionStream[Any]:
        """Ask a model for an answer as events: what was added, and what is complete.

        Use it in a `with` block, which sends the request, and iterate over it. The other keywords are those
        of `create`, for streams.

        Args:
            response_format: a type, as `parse` takes it; the events have `parsed`. Or a mapping, as `create`
                takes it.
            tools: types, functions, tools of `egp.tool`, and what `create` takes, mixed; events of their
                calls have `parsed_arguments`.
            strict: as `parse` takes it.

        Raises:
            EGPError: a type cannot be a schema; nothing was sent.
            APIError: as `create` raises it, when the block is entered.
        """
        # Imported here: few programs need it.
        with LOADING:
            from egp._async.event_stream import AsyncChatCompletionStream
            from egp._requests import check_beside_create

        check_beside_create(self.stream, keywords)
        reader = None
        if response_format is not None or tools is not None:
            with LOADING:
                from egp.structured.output import output_fields

            reader, fields = output_fields(response_format, tools, strict, str(keywords.get("model", "")))
            keywords |= fields
        return AsyncChatCompletionStream(self._session, keywords, reader=reader)
