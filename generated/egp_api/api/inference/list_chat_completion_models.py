from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import errors as _errors
from ... import serialization as _serialization
from ... import types as _types
from ...models import ChatModelList, ErrorBody, HTTPValidationError
from ...types import UNSET, Unset

if TYPE_CHECKING:
    import httpx

    from ...client import AuthenticatedClient, Client
    from ...models import ChatModelList, ErrorBody, HTTPValidationError, ModelVendor, SortOrder

METHOD = "GET"
PATH = "/v5/chat/completions/models"
KEYWORDS: frozenset[str] = frozenset(
    (
        "model_vendor",
        "limit",
        "sort_by",
        "sort_order",
        "starting_after",
        "ending_before",
    )
)
"""The keys of the typed dictionary of the operation's keywords."""
OBJECTS: frozenset[str] = frozenset(())
"""The keywords that take JSON objects."""
LISTS_OF_OBJECTS: frozenset[str] = frozenset(())
"""The keywords that take lists of JSON objects."""
SECURITY: tuple[tuple[str, ...], ...] | None = (("ApiKeyAuth",),)
"""The ways to call it: the security schemes of each. None where the document does not say."""


def request_kwargs(
    *,
    model_vendor: ModelVendor | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort_by: str | Unset = UNSET,
    sort_order: SortOrder | Unset = UNSET,
    starting_after: str | Unset = UNSET,
    ending_before: str | Unset = UNSET,
    x_selected_account_id: str | Unset = UNSET,
) -> dict[str, Any]:
    """Return what `httpx.Client.request` and `build_request` take to send this operation."""
    _kwargs: dict[str, Any] = {"method": METHOD, "url": "/v5/chat/completions/models"}
    _params = [
        *_serialization.query("model_vendor", model_vendor),
        *_serialization.query("limit", limit),
        *_serialization.query("sort_by", sort_by),
        *_serialization.query("sort_order", sort_order),
        *_serialization.query("starting_after", starting_after),
        *_serialization.query("ending_before", ending_before),
    ]
    if _params:
        _kwargs["params"] = _params
    _headers: dict[str, str] = {}
    if not isinstance(x_selected_account_id, Unset):
        _headers["x-selected-account-id"] = _serialization.simple(x_selected_account_id)
    if _headers:
        _kwargs["headers"] = _headers
    return _kwargs


def parse(data: Any) -> ChatModelList:
    """Decode the JSON of a success. Return what does not fit as received."""
    result: ChatModelList = ChatModelList.from_dict(data) if data.__class__ is dict else data
    return result


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ChatModelList | HTTPValidationError | ErrorBody | None:
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
) -> _types.Response[ChatModelList | HTTPValidationError | ErrorBody]:
    return _types.Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    model_vendor: ModelVendor | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort_by: str | Unset = UNSET,
    sort_order: SortOrder | Unset = UNSET,
    starting_after: str | Unset = UNSET,
    ending_before: str | Unset = UNSET,
    x_selected_account_id: str | Unset = UNSET,
) -> _types.Response[ChatModelList | HTTPValidationError | ErrorBody]:
    """List the models.

    Lists the models that chat completions can be asked of. The list is read from a catalogue: an empty
    list may also mean that the catalogue could not be read.

    Args:
        model_vendor: Only the models of this vendor.
        limit: The greatest number of models to answer with.
        sort_by: The field of a model to sort by.
        sort_order: The direction to sort in.
        starting_after: The cursor of the next page: answer with the models that come after this one.
        ending_before: The cursor of the previous page: answer with the models that come before this one.
        x_selected_account_id: The account that the call is made for. Absent, the key's own account.

    Returns:
        The whole answer, with its status and headers.
    """
    _kwargs = request_kwargs(
        model_vendor=model_vendor,
        limit=limit,
        sort_by=sort_by,
        sort_order=sort_order,
        starting_after=starting_after,
        ending_before=ending_before,
        x_selected_account_id=x_selected_account_id,
    )
    _response = client.get_httpx_client().request(**_kwargs, auth=client.auth(SECURITY))
    return _build_response(client=client, response=_response)


