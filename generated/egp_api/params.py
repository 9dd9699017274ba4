"""The keywords and the JSON objects of requests, as typed dictionaries for editors and type checkers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Required, TypeAlias, TypedDict

if TYPE_CHECKING:
    from .models import (
        GrammarSyntax,
        ImageDetail,
        InputAudioFormat,
        JSONSchema,
        LogitBias,
        Metadata,
        Modality,
        ModelVendor,
        OutputAudioFormat,
        ReasoningEffort,
        SortOrder,
        ToolChoiceMode,
    )


class Unchecked:
    """No value is one: only a mapping of Any is a mapping to it, such as `dict[str, Any]` or a bare `dict`."""


class ObjectDict(Protocol):
    """A `dict[str, object]`, which no dictionary that is written out in a call is inferred to be."""

    def __getitem__(self, key: str, /) -> object: ...
    def __setitem__(self, key: str, value: object, /) -> None: ...


class HasToDict(Protocol):
    """A model, or what else has `to_dict`."""

    def to_dict(self) -> Mapping[str, Any]: ...


class HasModelDump(Protocol):
    """A model of pydantic."""

    def model_dump(self) -> dict[str, Any]: ...


class Dataclass(Protocol):
    """A dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class AttrsObject(Protocol):
    """An object of a class of attrs."""

    __attrs_attrs__: ClassVar[Any]


class Struct(Protocol):
    """A struct of msgspec."""

    __struct_fields__: ClassVar[tuple[str, ...]]


AnyObject: TypeAlias = (
    Mapping[str, Unchecked] | ObjectDict | HasToDict | HasModelDump | Dataclass | AttrsObject | Struct
)
"""A JSON object that is not checked against the document: of models, of other libraries, or made at run time.

A dictionary that is written out in a call is checked, and is none of these. A vendor's own kind of message, tool
or part, or a field of its own, goes in as a model, `OtherMessage(role="critic", …)` or
`UserMessage.from_dict({…})`, or as a `dict[str, Any]`.
"""


class CreateChatCompletionCommonKeywords(TypedDict, total=False):
    """The keywords that helpers have in common with the operation: all but response_format, tools."""

    model: Required[str]
    """The model to ask, as `vendor/model`, such as `openai/gpt-4o`."""
    messages: Required[Iterable[RequestMessageParam]]
    """The conversation so far, oldest message first."""
    audio: AudioOptionsParam | AnyObject | None
    """How spoken output should sound. Needed when `modalities` names `audio`."""
    frequency_penalty: float | None
    """From -2 to 2. Above zero, tokens grow less likely the more often the text already has them, so the
    model repeats itself less.
    """
    function_call: FunctionCallOptionParam | AnyObject | None
    """The function that the model must call. Superseded by `tool_choice`.

    Deprecated.
    """
    functions: Iterable[FunctionDefinitionParam | AnyObject] | None
    """The functions that the model may call. Superseded by `tools`.

    Deprecated.
    """
    logit_bias: Mapping[str, int] | LogitBias | None
    """Makes single tokens likelier or less likely: token id to bias. Near -1 and 1 it nudges; at -100 it
    bans the token, at 100 it leaves no other.
    """
    logprobs: bool | None
    """Whether to answer with the log probability of each output token."""
    max_completion_tokens: int | None
    """The greatest number of tokens to generate, visible and reasoning tokens together."""
    max_tokens: int | None
    """The greatest number of tokens to generate. Superseded by `max_completion_tokens`.

    Deprecated.
    """
    metadata: Mapping[str, str] | Metadata | None
    """Labels to keep with the completion, name to value."""
    modalities: Iterable[Modality | str] | None
    """The kinds of output wanted, such as `["text"]` or `["text", "audio"]`."""
    n: int | None
    """How many choices to generate. The tokens of each are billed."""
    parallel_tool_calls: bool | None
    """Whether the model may call several tools in one answer."""
    prediction: PredictionParam | AnyObject | None
    """What much of the answer is expected to be, such as a file that is to change a little. Where it
    holds, the answer comes sooner.
    """
    presence_penalty: float | None
    """From -2 to 2. Above zero, tokens that the text already has are less likely, so the model turns to
    new topics more readily.
    """
    reasoning_effort: ReasoningEffort | str | None
    """How much a reasoning model should think before it answers."""
    seed: int | None
    """With the same seed and the same request, the model tries to give the same answer.
    `system_fingerprint` tells when the system behind it has changed.
    """
    stop: str | Iterable[str] | None
    """Where to stop generating, one sequence or up to 4. The answer does not contain it."""
    store: bool | None
    """Whether the vendor may keep the completion, for evaluation or distillation."""
    stream_options: StreamOptionsParam | AnyObject | None
    """What a stream should contain. Only with `stream` true."""
    temperature: float | None
    """From 0 to 2. Higher samples more freely, lower more predictably. Change this or `top_p`, not both."""
    tool_choice: (
        ToolChoiceMode
        | str
        | FunctionToolChoiceParam
        | AnyObject
        | CustomToolChoiceParam
        | AllowedToolsChoiceParam
        | None
    )
    """Whether the model calls tools, and which."""
    top_k: int | None
    """Only the `top_k` likeliest tokens are sampled from, by the vendors that offer it."""
    top_logprobs: int | None
    """From 0 to 20. How many of the likeliest tokens to list at each place of the output. Only with
    `logprobs` true.
    """
    top_p: float | None
    """From 0 to 1. Only the likeliest tokens that together have this probability are sampled from.
    Change this or `temperature`, not both.
    """


