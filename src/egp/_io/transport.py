"""The policy as httpx transports, which is how generated operations get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from egp_api import AuthenticatedClient

from egp._core.call import Call, CallOptions
from egp._core.headers import KEY_HEADER
from egp._core.problem import body_value
from egp._core.reply import Reply, decoded_fields
from egp.errors import APIResponseValidationError, EGPError

if TYPE_CHECKING:
    from egp._client import AsyncClient, Client

__all__ = ["AsyncPolicyTransport", "PolicyTransport", "async_generated_client", "generated_client"]

# The transport writes these, or the client knows them better.
_OURS = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent", KEY_HEADER}
)


class PolicyTransport(httpx.BaseTransport):
    """Carries requests of an `httpx.Client` as calls of a `Client`: its key, retries, deadline and errors."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.BaseTransport`. Raises errors of egp.errors, for error statuses too."""
        request.read()
        reply = self._client._send(_call(request, self._client.base_url))  # noqa: SLF001 - one package
        return _CheckedResponse(reply)


class AsyncPolicyTransport(httpx.AsyncBaseTransport):
    """The asynchronous twin of `PolicyTransport`."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`. Raises errors of egp.errors, for error statuses too."""
        await request.aread()
        reply = await self._client._send(_call(request, self._client.base_url))  # noqa: SLF001
        return _CheckedResponse(reply)


class _WrongKind(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Stands where the other kind of client belongs, whose requests would go out without key and policy."""

    def __init__(self, message: str) -> None:
        self._message = message

    def handle_request(self, request: httpx.Request) -> httpx.Response:  # noqa: ARG002
        raise EGPError(self._message)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:  # noqa: ARG002
        raise EGPError(self._message)


class _CheckedResponse(httpx.Response):
    """A response whose `json()` raises an error of ours where there is no JSON."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status, headers=decoded_fields(reply.headers), content=reply.content)
        self._reply = reply

    def json(self, **kwargs: Any) -> Any:
        if kwargs:
            return super().json(**kwargs)
        from egp._core.codec import UnreadableError, decode

        reply = self._reply
        try:
            return decode(reply.content)
        except UnreadableError as error:
            message = f"the answer is not JSON: {error}"
        kind = reply.content_type or "no content type"
        raise reply.error(
            APIResponseValidationError, f"{message} (it came as {kind})", body=body_value(reply.content)
        )


def generated_client(client: Client) -> AuthenticatedClient:
    """The client of egp_api whose synchronous requests `client` carries."""
    wrong = _WrongKind("asynchronous operations take AsyncClient().generated as their client")
    return _authenticated(client, PolicyTransport(client), wrong)


def async_generated_client(client: AsyncClient) -> AuthenticatedClient:
    """The client of egp_api whose asynchronous requests `client` carries."""
    wrong = _WrongKind("synchronous operations take Client().generated as their client")
    return _authenticated(client, wrong, AsyncPolicyTransport(client))


def _authenticated(
    client: Client | AsyncClient, sync: httpx.BaseTransport, asynchronous: httpx.AsyncBaseTransport
) -> AuthenticatedClient:
    base_url, query = client.base_url, client._settings.default_query  # noqa: SLF001
    # The key is added by the transport: nothing that is handed out knows it.
    generated = AuthenticatedClient(base_url=base_url, token="")
    generated.set_httpx_client(httpx.Client(transport=sync, base_url=base_url, params=query, trust_env=False))
    generated.set_async_httpx_client(
        httpx.AsyncClient(transport=asynchronous, base_url=base_url, params=query, trust_env=False)
    )
    return generated


def _call(request: httpx.Request, base_url: str) -> Call:
    url = request.url
    base = httpx.URL(base_url)
    if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
        raise EGPError(
            f"a request to {url.scheme}://{url.netloc.decode()} is not made with a client of {base_url}"
        )
    options = request.extensions.get("egp")
    return Call(
        request.method,
        url.raw_path.decode("ascii"),
        is_target=True,
        content=request.content if request.content or "content-length" in request.headers else None,
        content_type=None,
        headers={
            name: value
            for name, value in request.headers.items()
            if name not in _OURS and (name, value) != ("accept", "*/*")
        },
        options=options if isinstance(options, CallOptions) else CallOptions(),
    )
