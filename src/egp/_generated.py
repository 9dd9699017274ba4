"""The policy as httpx transports, which is how generated operations get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import httpx
from attrs import define, evolve, field
from egp_api import AuthenticatedClient

from egp._core.error_body import body_value
from egp._core.headers import KEY_HEADER
from egp._core.json import UnreadableError, decode
from egp._core.options import CallOptions, timeouts
from egp._core.request import Request
from egp._core.response import Response, decoded_fields
from egp.errors import APIResponseValidationError, EGPError

if TYPE_CHECKING:
    from egp._async.session import AsyncSession
    from egp._core.config import Settings
    from egp._sync.session import Session

__all__ = ["AsyncPolicyTransport", "PolicyTransport", "async_generated_client", "generated_client"]

# The transport writes these, or the client knows them better.
_OURS = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent", KEY_HEADER}
)


class PolicyTransport(httpx.BaseTransport):
    """Carries requests of an `httpx.Client` as calls of a `Client`: its key, retries, deadline and errors."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.BaseTransport`. Raises errors of egp.errors, for error statuses too."""
        request.read()
        session = self._session
        return _CheckedResponse(session.send(_request(request, session.settings)))


class AsyncPolicyTransport(httpx.AsyncBaseTransport):
    """The asynchronous twin of `PolicyTransport`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`. Raises errors of egp.errors, for error statuses too."""
        await request.aread()
        session = self._session
        return _CheckedResponse(await session.send(_request(request, session.settings)))


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

    def __init__(self, response: Response) -> None:
        # httpx would keep a redacted cookie, and send it back.
        headers = [pair for pair in decoded_fields(response.headers) if pair[0] != "set-cookie"]
        super().__init__(response.status_code, headers=headers, content=response.content)
        self._response = response

    def json(self, **kwargs: Any) -> Any:
        if kwargs:
            return super().json(**kwargs)
        response = self._response
        try:
            return decode(response.content)
        except UnreadableError as error:
            message = f"the answer is not JSON: {error}"
        kind = response.head.content_type or "no content type"
        raise response.error(
            APIResponseValidationError, f"{message} (it came as {kind})", body=body_value(response.content)
        )


def generated_client(session: Session) -> AuthenticatedClient:
    """Return the client of egp_api whose synchronous requests `session` carries."""
    wrong = _WrongKind("asynchronous operations take AsyncClient().generated as their client")
    return _authenticated(session.settings, PolicyTransport(session), wrong)


def async_generated_client(session: AsyncSession) -> AuthenticatedClient:
    """Return the client of egp_api whose asynchronous requests `session` carries."""
    wrong = _WrongKind("synchronous operations take Client().generated as their client")
    return _authenticated(session.settings, wrong, AsyncPolicyTransport(session))


def _authenticated(
    settings: Settings, sync: httpx.BaseTransport, asynchronous: httpx.AsyncBaseTransport
) -> AuthenticatedClient:
    # The key is added by the transport: nothing that is handed out knows it.
    return _PolicyClient(
        base_url=settings.base_url,
        token="",
        sync=sync,
        asynchronous=asynchronous,
        query=settings.default_query,
    )


@define(repr=False)
class _PolicyClient(AuthenticatedClient):
    """A client of egp_api that has the policy, and so have its copies: the class's own would go without."""

    _sync: httpx.BaseTransport = field(kw_only=True, alias="sync")
    _asynchronous: httpx.AsyncBaseTransport = field(kw_only=True, alias="asynchronous")
    _query: tuple[tuple[str, str], ...] = field(kw_only=True, alias="query")

    def with_headers(self, headers: dict[str, str]) -> Self:
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> Self:
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout) -> Self:
        return evolve(self, timeout=timeout)

    def get_httpx_client(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(transport=self._sync, **self._arguments())
        return self._client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(transport=self._asynchronous, **self._arguments())
        return self._async_client

    def _arguments(self) -> dict[str, Any]:
        return {
            "base_url": self._base_url,
            "cookies": self._cookies,
            "headers": self._headers,
            "params": self._query,
            # None stands for the timeout of the client whose transport it is.
            "timeout": self._timeout,
            "trust_env": False,
        }

    def __repr__(self) -> str:
        return f"<AuthenticatedClient {self._base_url}>"


def _request(request: httpx.Request, settings: Settings) -> Request:
    url = request.url
    base = httpx.URL(settings.base_url)
    if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
        raise EGPError(
            f"a request to {url.scheme}://{url.netloc.decode()} needs a client of that server,"
            f" not of {settings.base_url}"
        )
    return Request(
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
        options=_options(request, settings),
    )


def _options(request: httpx.Request, settings: Settings) -> CallOptions | None:
    given = request.extensions.get("egp")
    if isinstance(given, CallOptions):
        return given
    seconds: dict[str, float | None] = request.extensions.get("timeout", {})
    if all(value is None for value in seconds.values()):
        return None
    return settings.call._replace(timeout=timeouts("timeout", httpx.Timeout(**seconds)))
