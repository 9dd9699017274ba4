from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create

if TYPE_CHECKING:
    from .modality import Modality
    from .reasoning_effort import ReasoningEffort
    from .tool_choice_mode import ToolChoiceMode


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ChatCompletionRequest(JSONObject[Any]):
    """A conversation to continue. Fields beyond these are handed on to the vendor."""

    model: str
    """The model to ask, as `vendor/model`, such as `openai/gpt-4o`."""
    messages: list[
        SystemMessage
        | DeveloperMessage
        | UserMessage
        | AssistantMessage
        | ToolMessage
        | FunctionMessage
        | OtherMessage
    ]
    """The conversation so far, oldest message first."""
    audio: AudioOptions | None = ABSENT
    """How spoken output should sound. Needed when `modalities` names `audio`."""
    frequency_penalty: float | None = ABSENT
    """From -2 to 2. Above zero, tokens grow less likely the more often the text already has them, so the
    model repeats itself less.
    """
    function_call: FunctionCallOption | None = ABSENT
    """The function that the model must call. Superseded by `tool_choice`.

    Deprecated.
    """
    functions: list[FunctionDefinition] | None = ABSENT
    """The functions that the model may call. Superseded by `tools`.

    Deprecated.
    """
    logit_bias: LogitBias | None = ABSENT
    """Makes single tokens likelier or less likely: token id to bias. Near -1 and 1 it nudges; at -100 it
    bans the token, at 100 it leaves no other.
    """
    logprobs: bool | None = ABSENT
    """Whether to answer with the log probability of each output token."""
    max_completion_tokens: int | None = ABSENT
    """The greatest number of tokens to generate, visible and reasoning tokens together."""
    max_tokens: int | None = ABSENT
    """The greatest number of tokens to generate. Superseded by `max_completion_tokens`.

    Deprecated.
    """
    metadata: Metadata | None = ABSENT
    """Labels to keep with the completion, name to value."""
    modalities: list[Modality | str] | None = ABSENT
    """The kinds of output wanted, such as `["text"]` or `["text", "audio"]`."""
    n: int | None = ABSENT
    """How many choices to generate. The tokens of each are billed."""
    parallel_tool_calls: bool | None = ABSENT
    """Whether the model may call several tools in one answer."""
    prediction: Prediction | None = ABSENT
    """What much of the answer is expected to be, such as a file that is to change a little. Where it
    holds, the answer comes sooner.
    """
    presence_penalty: float | None = ABSENT
    """From -2 to 2. Above zero, tokens that the text already has are less likely, so the model turns to
    new topics more readily.
    """
    reasoning_effort: ReasoningEffort | str | None = ABSENT
    """How much a reasoning model should think before it answers."""
    response_format: (
        TextResponseFormat | JSONObjectResponseFormat | JSONSchemaResponseFormat | OtherResponseFormat | None
    ) = ABSENT
    """The format that the answer must have, such as JSON by a schema."""
    seed: int | None = ABSENT
    """With the same seed and the same request, the model tries to give the same answer.
    `system_fingerprint` tells when the system behind it has changed.
    """
    stop: str | list[str] | None = ABSENT
    """Where to stop generating, one sequence or up to 4. The answer does not contain it."""
    store: bool | None = ABSENT
    """Whether the vendor may keep the completion, for evaluation or distillation."""
    stream: bool | None = ABSENT
    """Whether to answer piece by piece, as server-sent events."""
    stream_options: StreamOptions | None = ABSENT
    """What a stream should contain. Only with `stream` true."""
    temperature: float | None = ABSENT
    """From 0 to 2. Higher samples more freely, lower more predictably. Change this or `top_p`, not both."""
    tool_choice: (
        ToolChoiceMode
        | str
        | FunctionToolChoice
        | CustomToolChoice
        | AllowedToolsChoice
        | OtherToolChoice
        | None
    ) = ABSENT
    """Whether the model calls tools, and which."""
    tools: list[FunctionTool | CustomTool | OtherTool] | None = ABSENT
    """The tools that the model may call, up to 128."""
    top_k: int | None = ABSENT
    """Only the `top_k` likeliest tokens are sampled from, by the vendors that offer it."""
    top_logprobs: int | None = ABSENT
    """From 0 to 20. How many of the likeliest tokens to list at each place of the output. Only with
    `logprobs` true.
    """
    top_p: float | None = ABSENT
    """From 0 to 1. Only the likeliest tokens that together have this probability are sampled from.
    Change this or `temperature`, not both.
    """

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "model" in d:
            known += 1
            self.model = d["model"]
        if "messages" in d:
            known += 1
            v = d["messages"]
            self.messages = (
                [
                    SystemMessage.from_dict(i)
                    if (t1 := i.get("role") if i.__class__ is dict else UNSET) == "system"
                    else DeveloperMessage.from_dict(i)
                    if t1 == "developer"
                    else UserMessage.from_dict(i)
                    if t1 == "user"
                    else AssistantMessage.from_dict(i)
                    if t1 == "assistant"
                    else ToolMessage.from_dict(i)
                    if t1 == "tool"
                    else FunctionMessage.from_dict(i)
                    if t1 == "function"
                    else SystemMessage.from_dict(i)
                    if t1 is None and "content" in i
                    else DeveloperMessage.from_dict(i)
                    if t1 is None and "content" in i
                    else UserMessage.from_dict(i)
                    if t1 is None and "content" in i
                    else ToolMessage.from_dict(i)
                    if t1 is None and "content" in i and "tool_call_id" in i
                    else FunctionMessage.from_dict(i)
                    if t1 is None and "name" in i and "content" in i
                    else OtherMessage.from_dict(i)
                    if t1 is not UNSET
                    else i
                    for i in v
                ]
                if v.__class__ is list
                else v
            )
        if "audio" in d:
            known += 1
            v = d["audio"]
            self.audio = AudioOptions.from_dict(v) if v.__class__ is dict else v
        if "frequency_penalty" in d:
            known += 1
            self.frequency_penalty = d["frequency_penalty"]
        if "function_call" in d:
            known += 1
            v = d["function_call"]
            self.function_call = FunctionCallOption.from_dict(v) if v.__class__ is dict else v
        if "functions" in d:
            known += 1
            v = d["functions"]
            self.functions = (
                [FunctionDefinition.from_dict(i) if i.__class__ is dict else i for i in v]
                if v.__class__ is list
                else v
            )
        if "logit_bias" in d:
            known += 1
            v = d["logit_bias"]
            self.logit_bias = LogitBias.from_dict(v) if v.__class__ is dict else v
        if "logprobs" in d:
            known += 1
            self.logprobs = d["logprobs"]
        if "max_completion_tokens" in d:
            known += 1
            self.max_completion_tokens = d["max_completion_tokens"]
        if "max_tokens" in d:
            known += 1
            self.max_tokens = d["max_tokens"]
        if "metadata" in d:
            known += 1
            v = d["metadata"]
            self.metadata = Metadata.from_dict(v) if v.__class__ is dict else v
        if "modalities" in d:
            known += 1
            self.modalities = d["modalities"]
        if "n" in d:
            known += 1
            self.n = d["n"]
        if "parallel_tool_calls" in d:
            known += 1
            self.parallel_tool_calls = d["parallel_tool_calls"]
        if "prediction" in d:
            known += 1
            v = d["prediction"]
            self.prediction = Prediction.from_dict(v) if v.__class__ is dict else v
        if "presence_penalty" in d:
            known += 1
            self.presence_penalty = d["presence_penalty"]
        if "reasoning_effort" in d:
            known += 1
            self.reasoning_effort = d["reasoning_effort"]
        if "response_format" in d:
            known += 1
            v = d["response_format"]
            self.response_format = (
                TextResponseFormat.from_dict(v)
                if (t0 := v.get("type") if v.__class__ is dict else UNSET) == "text"
                else JSONObjectResponseFormat.from_dict(v)
                if t0 == "json_object"
                else JSONSchemaResponseFormat.from_dict(v)
                if t0 == "json_schema"
                else JSONSchemaResponseFormat.from_dict(v)
                if t0 is None and "json_schema" in v
                else OtherResponseFormat.from_dict(v)
                if t0 is not UNSET
                else v
            )
        if "seed" in d:
            known += 1
            self.seed = d["seed"]
        if "stop" in d:
            known += 1
            self.stop = d["stop"]
        if "store" in d:
            known += 1
            self.store = d["store"]
        if "stream" in d:
            known += 1
            self.stream = d["stream"]
        if "stream_options" in d:
            known += 1
            v = d["stream_options"]
            self.stream_options = StreamOptions.from_dict(v) if v.__class__ is dict else v
        if "temperature" in d:
            known += 1
            self.temperature = d["temperature"]
        if "tool_choice" in d:
            known += 1
            v = d["tool_choice"]
            self.tool_choice = (
                FunctionToolChoice.from_dict(v)
                if (t0 := v.get("type") if v.__class__ is dict else UNSET) == "function"
                else CustomToolChoice.from_dict(v)
                if t0 == "custom"
                else AllowedToolsChoice.from_dict(v)
                if t0 == "allowed_tools"
                else FunctionToolChoice.from_dict(v)
                if t0 is None and "function" in v
                else CustomToolChoice.from_dict(v)
                if t0 is None and "custom" in v
                else AllowedToolsChoice.from_dict(v)
                if t0 is None and "allowed_tools" in v
                else OtherToolChoice.from_dict(v)
                if t0 is not UNSET
                else v
            )
        if "tools" in d:
            known += 1
            v = d["tools"]
            self.tools = (
                [
                    FunctionTool.from_dict(i)
                    if (t1 := i.get("type") if i.__class__ is dict else UNSET) == "function"
                    else CustomTool.from_dict(i)
                    if t1 == "custom"
                    else FunctionTool.from_dict(i)
                    if t1 is None and "function" in i
                    else CustomTool.from_dict(i)
                    if t1 is None and "custom" in i
                    else OtherTool.from_dict(i)
                    if t1 is not UNSET
                    else i
                    for i in v
                ]
                if v.__class__ is list
                else v
            )
        if "top_k" in d:
            known += 1
            self.top_k = d["top_k"]
        if "top_logprobs" in d:
            known += 1
            self.top_logprobs = d["top_logprobs"]
        if "top_p" in d:
            known += 1
            self.top_p = d["top_p"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "model",
        "messages",
        "audio",
        "frequency_penalty",
        "function_call",
        "functions",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "metadata",
        "modalities",
        "n",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "reasoning_effort",
        "response_format",
        "seed",
        "stop",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_k",
        "top_logprobs",
        "top_p",
    )
)

from .allowed_tools_choice import AllowedToolsChoice
from .assistant_message import AssistantMessage
from .audio_options import AudioOptions
from .custom_tool import CustomTool
from .custom_tool_choice import CustomToolChoice
from .developer_message import DeveloperMessage
from .function_call_option import FunctionCallOption
from .function_definition import FunctionDefinition
from .function_message import FunctionMessage
from .function_tool import FunctionTool
from .function_tool_choice import FunctionToolChoice
from .json_object_response_format import JSONObjectResponseFormat
from .json_schema_response_format import JSONSchemaResponseFormat
from .logit_bias import LogitBias
from .metadata import Metadata
from .other_message import OtherMessage
from .other_response_format import OtherResponseFormat
from .other_tool import OtherTool
from .other_tool_choice import OtherToolChoice
from .prediction import Prediction
from .stream_options import StreamOptions
from .system_message import SystemMessage
from .text_response_format import TextResponseFormat
from .tool_message import ToolMessage
from .user_message import UserMessage
