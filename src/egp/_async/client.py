"""The client: settings, life cycle, and the resources that calls are made on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from egp._async.client_signatures import AsyncConfigured
from egp._async.session import AsyncSession
from egp._client import BaseClient
from egp._loading import LOADING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Unpack

    from egp_api import AuthenticatedClient
    from egp_api.types import EventStream

    from egp._async.chat import AsyncChat
    from egp._async.models import AsyncModels
    from egp._async.stream import AsyncStream
    from egp._client import Shared
    from egp._core.config import Settings
    from egp._options import StreamCallOptions

__all__ = ["AsyncClient"]

T = TypeVar("T")


class AsyncClient(AsyncConfigured, BaseClient[AsyncSession]):
    """A client of the EGP API. It keeps its connections: make one, and share it.

    Threads may share a synchronous client; an asynchronous one runs on asyncio or trio. Close it at the end,
    or use it in a block: `async with client:`. After a fork the child opens connections of its own.
    """

    _kind = "AsyncClient"

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
        """The `client` to pass to the operations of `egp_api`, which run by the same policy then.

        Every error status raises its error of `egp.errors`, those that the contract documents too, so that
        what `sync`, `sync_detailed` and their asynchronous twins return is a success. Its `with_headers`,
        `with_cookies` and `with_timeout` give copies with the same policy.
        """
        if self._generated is None:
            # Imported here: it loads httpx, which most clients never need.
            with LOADING:
                from egp._generated import async_generated_client

            self._generated = async_generated_client(self._session)
        return self._generated

    async def stream(self, request: EventStream[T], **options: Unpack[StreamCallOptions]) -> AsyncStream[T]:
        """Open the stream of a generated operation: `await client.stream(some_operation.stream(…))`.

        It has the same policy as `chat.completions.create(stream=True)`, and raises the same errors.
        """
        return await self._session.calls.stream(request, cast("dict[str, Any]", options))

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
