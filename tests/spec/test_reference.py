"""What the reference page of the endpoint documents, held against openapi.yaml."""

import pytest

from tools.contract import document

INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
BOOLEAN = {"type": "boolean"}

REQUEST_FIELDS = {
    "audio": {"type": "object"},
    "frequency_penalty": NUMBER | {"minimum": -2, "maximum": 2},
    "function_call": {"type": "object", "deprecated": True},
    "functions": {"type": "array", "deprecated": True},
    "logit_bias": {
        "type": "object",
        "additionalProperties": {"type": "integer", "minimum": -100, "maximum": 100},
    },
    "logprobs": BOOLEAN,
    "max_completion_tokens": INTEGER,
    "max_tokens": INTEGER | {"deprecated": True},
    "messages": {"type": "array"},
    "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
    "modalities": {"type": "array"},
    "model": {"type": "string"},
    "n": INTEGER,
    "parallel_tool_calls": BOOLEAN,
    "prediction": {"type": "object"},
    "presence_penalty": NUMBER | {"minimum": -2, "maximum": 2},
    "reasoning_effort": {
        "anyOf": [{"$ref": "#/components/schemas/ReasoningEffort"}, {"type": "string"}],
    },
    "response_format": {},
    "seed": INTEGER,
    "stop": {
        "anyOf": [{"type": "string"}, {"type": "array", "maxItems": 4, "items": {"type": "string"}}],
    },
    "store": BOOLEAN,
    "stream": BOOLEAN | {"default": False},
    "stream_options": {"type": "object"},
    "temperature": NUMBER | {"minimum": 0, "maximum": 2},
    "tool_choice": {},
    "tools": {"type": "array", "maxItems": 128},
    "top_k": INTEGER,
    "top_logprobs": INTEGER | {"minimum": 0, "maximum": 20},
    "top_p": NUMBER | {"minimum": 0, "maximum": 1},
}

COMPLETION = """
    id object created model service_tier system_fingerprint
    choices.index choices.finish_reason
    choices.logprobs.content.token choices.logprobs.content.logprob choices.logprobs.content.bytes
    choices.logprobs.content.top_logprobs.token choices.logprobs.content.top_logprobs.logprob
    choices.logprobs.content.top_logprobs.bytes
    choices.logprobs.refusal.token choices.logprobs.refusal.logprob choices.logprobs.refusal.bytes
    choices.logprobs.refusal.top_logprobs.token choices.logprobs.refusal.top_logprobs.logprob
    choices.logprobs.refusal.top_logprobs.bytes
    choices.message.role choices.message.content choices.message.refusal
    choices.message.annotations.type
    choices.message.annotations.url_citation.start_index choices.message.annotations.url_citation.end_index
    choices.message.annotations.url_citation.title choices.message.annotations.url_citation.url
    choices.message.audio.id choices.message.audio.data choices.message.audio.expires_at
    choices.message.audio.transcript
    choices.message.function_call.name choices.message.function_call.arguments
    choices.message.tool_calls.id choices.message.tool_calls.type
    choices.message.tool_calls.function.name choices.message.tool_calls.function.arguments
    choices.message.tool_calls.custom.name choices.message.tool_calls.custom.input
    usage.prompt_tokens usage.completion_tokens usage.total_tokens
    usage.completion_tokens_details.accepted_prediction_tokens usage.completion_tokens_details.audio_tokens
    usage.completion_tokens_details.reasoning_tokens
    usage.completion_tokens_details.rejected_prediction_tokens
    usage.prompt_tokens_details.audio_tokens usage.prompt_tokens_details.cached_tokens
"""

CHUNK = """
    id object created model service_tier system_fingerprint
    choices.index choices.finish_reason choices.logprobs.content.token choices.logprobs.refusal.token
    choices.delta.role choices.delta.content choices.delta.refusal
    choices.delta.function_call.name choices.delta.function_call.arguments
    choices.delta.tool_calls.index choices.delta.tool_calls.id choices.delta.tool_calls.type
    choices.delta.tool_calls.function.name choices.delta.tool_calls.function.arguments
    usage.prompt_tokens usage.completion_tokens usage.total_tokens
"""

MODELS = """
    object items.model_name items.model_type items.model_vendor items.model_availability
"""

REQUIRED = {
    "ChatCompletionRequest": {"model", "messages"},
    "ChatCompletion": {"id", "choices", "created", "model"},
    "ChatCompletionChunk": {"id", "choices", "created", "model"},
    "ChatCompletionChoice": {"index", "finish_reason", "message"},
    "ChatCompletionChunkChoice": {"index", "delta"},
    "ToolCallDelta": {"index"},
    "ChatModel": {"model_name", "model_type", "model_vendor"},
}

ENUMS = {
    "ReasoningEffort": ["low", "medium", "high"],
    "ToolChoiceMode": ["none", "auto", "required"],
    "FinishReason": ["stop", "length", "tool_calls", "content_filter", "function_call"],
    "ServiceTier": ["auto", "default", "flex", "scale", "priority"],
    "DeltaRole": ["developer", "system", "user", "assistant", "tool"],
    "ChatModelType": ["generic", "completion", "chat_completion"],
    "ModelVendor": [
        "openai",
        "cohere",
        "vertex_ai",
        "anthropic",
        "azure",
        "gemini",
        "launch",
        "llmengine",
        "model_zoo",
        "bedrock",
        "xai",
        "fireworks_ai",
    ],
    "ModelAvailability": ["unknown", "available", "unavailable"],
    "SortOrder": ["asc", "desc"],
}

