from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode

if TYPE_CHECKING:
    from .modality import Modality
    from .reasoning_effort import ReasoningEffort
    from .tool_choice_mode import ToolChoiceMode


@define(eq=False, repr=False, kw_only=True)
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
    audio: AudioOptions | Unset = UNSET
    """How spoken output should sound. Needed when `modalities` names `audio`."""
    frequency_penalty: float | Unset = UNSET
    """From -2 to 2. Above zero, tokens grow less likely the more often the text already has them, so the
    model repeats itself less.
    """
    function_call: FunctionCallOption | Unset = UNSET
    """The function that the model must call. Superseded by `tool_choice`.

    Deprecated.
    """
    functions: list[FunctionDefinition] | Unset = UNSET
    """The functions that the model may call. Superseded by `tools`.

    Deprecated.
    """
    logit_bias: LogitBias | Unset = UNSET
    """Makes single tokens likelier or less likely: token id to bias. Near -1 and 1 it nudges; at -100 it
    bans the token, at 100 it leaves no other.
    """
    logprobs: bool | Unset = UNSET
    """Whether to answer with the log probability of each output token."""
    max_completion_tokens: int | Unset = UNSET
    """The greatest number of tokens to generate, visible and reasoning tokens together."""
    max_tokens: int | Unset = UNSET
    """The greatest number of tokens to generate. Superseded by `max_completion_tokens`.

    Deprecated.
    """
    metadata: Metadata | Unset = UNSET
    """Labels to keep with the completion, name to value."""
    modalities: list[Modality | str] | Unset = UNSET
    """The kinds of output wanted, such as `["text"]` or `["text", "audio"]`."""
    n: int | Unset = UNSET
    """How many choices to generate. The tokens of each are billed."""
    parallel_tool_calls: bool | Unset = UNSET
    """Whether the model may call several tools in one answer."""
    prediction: Prediction | Unset = UNSET
    """What much of the answer is expected to be, such as a file that is to change a little. Where it
    holds, the answer comes sooner.
    """
    presence_penalty: float | Unset = UNSET
    """From -2 to 2. Above zero, tokens that the text already has are less likely, so the model turns to
    new topics more readily.
    """
    reasoning_effort: ReasoningEffort | str | Unset = UNSET
    """How much a reasoning model should think before it answers."""
    response_format: (
        TextResponseFormat | JSONObjectResponseFormat | JSONSchemaResponseFormat | OtherResponseFormat | Unset
    ) = UNSET
    """The format that the answer must have, such as JSON by a schema."""
    seed: int | Unset = UNSET
    """With the same seed and the same request, the model tries to give the same answer.
    `system_fingerprint` tells when the system behind it has changed.
    """
    stop: str | list[str] | Unset = UNSET
    """Where to stop generating, one sequence or up to 4. The answer does not contain it."""
    store: bool | Unset = UNSET
    """Whether the vendor may keep the completion, for evaluation or distillation."""
    stream: bool | Unset = UNSET
    """Whether to answer piece by piece, as server-sent events."""
    stream_options: StreamOptions | Unset = UNSET
    """What a stream should contain. Only with `stream` true."""
    temperature: float | Unset = UNSET
    """From 0 to 2. Higher samples more freely, lower more predictably. Change this or `top_p`, not both."""
    tool_choice: (
        ToolChoiceMode
        | str
        | FunctionToolChoice
        | CustomToolChoice
        | AllowedToolsChoice
        | OtherToolChoice
        | Unset
    ) = UNSET
    """Whether the model calls tools, and which."""
    tools: list[FunctionTool | CustomTool | OtherTool] | Unset = UNSET
    """The tools that the model may call, up to 128."""
    top_k: int | Unset = UNSET
    """Only the `top_k` likeliest tokens are sampled from, by the vendors that offer it."""
    top_logprobs: int | Unset = UNSET
    """From 0 to 20. How many of the likeliest tokens to list at each place of the output. Only with
    `logprobs` true.
    """
    top_p: float | Unset = UNSET
    """From 0 to 1. Only the likeliest tokens that together have this probability are sampled from.
    Change this or `temperature`, not both.
    """

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.model = d["model"] if "model" in d else ABSENT
        v = d["messages"] if "messages" in d else ABSENT
        self.messages = (
            [
                SystemMessage.from_dict(i)
                if (t1 := i.get("role", UNSET) if i.__class__ is dict else None) == "system"
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
                if t1 is UNSET and "content" in i
                else DeveloperMessage.from_dict(i)
                if t1 is UNSET and "content" in i
                else UserMessage.from_dict(i)
                if t1 is UNSET and "content" in i
                else ToolMessage.from_dict(i)
                if t1 is UNSET and "content" in i and "tool_call_id" in i
                else FunctionMessage.from_dict(i)
                if t1 is UNSET and "name" in i and "content" in i
                else OtherMessage.from_dict(i)
                if i.__class__ is dict
                else i
                for i in v
            ]
            if v.__class__ is list
            else v
        )
        v = d["audio"] if "audio" in d else ABSENT
        self.audio = AudioOptions.from_dict(v) if v.__class__ is dict else v
        self.frequency_penalty = d["frequency_penalty"] if "frequency_penalty" in d else ABSENT
        v = d["function_call"] if "function_call" in d else ABSENT
        self.function_call = FunctionCallOption.from_dict(v) if v.__class__ is dict else v
        v = d["functions"] if "functions" in d else ABSENT
        self.functions = (
            [FunctionDefinition.from_dict(i) if i.__class__ is dict else i for i in v]
            if v.__class__ is list
            else v
        )
        v = d["logit_bias"] if "logit_bias" in d else ABSENT
        self.logit_bias = LogitBias.from_dict(v) if v.__class__ is dict else v
        self.logprobs = d["logprobs"] if "logprobs" in d else ABSENT
        self.max_completion_tokens = d["max_completion_tokens"] if "max_completion_tokens" in d else ABSENT
        self.max_tokens = d["max_tokens"] if "max_tokens" in d else ABSENT
        v = d["metadata"] if "metadata" in d else ABSENT
        self.metadata = Metadata.from_dict(v) if v.__class__ is dict else v
        self.modalities = d["modalities"] if "modalities" in d else ABSENT
        self.n = d["n"] if "n" in d else ABSENT
        self.parallel_tool_calls = d["parallel_tool_calls"] if "parallel_tool_calls" in d else ABSENT
        v = d["prediction"] if "prediction" in d else ABSENT
        self.prediction = Prediction.from_dict(v) if v.__class__ is dict else v
        self.presence_penalty = d["presence_penalty"] if "presence_penalty" in d else ABSENT
        self.reasoning_effort = d["reasoning_effort"] if "reasoning_effort" in d else ABSENT
        v = d["response_format"] if "response_format" in d else ABSENT
        self.response_format = (
            TextResponseFormat.from_dict(v)
            if (t0 := v.get("type", UNSET) if v.__class__ is dict else None) == "text"
            else JSONObjectResponseFormat.from_dict(v)
            if t0 == "json_object"
            else JSONSchemaResponseFormat.from_dict(v)
            if t0 == "json_schema"
            else JSONSchemaResponseFormat.from_dict(v)
            if t0 is UNSET and "json_schema" in v
            else OtherResponseFormat.from_dict(v)
            if v.__class__ is dict
            else v
        )
        self.seed = d["seed"] if "seed" in d else ABSENT
        self.stop = d["stop"] if "stop" in d else ABSENT
        self.store = d["store"] if "store" in d else ABSENT
        self.stream = d["stream"] if "stream" in d else ABSENT
        v = d["stream_options"] if "stream_options" in d else ABSENT
        self.stream_options = StreamOptions.from_dict(v) if v.__class__ is dict else v
        self.temperature = d["temperature"] if "temperature" in d else ABSENT
        v = d["tool_choice"] if "tool_choice" in d else ABSENT
        self.tool_choice = (
            FunctionToolChoice.from_dict(v)
            if (t0 := v.get("type", UNSET) if v.__class__ is dict else None) == "function"
            else CustomToolChoice.from_dict(v)
            if t0 == "custom"
            else AllowedToolsChoice.from_dict(v)
            if t0 == "allowed_tools"
            else FunctionToolChoice.from_dict(v)
            if t0 is UNSET and "function" in v
            else CustomToolChoice.from_dict(v)
            if t0 is UNSET and "custom" in v
            else AllowedToolsChoice.from_dict(v)
            if t0 is UNSET and "allowed_tools" in v
            else OtherToolChoice.from_dict(v)
            if v.__class__ is dict
            else v
        )
        v = d["tools"] if "tools" in d else ABSENT
        self.tools = (
            [
                FunctionTool.from_dict(i)
                if (t1 := i.get("type", UNSET) if i.__class__ is dict else None) == "function"
                else CustomTool.from_dict(i)
                if t1 == "custom"
                else FunctionTool.from_dict(i)
                if t1 is UNSET and "function" in i
                else CustomTool.from_dict(i)
                if t1 is UNSET and "custom" in i
                else OtherTool.from_dict(i)
                if i.__class__ is dict
                else i
                for i in v
            ]
            if v.__class__ is list
            else v
        )
        self.top_k = d["top_k"] if "top_k" in d else ABSENT
        self.top_logprobs = d["top_logprobs"] if "top_logprobs" in d else ABSENT
        self.top_p = d["top_p"] if "top_p" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.model) is not UNSET:
            d["model"] = v
        if (v := fields.messages) is not UNSET:
            d["messages"] = encode(v)
        if (v := fields.audio) is not UNSET:
            d["audio"] = encode(v)
        if (v := fields.frequency_penalty) is not UNSET:
            d["frequency_penalty"] = v
        if (v := fields.function_call) is not UNSET:
            d["function_call"] = encode(v)
        if (v := fields.functions) is not UNSET:
            d["functions"] = encode(v)
        if (v := fields.logit_bias) is not UNSET:
            d["logit_bias"] = encode(v)
        if (v := fields.logprobs) is not UNSET:
            d["logprobs"] = v
        if (v := fields.max_completion_tokens) is not UNSET:
            d["max_completion_tokens"] = v
        if (v := fields.max_tokens) is not UNSET:
            d["max_tokens"] = v
        if (v := fields.metadata) is not UNSET:
            d["metadata"] = encode(v)
        if (v := fields.modalities) is not UNSET:
            d["modalities"] = v
        if (v := fields.n) is not UNSET:
            d["n"] = v
        if (v := fields.parallel_tool_calls) is not UNSET:
            d["parallel_tool_calls"] = v
        if (v := fields.prediction) is not UNSET:
            d["prediction"] = encode(v)
        if (v := fields.presence_penalty) is not UNSET:
            d["presence_penalty"] = v
        if (v := fields.reasoning_effort) is not UNSET:
            d["reasoning_effort"] = v
        if (v := fields.response_format) is not UNSET:
            d["response_format"] = encode(v)
        if (v := fields.seed) is not UNSET:
            d["seed"] = v
        if (v := fields.stop) is not UNSET:
            d["stop"] = v
        if (v := fields.store) is not UNSET:
            d["store"] = v
        if (v := fields.stream) is not UNSET:
            d["stream"] = v
        if (v := fields.stream_options) is not UNSET:
            d["stream_options"] = encode(v)
        if (v := fields.temperature) is not UNSET:
            d["temperature"] = v
        if (v := fields.tool_choice) is not UNSET:
            d["tool_choice"] = encode(v)
        if (v := fields.tools) is not UNSET:
            d["tools"] = encode(v)
        if (v := fields.top_k) is not UNSET:
            d["top_k"] = v
        if (v := fields.top_logprobs) is not UNSET:
            d["top_logprobs"] = v
        if (v := fields.top_p) is not UNSET:
            d["top_p"] = v
        return d


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