class CreateChatCompletionKeywords(CreateChatCompletionCommonKeywords, total=False):
    """The keywords of `create_chat_completion`."""

    response_format: ResponseFormatParam | None
    """The format that the answer must have, such as JSON by a schema."""
    tools: Iterable[ToolParam] | None
    """The tools that the model may call, up to 128."""


class ListChatCompletionModelsKeywords(TypedDict, total=False):
    """The keywords of `list_chat_completion_models`."""

    model_vendor: ModelVendor | None
    """Only the models of this vendor."""
    limit: int | None
    """The greatest number of models to answer with."""
    sort_by: str | None
    """The field of a model to sort by."""
    sort_order: SortOrder | None
    """The direction to sort in."""
    starting_after: str | None
    """The cursor of the next page: answer with the models that come after this one."""
    ending_before: str | None
    """The cursor of the previous page: answer with the models that come before this one."""


class ChatCompletionRequestParam(TypedDict, total=False):
    """A conversation to continue. Fields beyond these are handed on to the vendor."""

    model: Required[str]
    """The model to ask, as `vendor/model`, such as `openai/gpt-4o`."""
    messages: Required[Iterable[RequestMessageParam]]
    """The conversation so far, oldest message first."""
    audio: AudioOptionsParam | AnyObject
    """How spoken output should sound. Needed when `modalities` names `audio`."""
    frequency_penalty: float
    """From -2 to 2. Above zero, tokens grow less likely the more often the text already has them, so the
    model repeats itself less.
    """
    function_call: FunctionCallOptionParam | AnyObject
    """The function that the model must call. Superseded by `tool_choice`.

    Deprecated.
    """
    functions: Iterable[FunctionDefinitionParam | AnyObject]
    """The functions that the model may call. Superseded by `tools`.

    Deprecated.
    """
    logit_bias: Mapping[str, int] | LogitBias
    """Makes single tokens likelier or less likely: token id to bias. Near -1 and 1 it nudges; at -100 it
    bans the token, at 100 it leaves no other.
    """
    logprobs: bool
    """Whether to answer with the log probability of each output token."""
    max_completion_tokens: int
    """The greatest number of tokens to generate, visible and reasoning tokens together."""
    max_tokens: int
    """The greatest number of tokens to generate. Superseded by `max_completion_tokens`.

    Deprecated.
    """
    metadata: Mapping[str, str] | Metadata
    """Labels to keep with the completion, name to value."""
    modalities: Iterable[Modality | str]
    """The kinds of output wanted, such as `["text"]` or `["text", "audio"]`."""
    n: int
    """How many choices to generate. The tokens of each are billed."""
    parallel_tool_calls: bool
    """Whether the model may call several tools in one answer."""
    prediction: PredictionParam | AnyObject
    """What much of the answer is expected to be, such as a file that is to change a little. Where it
    holds, the answer comes sooner.
    """
    presence_penalty: float
    """From -2 to 2. Above zero, tokens that the text already has are less likely, so the model turns to
    new topics more readily.
    """
    reasoning_effort: ReasoningEffort | str
    """How much a reasoning model should think before it answers."""
    response_format: ResponseFormatParam
    """The format that the answer must have, such as JSON by a schema."""
    seed: int
    """With the same seed and the same request, the model tries to give the same answer.
    `system_fingerprint` tells when the system behind it has changed.
    """
    stop: str | Iterable[str]
    """Where to stop generating, one sequence or up to 4. The answer does not contain it."""
    store: bool
    """Whether the vendor may keep the completion, for evaluation or distillation."""
    stream: bool
    """Whether to answer piece by piece, as server-sent events."""
    stream_options: StreamOptionsParam | AnyObject
    """What a stream should contain. Only with `stream` true."""
    temperature: float
    """From 0 to 2. Higher samples more freely, lower more predictably. Change this or `top_p`, not both."""
    tool_choice: (
        ToolChoiceMode
        | str
        | FunctionToolChoiceParam
        | AnyObject
        | CustomToolChoiceParam
        | AllowedToolsChoiceParam
    )
    """Whether the model calls tools, and which."""
    tools: Iterable[ToolParam]
    """The tools that the model may call, up to 128."""
    top_k: int
    """Only the `top_k` likeliest tokens are sampled from, by the vendors that offer it."""
    top_logprobs: int
    """From 0 to 20. How many of the likeliest tokens to list at each place of the output. Only with
    `logprobs` true.
    """
    top_p: float
    """From 0 to 1. Only the likeliest tokens that together have this probability are sampled from.
    Change this or `temperature`, not both.
    """


