"""The clients that the operations take: where the service is, and who calls."""

import base64
import ssl
from collections.abc import Generator, Mapping
from typing import Any, Final, NamedTuple, Self

import httpx
from attrs import define, evolve, field


class Scheme(NamedTuple):
    """Where a credential goes."""

    location: str
    """`header`, `query` or `cookie`; empty where nothing is sent, as for client certificates."""
    name: str
    prefix: str
    """The word before the credential, such as `Bearer`. A `Basic` credential is `user:password`."""


SCHEMES: Final[Mapping[str, Scheme]] = {
    "ApiKeyAuth": Scheme("header", "x-api-key", ""),
}
"""The document's security schemes by name."""

DEFAULT_SCHEME: Final = "ApiKeyAuth"
"""The scheme of the operations that ask for none of their own. Empty where the document has no scheme."""

Security = tuple[tuple[str, ...], ...] | None
"""The ways to call an operation: the schemes of each. None: the document does not say."""


class _Credentials(httpx.Auth):
    def __init__(self, parts: list[tuple[Scheme, str]]) -> None:
        self._parts = parts

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        for scheme, value in self._parts:
            if scheme.location == "query":
                request.url = request.url.copy_merge_params({scheme.name: value})
            elif scheme.location == "cookie":
                sent = request.headers.get("Cookie")
                pair = f"{scheme.name}={value}"
                request.headers["Cookie"] = f"{sent}; {pair}" if sent else pair
            elif scheme.location == "header":
                if scheme.prefix.lower() == "basic" and ":" in value:
                    value = base64.b64encode(value.encode()).decode()
                request.headers[scheme.name] = f"{scheme.prefix} {value}" if scheme.prefix else value
        yield request


@define
class Client:
    """A client without credentials.

    `base_url` is what the paths of the operations are appended to. `timeout`, `verify_ssl` and
    `follow_redirects` are those of httpx; `cookies` and `headers` go out with every request. `httpx_args` has
    further arguments for `httpx.Client` and `httpx.AsyncClient`.
    """

    raise_on_unexpected_status: bool = field(default=False, kw_only=True)
    """Whether an operation raises `errors.UnexpectedStatus` for a status that the document does not list by its
    number (a range such as 5XX counts for successes only), and for an error that is not what it documents."""
    _base_url: str = field(alias="base_url")
    _cookies: dict[str, str] = field(factory=dict[str, str], kw_only=True, alias="cookies", repr=False)
    _headers: dict[str, str] = field(factory=dict[str, str], kw_only=True, alias="headers", repr=False)
    _timeout: httpx.Timeout | None = field(default=None, kw_only=True, alias="timeout")
    _verify_ssl: str | bool | ssl.SSLContext = field(default=True, kw_only=True, alias="verify_ssl")
    _follow_redirects: bool = field(default=False, kw_only=True, alias="follow_redirects")
    _httpx_args: dict[str, Any] = field(factory=dict[str, Any], kw_only=True, alias="httpx_args", repr=False)
    _client: httpx.Client | None = field(default=None, init=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False)

    def auth(self, security: Security) -> Any:
        """Return what httpx takes as the `auth` of a request to an operation with these ways to call it."""
        return httpx.USE_CLIENT_DEFAULT

    def with_headers(self, headers: dict[str, str]) -> Self:
        """Return a copy that sends these headers, too. Change the open httpx clients alike."""
        for client in self._opened():
            client.headers.update(headers)
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> Self:
        """Return a copy that sends these cookies, too. Change the open httpx clients alike."""
        for client in self._opened():
            client.cookies.update(cookies)
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout) -> Self:
        """Return a copy with another timeout. Change the open httpx clients alike."""
        for client in self._opened():
            client.timeout = timeout
        return evolve(self, timeout=timeout)

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Use this httpx client for synchronous operations. Its base URL, headers and timeout are its own."""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Return the httpx client for synchronous operations. Create it with the first call."""
        if self._client is None:
            self._client = httpx.Client(**self._arguments())
        return self._client

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Use this httpx client for asynchronous operations. Its base URL, headers and timeout are its own."""
        self._async_client = async_client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the httpx client for asynchronous operations. Create it with the first call."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._arguments())
        return self._async_client

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(self, *args: Any) -> None:
        self.get_httpx_client().__exit__(*args)

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(self, *args: Any) -> None:
        await self.get_async_httpx_client().__aexit__(*args)

    def _opened(self) -> list[httpx.Client | httpx.AsyncClient]:
        return [client for client in (self._client, self._async_client) if client is not None]

    def _arguments(self) -> dict[str, Any]:
        return {
            "base_url": self._base_url,
            "cookies": self._cookies,
            "headers": self._headers,
            "timeout": self._timeout,
            "verify": self._verify_ssl,
            "follow_redirects": self._follow_redirects,
            **self._httpx_args,
        }


@define
class AuthenticatedClient(Client):
    """A client with credentials. Each operation sends them as its security scheme says."""

    token: str = field(repr=False)
    """The credential for every scheme that `credentials` does not name. Empty: none is sent."""
    prefix: str = ""
    """The word before the token, for the default scheme."""
    auth_header_name: str = "x-api-key"
    """The header that carries the token, for the default scheme. Empty where it goes elsewhere."""
    credentials: Mapping[str, str] = field(factory=dict[str, str], kw_only=True, repr=False)
    """Credentials by the name of their scheme, for services that have several."""

    def auth(self, security: Security) -> Any:
        """Return what httpx takes as the `auth` of a request to an operation with these ways to call it."""
        if security is None:
            security = ((DEFAULT_SCHEME,),)
        ways = [way for way in security if way] or [()]
        way = next((way for way in ways if all(name in self.credentials for name in way)), ways[0])
        parts = [(self._scheme(name), self.credentials.get(name, self.token)) for name in way]
        sent = [(scheme, value) for scheme, value in parts if value]
        return _Credentials(sent) if sent else None

    def _scheme(self, name: str) -> Scheme:
        if name == DEFAULT_SCHEME and self.auth_header_name:
            return Scheme("header", self.auth_header_name, self.prefix)
        return SCHEMES.get(name, Scheme("", "", ""))

    def _arguments(self) -> dict[str, Any]:
        return {"auth": self.auth(None), **super()._arguments()}