NULLABLE = {
    "ChatCompletion": {"service_tier", "system_fingerprint", "usage"},
    "ChatCompletionChunk": {"service_tier", "system_fingerprint", "usage"},
    "ChatCompletionChunkChoice": {"finish_reason", "logprobs"},
    "ChatCompletionMessage": {
        "content", "refusal", "annotations", "audio", "function_call", "tool_calls",
    },
    "TokenLogprob": {"bytes"},
    "TopLogprob": {"bytes"},
}  # fmt: skip


@pytest.mark.parametrize("field", REQUEST_FIELDS)
def test_a_request_field_has_its_type_range_default_and_deprecation(field):
    schema = document.resolve(document.schemas()["ChatCompletionRequest"]["properties"][field])

    expected = {"deprecated": False} | REQUEST_FIELDS[field]

    assert {key: schema.get(key, False if key == "deprecated" else None) for key in expected} == expected


def test_the_request_has_no_field_that_the_reference_does_not_have():
    documented = document.schemas()["ChatCompletionRequest"]["properties"]

    assert set(documented) == set(REQUEST_FIELDS)


@pytest.mark.parametrize("path", COMPLETION.split())
def test_the_completion_has_the_field(path):
    assert leads_somewhere({"$ref": "#/components/schemas/ChatCompletion"}, path.split("."))


@pytest.mark.parametrize("path", CHUNK.split())
def test_the_chunk_has_the_field(path):
    assert leads_somewhere({"$ref": "#/components/schemas/ChatCompletionChunk"}, path.split("."))


@pytest.mark.parametrize("path", MODELS.split())
def test_the_list_of_models_has_the_field(path):
    assert leads_somewhere({"$ref": "#/components/schemas/ChatModelList"}, path.split("."))


@pytest.mark.parametrize("name", REQUIRED)
def test_the_required_fields_are_those_of_the_service(name):
    assert set(document.schemas()[name]["required"]) == REQUIRED[name]


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_the_values_of_the_service(name):
    assert document.schemas()[name]["enum"] == ENUMS[name]


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name in NULLABLE for field in sorted(NULLABLE[name])]
)
def test_a_nullable_field_takes_null(name, field):
    assert takes_null(document.schemas()[name]["properties"][field])


@pytest.mark.parametrize("field", REQUEST_FIELDS)
def test_no_request_field_takes_null(field):
    assert not takes_null(document.schemas()["ChatCompletionRequest"]["properties"][field])


def test_the_servers_are_the_environments_the_default_first():
    servers = [(server["x-environment"], server["url"]) for server in document.load()["servers"]]

    assert servers == [
        ("production", "https://api.egp.scale.com"),
        ("production-multitenant", "https://api.sgp.scale.com"),
        ("staging", "https://api.staging-sgp.scale.com"),
        ("development", "https://api.dev-sgp.scale.com"),
        ("local", "http://127.0.0.1:5003/public"),
    ]


def test_the_key_goes_in_the_header_x_api_key():
    schemes = document.load()["components"]["securitySchemes"].values()

    keys = [(scheme["type"], scheme["in"], scheme["name"]) for scheme in schemes]

    assert keys == [("apiKey", "header", "x-api-key")]


@pytest.mark.parametrize(
    ("operation_id", "names"),
    [
        ("create_chat_completion", {"x-selected-account-id": "header", "x-openai-api-key": "header"}),
        (
            "list_chat_completion_models",
            {
                "x-selected-account-id": "header",
                "model_vendor": "query",
                "limit": "query",
                "sort_by": "query",
                "sort_order": "query",
                "starting_after": "query",
                "ending_before": "query",
            },
        ),
    ],
)
def test_an_operation_has_its_optional_parameters(operation_id, names):
    [operation] = [item for _, _, item in document.operations() if item["operationId"] == operation_id]

    documented = {p["name"]: p["in"] for p in document.parameters(operation) if not p.get("required")}

    assert documented == names


@pytest.mark.parametrize("operation_id", ["create_chat_completion", "list_chat_completion_models"])
def test_every_answer_may_carry_the_id_of_the_request(operation_id):
    [operation] = [item for _, _, item in document.operations() if item["operationId"] == operation_id]

    headers = [document.resolve(response).get("headers", {}) for response in operation["responses"].values()]

    assert all("x-request-id" in header for header in headers)


def test_the_operations_are_those_of_the_endpoint():
    operations = {(method, path): item["operationId"] for path, method, item in document.operations()}

    assert operations == {
        ("post", "/v5/chat/completions"): "create_chat_completion",
        ("get", "/v5/chat/completions/models"): "list_chat_completion_models",
    }


def leads_somewhere(schema, path):
    """Whether a document of `schema` may have the field at `path`; arrays and unions are looked through."""
    if not path:
        return True
    schema = document.resolve(schema)
    members = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if "items" in schema:
        members.append(schema["items"])
    if path[0] in schema.get("properties", {}):
        return leads_somewhere(schema["properties"][path[0]], path[1:])
    return any(leads_somewhere(member, path) for member in members)


def takes_null(schema):
    schema = document.resolve(schema)
    types = schema.get("type", [])
    members = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return "null" in ([types] if isinstance(types, str) else types) or any(map(takes_null, members))