class AudioOptionsParam(TypedDict, total=False):
    """How spoken output should sound."""

    voice: Required[str]
    """The voice to speak with, such as `alloy`."""
    format: Required[OutputAudioFormat | str]
    """The format of the recording."""


class FunctionCallOptionParam(TypedDict, total=False):
    """The function that the model must call, by its name."""

    name: Required[str]
    """The name of the function."""


class PredictionParam(TypedDict, total=False):
    """Text that much of the answer is expected to repeat."""

    type: Required[Literal["content"]]
    """The kind of prediction."""
    content: Required[str | Iterable[ContentPartParam]]
    """The text expected."""


class TextResponseFormatParam(TypedDict, total=False):
    """Free text."""

    type: Required[Literal["text"]]
    """The kind of format."""


class JSONObjectResponseFormatParam(TypedDict, total=False):
    """Some JSON object. The messages must ask for JSON too."""

    type: Required[Literal["json_object"]]
    """The kind of format."""


class JSONSchemaResponseFormatParam(TypedDict, total=False):
    """JSON that fits a schema."""

    type: Required[Literal["json_schema"]]
    """The kind of format."""
    json_schema: Required[OutputSchemaParam | AnyObject]
    """The schema, and how to apply it."""


class OtherResponseFormatParam(TypedDict, total=False):
    """A format of a vendor's own."""

    type: str
    """The kind of format."""


class StreamOptionsParam(TypedDict, total=False):
    """What a stream should contain."""

    include_usage: bool
    """Whether to end with one more chunk that has `usage` and no choices."""


class FunctionToolChoiceParam(TypedDict, total=False):
    """The model must call this function."""

    type: Required[Literal["function"]]
    """The kind of choice."""
    function: Required[ToolNameParam | AnyObject]
    """The function to call."""


class CustomToolChoiceParam(TypedDict, total=False):
    """The model must call this custom tool."""

    type: Required[Literal["custom"]]
    """The kind of choice."""
    custom: Required[ToolNameParam | AnyObject]
    """The tool to call."""


class AllowedToolsChoiceParam(TypedDict, total=False):
    """The model may call only some of the tools."""

    type: Required[Literal["allowed_tools"]]
    """The kind of choice."""
    allowed_tools: Required[AllowedToolsParam | AnyObject]
    """The tools to choose from."""


