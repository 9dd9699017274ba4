"""The client: settings, life cycle, and the resources that calls are made on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from egp._async.session import AsyncSession
from egp._client import BaseClient, checked_options, engine_options
from egp._loading import LOADING

if TYPE_CHECKING:
    import ssl
    from types import TracebackType
    from typing import Unpack

    import httpx
    from egp_api import AuthenticatedClient
    from egp_api.types import EventStream

    from egp._async.chat import AsyncChat
    from egp._async.models import AsyncModels
    from egp._async.stream import AsyncStream
    from egp._client import Shared
    from egp._core.clock import Clock
    from egp._core.config import Settings
    from egp._options import ClientOptions, StreamCallOptions

__all__ = ["AsyncClient"]

T = TypeVar("T")


class AsyncClient(BaseClient[AsyncSession]):
    """The client: `Client` is synchronous, and threads may share it; `AsyncClient` runs on asyncio or trio.

    Close it, or use it in a `with` block (`async with` for `AsyncClient`), to close its connections. After a
    fork the child opens its own.

    Args:
        http_client: an `httpx.Client` or `httpx.AsyncClient`, of the client's own kind, to send requests
            through, for its proxies, TLS settings, hooks, mounts or mock transports. The client never closes
            it. With it, `deadline` of `Client` is kept as far as httpx allows: it shortens the timeouts, and
            is looked at whenever httpx hands out the headers or a part of the body. A server that trickles
            within one of these, byte by byte, is not noticed. `AsyncClient` keeps it exactly.
        max_connections: how many connections may be open at once; a call beyond them waits for one as long as
            the pool's `timeout` says.
        keepalive_expiry: seconds for which an unused connection is kept.
        ssl_context: what certificates to trust and which to show, for a private authority or a client
            certificate. The default trusts certifi's roots, or those that SSL_CERT_FILE or SSL_CERT_DIR name.
        clock: the clock, random source and sleep to use in place of the machine's, for tests.
        options: see `ClientOptions`.

    Raises `EGPError`, which shows no secret, for a key, header, URL or environment that cannot be right.
    """

    def __init__(
        self,
        *,
        http_client: httpx.AsyncClient | None = None,
        max_connections: int = 1000,
        keepalive_expiry: float = 30.0,
        ssl_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        given, fault = checked_options(options)
        del options
        self._start(
            given,
            fault,
            engine_options(
                "AsyncClient",
                http_client=http_client,
                max_connections=max_connections,
                keepalive_expiry=keepalive_expiry,
                ssl_context=ssl_context,
                clock=clock,
            ),
        )

    def _make_session(self, settings: Settings, shared: Shared) -> AsyncSession:
        return AsyncSession(settings, shared)

    @property
    def chat(self) -> AsyncChat:
        """`client.chat.completions`: chat completions."""
        if self._chat is None:
            # Imported here: a client can be made before any resource is used.
            with LOADING:
                from egp._async.chat import AsyncChat

            self._chat = AsyncChat(self._session)
        chat: AsyncChat = self._chat
        return chat

    @property
    def models(self) -> AsyncModels:
        """`client.models.list()`: the models that can be asked."""
        # Imported here, as above.
        with LOADING:
            from egp._async.models import AsyncModels

        return AsyncModels(self._session)

    @property
    def generated(self) -> AuthenticatedClient:
        """What the operations of `egp_api` take as their `client`: they run by the same policy.

        Every error status raises its error of `egp.errors`, those that the contract documents too, so that
        what `sync`, `sync_detailed` and their asynchronous twins return is a success. Its `with_headers`,
        `with_cookies` and `with_timeout` give copies with the same policy.
        """
        if self._generated is None:
            # Imported here: it loads httpx, which most clients never need.
            from egp._generated import async_generated_client

            self._generated = async_generated_client(self._session)
        return self._generated

    async def stream(self, request: EventStream[T], **options: Unpack[StreamCallOptions]) -> AsyncStream[T]:
        """Open the stream of a generated operation: `await client.stream(some_operation.stream(…))`.

        It has the same policy as `chat.completions.create(stream=True)`, and raises the same errors.
        """
        return await self._session.calls.stream(request, cast("dict[str, Any]", options))

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """Return a copy with some options changed, which shares the connections.

        It is closed with the original; closing the copy does nothing.
        """
        given, fault = checked_options(options)
        del options
        return self._copy(given, fault)

    async def close(self) -> None:
        """Close the connections. Calls and streams under way fail; more than once is harmless."""
        if self._is_copy:
            return
        self._shared.is_closed = True
        if self._shared.engine is not None:
            await self._shared.engine.aclose()

    async def __aenter__(self) -> Self:
        # Whoever enters is about to send: what the first call needs is loaded now.
        _ = self._session.calls, self._session.engine
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
