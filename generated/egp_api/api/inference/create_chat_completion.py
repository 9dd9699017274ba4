from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import errors as _errors
from ... import serialization as _serialization
from ... import types as _types
from ...models import ChatCompletion, ChatCompletionChunk, ErrorBody, HTTPValidationError
from ...types import UNSET, Unset

if TYPE_CHECKING:
    import httpx

    from ...client import AuthenticatedClient, Client
    from ...models import (
        ChatCompletion,
        ChatCompletionChunk,
        ChatCompletionRequest,
        ErrorBody,
        HTTPValidationError,
    )
    from ...params import ChatCompletionRequestParam

METHOD = "POST"
PATH = "/v5/chat/completions"
KEYWORDS: frozenset[str] = frozenset(
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
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_k",
        "top_logprobs",
        "top_p",
    )
)
"""The keys of the typed dictionary of the operation's keywords."""
OBJECTS: frozenset[str] = frozenset(
    (
        "audio",
        "function_call",
        "logit_bias",
        "metadata",
        "prediction",
        "response_format",
        "stream_options",
        "tool_choice",
    )
)
"""The keywords that take JSON objects."""
LISTS_OF_OBJECTS: frozenset[str] = frozenset(
    (
        "messages",
        "functions",
        "tools",
    )
)
"""The keywords that take lists of JSON objects."""
SECURITY: tuple[tuple[str, ...], ...] | None = (("ApiKeyAuth",),)
"""The ways to call it: the security schemes of each. None where the document does not say."""


def request_kwargs(
    *,
    body: ChatCompletionRequest | ChatCompletionRequestParam,
    x_selected_account_id: str | Unset = UNSET,
    x_openai_api_key: str | Unset = UNSET,
) -> dict[str, Any]:
    """Return what `httpx.Client.request` and `build_request` take to send this operation."""
    _kwargs: dict[str, Any] = {"method": METHOD, "url": "/v5/chat/completions"}
    _headers: dict[str, str] = {}
    if not isinstance(x_selected_account_id, Unset):
        _headers["x-selected-account-id"] = _serialization.simple(x_selected_account_id)
    if not isinstance(x_openai_api_key, Unset):
        _headers["x-openai-api-key"] = _serialization.simple(x_openai_api_key)
    _kwargs["json"] = _types.encode(body)
    _headers["Content-Type"] = "application/json"
    if _headers:
        _kwargs["headers"] = _headers
    return _kwargs


def parse(data: Any) -> ChatCompletion:
    """Decode the JSON of a success. Return what does not fit as received."""
    result: ChatCompletion = ChatCompletion.from_dict(data) if data.__class__ is dict else data
    return result


def parse_event(data: Any) -> ChatCompletionChunk:
    """Decode the JSON in the data of an event. Return what does not fit as received."""
    result: ChatCompletionChunk = ChatCompletionChunk.from_dict(data) if data.__class__ is dict else data
    return result


def stream(
    *,
    body: ChatCompletionRequest | ChatCompletionRequestParam,
    x_selected_account_id: str | Unset = UNSET,
    x_openai_api_key: str | Unset = UNSET,
) -> _types.EventStream[ChatCompletionChunk]:
    """Create a chat completion.

    Asks a model for the next message of a conversation. The answer comes whole as JSON or, with
    `stream: true`, piece by piece as server-sent events: one `ChatCompletionChunk` in the data of each
    event. A stream may or may not end with the data `[DONE]`; a failure in mid-stream arrives as an event
    whose data is an object with `error`.

    Args:
        x_selected_account_id: The account that the call is made for. Absent, the key's own account.
        x_openai_api_key: The caller's own key for OpenAI, for models that OpenAI serves.

    Returns:
        The request for the answer as server-sent events.
    """
    _kwargs = request_kwargs(
        body=body,
        x_selected_account_id=x_selected_account_id,
        x_openai_api_key=x_openai_api_key,
    )
    _kwargs["headers"] = {**_kwargs.get("headers", {}), "Accept": "text/event-stream"}
    _kwargs["json"] = {**_kwargs.get("json", {}), "stream": True}
    return _types.EventStream(_kwargs, parse_event)


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ChatCompletion | HTTPValidationError | ErrorBody | None:
    if response.status_code == 200:
        return parse(response.json())
    if response.status_code == 422 and (_data_2 := _serialization.json_of(response)) is not _types.UNSET:
        _parsed_2: HTTPValidationError = (
            HTTPValidationError.from_dict(_data_2) if _data_2.__class__ is dict else _data_2
        )
        return _parsed_2
    if (
        400 <= response.status_code <= 499
        and not client.raise_on_unexpected_status
        and (_data_3 := _serialization.json_of(response)) is not _types.UNSET
    ):
        _parsed_3: ErrorBody = ErrorBody.from_dict(_data_3) if _data_3.__class__ is dict else _data_3
        return _parsed_3
    if (
        500 <= response.status_code <= 599
        and not client.raise_on_unexpected_status
        and (_data_4 := _serialization.json_of(response)) is not _types.UNSET
    ):
        _parsed_4: ErrorBody = ErrorBody.from_dict(_data_4) if _data_4.__class__ is dict else _data_4
        return _parsed_4
    if (
        not client.raise_on_unexpected_status
        and (_data_5 := _serialization.json_of(response)) is not _types.UNSET
    ):
        _parsed_5: ErrorBody = ErrorBody.from_dict(_data_5) if _data_5.__class__ is dict else _data_5
        return _parsed_5
    if client.raise_on_unexpected_status:
        raise _errors.UnexpectedStatus(response.status_code, response.content)
    return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> _types.Response[ChatCompletion | HTTPValidationError | ErrorBody]:
    return _types.Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: ChatCompletionRequest | ChatCompletionRequestParam,
    x_selected_account_id: str | Unset = UNSET,
    x_openai_api_key: str | Unset = UNSET,
) -> _types.Response[ChatCompletion | HTTPValidationError | ErrorBody]:
    """Create a chat completion.

    Asks a model for the next message of a conversation. The answer comes whole as JSON or, with
    `stream: true`, piece by piece as server-sent events: one `ChatCompletionChunk` in the data of each
    event. A stream may or may not end with the data `[DONE]`; a failure in mid-stream arrives as an event
    whose data is an object with `error`.

    Args:
        x_selected_account_id: The account that the call is made for. Absent, the key's own account.
        x_openai_api_key: The caller's own key for OpenAI, for models that OpenAI serves.

    Returns:
        The whole answer, with its status and headers.
    """
    _kwargs = request_kwargs(
        body=body,
        x_selected_account_id=x_selected_account_id,
        x_openai_api_key=x_openai_api_key,
    )
    _response = client.get_httpx_client().request(**_kwargs, auth=client.auth(SECURITY))
    return _build_response(client=client, response=_response)