class OtherToolChoiceParam(TypedDict, total=False):
    """A choice of a vendor's own."""

    type: str
    """The kind of choice."""


class SystemMessageParam(TypedDict, total=False):
    """Instructions that the model follows, whatever the user says."""

    role: Required[Literal["system"]]
    """Who speaks."""
    content: Required[str | Iterable[ContentPartParam]]
    """The instructions."""
    name: str
    """Tells participants of the same role apart."""


class DeveloperMessageParam(TypedDict, total=False):
    """Instructions of the application's developer. Newer models want them, not system messages."""

    role: Required[Literal["developer"]]
    """Who speaks."""
    content: Required[str | Iterable[ContentPartParam]]
    """The instructions."""
    name: str
    """Tells participants of the same role apart."""


class UserMessageParam(TypedDict, total=False):
    """What the user says or shows."""

    role: Required[Literal["user"]]
    """Who speaks."""
    content: Required[str | Iterable[ContentPartParam]]
    """What is said, as text or as parts such as text, images, audio and files."""
    name: str
    """Tells participants of the same role apart."""


class AssistantMessageParam(TypedDict, total=False):
    """What the model said earlier. The `message` of a completion can be sent back as it is."""

    role: Required[Literal["assistant"]]
    """Who speaks."""
    content: str | Iterable[ContentPartParam] | None
    """What was said. May be null or absent beside tool calls or a function call."""
    refusal: str | None
    """The words in which the model declined."""
    name: str
    """Tells participants of the same role apart."""
    audio: AudioReferenceParam | AnyObject | None
    """An earlier spoken answer to refer to."""
    tool_calls: Iterable[RequestToolCallParam] | None
    """The tool calls that the model made. Each is answered by a tool message."""
    function_call: FunctionCallParam | AnyObject | None
    """The function call that the model made. Superseded by `tool_calls`.

    Deprecated.
    """


class ToolMessageParam(TypedDict, total=False):
    """The result of a tool call."""

    role: Required[Literal["tool"]]
    """Who speaks."""
    content: Required[str | Iterable[ContentPartParam]]
    """What the tool gave back."""
    tool_call_id: Required[str]
    """The `id` of the tool call that this answers."""


class FunctionMessageParam(TypedDict, total=False):
    """The result of a function call. Superseded by tool messages."""

    role: Required[Literal["function"]]
    """Who speaks."""
    name: Required[str]
    """The function that was called."""
    content: Required[str | None]
    """What the function gave back."""


class OtherMessageParam(TypedDict, total=False):
    """A message with a role of a vendor's own."""

    role: Required[str]
    """Who speaks."""


class FunctionDefinitionParam(TypedDict, total=False):
    """A function that the model may call."""

    name: Required[str]
    """The name to call it by."""
    description: str
    """What it does and when to call it, for the model to read."""
    parameters: Mapping[str, object] | JSONSchema
    """The arguments that it takes. Absent, it takes none."""
    strict: bool | None
    """Whether the arguments must fit `parameters` exactly."""


class OutputSchemaParam(TypedDict, total=False):
    """A schema that an answer must fit."""

    name: Required[str]
    """A name for the schema."""
    description: str
    """What the answer is for, for the model to read."""
    schema: Mapping[str, object] | JSONSchema
    """The schema itself."""
    strict: bool | None
    """Whether the answer must fit exactly."""


class ToolNameParam(TypedDict, total=False):
    """A tool, by its name."""

    name: Required[str]
    """The name of the tool."""


class AllowedToolsParam(TypedDict, total=False):
    """The tools that may be called now, of all that `tools` defines."""

    mode: Required[ToolChoiceMode | str]
    """Whether one of them may be called (`auto`) or must be (`required`)."""
    tools: Required[Iterable[ToolParam]]
    """The tools, by kind and name."""


class FunctionToolParam(TypedDict, total=False):
    """A function of the application, called with JSON arguments."""

    type: Required[Literal["function"]]
    """The kind of tool."""
    function: Required[FunctionDefinitionParam | AnyObject]
    """The function."""


