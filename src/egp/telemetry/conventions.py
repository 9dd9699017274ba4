"""What OpenTelemetry's conventions call things: names, units, buckets, and which of our fields they mean.

No other module knows a name of theirs. They are those of the GenAI conventions, schema 1.41 with what has
come since, which are still in development; attempts go by the stable ones for HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from egp_api.types import JSONObject

from egp._core.json_types import is_number
from egp._core.token_counts import token_counts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from egp_api.models import ChatCompletion

    from egp._core.config import Origin
    from egp.errors import Attempt

    Attributes = dict[str, str | int | float | bool | list[str]]

__all__ = [
    "CAPTURE_CONTENT",
    "CHAT",
    "CONTENT_MODES",
    "DETAILS_EVENT",
    "DURATION",
    "DURATION_BUCKETS",
    "ERROR_TYPE",
    "EXCEPTION_EVENT",
    "EXCEPTION_MESSAGE",
    "EXCEPTION_TYPE",
    "INPUT_MESSAGES",
    "OUTPUT_MESSAGES",
    "REQUEST_STREAM",
    "RESPONSE_MODEL",
    "SCHEMA_URL",
    "TIME_PER_OUTPUT_CHUNK",
    "TIME_TO_FIRST_CHUNK",
    "TOKEN_BUCKETS",
    "TOKEN_TYPE",
    "TOKEN_USAGE",
    "TOOL_ARGUMENTS",
    "TOOL_DEFINITIONS",
    "TOOL_RESULT",
    "attempt_attributes",
    "call_attributes",
    "request_attributes",
    "response_attributes",
    "token_attributes",
    "tool_attributes",
    "tool_span_name",
]

SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0"

CHAT = "chat"
ERROR_TYPE = "error.type"
REQUEST_STREAM = "gen_ai.request.stream"
RESPONSE_MODEL = "gen_ai.response.model"
TIME_TO_FIRST_CHUNK_ATTRIBUTE = "gen_ai.response.time_to_first_chunk"

# Content: only where it is asked for.
CAPTURE_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
CONTENT_MODES = ("NO_CONTENT", "SPAN_ONLY", "EVENT_ONLY", "SPAN_AND_EVENT")
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
TOOL_DEFINITIONS = "gen_ai.tool.definitions"
TOOL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_RESULT = "gen_ai.tool.call.result"

# Events
DETAILS_EVENT = "gen_ai.client.inference.operation.details"
EXCEPTION_EVENT = "gen_ai.client.operation.exception"
EXCEPTION_TYPE = "exception.type"
EXCEPTION_MESSAGE = "exception.message"

# Metrics
DURATION = "gen_ai.client.operation.duration"
TIME_TO_FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"
TIME_PER_OUTPUT_CHUNK = "gen_ai.client.operation.time_per_output_chunk"
TOKEN_USAGE = "gen_ai.client.token.usage"  # noqa: S105 - no password
TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105 - no password
DURATION_BUCKETS = tuple(0.01 * 2**power for power in range(14))
"""In seconds: 0.01 to 81.92."""
TOKEN_BUCKETS = tuple(4**power for power in range(14))
"""1 to 67,108,864."""

# Where the vendor in a model's name has another name there.
_PROVIDERS = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "xai": "x_ai",
}
_OURSELVES = "egp"

_NUMBERS = {
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "seed": "gen_ai.request.seed",
    "temperature": "gen_ai.request.temperature",
    "top_k": "gen_ai.request.top_k",
    "top_p": "gen_ai.request.top_p",
}
_TOKENS = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cached_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}
_OUTPUT_TYPES = {"text": "text", "json_object": "json", "json_schema": "json"}


def call_attributes(model: str, origin: Origin) -> Attributes:
    """Return what spans and metrics of a call have in common."""
    vendor, slash, _ = model.partition("/")
    return {
        "gen_ai.operation.name": CHAT,
        "gen_ai.provider.name": _PROVIDERS.get(vendor, vendor) if slash and vendor else _OURSELVES,
        "gen_ai.request.model": model,
        "server.address": origin.host,
        "server.port": origin.port,
    }


def request_attributes(keywords: Mapping[str, Any], *, streaming: bool) -> Attributes:
    """Return what the keywords of `create` say. What is not of its documented type is left out."""
    found: Attributes = {REQUEST_STREAM: True} if streaming else {}
    if is_number(keywords.get("max_tokens")):
        found["gen_ai.request.max_tokens"] = keywords["max_tokens"]
    for keyword, name in _NUMBERS.items():
        value: Any = keywords.get(keyword)
        if is_number(value):
            found[name] = value
    count: Any = keywords.get("n")
    if is_number(count) and count != 1:
        found["gen_ai.request.choice.count"] = count
    stop = keywords.get("stop")
    if isinstance(stop, str):
        found["gen_ai.request.stop_sequences"] = [stop]
    elif isinstance(stop, (list, tuple)):
        # An iterator is left to the request, which it is for.
        found["gen_ai.request.stop_sequences"] = [str(each) for each in stop]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # whatever the user gave
    if isinstance(keywords.get("reasoning_effort"), str):
        found["gen_ai.request.reasoning.level"] = str(keywords["reasoning_effort"])
    output = _output_type(keywords.get("response_format"))
    if output is not None:
        found["gen_ai.output.type"] = output
    if isinstance(keywords.get("service_tier"), str):
        found["openai.request.service_tier"] = str(keywords["service_tier"])
    return found


def _output_type(response_format: Any) -> str | None:
    try:
        return _OUTPUT_TYPES.get(response_format["type"])
    except (KeyError, TypeError):
        return None


def response_attributes(answer: ChatCompletion) -> Attributes:
    """Return what an answer, or what came of one, says."""
    found: Attributes = {}
    for field, name in (
        ("id", "gen_ai.response.id"),
        ("model", RESPONSE_MODEL),
        ("service_tier", "openai.response.service_tier"),
        ("system_fingerprint", "openai.response.system_fingerprint"),
    ):
        value: Any = getattr(answer, field)
        if isinstance(value, str):
            found[name] = str(value)
    # What a server sends may be of another type than is documented.
    given: list[Any] = [choice.finish_reason for choice in answer.choices]
    reasons = [str(reason) for reason in given if isinstance(reason, str)]
    if reasons:
        found["gen_ai.response.finish_reasons"] = reasons
    return found


def token_attributes(usage: Any) -> tuple[Attributes, dict[str, int]]:
    """Return the attributes of a `usage`, and its tokens by the type that the metric knows."""
    counts = token_counts(usage.to_dict() if isinstance(usage, JSONObject) else usage)
    types = {"input": "input_tokens", "output": "output_tokens"}
    return (
        {attribute: counts[name] for name, attribute in _TOKENS.items() if name in counts},
        {kind: counts[name] for kind, name in types.items() if name in counts},
    )


def attempt_attributes(method: str, url: str, origin: Origin, attempt: Attempt) -> Attributes:
    """Return what is said of one attempt; `egp.attempt.wait` is ours: seconds until the next one."""
    found: Attributes = {
        "http.request.method": method,
        "url.full": url,
        "server.address": origin.host,
        "server.port": origin.port,
    }
    if attempt.number > 1:
        found["http.request.resend_count"] = attempt.number - 1
    if attempt.status is not None:
        found["http.response.status_code"] = attempt.status
    if attempt.wait is not None:
        found["egp.attempt.wait"] = attempt.wait
    if attempt.request_id is not None:
        found["egp.request_id"] = attempt.request_id
    if attempt.status is not None and attempt.status >= 400:
        found[ERROR_TYPE] = str(attempt.status)
    elif attempt.error is not None:
        # Its text may repeat what was sent.
        found[ERROR_TYPE] = "_OTHER"
    return found


def tool_span_name(tool: str) -> str:
    """Return the name of the span of one call of a tool."""
    return f"execute_tool {tool}"


def tool_attributes(tool: str, call_id: str) -> Attributes:
    """Return what is said of one call of a tool, without its content."""
    return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool,
        "gen_ai.tool.call.id": call_id,
        "gen_ai.tool.type": "function",
    }