def sync(
    *,
    client: AuthenticatedClient,
    body: ChatCompletionRequest | ChatCompletionRequestParam,
    x_selected_account_id: str | Unset = UNSET,
    x_openai_api_key: str | Unset = UNSET,
) -> ChatCompletion | HTTPValidationError | ErrorBody | None:
    """Create a chat completion.

    Asks a model for the next message of a conversation. The answer comes whole as JSON or, with
    `stream: true`, piece by piece as server-sent events: one `ChatCompletionChunk` in the data of each
    event. A stream may or may not end with the data `[DONE]`; a failure in mid-stream arrives as an event
    whose data is an object with `error`.

    Args:
        x_selected_account_id: The account that the call is made for. Absent, the key's own account.
        x_openai_api_key: The caller's own key for OpenAI, for models that OpenAI serves.

    Returns:
        The decoded answer.
    """
    return sync_detailed(
        client=client,
        body=body,
        x_selected_account_id=x_selected_account_id,
        x_openai_api_key=x_openai_api_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ChatCompletionRequest | ChatCompletionRequestParam,
    x_selected_account_id: str | Unset = UNSET,
    x_openai_api_key: str | Unset = UNSET,
) -> _types.Response[ChatCompletion | HTTPValidationError | ErrorBody]:
    """Create a chat completion.

    Asks a model for the next message of a conversation. The answer comes whole as JSON or, with
    `stream: true`, piece by piece as server-sent events: one `ChatCompletionChunk` in the data of each
    event. A stream may or may not end with the data `[DONE]`; a failure in mid-stream arrives as an event
    whose data is an object with `error`.

    Args:
        x_selected_account_id: The account that the call is made for. Absent, the key's own account.
        x_openai_api_key: The caller's own key for OpenAI, for models that OpenAI serves.

    Returns:
        The whole answer, with its status and headers.
    """
    _kwargs = request_kwargs(
        body=body,
        x_selected_account_id=x_selected_account_id,
        x_openai_api_key=x_openai_api_key,
    )
    _response = await client.get_async_httpx_client().request(**_kwargs, auth=client.auth(SECURITY))
    return _build_response(client=client, response=_response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: ChatCompletionRequest | ChatCompletionRequestParam,
    x_selected_account_id: str | Unset = UNSET,
    x_openai_api_key: str | Unset = UNSET,
) -> ChatCompletion | HTTPValidationError | ErrorBody | None:
    """Create a chat completion.

    Asks a model for the next message of a conversation. The answer comes whole as JSON or, with
    `stream: true`, piece by piece as server-sent events: one `ChatCompletionChunk` in the data of each
    event. A stream may or may not end with the data `[DONE]`; a failure in mid-stream arrives as an event
    whose data is an object with `error`.

    Args:
        x_selected_account_id: The account that the call is made for. Absent, the key's own account.
        x_openai_api_key: The caller's own key for OpenAI, for models that OpenAI serves.

    Returns:
        The decoded answer.
    """
    _response = await asyncio_detailed(
        client=client,
        body=body,
        x_selected_account_id=x_selected_account_id,
        x_openai_api_key=x_openai_api_key,
    )
    return _response.parsed