class CustomToolParam(TypedDict, total=False):
    """A tool of the application, called with free text."""

    type: Required[Literal["custom"]]
    """The kind of tool."""
    custom: Required[CustomToolDefinitionParam | AnyObject]
    """The tool."""


class OtherToolParam(TypedDict, total=False):
    """A tool of a vendor's own, such as a search that the vendor runs. Not all have a `type`."""

    type: str
    """The kind of tool."""


class AudioReferenceParam(TypedDict, total=False):
    """A spoken answer, by its id."""

    id: Required[str]
    """The `id` of the audio of an earlier completion."""


class FunctionCallParam(TypedDict, total=False):
    """A function to call, with its arguments."""

    name: Required[str]
    """The name of the function."""
    arguments: Required[str]
    """The arguments, as JSON in a string. The model wrote it: it may be broken, or not fit the
    parameters of the function.
    """


class TextPartParam(TypedDict, total=False):
    """A piece of text."""

    type: Required[Literal["text"]]
    """The kind of part."""
    text: Required[str]
    """The text."""


class ImagePartParam(TypedDict, total=False):
    """An image for the model to look at."""

    type: Required[Literal["image_url"]]
    """The kind of part."""
    image_url: Required[ImageURLParam | AnyObject]
    """Where the image is, and how closely to look."""


class AudioPartParam(TypedDict, total=False):
    """A recording for the model to listen to."""

    type: Required[Literal["input_audio"]]
    """The kind of part."""
    input_audio: Required[InputAudioParam | AnyObject]
    """The recording."""


class FilePartParam(TypedDict, total=False):
    """A file for the model to read."""

    type: Required[Literal["file"]]
    """The kind of part."""
    file: Required[InputFileParam | AnyObject]
    """The file, sent along or uploaded before."""


class RefusalPartParam(TypedDict, total=False):
    """Words in which the model declined earlier. In assistant messages."""

    type: Required[Literal["refusal"]]
    """The kind of part."""
    refusal: Required[str]
    """The words."""


class OtherPartParam(TypedDict, total=False):
    """A part of a kind of a vendor's own."""

    type: Required[str]
    """The kind of part."""


class CustomToolDefinitionParam(TypedDict, total=False):
    """A tool that the model may call with free text."""

    name: Required[str]
    """The name to call it by."""
    description: str
    """What it does and when to call it, for the model to read."""
    format: CustomToolFormatParam
    """The form of the text. Absent, any text."""


class FunctionToolCallParam(TypedDict, total=False):
    """A call of a function."""

    id: Required[str]
    """The id of the call, for the tool message that answers it."""
    type: Required[Literal["function"]]
    """The kind of tool called."""
    function: Required[FunctionCallParam | AnyObject]
    """The function, and its arguments."""


class CustomToolCallParam(TypedDict, total=False):
    """A call of a custom tool."""

    id: Required[str]
    """The id of the call, for the tool message that answers it."""
    type: Required[Literal["custom"]]
    """The kind of tool called."""
    custom: Required[CustomCallParam | AnyObject]
    """The tool, and its input."""


class OtherToolCallParam(TypedDict, total=False):
    """A tool call of a kind of a vendor's own."""

    type: str
    """The kind of tool called."""


class ImageURLParam(TypedDict, total=False):
    """An image by its address."""

    url: Required[str]
    """The address of the image, or the image itself as a `data:` URL."""
    detail: ImageDetail | str
    """How closely to look at the image."""


class InputAudioParam(TypedDict, total=False):
    """A recording, sent along."""

    data: Required[str]
    """The bytes of the recording, in base64."""
    format: Required[InputAudioFormat | str]
    """The format of the recording."""


class InputFileParam(TypedDict, total=False):
    """A file, either sent along (`file_data` and `filename`) or uploaded before (`file_id`)."""

    file_data: str
    """The bytes of the file, in base64; some vendors want a `data:` URL."""
    file_id: str
    """The id of a file uploaded before."""
    filename: str
    """The name of the file."""


class TextToolFormatParam(TypedDict, total=False):
    """Any text."""

    type: Required[Literal["text"]]
    """The kind of format."""


