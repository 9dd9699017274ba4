"""What a client's methods send their requests through: its settings, and the engine that its copies share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._loading import LOADING, look_for_logging

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from egp._async.calls import AsyncCalls
    from egp._client import Shared
    from egp._core.clock import Clock
    from egp._core.config import Settings
    from egp._core.http1.request import RequestWriter
    from egp._core.request import Request
    from egp._core.response import Response
    from egp._io._async.engine import AsyncEngine
    from egp._io._async.response import AsyncStreamResponse

__all__ = ["AsyncSession"]


class AsyncSession:
    """The settings of one client, and the way to the engine."""

    __slots__ = ("_writer", "settings", "shared")

    def __init__(self, settings: Settings, shared: Shared) -> None:
        self.settings = settings
        self.shared = shared
        self._writer: RequestWriter | None = None

    @property
    def engine(self) -> AsyncEngine:
        """What carries out requests; made with the first of them."""
        engine: AsyncEngine | None = self.shared.engine
        return self._made_engine() if engine is None else engine

    def _made_engine(self) -> AsyncEngine:
        # Imported here: a client can be made and handed around before anything heavy is loaded.
        with LOADING:
            from egp._io._async.engine import AsyncEngine

        engine: AsyncEngine = self.shared.share(AsyncEngine(**self.shared.engine_options))
        engine.is_closed = engine.is_closed or self.shared.is_closed
        return engine

    def _made_writer(self) -> RequestWriter:
        # Imported here, as the engine.
        with LOADING:
            from egp._core.http1.request import RequestWriter

        self._writer = RequestWriter(self.settings)
        return self._writer

    @property
    def clock(self) -> Clock:
        """What tells the time."""
        return self.engine.clock

    @property
    def calls(self) -> AsyncCalls:
        """The calls that the methods of a client make."""
        # Not kept: a client in a cycle would hold its connections until the garbage collector comes by.
        return (_calls or _loaded_calls())(self)

    def send(self, request: Request) -> Awaitable[Response]:
        """Return the response with its body in; every failure is an error of egp.errors."""
        # Not by the property: each call of Python's costs.
        engine: AsyncEngine = self.shared.engine or self._made_engine()
        return engine.send(request, self.settings, self._writer or self._made_writer())

    def open(self, request: Request) -> Awaitable[AsyncStreamResponse]:
        """Return the response with its event stream open; every failure is an error of egp.errors."""
        return self.engine.open(request, self.settings, self._writer or self._made_writer())


# Once loaded: looked up here, it costs a call less than an import does.
_calls: type[AsyncCalls] | None = None


def _loaded_calls() -> type[AsyncCalls]:
    global _calls
    look_for_logging()
    # Imported here, for all methods of a client: it loads the operations and their models.
    with LOADING:
        from egp._async.calls import AsyncCalls

    _calls = AsyncCalls
    return AsyncCalls