def sync(
    *,
    client: AuthenticatedClient,
    model_vendor: ModelVendor | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort_by: str | Unset = UNSET,
    sort_order: SortOrder | Unset = UNSET,
    starting_after: str | Unset = UNSET,
    ending_before: str | Unset = UNSET,
    x_selected_account_id: str | Unset = UNSET,
) -> ChatModelList | HTTPValidationError | ErrorBody | None:
    """List the models.

    Lists the models that chat completions can be asked of. The list is read from a catalogue: an empty
    list may also mean that the catalogue could not be read.

    Args:
        model_vendor: Only the models of this vendor.
        limit: The greatest number of models to answer with.
        sort_by: The field of a model to sort by.
        sort_order: The direction to sort in.
        starting_after: The cursor of the next page: answer with the models that come after this one.
        ending_before: The cursor of the previous page: answer with the models that come before this one.
        x_selected_account_id: The account that the call is made for. Absent, the key's own account.

    Returns:
        The decoded answer.
    """
    return sync_detailed(
        client=client,
        model_vendor=model_vendor,
        limit=limit,
        sort_by=sort_by,
        sort_order=sort_order,
        starting_after=starting_after,
        ending_before=ending_before,
        x_selected_account_id=x_selected_account_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    model_vendor: ModelVendor | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort_by: str | Unset = UNSET,
    sort_order: SortOrder | Unset = UNSET,
    starting_after: str | Unset = UNSET,
    ending_before: str | Unset = UNSET,
    x_selected_account_id: str | Unset = UNSET,
) -> _types.Response[ChatModelList | HTTPValidationError | ErrorBody]:
    """List the models.

    Lists the models that chat completions can be asked of. The list is read from a catalogue: an empty
    list may also mean that the catalogue could not be read.

    Args:
        model_vendor: Only the models of this vendor.
        limit: The greatest number of models to answer with.
        sort_by: The field of a model to sort by.
        sort_order: The direction to sort in.
        starting_after: The cursor of the next page: answer with the models that come after this one.
        ending_before: The cursor of the previous page: answer with the models that come before this one.
        x_selected_account_id: The account that the call is made for. Absent, the key's own account.

    Returns:
        The whole answer, with its status and headers.
    """
    _kwargs = request_kwargs(
        model_vendor=model_vendor,
        limit=limit,
        sort_by=sort_by,
        sort_order=sort_order,
        starting_after=starting_after,
        ending_before=ending_before,
        x_selected_account_id=x_selected_account_id,
    )
    _response = await client.get_async_httpx_client().request(**_kwargs, auth=client.auth(SECURITY))
    return _build_response(client=client, response=_response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    model_vendor: ModelVendor | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort_by: str | Unset = UNSET,
    sort_order: SortOrder | Unset = UNSET,
    starting_after: str | Unset = UNSET,
    ending_before: str | Unset = UNSET,
    x_selected_account_id: str | Unset = UNSET,
) -> ChatModelList | HTTPValidationError | ErrorBody | None:
    """List the models.

    Lists the models that chat completions can be asked of. The list is read from a catalogue: an empty
    list may also mean that the catalogue could not be read.

    Args:
        model_vendor: Only the models of this vendor.
        limit: The greatest number of models to answer with.
        sort_by: The field of a model to sort by.
        sort_order: The direction to sort in.
        starting_after: The cursor of the next page: answer with the models that come after this one.
        ending_before: The cursor of the previous page: answer with the models that come before this one.
        x_selected_account_id: The account that the call is made for. Absent, the key's own account.

    Returns:
        The decoded answer.
    """
    _response = await asyncio_detailed(
        client=client,
        model_vendor=model_vendor,
        limit=limit,
        sort_by=sort_by,
        sort_order=sort_order,
        starting_after=starting_after,
        ending_before=ending_before,
        x_selected_account_id=x_selected_account_id,
    )
    return _response.parsed