class GrammarToolFormatParam(TypedDict, total=False):
    """Text that a grammar allows."""

    type: Required[Literal["grammar"]]
    """The kind of format."""
    grammar: Required[GrammarParam | AnyObject]
    """The grammar."""


class OtherToolFormatParam(TypedDict, total=False):
    """A form of a vendor's own."""

    type: Required[str]
    """The kind of format."""


class CustomCallParam(TypedDict, total=False):
    """A custom tool to call, with its input."""

    name: Required[str]
    """The name of the tool."""
    input: Required[str]
    """The text for the tool, as the model wrote it."""


class GrammarParam(TypedDict, total=False):
    """A grammar for the text that a custom tool takes."""

    definition: Required[str]
    """The grammar's own text."""
    syntax: Required[GrammarSyntax | str]
    """The language that the grammar is written in."""


RequestMessageParam: TypeAlias = "SystemMessageParam | AnyObject | DeveloperMessageParam | UserMessageParam | AssistantMessageParam | ToolMessageParam | FunctionMessageParam"
"""One message of a conversation, told apart by its `role`."""

ContentPartParam: TypeAlias = (
    "TextPartParam | AnyObject | ImagePartParam | AudioPartParam | FilePartParam | RefusalPartParam"
)
"""One part of a message, told apart by its `type`."""

RequestToolCallParam: TypeAlias = "FunctionToolCallParam | AnyObject | CustomToolCallParam"
"""A tool call that the model made earlier, told apart by its `type`."""

ToolParam: TypeAlias = "FunctionToolParam | AnyObject | CustomToolParam"
"""A tool that the model may call, told apart by its `type`."""

CustomToolFormatParam: TypeAlias = "TextToolFormatParam | AnyObject | GrammarToolFormatParam"
"""The form of the text that a custom tool takes, told apart by its `type`."""

NamedToolChoiceParam: TypeAlias = (
    "FunctionToolChoiceParam | AnyObject | CustomToolChoiceParam | AllowedToolsChoiceParam"
)
"""The tool or tools to call, told apart by `type`."""

ResponseFormatParam: TypeAlias = (
    "TextResponseFormatParam | AnyObject | JSONObjectResponseFormatParam | JSONSchemaResponseFormatParam"
)
"""The format that an answer must have, told apart by its `type`."""

__all__ = [
    "AnyObject",
    "ChatCompletionRequestParam",
    "AudioOptionsParam",
    "FunctionCallOptionParam",
    "PredictionParam",
    "TextResponseFormatParam",
    "JSONObjectResponseFormatParam",
    "JSONSchemaResponseFormatParam",
    "OtherResponseFormatParam",
    "StreamOptionsParam",
    "FunctionToolChoiceParam",
    "CustomToolChoiceParam",
    "AllowedToolsChoiceParam",
    "OtherToolChoiceParam",
    "SystemMessageParam",
    "DeveloperMessageParam",
    "UserMessageParam",
    "AssistantMessageParam",
    "ToolMessageParam",
    "FunctionMessageParam",
    "OtherMessageParam",
    "FunctionDefinitionParam",
    "OutputSchemaParam",
    "ToolNameParam",
    "AllowedToolsParam",
    "FunctionToolParam",
    "CustomToolParam",
    "OtherToolParam",
    "AudioReferenceParam",
    "FunctionCallParam",
    "TextPartParam",
    "ImagePartParam",
    "AudioPartParam",
    "FilePartParam",
    "RefusalPartParam",
    "OtherPartParam",
    "CustomToolDefinitionParam",
    "FunctionToolCallParam",
    "CustomToolCallParam",
    "OtherToolCallParam",
    "ImageURLParam",
    "InputAudioParam",
    "InputFileParam",
    "TextToolFormatParam",
    "GrammarToolFormatParam",
    "OtherToolFormatParam",
    "CustomCallParam",
    "GrammarParam",
    "RequestMessageParam",
    "ContentPartParam",
    "RequestToolCallParam",
    "ToolParam",
    "CustomToolFormatParam",
    "NamedToolChoiceParam",
    "ResponseFormatParam",
]
