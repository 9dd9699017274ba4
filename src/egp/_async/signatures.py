# Made by scripts/signatures from generated/egp_api/params.py and src/egp/_options.py: edit those.
"""The methods whose keywords the contract names, each keyword spelled out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, overload

from egp._async.keywords import by_keywords
from egp._core.options import OF_THE_CLIENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Literal

    import httpx
    from egp_api.models import (
        LogitBias,
        Metadata,
        Modality,
        ModelVendor,
        ReasoningEffort,
        SortOrder,
        ToolChoiceMode,
    )
    from egp_api.params import (
        AllowedToolsChoiceParam,
        AnyObject,
        AudioOptionsParam,
        CustomToolChoiceParam,
        FunctionCallOptionParam,
        FunctionDefinitionParam,
        FunctionToolChoiceParam,
        PredictionParam,
        RequestMessageParam,
        ResponseFormatParam,
        StreamOptionsParam,
        ToolParam,
    )

    from egp._core.retry import Retry

__all__ = ["AsyncCreate", "AsyncList", "AsyncModels"]

WholeT = TypeVar("WholeT")
StreamT = TypeVar("StreamT")


class AsyncCreate(Generic[WholeT, StreamT]):
    """`create`: `WholeT` is what it returns for a whole answer, `StreamT` for a stream."""

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        async def create(
            self,
            *,
            model: str,
            messages: Iterable[RequestMessageParam],
            stream: Literal[False] | None = None,
            response_format: ResponseFormatParam | None = None,
            tools: Iterable[ToolParam] | None = None,
            audio: AudioOptionsParam | AnyObject | None = None,
            frequency_penalty: float | None = None,
            function_call: FunctionCallOptionParam | AnyObject | None = None,
            functions: Iterable[FunctionDefinitionParam | AnyObject] | None = None,
            logit_bias: Mapping[str, int] | LogitBias | None = None,
            logprobs: bool | None = None,
            max_completion_tokens: int | None = None,
            max_tokens: int | None = None,
            metadata: Mapping[str, str] | Metadata | None = None,
            modalities: Iterable[Modality | str] | None = None,
            n: int | None = None,
            parallel_tool_calls: bool | None = None,
            prediction: PredictionParam | AnyObject | None = None,
            presence_penalty: float | None = None,
            reasoning_effort: ReasoningEffort | str | None = None,
            seed: int | None = None,
            stop: str | Iterable[str] | None = None,
            store: bool | None = None,
            stream_options: StreamOptionsParam | AnyObject | None = None,
            temperature: float | None = None,
            tool_choice: ToolChoiceMode
            | str
            | FunctionToolChoiceParam
            | AnyObject
            | CustomToolChoiceParam
            | AllowedToolsChoiceParam
            | None = None,
            top_k: int | None = None,
            top_logprobs: int | None = None,
            top_p: float | None = None,
            extra_body: Mapping[str, object] | None = None,
            extra_headers: Mapping[str, str] | None = None,
            extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = None,
            timeout: float | httpx.Timeout | None = OF_THE_CLIENT,
            deadline: float | None = OF_THE_CLIENT,
            max_retries: int | None = None,
            retry: Retry | None = None,
            max_response_bytes: int | None = None,
        ) -> WholeT: ...
        @overload
        async def create(
            self,
            *,
            model: str,
            messages: Iterable[RequestMessageParam],
            stream: Literal[True],
            response_format: ResponseFormatParam | None = None,
            tools: Iterable[ToolParam] | None = None,
            audio: AudioOptionsParam | AnyObject | None = None,
            frequency_penalty: float | None = None,
            function_call: FunctionCallOptionParam | AnyObject | None = None,
            functions: Iterable[FunctionDefinitionParam | AnyObject] | None = None,
            logit_bias: Mapping[str, int] | LogitBias | None = None,
            logprobs: bool | None = None,
            max_completion_tokens: int | None = None,
            max_tokens: int | None = None,
            metadata: Mapping[str, str] | Metadata | None = None,
            modalities: Iterable[Modality | str] | None = None,
            n: int | None = None,
            parallel_tool_calls: bool | None = None,
            prediction: PredictionParam | AnyObject | None = None,
            presence_penalty: float | None = None,
            reasoning_effort: ReasoningEffort | str | None = None,
            seed: int | None = None,
            stop: str | Iterable[str] | None = None,
            store: bool | None = None,
            stream_options: StreamOptionsParam | AnyObject | None = None,
            temperature: float | None = None,
            tool_choice: ToolChoiceMode
            | str
            | FunctionToolChoiceParam
            | AnyObject
            | CustomToolChoiceParam
            | AllowedToolsChoiceParam
            | None = None,
            top_k: int | None = None,
            top_logprobs: int | None = None,
            top_p: float | None = None,
            extra_body: Mapping[str, object] | None = None,
            extra_headers: Mapping[str, str] | None = None,
            extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = None,
            timeout: float | httpx.Timeout | None = OF_THE_CLIENT,
            deadline: float | None = OF_THE_CLIENT,
            max_retries: int | None = None,
            retry: Retry | None = None,
            max_response_bytes: int | None = None,
            first_token_timeout: float | None = OF_THE_CLIENT,
            idle_timeout: float | None = OF_THE_CLIENT,
            on_truncated: Literal["raise", "ignore"] | None = None,
            max_event_bytes: int | None = None,
        ) -> StreamT: ...
        @overload
        async def create(
            self,
            *,
            model: str,
            messages: Iterable[RequestMessageParam],
            stream: bool,
            response_format: ResponseFormatParam | None = None,
            tools: Iterable[ToolParam] | None = None,
            audio: AudioOptionsParam | AnyObject | None = None,
            frequency_penalty: float | None = None,
            function_call: FunctionCallOptionParam | AnyObject | None = None,
            functions: Iterable[FunctionDefinitionParam | AnyObject] | None = None,
            logit_bias: Mapping[str, int] | LogitBias | None = None,
            logprobs: bool | None = None,
            max_completion_tokens: int | None = None,
            max_tokens: int | None = None,
            metadata: Mapping[str, str] | Metadata | None = None,
            modalities: Iterable[Modality | str] | None = None,
            n: int | None = None,
            parallel_tool_calls: bool | None = None,
            prediction: PredictionParam | AnyObject | None = None,
            presence_penalty: float | None = None,
            reasoning_effort: ReasoningEffort | str | None = None,
            seed: int | None = None,
            stop: str | Iterable[str] | None = None,
            store: bool | None = None,
            stream_options: StreamOptionsParam | AnyObject | None = None,
            temperature: float | None = None,
            tool_choice: ToolChoiceMode
            | str
            | FunctionToolChoiceParam
            | AnyObject
            | CustomToolChoiceParam
            | AllowedToolsChoiceParam
            | None = None,
            top_k: int | None = None,
            top_logprobs: int | None = None,
            top_p: float | None = None,
            extra_body: Mapping[str, object] | None = None,
            extra_headers: Mapping[str, str] | None = None,
            extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = None,
            timeout: float | httpx.Timeout | None = OF_THE_CLIENT,
            deadline: float | None = OF_THE_CLIENT,
            max_retries: int | None = None,
            retry: Retry | None = None,
            max_response_bytes: int | None = None,
            first_token_timeout: float | None = OF_THE_CLIENT,
            idle_timeout: float | None = OF_THE_CLIENT,
            on_truncated: Literal["raise", "ignore"] | None = None,
            max_event_bytes: int | None = None,
        ) -> WholeT | StreamT: ...
        @overload
        async def create(
            self,
            *,
            model: str,
            messages: list[dict[str, str]],
            stream: Literal[False] | None = None,
            response_format: ResponseFormatParam | None = None,
            tools: Iterable[ToolParam] | None = None,
            audio: AudioOptionsParam | AnyObject | None = None,
            frequency_penalty: float | None = None,
            function_call: FunctionCallOptionParam | AnyObject | None = None,
            functions: Iterable[FunctionDefinitionParam | AnyObject] | None = None,
            logit_bias: Mapping[str, int] | LogitBias | None = None,
            logprobs: bool | None = None,
            max_completion_tokens: int | None = None,
            max_tokens: int | None = None,
            metadata: Mapping[str, str] | Metadata | None = None,
            modalities: Iterable[Modality | str] | None = None,
            n: int | None = None,
            parallel_tool_calls: bool | None = None,
            prediction: PredictionParam | AnyObject | None = None,
            presence_penalty: float | None = None,
            reasoning_effort: ReasoningEffort | str | None = None,
            seed: int | None = None,
            stop: str | Iterable[str] | None = None,
            store: bool | None = None,
            stream_options: StreamOptionsParam | AnyObject | None = None,
            temperature: float | None = None,
            tool_choice: ToolChoiceMode
            | str
            | FunctionToolChoiceParam
            | AnyObject
            | CustomToolChoiceParam
            | AllowedToolsChoiceParam
            | None = None,
            top_k: int | None = None,
            top_logprobs: int | None = None,
            top_p: float | None = None,
            extra_body: Mapping[str, object] | None = None,
            extra_headers: Mapping[str, str] | None = None,
            extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = None,
            timeout: float | httpx.Timeout | None = OF_THE_CLIENT,
            deadline: float | None = OF_THE_CLIENT,
            max_retries: int | None = None,
            retry: Retry | None = None,
            max_response_bytes: int | None = None,
        ) -> WholeT: ...
        @overload
        async def create(
            self,
            *,
            model: str,
            messages: list[dict[str, str]],
            stream: Literal[True],
            response_format: ResponseFormatParam | None = None,
            tools: Iterable[ToolParam] | None = None,
            audio: AudioOptionsParam | AnyObject | None = None,
            frequency_penalty: float | None = None,
            function_call: FunctionCallOptionParam | AnyObject | None = None,
            functions: Iterable[FunctionDefinitionParam | AnyObject] | None = None,
            logit_bias: Mapping[str, int] | LogitBias | None = None,
            logprobs: bool | None = None,
            max_completion_tokens: int | None = None,
            max_tokens: int | None = None,
            metadata: Mapping[str, str] | Metadata | None = None,
            modalities: Iterable[Modality | str] | None = None,
            n: int | None = None,
            parallel_tool_calls: bool | None = None,
            prediction: PredictionParam | AnyObject | None = None,
            presence_penalty: float | None = None,
            reasoning_effort: ReasoningEffort | str | None = None,
            seed: int | None = None,
            stop: str | Iterable[str] | None = None,
            store: bool | None = None,
            stream_options: StreamOptionsParam | AnyObject | None = None,
            temperature: float | None = None,
            tool_choice: ToolChoiceMode
            | str
            | FunctionToolChoiceParam
            | AnyObject
            | CustomToolChoiceParam
            | AllowedToolsChoiceParam
            | None = None,
            top_k: int | None = None,
            top_logprobs: int | None = None,
            top_p: float | None = None,
            extra_body: Mapping[str, object] | None = None,
            extra_headers: Mapping[str, str] | None = None,
            extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = None,
            timeout: float | httpx.Timeout | None = OF_THE_CLIENT,
            deadline: float | None = OF_THE_CLIENT,
            max_retries: int | None = None,
            retry: Retry | None = None,
            max_response_bytes: int | None = None,
            first_token_timeout: float | None = OF_THE_CLIENT,
            idle_timeout: float | None = OF_THE_CLIENT,
            on_truncated: Literal["raise", "ignore"] | None = None,
            max_event_bytes: int | None = None,
        ) -> StreamT: ...

    @by_keywords
    async def create(
        self,
        *,
        model: str,
        messages: Iterable[RequestMessageParam] | list[dict[str, str]],
        stream: bool | None = None,
        response_format: ResponseFormatParam | None = None,
        tools: Iterable[ToolParam] | None = None,
        audio: AudioOptionsParam | AnyObject | None = None,
        frequency_penalty: float | None = None,
        function_call: FunctionCallOptionParam | AnyObject | None = None,
        functions: Iterable[FunctionDefinitionParam | AnyObject] | None = None,
        logit_bias: Mapping[str, int] | LogitBias | None = None,
        logprobs: bool | None = None,
        max_completion_tokens: int | None = None,
        max_tokens: int | None = None,
        metadata: Mapping[str, str] | Metadata | None = None,
        modalities: Iterable[Modality | str] | None = None,
        n: int | None = None,
        parallel_tool_calls: bool | None = None,
        prediction: PredictionParam | AnyObject | None = None,
        presence_penalty: float | None = None,
        reasoning_effort: ReasoningEffort | str | None = None,
        seed: int | None = None,
        stop: str | Iterable[str] | None = None,
        store: bool | None = None,
        stream_options: StreamOptionsParam | AnyObject | None = None,
        temperature: float | None = None,
        tool_choice: ToolChoiceMode
        | str
        | FunctionToolChoiceParam
        | AnyObject
        | CustomToolChoiceParam
        | AllowedToolsChoiceParam
        | None = None,
        top_k: int | None = None,
        top_logprobs: int | None = None,
        top_p: float | None = None,
        extra_body: Mapping[str, object] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = None,
        timeout: float | httpx.Timeout | None = OF_THE_CLIENT,
        deadline: float | None = OF_THE_CLIENT,
        max_retries: int | None = None,
        retry: Retry | None = None,
        max_response_bytes: int | None = None,
        first_token_timeout: float | None = OF_THE_CLIENT,
        idle_timeout: float | None = OF_THE_CLIENT,
        on_truncated: Literal["raise", "ignore"] | None = None,
        max_event_bytes: int | None = None,
    ) -> WholeT | StreamT:
        """Ask a model for the next message of a conversation.

        A keyword that is None is not sent; fields that the contract does not know go through `extra_body`.

        Args:
            model: The model to ask, as `vendor/model`, such as `openai/gpt-4o`.
            messages: The conversation so far, oldest message first.
            stream: Whether to answer piece by piece, as the model writes.
            response_format: The format that the answer must have, such as JSON by a schema.
            tools: The tools that the model may call, up to 128.
            audio: How spoken output should sound. Needed when `modalities` names `audio`.
            frequency_penalty: From -2 to 2. Above zero, tokens grow less likely the more often the text
                already has them, so the model repeats itself less.
            function_call: The function that the model must call. Superseded by `tool_choice`. Deprecated.
            functions: The functions that the model may call. Superseded by `tools`. Deprecated.
            logit_bias: Makes single tokens likelier or less likely: token id to bias. Near -1 and 1 it
                nudges; at -100 it bans the token, at 100 it leaves no other.
            logprobs: Whether to answer with the log probability of each output token.
            max_completion_tokens: The greatest number of tokens to generate, visible and reasoning tokens
                together.
            max_tokens: The greatest number of tokens to generate. Superseded by `max_completion_tokens`.
                Deprecated.
            metadata: Labels to keep with the completion, name to value.
            modalities: The kinds of output wanted, such as `["text"]` or `["text", "audio"]`.
            n: How many choices to generate. The tokens of each are billed.
            parallel_tool_calls: Whether the model may call several tools in one answer.
            prediction: What much of the answer is expected to be, such as a file that is to change a
                little. Where it holds, the answer comes sooner.
            presence_penalty: From -2 to 2. Above zero, tokens that the text already has are less likely,
                so the model turns to new topics more readily.
            reasoning_effort: How much a reasoning model should think before it answers.
            seed: With the same seed and the same request, the model tries to give the same answer.
                `system_fingerprint` tells when the system behind it has changed.
            stop: Where to stop generating, one sequence or up to 4. The answer does not contain it.
            store: Whether the vendor may keep the completion, for evaluation or distillation.
            stream_options: What a stream should contain. Only with `stream` true.
            temperature: From 0 to 2. Higher samples more freely, lower more predictably. Change this or
                `top_p`, not both.
            tool_choice: Whether the model calls tools, and which.
            top_k: Only the `top_k` likeliest tokens are sampled from, by the vendors that offer it.
            top_logprobs: From 0 to 20. How many of the likeliest tokens to list at each place of the
                output. Only with `logprobs` true.
            top_p: From 0 to 1. Only the likeliest tokens that together have this probability are sampled
                from. Change this or `temperature`, not both.
            extra_body: Body fields that the contract does not know, or that should replace ours; sent as
                they are.
            extra_headers: Headers to add, or to send in place of ours of the same name.
            extra_query: Query parameters to add.
            timeout: Seconds for each step of each attempt; None waits for ever.
            deadline: Seconds for the whole call: attempts, waits, body and stream. None is no limit.
            max_retries: Attempts after the first; None for the client's own number.
            retry: The whole retry policy; None for the client's own.
            max_response_bytes: The largest body of an answer that is read whole, content-decoded, in
                bytes; None for the client's.
            first_token_timeout: Seconds from the start of an attempt to the first chunk that has any
                content; pings, comments and the role alone do not count. None is no limit.
            idle_timeout: Seconds from one chunk to the next; pings and comments do not count. None is no
                limit.
            on_truncated: What to do about a stream that ends before its answer does: `raise` or `ignore`.
            max_event_bytes: The largest event that is accepted, in bytes.

        Returns:
            The whole answer; with `stream=True`, the stream of its chunks.

        Raises:
            APIStatusError: the server refused or failed; its subclass names the status. 408, 409, 429 and
                5xx were retried before.
            APIConnectionError: no answer, or not all of it; APITimeoutError where time ran out.
            APIResponseValidationError: an answer came, but no chat completion.
            EGPError: the request cannot be sent as it is; nothing was sent.
        """
        raise NotImplementedError


class AsyncModels(Generic[WholeT]):
    """`models`: `WholeT` is what it returns."""

    __slots__ = ()

    @by_keywords
    async def models(
        self,
        *,
        model_vendor: ModelVendor | None = None,
        limit: int | None = None,
        sort_by: str | None = None,
        sort_order: SortOrder | None = None,
        starting_after: str | None = None,
        ending_before: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = None,
        timeout: float | httpx.Timeout | None = OF_THE_CLIENT,
        deadline: float | None = OF_THE_CLIENT,
        max_retries: int | None = None,
        retry: Retry | None = None,
        max_response_bytes: int | None = None,
    ) -> WholeT:
        """List the models that chat completions can be asked of.

        An empty list may also mean that the service could not read its catalogue. The call is retried as
        `create` is, and raises the same errors.

        Args:
            model_vendor: Only the models of this vendor.
            limit: The greatest number of models to answer with.
            sort_by: The field of a model to sort by.
            sort_order: The direction to sort in.
            starting_after: The cursor of the next page: answer with the models that come after this one.
            ending_before: The cursor of the previous page: answer with the models that come before this
                one.
            extra_headers: Headers to add, or to send in place of ours of the same name.
            extra_query: Query parameters to add.
            timeout: Seconds for each step of each attempt; None waits for ever.
            deadline: Seconds for the whole call: attempts, waits, body and stream. None is no limit.
            max_retries: Attempts after the first; None for the client's own number.
            retry: The whole retry policy; None for the client's own.
            max_response_bytes: The largest body of an answer that is read whole, content-decoded, in
                bytes; None for the client's.
        """
        raise NotImplementedError


class AsyncList(Generic[WholeT]):
    """`list`: `WholeT` is what it returns."""

    __slots__ = ()

    @by_keywords
    async def list(
        self,
        *,
        model_vendor: ModelVendor | None = None,
        limit: int | None = None,
        sort_by: str | None = None,
        sort_order: SortOrder | None = None,
        starting_after: str | None = None,
        ending_before: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = None,
        timeout: float | httpx.Timeout | None = OF_THE_CLIENT,
        deadline: float | None = OF_THE_CLIENT,
        max_retries: int | None = None,
        retry: Retry | None = None,
        max_response_bytes: int | None = None,
    ) -> WholeT:
        """List the models that chat completions can be asked of.

        An empty list may also mean that the service could not read its catalogue. The call is retried as
        `create` is, and raises the same errors.

        Args:
            model_vendor: Only the models of this vendor.
            limit: The greatest number of models to answer with.
            sort_by: The field of a model to sort by.
            sort_order: The direction to sort in.
            starting_after: The cursor of the next page: answer with the models that come after this one.
            ending_before: The cursor of the previous page: answer with the models that come before this
                one.
            extra_headers: Headers to add, or to send in place of ours of the same name.
            extra_query: Query parameters to add.
            timeout: Seconds for each step of each attempt; None waits for ever.
            deadline: Seconds for the whole call: attempts, waits, body and stream. None is no limit.
            max_retries: Attempts after the first; None for the client's own number.
            retry: The whole retry policy; None for the client's own.
            max_response_bytes: The largest body of an answer that is read whole, content-decoded, in
                bytes; None for the client's.
        """
        raise NotImplementedError
