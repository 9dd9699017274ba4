"""Every kind of change, made to a copy of our own contract, is classified as users of the package meet it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tools.compiler.changes import KINDS, compare

Spec = dict[str, Any]
CHAT = "/v5/chat/completions"
MODELS = "/v5/chat/completions/models"


def schema(spec: Spec, name: str) -> dict[str, Any]:
    return spec["components"]["schemas"][name]


def field(spec: Spec, name: str, key: str) -> dict[str, Any]:
    return schema(spec, name)["properties"][key]


def retype(spec: Spec, name: str, key: str, **keywords: Any) -> None:
    """Gives a field another type and leaves its description."""
    old = field(spec, name, key)
    said = {k: old[k] for k in ("description", "deprecated") if k in old}
    schema(spec, name)["properties"][key] = said | keywords


def add_field(spec: Spec, name: str, key: str, *, required: bool = False, **keywords: Any) -> None:
    schema(spec, name)["properties"][key] = keywords
    if required:
        schema(spec, name).setdefault("required", []).append(key)


def remove_field(spec: Spec, name: str, key: str) -> None:
    del schema(spec, name)["properties"][key]
    if key in schema(spec, name).get("required", []):
        schema(spec, name)["required"].remove(key)


def chat(spec: Spec) -> dict[str, Any]:
    return spec["paths"][CHAT]["post"]


def models(spec: Spec) -> dict[str, Any]:
    return spec["paths"][MODELS]["get"]


def parameter(spec: Spec, name: str) -> dict[str, Any]:
    return next(each for each in models(spec)["parameters"] if each.get("name") == name)


def answer(spec: Spec) -> dict[str, Any]:
    return chat(spec)["responses"]["200"]["content"]


def rename_schema(spec: Spec, old: str, new: str) -> None:
    text = json.dumps(spec).replace(f'schemas/{old}"', f'schemas/{new}"')
    spec.clear()
    spec.update(json.loads(text))
    schemas = spec["components"]["schemas"]
    spec["components"]["schemas"] = {new if name == old else name: value for name, value in schemas.items()}


def operation(operation_id: str, **keywords: Any) -> dict[str, Any]:
    answers = {
        "200": {"description": "Done.", "content": {"application/json": {"schema": {"type": "string"}}}}
    }
    return {"operationId": operation_id, "tags": ["Inference"], "responses": answers} | keywords


def path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


TEXT = {"type": "string"}
STREAM_OPTIONS = {"$ref": "#/components/schemas/StreamOptions"}


def body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


class Case(NamedTuple):
    """An edit of the contract, or of what `given` has made of it first, and the changes that it comes to."""

    name: str
    edit: Callable[[Spec], object]
    expected: set[tuple[str, str]]
    given: Callable[[Spec], object] = lambda spec: None


REQUEST = "ChatCompletionRequest"
CREATE = "create_chat_completion"
LIST = "list_chat_completion_models"

MAJOR = [
    Case(
        "a new required field of the request",
        lambda spec: add_field(spec, REQUEST, "min_p", required=True, type="number"),
        {("required-field-added", f"{REQUEST}.min_p"), ("required-keyword-added", f"{CREATE}(min_p)")},
    ),
    Case(
        "a field of the request made required",
        lambda spec: schema(spec, REQUEST)["required"].append("seed"),
        {("request-field-made-required", f"{REQUEST}.seed"), ("keyword-made-required", f"{CREATE}(seed)")},
    ),
    Case(
        "a field of the request removed",
        lambda spec: remove_field(spec, REQUEST, "seed"),
        {("field-removed", f"{REQUEST}.seed"), ("keyword-removed", f"{CREATE}(seed)")},
    ),
    Case(
        "a field of the answer removed",
        lambda spec: remove_field(spec, "ChatCompletion", "usage"),
        {("field-removed", "ChatCompletion.usage")},
    ),
    Case(
        "a field of the answer renamed",
        lambda spec: (
            remove_field(spec, "ChatCompletion", "system_fingerprint"),
            add_field(spec, "ChatCompletion", "fingerprint", type=["string", "null"]),
        ),
        {
            ("field-removed", "ChatCompletion.system_fingerprint"),
            ("field-added", "ChatCompletion.fingerprint"),
        },
    ),
    Case(
        "a field of the request narrowed",
        lambda spec: retype(spec, REQUEST, "top_p", type="integer", minimum=0, maximum=1),
        {
            ("request-field-type-narrowed", f"{REQUEST}.top_p"),
            ("keyword-type-narrowed", f"{CREATE}(top_p)"),
        },
    ),
    Case(
        "null no longer taken in the request",
        lambda spec: retype(spec, "AssistantMessage", "refusal", type="string"),
        {("request-field-type-narrowed", "AssistantMessage.refusal")},
    ),
    Case(
        "a field of the request of another type",
        lambda spec: retype(spec, REQUEST, "seed", type="string"),
        {("field-type-changed", f"{REQUEST}.seed"), ("keyword-type-changed", f"{CREATE}(seed)")},
    ),
    Case(
        "a message kind no longer taken",
        lambda spec: schema(spec, "RequestMessage")["oneOf"].pop(5),
        {
            ("request-field-type-narrowed", f"{REQUEST}.messages"),
            ("keyword-type-narrowed", f"{CREATE}(messages)"),
        },
    ),
    Case(
        "an object of the request closed",
        lambda spec: schema(spec, "StreamOptions").update(additionalProperties=False),
        {("request-field-type-narrowed", "StreamOptions.additional_properties")},
    ),
    Case(
        "null in the answer",
        lambda spec: retype(spec, "ChatCompletion", "id", type=["string", "null"]),
        {("response-field-type-widened", "ChatCompletion.id")},
    ),
    Case(
        "a field of the answer widened",
        lambda spec: retype(spec, "ChatCompletion", "created", type="number"),
        {("response-field-type-widened", "ChatCompletion.created")},
    ),
    Case(
        "a date-time where a number was",
        lambda spec: retype(spec, "ChatCompletion", "created", type="string", format="date-time"),
        {("field-type-changed", "ChatCompletion.created")},
    ),
    Case(
        "a string that becomes a datetime",
        lambda spec: retype(spec, "ChatCompletion", "id", type="string", format="date-time"),
        {("field-type-changed", "ChatCompletion.id")},
    ),
    Case(
        "a field of the answer that may be absent",
        lambda spec: schema(spec, "ChatCompletion")["required"].remove("id"),
        {("response-field-made-optional", "ChatCompletion.id")},
    ),
    Case(
        "one more kind of tool call, sent and received",
        lambda spec: schema(spec, "ToolCall")["oneOf"].append({"$ref": "#/components/schemas/OtherToolCall"}),
        {("response-field-type-widened", "ChatCompletionMessage.tool_calls")},
    ),
    Case(
        "null in what is both sent and received",
        lambda spec: retype(spec, "FunctionCall", "arguments", type=["string", "null"]),
        {
            ("request-field-type-widened", "FunctionCall.arguments"),
            ("response-field-type-widened", "FunctionCall.arguments"),
        },
    ),
    Case(
        "a field of what is both sent and received made optional",
        lambda spec: schema(spec, "FunctionCall")["required"].remove("arguments"),
        {
            ("request-field-made-optional", "FunctionCall.arguments"),
            ("response-field-made-optional", "FunctionCall.arguments"),
        },
    ),
    Case(
        "a value of an enum of the request removed",
        lambda spec: schema(spec, "ReasoningEffort")["enum"].remove("low"),
        {("enum-value-removed", "ReasoningEffort")},
    ),
    Case(
        "a value of an enum of the answer removed",
        lambda spec: schema(spec, "FinishReason")["enum"].remove("function_call"),
        {("enum-value-removed", "FinishReason")},
    ),
    Case(
        "another constant",
        lambda spec: field(spec, "ChatCompletion", "object").update(const="completion"),
        {("field-type-changed", "ChatCompletion.object")},
    ),
    Case(
        "a schema renamed",
        lambda spec: rename_schema(spec, "CompletionUsage", "Usage"),
        {("schema-renamed", "CompletionUsage")},
    ),
    Case(
        "a schema inlined",
        lambda spec: (
            schema(spec, REQUEST)["properties"].update(stream_options=schema(spec, "StreamOptions")),
            spec["components"]["schemas"].pop("StreamOptions"),
        ),
        {
            ("schema-renamed", "StreamOptions"),
            ("documentation-changed", f"{REQUEST}.stream_options"),
        },
    ),
    Case(
        "an operation removed",
        lambda spec: spec["paths"].pop(MODELS),
        {("operation-removed", LIST)},
    ),
    Case(
        "an operation renamed",
        lambda spec: chat(spec).update(operationId="complete_chat"),
        {("operation-renamed", CREATE)},
    ),
    Case(
        "an operation under another tag",
        lambda spec: chat(spec).update(tags=["Chat"]),
        {("operation-moved", CREATE)},
    ),
    Case(
        "a parameter removed",
        lambda spec: models(spec)["parameters"].remove(parameter(spec, "sort_by")),
        {("parameter-removed", f"{LIST}(sort_by)")},
    ),
    Case(
        "a parameter renamed",
        lambda spec: parameter(spec, "sort_by").update(name="order_by"),
        {("parameter-removed", f"{LIST}(sort_by)"), ("parameter-added", f"{LIST}(order_by)")},
    ),
    Case(
        "a required parameter added",
        lambda spec: models(spec)["parameters"].append(
            {"name": "region", "in": "query", "required": True, "schema": {"type": "string"}}
        ),
        {("required-parameter-added", f"{LIST}(region)")},
    ),
    Case(
        "a required header added",
        lambda spec: chat(spec)["parameters"].append(
            {"name": "x-region", "in": "header", "required": True, "schema": {"type": "string"}}
        ),
        {("required-parameter-added", f"{CREATE}(x-region)")},
    ),
    Case(
        "a parameter made required",
        lambda spec: parameter(spec, "limit").update(required=True),
        {("parameter-made-required", f"{LIST}(limit)")},
    ),
    Case(
        "a parameter narrowed",
        lambda spec: parameter(spec, "sort_by").update(schema={"type": "string", "enum": ["model_name"]}),
        {
            ("parameter-type-narrowed", f"{LIST}(sort_by)"),
            ("schema-added", "ListChatCompletionModelsSortBy"),
        },
    ),
    Case(
        "a parameter of another type",
        lambda spec: parameter(spec, "limit").update(schema={"type": "string"}),
        {("parameter-type-changed", f"{LIST}(limit)")},
    ),
    Case(
        "a parameter moved into a header",
        lambda spec: parameter(spec, "limit").update({"in": "header"}),
        {("parameter-moved", f"{LIST}(limit)")},
    ),
    Case(
        "a header of the account renamed",
        lambda spec: spec["components"]["parameters"]["SelectedAccountId"].update(name="x-account"),
        {
            ("parameter-removed", f"{CREATE}(x-selected-account-id)"),
            ("parameter-added", f"{CREATE}(x-account)"),
            ("parameter-removed", f"{LIST}(x-selected-account-id)"),
            ("parameter-added", f"{LIST}(x-account)"),
        },
    ),
    Case(
        "a request body removed",
        lambda spec: spec["paths"]["/notes"]["put"].pop("requestBody"),
        {("body-removed", "note body")},
        given=lambda spec: spec["paths"].update(
            {"/notes": {"put": operation("note", requestBody=body(TEXT))}}
        ),
    ),
    Case(
        "a required body added",
        lambda spec: spec["paths"]["/notes"]["put"].update(requestBody=body(TEXT) | {"required": True}),
        {("required-body-added", "note body")},
        given=lambda spec: spec["paths"].update({"/notes": {"put": operation("note")}}),
    ),
    Case(
        "a body where query parameters were the keywords",
        lambda spec: spec["paths"]["/notes"]["put"].update(requestBody=body(TEXT)),
        {("body-added", "note body"), ("keyword-removed", "note(about)")},
        given=lambda spec: spec["paths"].update(
            {
                "/notes": {
                    "put": operation("note", parameters=[{"name": "about", "in": "query", "schema": TEXT}])
                }
            }
        ),
    ),
    Case(
        "an object that may also be a text, so that its fields are keywords no more",
        lambda spec: spec["paths"]["/notes"]["put"].update(
            requestBody=body({"anyOf": [STREAM_OPTIONS, TEXT]})
        ),
        {("body-type-widened", "note body application/json"), ("keyword-removed", "note(include_usage)")},
        given=lambda spec: spec["paths"].update(
            {"/notes": {"put": operation("note", requestBody=body(STREAM_OPTIONS))}}
        ),
    ),
    Case(
        "a media type of the request replaced",
        lambda spec: chat(spec)["requestBody"].update(
            content={"application/merge-patch+json": chat(spec)["requestBody"]["content"]["application/json"]}
        ),
        {
            ("body-media-type-removed", f"{CREATE} body"),
            ("body-media-type-added", f"{CREATE} body"),
        },
    ),
    Case(
        "an answer of another class",
        lambda spec: answer(spec)["application/json"].update(
            schema={"$ref": "#/components/schemas/ChatCompletionChunk"}
        ),
        {("response-type-changed", f"{CREATE} 200 application/json")},
    ),
    Case(
        "an answer that may be null",
        lambda spec: answer(spec)["application/json"].update(
            schema={"anyOf": [{"$ref": "#/components/schemas/ChatCompletion"}, {"type": "null"}]}
        ),
        {("response-type-widened", f"{CREATE} 200 application/json")},
    ),
    Case(
        "an answer removed",
        lambda spec: chat(spec)["responses"].pop("422"),
        {("response-removed", f"{CREATE} 422")},
    ),
    Case(
        "an answer's JSON removed",
        lambda spec: answer(spec).pop("application/json"),
        {("response-media-type-removed", f"{CREATE} 200")},
    ),
    Case(
        "an answer that says no more what it is",
        lambda spec: answer(spec)["application/json"].pop("schema"),
        {("response-type-widened", f"{CREATE} 200 application/json")},
    ),
    Case(
        "the stream removed",
        lambda spec: answer(spec).pop("text/event-stream"),
        {("stream-removed", f"{CREATE} 200")},
    ),
    Case(
        "the events of the stream of another class",
        lambda spec: answer(spec)["text/event-stream"].update(
            schema={"$ref": "#/components/schemas/ChatCompletion"}
        ),
        {("response-type-changed", f"{CREATE} 200 text/event-stream")},
    ),
    Case(
        "the key in another header",
        lambda spec: spec["components"]["securitySchemes"]["ApiKeyAuth"].update(name="x-key"),
        {
            ("security-changed", CREATE),
            ("security-changed", LIST),
            ("api-key-header-changed", "API_KEY_HEADER"),
        },
    ),
    Case(
        "another kind of credentials",
        lambda spec: spec["components"]["securitySchemes"].update(
            ApiKeyAuth={
                "type": "http",
                "scheme": "bearer",
                "description": "The key of a user or a service account.",
            }
        ),
        {
            ("security-changed", CREATE),
            ("security-changed", LIST),
            ("api-key-header-changed", "API_KEY_HEADER"),
        },
    ),
    Case(
        "one more credential for one operation",
        lambda spec: (
            spec["components"]["securitySchemes"].update(Token={"type": "http", "scheme": "bearer"}),
            models(spec).update(security=[{"ApiKeyAuth": [], "Token": []}]),
        ),
        {("security-changed", LIST), ("documentation-changed", "securitySchemes.Token")},
    ),
    Case(
        "an environment removed",
        lambda spec: spec["servers"].pop(),
        {("environment-removed", "local"), ("documentation-changed", "servers.local")},
    ),
    Case(
        "a body made required",
        lambda spec: chat(spec)["requestBody"].update(required=True),
        {("body-made-required", f"{CREATE} body")},
        given=lambda spec: chat(spec)["requestBody"].update(required=False),
    ),
    Case(
        "a body that may no longer be a list",
        lambda spec: chat(spec)["requestBody"]["content"]["application/json"].update(
            schema={"$ref": f"#/components/schemas/{REQUEST}"}
        ),
        {("body-type-narrowed", f"{CREATE} body application/json")},
        given=lambda spec: chat(spec)["requestBody"]["content"]["application/json"].update(
            schema={
                "anyOf": [
                    {"$ref": f"#/components/schemas/{REQUEST}"},
                    {"type": "array", "items": {"$ref": f"#/components/schemas/{REQUEST}"}},
                ]
            }
        ),
    ),
    Case(
        "path parameters in another order",
        lambda spec: spec["paths"].update({"/b/{y}/a/{x}": spec["paths"].pop("/a/{x}/b/{y}")}),
        {("path-parameters-reordered", "find"), ("operation-path-changed", "find")},
        given=lambda spec: spec["paths"].update(
            {
                "/a/{x}/b/{y}": {
                    "get": operation("find", parameters=[path_parameter("x"), path_parameter("y")])
                }
            }
        ),
    ),
    Case(
        "a path parameter renamed",
        lambda spec: spec["paths"].update(
            {"/a/{y}": {"get": operation("find", parameters=[path_parameter("y")])}, "/a/{x}": {}}
        ),
        {("parameter-removed", "find(x)"), ("required-parameter-added", "find(y)")},
        given=lambda spec: spec["paths"].update(
            {"/a/{x}": {"get": operation("find", parameters=[path_parameter("x")])}}
        ),
    ),
    Case(
        "a class that becomes an enum",
        lambda spec: spec["components"]["schemas"].update(Spare={"type": "string", "enum": ["a"]}),
        {("schema-kind-changed", "Spare")},
        given=lambda spec: spec["components"]["schemas"].update(Spare={"type": "object"}),
    ),
    Case(
        "a schema removed, though no operation reaches it",
        lambda spec: spec["components"]["schemas"].pop("Spare"),
        {("schema-removed", "Spare")},
        given=lambda spec: spec["components"]["schemas"].update(
            Spare={"type": "object", "properties": {"only_here": {"type": "integer"}}}
        ),
    ),
    Case(
        "a key for an operation that anyone could call",
        lambda spec: models(spec).pop("security"),
        {("security-added", LIST)},
        given=lambda spec: models(spec).update(security=[]),
    ),
    Case(
        "a key for an operation whose only way in demanded nothing",
        lambda spec: models(spec).pop("security"),
        {("security-added", LIST)},
        given=lambda spec: models(spec).update(security=[{}]),
    ),
    Case(
        "a wider scope demanded",
        lambda spec: models(spec).update(security=[{"OAuth": ["read", "write"]}]),
        {("security-changed", LIST)},
        given=lambda spec: (
            spec["components"]["securitySchemes"].update(OAuth={"type": "oauth2", "flows": {}}),
            models(spec).update(security=[{"OAuth": ["read"]}]),
        ),
    ),
    Case(
        "a constant that is no longer the only value",
        lambda spec: retype(spec, "ChatCompletion", "object", enum=["chat.completion", "other"]),
        {
            ("response-field-type-widened", "ChatCompletion.object"),
            ("schema-added", "ChatCompletionObject"),
        },
    ),
]

MINOR = [
    Case(
        "a new optional field of the request",
        lambda spec: add_field(spec, REQUEST, "min_p", type="number"),
        {("field-added", f"{REQUEST}.min_p"), ("keyword-added", f"{CREATE}(min_p)")},
    ),
    Case(
        "a new optional field of the answer",
        lambda spec: add_field(spec, "ChatCompletion", "cost", type="number"),
        {("field-added", "ChatCompletion.cost")},
    ),
    Case(
        "a new required field of the answer",
        lambda spec: add_field(spec, "ChatCompletion", "cost", required=True, type="number"),
        {("field-added", "ChatCompletion.cost")},
    ),
    Case(
        "a new optional object written inline",
        lambda spec: add_field(
            spec, REQUEST, "cache", type="object", properties={"ttl": {"type": "integer"}}
        ),
        {
            ("field-added", f"{REQUEST}.cache"),
            ("keyword-added", f"{CREATE}(cache)"),
            ("schema-added", f"{REQUEST}Cache"),
        },
    ),
    Case(
        "a field of the request made optional",
        lambda spec: schema(spec, REQUEST)["required"].remove("model"),
        {("request-field-made-optional", f"{REQUEST}.model"), ("keyword-made-optional", f"{CREATE}(model)")},
    ),
    Case(
        "a field of the answer made required",
        lambda spec: schema(spec, "ChatCompletion")["required"].append("usage"),
        {("response-field-made-required", "ChatCompletion.usage")},
    ),
    Case(
        "a field of the request widened",
        lambda spec: retype(spec, REQUEST, "seed", type="number"),
        {("request-field-type-widened", f"{REQUEST}.seed"), ("keyword-type-widened", f"{CREATE}(seed)")},
    ),
    Case(
        "null taken in the request",
        lambda spec: retype(spec, REQUEST, "seed", type=["integer", "null"]),
        {("request-field-type-widened", f"{REQUEST}.seed"), ("keyword-type-widened", f"{CREATE}(seed)")},
    ),
    Case(
        "null no longer in the answer",
        lambda spec: retype(spec, "ChatCompletion", "system_fingerprint", type="string"),
        {("response-field-type-narrowed", "ChatCompletion.system_fingerprint")},
    ),
    Case(
        "a number of the answer that is now whole",
        lambda spec: retype(spec, "TopLogprob", "logprob", type="integer"),
        {("response-field-type-narrowed", "TopLogprob.logprob")},
    ),
    Case(
        "one more kind of message taken",
        lambda spec: (
            spec["components"]["schemas"].update(
                CriticMessage={"type": "object", "properties": {"role": {"const": "critic"}}}
            ),
            schema(spec, "RequestMessage")["oneOf"].append({"$ref": "#/components/schemas/CriticMessage"}),
        ),
        {
            ("schema-added", "CriticMessage"),
            ("request-field-type-widened", f"{REQUEST}.messages"),
            ("keyword-type-widened", f"{CREATE}(messages)"),
        },
    ),
    Case(
        "a new value of an enum of the request",
        lambda spec: schema(spec, "ReasoningEffort")["enum"].append("minimal"),
        {("enum-value-added", "ReasoningEffort")},
    ),
    Case(
        "a new value of an enum of the answer",
        lambda spec: schema(spec, "FinishReason")["enum"].append("refusal"),
        {("enum-value-added", "FinishReason")},
    ),
    Case(
        "a new value of an enum of a parameter",
        lambda spec: schema(spec, "SortOrder")["enum"].append("random"),
        {("enum-value-added", "SortOrder")},
    ),
    Case(
        "a field deprecated",
        lambda spec: field(spec, REQUEST, "seed").update(deprecated=True),
        {("field-deprecated", f"{REQUEST}.seed"), ("keyword-deprecated", f"{CREATE}(seed)")},
    ),
    Case(
        "a field no longer deprecated",
        lambda spec: field(spec, REQUEST, "max_tokens").pop("deprecated"),
        {("field-undeprecated", f"{REQUEST}.max_tokens"), ("keyword-undeprecated", f"{CREATE}(max_tokens)")},
    ),
    Case(
        "a schema deprecated",
        lambda spec: schema(spec, "SystemMessage").update(deprecated=True),
        {("schema-deprecated", "SystemMessage")},
    ),
    Case(
        "a schema no longer deprecated",
        lambda spec: schema(spec, "FunctionMessage").pop("deprecated"),
        {("schema-undeprecated", "FunctionMessage")},
    ),
    Case(
        "an operation deprecated",
        lambda spec: models(spec).update(deprecated=True),
        {("operation-deprecated", LIST)},
    ),
    Case(
        "a parameter deprecated",
        lambda spec: parameter(spec, "limit").update(deprecated=True),
        {("parameter-deprecated", f"{LIST}(limit)")},
    ),
    Case(
        "a default changed",
        lambda spec: field(spec, REQUEST, "stream").update(default=True),
        {("field-default-changed", f"{REQUEST}.stream")},
    ),
    Case(
        "a default added",
        lambda spec: field(spec, REQUEST, "temperature").update(default=1),
        {
            ("field-default-changed", f"{REQUEST}.temperature"),
            ("keyword-default-changed", f"{CREATE}(temperature)"),
        },
    ),
    Case(
        "a parameter's default",
        lambda spec: parameter(spec, "limit")["schema"].update(default=20),
        {("parameter-default-changed", f"{LIST}(limit)")},
    ),
    Case(
        "an object of the request opened",
        lambda spec: schema(spec, "Metadata").update(additionalProperties=True),
        {("request-field-type-widened", "Metadata.additional_properties")},
    ),
    Case(
        "a new operation with a path parameter",
        lambda spec: spec["paths"].update(
            {
                MODELS + "/{model_name}": {
                    "get": operation("get_model", parameters=[path_parameter("model_name")])
                }
            }
        ),
        {("operation-added", "get_model")},
    ),
    Case(
        "a new operation that streams",
        lambda spec: spec["paths"].update(
            {
                "/v5/watch": {
                    "get": operation(
                        "watch",
                        responses={
                            "200": {
                                "description": "Events.",
                                "content": {
                                    "text/event-stream": {
                                        "schema": {"$ref": "#/components/schemas/ChatCompletionChunk"}
                                    }
                                },
                            }
                        },
                    )
                }
            }
        ),
        {("operation-added", "watch")},
    ),
    Case(
        "an operation that streams now",
        lambda spec: models(spec)["responses"]["200"]["content"].update(
            {"text/event-stream": {"schema": {"$ref": "#/components/schemas/ChatModel"}}}
        ),
        {("stream-added", f"{LIST} 200")},
    ),
    Case(
        "an operation at another path",
        lambda spec: spec["paths"].update({"/v6/models": spec["paths"].pop(MODELS)}),
        {("operation-path-changed", LIST)},
    ),
    Case(
        "an operation by another method",
        lambda spec: spec["paths"][MODELS].update(put=spec["paths"][MODELS].pop("get")),
        {("operation-method-changed", LIST)},
    ),
    Case(
        "an optional parameter added",
        lambda spec: models(spec)["parameters"].append(
            {"name": "region", "in": "query", "schema": {"type": "string"}}
        ),
        {("parameter-added", f"{LIST}(region)")},
    ),
    Case(
        "a parameter widened",
        lambda spec: parameter(spec, "limit").update(schema={"type": "number"}),
        {("parameter-type-widened", f"{LIST}(limit)")},
    ),
    Case(
        "a parameter spelled differently",
        lambda spec: parameter(spec, "limit").update(style="pipeDelimited"),
        {("parameter-serialization-changed", f"{LIST}(limit)")},
    ),
    Case(
        "an optional body added",
        lambda spec: spec["paths"]["/notes"]["put"].update(requestBody=body(TEXT)),
        {("body-added", "note body")},
        given=lambda spec: spec["paths"].update({"/notes": {"put": operation("note")}}),
    ),
    Case(
        "a body made optional",
        lambda spec: chat(spec)["requestBody"].update(required=False),
        {("body-made-optional", f"{CREATE} body")},
    ),
    Case(
        "a response code added",
        lambda spec: chat(spec)["responses"].update({"429": {"$ref": "#/components/responses/ClientError"}}),
        {("response-added", f"{CREATE} 429")},
    ),
    Case(
        "one more media type of an answer",
        lambda spec: answer(spec).update({"text/plain": {"schema": {"type": "string"}}}),
        {("response-media-type-added", f"{CREATE} 200")},
    ),
    Case(
        "one more way to say who calls",
        lambda spec: (
            spec["components"]["securitySchemes"].update(Token={"type": "http", "scheme": "bearer"}),
            models(spec).update(security=[{"ApiKeyAuth": []}, {"Token": []}]),
        ),
        {("security-alternative-added", LIST), ("documentation-changed", "securitySchemes.Token")},
    ),
    Case(
        "an operation that anyone may call",
        lambda spec: models(spec).update(security=[]),
        {("security-removed", LIST)},
    ),
    Case(
        "one more environment",
        lambda spec: spec["servers"].append({"url": "https://eu.example.com", "x-environment": "eu"}),
        {("environment-added", "eu"), ("documentation-changed", "servers.eu")},
    ),
    Case(
        "an environment at another address",
        lambda spec: spec["servers"][2].update(url="https://staging.example.com"),
        {("environment-url-changed", "staging")},
    ),
    Case(
        "another default environment",
        lambda spec: spec["servers"].insert(0, spec["servers"].pop(1)),
        {("default-environment-changed", "servers")},
    ),
    Case(
        "a schema added",
        lambda spec: spec["components"]["schemas"].update(Spare={"type": "object"}),
        {("schema-added", "Spare")},
    ),
    Case(
        "a body that may be null, too",
        lambda spec: spec["paths"]["/notes"]["put"].update(requestBody=body({"type": ["string", "null"]})),
        {("body-type-widened", "note body application/json")},
        given=lambda spec: spec["paths"].update(
            {"/notes": {"put": operation("note", requestBody=body(TEXT))}}
        ),
    ),
    Case(
        "a parameter made optional",
        lambda spec: parameter(spec, "limit").pop("required"),
        {("parameter-made-optional", f"{LIST}(limit)")},
        given=lambda spec: parameter(spec, "limit").update(required=True),
    ),
    Case(
        "a parameter no longer deprecated",
        lambda spec: parameter(spec, "limit").pop("deprecated"),
        {("parameter-undeprecated", f"{LIST}(limit)")},
        given=lambda spec: parameter(spec, "limit").update(deprecated=True),
    ),
    Case(
        "an operation no longer deprecated",
        lambda spec: models(spec).pop("deprecated"),
        {("operation-undeprecated", LIST)},
        given=lambda spec: models(spec).update(deprecated=True),
    ),
    Case(
        "an answer that is never null any more",
        lambda spec: answer(spec)["application/json"].update(
            schema={"$ref": "#/components/schemas/ChatCompletion"}
        ),
        {("response-type-narrowed", f"{CREATE} 200 application/json")},
        given=lambda spec: answer(spec)["application/json"].update(
            schema={"anyOf": [{"$ref": "#/components/schemas/ChatCompletion"}, {"type": "null"}]}
        ),
    ),
    Case(
        "an answer that was an enum and is any text",
        lambda spec: answer(spec)["application/json"].update(schema={"type": "string"}),
        {("response-values-widened", f"{CREATE} 200 application/json")},
        given=lambda spec: answer(spec)["application/json"].update(
            schema={"$ref": "#/components/schemas/FinishReason"}
        ),
    ),
    Case(
        "a field of the answer that was an enum and is any text",
        lambda spec: retype(spec, "ChatCompletionChoice", "finish_reason", type="string"),
        {
            ("response-field-values-widened", "ChatCompletionChoice.finish_reason"),
        },
    ),
    Case(
        "a field of the answer that was any text and is an enum",
        lambda spec: retype(spec, "ChatCompletion", "id", type="string", enum=["a", "b"]),
        {("response-field-type-narrowed", "ChatCompletion.id"), ("schema-added", "ChatCompletionId")},
    ),
    Case(
        "a narrower scope demanded",
        lambda spec: models(spec).update(security=[{"OAuth": ["read"]}]),
        {("security-removed", LIST)},
        given=lambda spec: (
            spec["components"]["securitySchemes"].update(OAuth={"type": "oauth2", "flows": {}}),
            models(spec).update(security=[{"OAuth": ["read", "write"]}]),
        ),
    ),
]

PATCH = [
    Case(
        "a discriminator for members that constants tell apart already",
        lambda spec: schema(spec, "ToolCall").update(discriminator={"propertyName": "type"}),
        set(),
    ),
    Case(
        "the description of a field",
        lambda spec: field(spec, REQUEST, "seed").update(description="Other words."),
        {("documentation-changed", f"{REQUEST}.seed")},
    ),
    Case(
        "the description of a schema",
        lambda spec: schema(spec, "ChatCompletion").update(description="Other words."),
        {("documentation-changed", "ChatCompletion")},
    ),
    Case(
        "the summary of an operation",
        lambda spec: chat(spec).update(summary="Other words."),
        {("documentation-changed", CREATE)},
    ),
    Case(
        "the description of a parameter",
        lambda spec: parameter(spec, "limit").update(description="Other words."),
        {("documentation-changed", f"{LIST}(limit)")},
    ),
    Case(
        "the description of an answer",
        lambda spec: chat(spec)["responses"]["200"].update(description="Other words."),
        {("documentation-changed", f"{CREATE} 200")},
    ),
    Case(
        "the description of a body",
        lambda spec: chat(spec)["requestBody"].update(description="Other words."),
        {("documentation-changed", f"{CREATE} body")},
    ),
    Case(
        "a title",
        lambda spec: schema(spec, "ChatCompletion").update(title="Answer"),
        {("documentation-changed", "ChatCompletion")},
    ),
    Case(
        "an example",
        lambda spec: parameter(spec, "limit").update(example=21),
        {("documentation-changed", f"{LIST}(limit)")},
    ),
    Case(
        "an example among the components",
        lambda spec: spec["components"]["examples"].popitem(),
        set(),
    ),
    Case(
        "the version of the document",
        lambda spec: spec["info"].update(version="5.0.1"),
        {("documentation-changed", "info.version")},
    ),
    Case(
        "the description of an environment",
        lambda spec: spec["servers"][0].update(description="Other words."),
        {("documentation-changed", "servers.production")},
    ),
    Case(
        "the description of a tag",
        lambda spec: spec["tags"][0].update(description="Other words."),
        {("documentation-changed", "tags.Inference")},
    ),
    Case(
        "a limit",
        lambda spec: field(spec, REQUEST, "temperature").update(maximum=1),
        {("constraint-changed", f"{REQUEST}.temperature")},
    ),
    Case(
        "a format without a Python type",
        lambda spec: field(spec, "URLCitation", "url").update(format="uri"),
        {("constraint-changed", "URLCitation.url")},
    ),
    Case(
        "the names of components that no caller types",
        lambda spec: (
            spec["components"]["securitySchemes"].update(
                Key=spec["components"]["securitySchemes"].pop("ApiKeyAuth")
            ),
            spec.update(security=[{"Key": []}]),
        ),
        {
            ("documentation-changed", "securitySchemes.ApiKeyAuth"),
            ("documentation-changed", "securitySchemes.Key"),
        },
    ),
    Case(
        "a component for a parameter", lambda spec: spec["components"]["parameters"].update(Spare={}), set()
    ),
    Case(
        "nothing demanded, written in the other way",
        lambda spec: models(spec).update(security=[{}]),
        set(),
        given=lambda spec: models(spec).update(security=[]),
    ),
    Case("an extension", lambda spec: chat(spec).update({"x-owner": "chat"}), set()),
    Case(
        "an operation id that is the same in Python",
        lambda spec: chat(spec).update(operationId="createChatCompletion"),
        set(),
    ),
]


def untagged(*names: str) -> Callable[[Spec], object]:
    """Gives the request a field that is a union of objects without a tag, in this order."""
    made = {name: {"type": "object", "properties": {name.lower(): TEXT}} for name in ("First", "Second")}
    members = [{"$ref": f"#/components/schemas/{name}"} for name in names]

    def edit(spec: Spec) -> None:
        spec["components"]["schemas"] |= made
        add_field(spec, REQUEST, "either", oneOf=members)

    return edit


def base_of_the_request(*types: str) -> Callable[[Spec], object]:
    """Makes the request from a base of these types, with a field that is null where the base may be."""

    def edit(spec: Spec) -> None:
        extra = {"type": ["string", *types[1:]]}
        spec["components"]["schemas"]["Base"] = {"type": list(types), "properties": {"extra": extra}}
        schema(spec, REQUEST)["allOf"] = [{"$ref": "#/components/schemas/Base"}]

    return edit


MAJOR += [
    Case(
        "a required name that is no field of the request",
        lambda spec: schema(spec, REQUEST)["required"].append("fingerprints"),
        {("required-field-added", f"{REQUEST}.fingerprints")},
    ),
    Case(
        "an untagged union in another order",
        untagged("Second", "First"),
        {("union-reordered", f"{REQUEST}.either")},
        given=untagged("First", "Second"),
    ),
]
MINOR += [
    Case(
        "a null in an enum of the request",
        lambda spec: spec["components"]["schemas"].update(
            ReasoningEffort={"type": ["string", "null"], "enum": ["low", "medium", "high", None]}
        ),
        {
            ("request-field-type-widened", f"{REQUEST}.reasoning_effort"),
            ("keyword-type-widened", f"{CREATE}(reasoning_effort)"),
        },
        given=lambda spec: spec["components"]["schemas"].update(
            ReasoningEffort={"type": "string", "enum": ["low", "medium", "high"]}
        ),
    ),
    Case(
        "a null in the base of the request",
        base_of_the_request("object", "null"),
        {
            ("request-field-type-widened", "Base.extra"),
            ("request-field-type-widened", f"{REQUEST}.extra"),
            ("keyword-type-widened", f"{CREATE}(extra)"),
        },
        given=base_of_the_request("object"),
    ),
]

CASES = [
    pytest.param(case, step, id=f"{step}: {case.name}")
    for step, cases in (("major", MAJOR), ("minor", MINOR), ("patch", PATCH))
    for case in cases
]


@pytest.mark.parametrize(("case", "step"), CASES)
def test_a_change_is_named_and_asks_for_its_step(contract: Spec, case: Case, step: str) -> None:
    case.given(contract)
    changed = copy.deepcopy(contract)
    case.edit(changed)

    report = compare(contract, changed)

    assert report.step == step
    assert {(change.kind, change.where) for change in report.changes} == case.expected


def test_a_body_of_another_class_changes_the_body_and_each_keyword(contract: Spec) -> None:
    changed = copy.deepcopy(contract)
    content = chat(changed)["requestBody"]["content"]["application/json"]
    content["schema"] = {"$ref": "#/components/schemas/StreamOptions"}

    report = compare(contract, changed)

    kinds = {change.kind for change in report.changes}
    assert kinds == {"body-type-changed", "keyword-removed", "keyword-added"}
    assert report.step == "major"


def test_a_schema_that_no_operation_reaches_is_still_a_class_to_import(contract: Spec) -> None:
    before = copy.deepcopy(contract)
    before["components"]["schemas"]["Spare"] = {"type": "object", "properties": {"a": {"type": "integer"}}}

    report = compare(before, contract)

    assert [(change.kind, change.where) for change in report.changes] == [("schema-removed", "Spare")]


def test_every_kind_of_the_rule_is_shown_by_a_case() -> None:
    shown = {kind for case in (*MAJOR, *MINOR, *PATCH) for kind, _ in case.expected}

    assert set(KINDS) - shown == {"body-type-changed"}


def test_a_new_operation_says_how_it_is_called_and_whether_it_streams(contract: Spec) -> None:
    changed = copy.deepcopy(contract)
    events = {"200": {"description": "", "content": {"text/event-stream": {"schema": {}}}}}
    changed["paths"]["/v5/{id}"] = {
        "post": operation("watch", parameters=[path_parameter("id")], responses=events)
    }
    changed["paths"]["/v5/send"] = {"post": operation("send", requestBody=body(TEXT))}

    lines = compare(contract, changed).to_text().splitlines()

    assert "  operation-added: send: does not stream, .sync(client=…, body=…) in api.inference" in lines
    assert "  operation-added: watch: streams, .sync(id, client=…) in api.inference" in lines


def test_a_field_or_a_parameter_that_comes_back_by_another_name_says_which(contract: Spec) -> None:
    changed = copy.deepcopy(contract)
    parameter(changed, "sort_by").update(name="order_by")
    properties = schema(changed, REQUEST)["properties"]
    properties["random_seed"] = properties.pop("seed")

    lines = compare(contract, changed).to_text().splitlines()

    assert f"  field-removed: {REQUEST}.seed: now random_seed" in lines
    assert f"  keyword-removed: {CREATE}(seed): now random_seed" in lines
    assert f"  parameter-removed: {LIST}(sort_by): now order_by" in lines
