# Made by scripts/signatures from generated/egp_api/params.py and src/egp/_options.py: edit those.
"""The keywords of `create` as the fields of a model of LangChain."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import httpx
from langchain_core.language_models import BaseChatModel
from pydantic import Field

from egp._core.retry import Retry

if TYPE_CHECKING:
    from egp_api.models import LogitBias, Modality, ReasoningEffort, ToolChoiceMode
    from egp_api.params import (
        AllowedToolsChoiceParam,
        AnyObject,
        AudioOptionsParam,
        CustomToolChoiceParam,
        FunctionCallOptionParam,
        FunctionDefinitionParam,
        FunctionToolChoiceParam,
        PredictionParam,
        ResponseFormatParam,
        StreamOptionsParam,
        ToolParam,
    )
else:
    # `create` checks what is sent; pydantic takes these as they are.
    AllowedToolsChoiceParam = AnyObject = AudioOptionsParam = CustomToolChoiceParam = (
        FunctionCallOptionParam
    ) = FunctionDefinitionParam = FunctionToolChoiceParam = LogitBias = Modality = PredictionParam = (
        ReasoningEffort
    ) = ResponseFormatParam = StreamOptionsParam = ToolChoiceMode = ToolParam = Any

__all__ = ["ChatFields"]


class ChatFields(BaseChatModel):
    """What each call says unless it says otherwise itself. None is not sent: the client's option holds."""

    model: str
    """The model to ask, as `vendor/model`."""
    response_format: ResponseFormatParam | None = None
    """The format that the answer must have, such as JSON by a schema."""
    tools: Sequence[ToolParam] | None = None
    """The tools that the model may call, up to 128."""
    audio: AudioOptionsParam | AnyObject | None = None
    """How spoken output should sound. Needed when `modalities` names `audio`."""
    frequency_penalty: float | None = None
    """From -2 to 2. Above zero, tokens grow less likely the more often the text already has them, so the
    model repeats itself less."""
    function_call: FunctionCallOptionParam | AnyObject | None = None
    """The function that the model must call. Superseded by `tool_choice`. Deprecated."""
    functions: Sequence[FunctionDefinitionParam | AnyObject] | None = None
    """The functions that the model may call. Superseded by `tools`. Deprecated."""
    logit_bias: Mapping[str, int] | LogitBias | None = None
    """Makes single tokens likelier or less likely: token id to bias. Near -1 and 1 it nudges; at -100 it
    bans the token, at 100 it leaves no other."""
    logprobs: bool | None = None
    """Whether to answer with the log probability of each output token."""
    max_completion_tokens: int | None = None
    """The greatest number of tokens to generate, visible and reasoning tokens together."""
    max_tokens: int | None = None
    """The greatest number of tokens to generate. Superseded by `max_completion_tokens`. Deprecated."""
    modalities: Sequence[Modality | str] | None = None
    """The kinds of output wanted, such as `["text"]` or `["text", "audio"]`."""
    n: int | None = None
    """How many choices to generate. The tokens of each are billed."""
    parallel_tool_calls: bool | None = None
    """Whether the model may call several tools in one answer."""
    prediction: PredictionParam | AnyObject | None = None
    """What much of the answer is expected to be, such as a file that is to change a little. Where it
    holds, the answer comes sooner."""
    presence_penalty: float | None = None
    """From -2 to 2. Above zero, tokens that the text already has are less likely, so the model turns to
    new topics more readily."""
    reasoning_effort: ReasoningEffort | str | None = None
    """How much a reasoning model should think before it answers."""
    seed: int | None = None
    """With the same seed and the same request, the model tries to give the same answer.
    `system_fingerprint` tells when the system behind it has changed."""
    stop: str | Sequence[str] | None = None
    """Where to stop generating, one sequence or up to 4. The answer does not contain it."""
    store: bool | None = None
    """Whether the vendor may keep the completion, for evaluation or distillation."""
    stream_options: StreamOptionsParam | AnyObject | None = None
    """What a stream should contain. Only with `stream` true."""
    temperature: float | None = None
    """From 0 to 2. Higher samples more freely, lower more predictably. Change this or `top_p`, not both."""
    tool_choice: (
        ToolChoiceMode
        | str
        | FunctionToolChoiceParam
        | AnyObject
        | CustomToolChoiceParam
        | AllowedToolsChoiceParam
        | None
    ) = None
    """Whether the model calls tools, and which."""
    top_k: int | None = None
    """Only the `top_k` likeliest tokens are sampled from, by the vendors that offer it."""
    top_logprobs: int | None = None
    """From 0 to 20. How many of the likeliest tokens to list at each place of the output. Only with
    `logprobs` true."""
    top_p: float | None = None
    """From 0 to 1. Only the likeliest tokens that together have this probability are sampled from. Change
    this or `temperature`, not both."""
    extra_body: Mapping[str, object] | None = None
    """Body fields that the contract does not know, or that should replace ours; sent as they are."""
    extra_headers: Mapping[str, str] | None = Field(default=None, exclude=True, repr=False)
    """Headers to add, or to send in place of ours of the same name."""
    extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = None
    """Query parameters to add."""
    timeout: float | httpx.Timeout | None = None
    """Seconds for each step of each attempt."""
    deadline: float | None = None
    """Seconds for the whole call: attempts, waits, body and stream."""
    max_retries: int | None = None
    """Attempts after the first; None for the client's own number."""
    retry: Retry | None = Field(default=None, exclude=True)
    """The whole retry policy; None for the client's own."""
    max_response_bytes: int | None = None
    """The largest body of an answer that is read whole, content-decoded, in bytes; None for the client's."""
    first_token_timeout: float | None = None
    """Seconds from the start of an attempt to the first chunk that has any content; pings, comments and
    the role alone do not count."""
    idle_timeout: float | None = None
    """Seconds from one chunk to the next; pings and comments do not count."""
    on_truncated: Literal["raise", "ignore"] | None = None
    """What to do about a stream that ends before its answer does: `raise` or `ignore`."""
    max_event_bytes: int | None = None
    """The largest event that is accepted, in bytes."""
