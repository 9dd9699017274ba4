"""The types of the bodies. Each is imported when it is first used."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .allowed_tools import AllowedTools
    from .allowed_tools_choice import AllowedToolsChoice
    from .annotation import Annotation
    from .assistant_message import AssistantMessage
    from .audio_options import AudioOptions
    from .audio_part import AudioPart
    from .audio_reference import AudioReference
    from .chat_completion import ChatCompletion
    from .chat_completion_audio import ChatCompletionAudio
    from .chat_completion_choice import ChatCompletionChoice
    from .chat_completion_chunk import ChatCompletionChunk
    from .chat_completion_chunk_choice import ChatCompletionChunkChoice
    from .chat_completion_delta import ChatCompletionDelta
    from .chat_completion_message import ChatCompletionMessage
    from .chat_completion_request import ChatCompletionRequest
    from .chat_model import ChatModel
    from .chat_model_list import ChatModelList
    from .chat_model_type import ChatModelType
    from .choice_logprobs import ChoiceLogprobs
    from .completion_tokens_details import CompletionTokensDetails
    from .completion_usage import CompletionUsage
    from .custom_call import CustomCall
    from .custom_tool import CustomTool
    from .custom_tool_call import CustomToolCall
    from .custom_tool_choice import CustomToolChoice
    from .custom_tool_definition import CustomToolDefinition
    from .delta_role import DeltaRole
    from .developer_message import DeveloperMessage
    from .error_body import ErrorBody
    from .error_detail import ErrorDetail
    from .file_part import FilePart
    from .finish_reason import FinishReason
    from .function_call import FunctionCall
    from .function_call_delta import FunctionCallDelta
    from .function_call_option import FunctionCallOption
    from .function_definition import FunctionDefinition
    from .function_message import FunctionMessage
    from .function_tool import FunctionTool
    from .function_tool_call import FunctionToolCall
    from .function_tool_choice import FunctionToolChoice
    from .grammar import Grammar
    from .grammar_syntax import GrammarSyntax
    from .grammar_tool_format import GrammarToolFormat
    from .http_validation_error import HTTPValidationError
    from .image_detail import ImageDetail
    from .image_part import ImagePart
    from .image_url import ImageURL
    from .input_audio import InputAudio
    from .input_audio_format import InputAudioFormat
    from .input_file import InputFile
    from .json_object_response_format import JSONObjectResponseFormat
    from .json_schema import JSONSchema
    from .json_schema_response_format import JSONSchemaResponseFormat
    from .logit_bias import LogitBias
    from .metadata import Metadata
    from .modality import Modality
    from .model_availability import ModelAvailability
    from .model_vendor import ModelVendor
    from .other_message import OtherMessage
    from .other_part import OtherPart
    from .other_response_format import OtherResponseFormat
    from .other_tool import OtherTool
    from .other_tool_call import OtherToolCall
    from .other_tool_choice import OtherToolChoice
    from .other_tool_format import OtherToolFormat
    from .output_audio_format import OutputAudioFormat
    from .output_schema import OutputSchema
    from .prediction import Prediction
    from .prompt_tokens_details import PromptTokensDetails
    from .reasoning_effort import ReasoningEffort
    from .refusal_part import RefusalPart
    from .service_tier import ServiceTier
    from .sort_order import SortOrder
    from .stream_options import StreamOptions
    from .system_message import SystemMessage
    from .text_part import TextPart
    from .text_response_format import TextResponseFormat
    from .text_tool_format import TextToolFormat
    from .token_logprob import TokenLogprob
    from .tool_call_delta import ToolCallDelta
    from .tool_call_delta_type import ToolCallDeltaType
    from .tool_choice_mode import ToolChoiceMode
    from .tool_message import ToolMessage
    from .tool_name import ToolName
    from .top_logprob import TopLogprob
    from .url_citation import URLCitation
    from .user_message import UserMessage
    from .validation_error import ValidationError
else:
    from threading import RLock as _RLock

    _importing = _RLock()
    _MODULES = {
        "AllowedTools": "allowed_tools",
        "AllowedToolsChoice": "allowed_tools_choice",
        "Annotation": "annotation",
        "AssistantMessage": "assistant_message",
        "AudioOptions": "audio_options",
        "AudioPart": "audio_part",
        "AudioReference": "audio_reference",
        "ChatCompletion": "chat_completion",
        "ChatCompletionAudio": "chat_completion_audio",
        "ChatCompletionChoice": "chat_completion_choice",
        "ChatCompletionChunk": "chat_completion_chunk",
        "ChatCompletionChunkChoice": "chat_completion_chunk_choice",
        "ChatCompletionDelta": "chat_completion_delta",
        "ChatCompletionMessage": "chat_completion_message",
        "ChatCompletionRequest": "chat_completion_request",
        "ChatModel": "chat_model",
        "ChatModelList": "chat_model_list",
        "ChatModelType": "chat_model_type",
        "ChoiceLogprobs": "choice_logprobs",
        "CompletionTokensDetails": "completion_tokens_details",
        "CompletionUsage": "completion_usage",
        "CustomCall": "custom_call",
        "CustomTool": "custom_tool",
        "CustomToolCall": "custom_tool_call",
        "CustomToolChoice": "custom_tool_choice",
        "CustomToolDefinition": "custom_tool_definition",
        "DeltaRole": "delta_role",
        "DeveloperMessage": "developer_message",
        "ErrorBody": "error_body",
        "ErrorDetail": "error_detail",
        "FilePart": "file_part",
        "FinishReason": "finish_reason",
        "FunctionCall": "function_call",
        "FunctionCallDelta": "function_call_delta",
        "FunctionCallOption": "function_call_option",
        "FunctionDefinition": "function_definition",
        "FunctionMessage": "function_message",
        "FunctionTool": "function_tool",
        "FunctionToolCall": "function_tool_call",
        "FunctionToolChoice": "function_tool_choice",
        "Grammar": "grammar",
        "GrammarSyntax": "grammar_syntax",
        "GrammarToolFormat": "grammar_tool_format",
        "HTTPValidationError": "http_validation_error",
        "ImageDetail": "image_detail",
        "ImagePart": "image_part",
        "ImageURL": "image_url",
        "InputAudio": "input_audio",
        "InputAudioFormat": "input_audio_format",
        "InputFile": "input_file",
        "JSONObjectResponseFormat": "json_object_response_format",
        "JSONSchema": "json_schema",
        "JSONSchemaResponseFormat": "json_schema_response_format",
        "LogitBias": "logit_bias",
        "Metadata": "metadata",
        "Modality": "modality",
        "ModelAvailability": "model_availability",
        "ModelVendor": "model_vendor",
        "OtherMessage": "other_message",
        "OtherPart": "other_part",
        "OtherResponseFormat": "other_response_format",
        "OtherTool": "other_tool",
        "OtherToolCall": "other_tool_call",
        "OtherToolChoice": "other_tool_choice",
        "OtherToolFormat": "other_tool_format",
        "OutputAudioFormat": "output_audio_format",
        "OutputSchema": "output_schema",
        "Prediction": "prediction",
        "PromptTokensDetails": "prompt_tokens_details",
        "ReasoningEffort": "reasoning_effort",
        "RefusalPart": "refusal_part",
        "ServiceTier": "service_tier",
        "SortOrder": "sort_order",
        "StreamOptions": "stream_options",
        "SystemMessage": "system_message",
        "TextPart": "text_part",
        "TextResponseFormat": "text_response_format",
        "TextToolFormat": "text_tool_format",
        "TokenLogprob": "token_logprob",
        "ToolCallDelta": "tool_call_delta",
        "ToolCallDeltaType": "tool_call_delta_type",
        "ToolChoiceMode": "tool_choice_mode",
        "ToolMessage": "tool_message",
        "ToolName": "tool_name",
        "TopLogprob": "top_logprob",
        "URLCitation": "url_citation",
        "UserMessage": "user_message",
        "ValidationError": "validation_error",
    }

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        with _importing:
            value = globals()[name] = getattr(import_module(f".{_MODULES[name]}", __name__), name)
        return value

    def __dir__() -> list[str]:
        return [*globals(), *_MODULES]


__all__ = [
    "AllowedTools",
    "AllowedToolsChoice",
    "Annotation",
    "AssistantMessage",
    "AudioOptions",
    "AudioPart",
    "AudioReference",
    "ChatCompletion",
    "ChatCompletionAudio",
    "ChatCompletionChoice",
    "ChatCompletionChunk",
    "ChatCompletionChunkChoice",
    "ChatCompletionDelta",
    "ChatCompletionMessage",
    "ChatCompletionRequest",
    "ChatModel",
    "ChatModelList",
    "ChatModelType",
    "ChoiceLogprobs",
    "CompletionTokensDetails",
    "CompletionUsage",
    "CustomCall",
    "CustomTool",
    "CustomToolCall",
    "CustomToolChoice",
    "CustomToolDefinition",
    "DeltaRole",
    "DeveloperMessage",
    "ErrorBody",
    "ErrorDetail",
    "FilePart",
    "FinishReason",
    "FunctionCall",
    "FunctionCallDelta",
    "FunctionCallOption",
    "FunctionDefinition",
    "FunctionMessage",
    "FunctionTool",
    "FunctionToolCall",
    "FunctionToolChoice",
    "Grammar",
    "GrammarSyntax",
    "GrammarToolFormat",
    "HTTPValidationError",
    "ImageDetail",
    "ImagePart",
    "ImageURL",
    "InputAudio",
    "InputAudioFormat",
    "InputFile",
    "JSONObjectResponseFormat",
    "JSONSchema",
    "JSONSchemaResponseFormat",
    "LogitBias",
    "Metadata",
    "Modality",
    "ModelAvailability",
    "ModelVendor",
    "OtherMessage",
    "OtherPart",
    "OtherResponseFormat",
    "OtherTool",
    "OtherToolCall",
    "OtherToolChoice",
    "OtherToolFormat",
    "OutputAudioFormat",
    "OutputSchema",
    "Prediction",
    "PromptTokensDetails",
    "ReasoningEffort",
    "RefusalPart",
    "ServiceTier",
    "SortOrder",
    "StreamOptions",
    "SystemMessage",
    "TextPart",
    "TextResponseFormat",
    "TextToolFormat",
    "TokenLogprob",
    "ToolCallDelta",
    "ToolCallDeltaType",
    "ToolChoiceMode",
    "ToolMessage",
    "ToolName",
    "TopLogprob",
    "URLCitation",
    "UserMessage",
    "ValidationError",
]
