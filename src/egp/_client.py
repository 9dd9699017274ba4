"""The clients: settings, life cycle, and the two doors that every call goes through."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from egp._core.call import Timeouts
from egp._core.config import OPTIONS, VARIABLES, Settings, configured
from egp._core.secrets import Secret, fields
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Unpack

    import httpx
    from egp_api import AuthenticatedClient
    from egp_api.types import EventStream

    from egp._chat import AsyncChat, Chat
    from egp._core.call import Call
    from egp._core.reply import Reply
    from egp._io.asynchronous import AsyncEngine, AsyncStreamReply
    from egp._io.sync import Engine, StreamReply
    from egp._io.wire import Wire
    from egp._keywords import StreamCallKeywords
    from egp._options import ClientOptions
    from egp._stream import AsyncStream, Stream

__all__ = ["AsyncClient", "Client"]

_ENGINE = ("http_client", "max_connections", "keepalive_expiry")

T = TypeVar("T")


def _wrapped(options: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The options with their secrets wrapped, and what is wrong with the headers among them, or None.

    It does not raise, and callers bind the result to the name of what they were given, so that no frame of a
    traceback holds a secret.
    """
    wrapped = dict(options)
    for name in ("api_key", "account_id", "openai_api_key"):
        value = wrapped.get(name)
        if value is not None and not isinstance(value, Secret):
            wrapped[name] = Secret(value)
    fault = None
    if "default_headers" in wrapped:
        wrapped["default_headers"], fault = fields(wrapped["default_headers"])
    return wrapped, fault


class _Client:
    """What both clients share: all but waiting."""

    _given: dict[str, Any]
    _settings: Settings
    # What the copies of one client share; the engine is made with the first call, and never twice, because
    # `dict.setdefault` is atomic.
    _shared: dict[str, Any]
    _is_copy: bool

    def _configure(self, options: dict[str, Any], environ: Mapping[str, Secret[str]]) -> None:
        for name in options:
            if name not in OPTIONS:
                raise TypeError(f"{type(self).__name__} takes no option {name!r}")
        # Imported here, because nothing else that users import first needs it.
        from egp_api import SERVERS

        settings = configured(options, environ, SERVERS)
        self._settings = settings
        # What came from the environment is kept, so that a copy has it too.
        self._given = {
            **options,
            "api_key": settings.api_key,
            "account_id": settings.account_id,
            "base_url": settings.base_url,
            "environment": None,
        }
        self._made_wire: Wire | None = None
        self._generated: AuthenticatedClient | None = None

    def _start(
        self, options: dict[str, Any], fault: str | None, http_client: object, limits: dict[str, Any]
    ) -> None:
        if fault is not None:
            raise EGPError(fault)
        self._configure(options, {name: Secret(os.environ[name]) for name in VARIABLES if name in os.environ})
        if http_client is not None and not self._settings.timeout_is_given:
            self._settings = self._settings._replace(timeout=_timeout_of(http_client, self._settings.timeout))
        self._shared = {"http_client": http_client, **limits}
        self._is_copy = False
        level = os.environ.get("EGP_LOG", "").strip().lower()
        if level:
            from egp._io.log import set_up

            set_up(level)

    def _copy(self, options: dict[str, Any], fault: str | None) -> Self:
        if fault is not None:
            raise EGPError(fault)
        given = dict(self._given)
        if options.get("environment") is not None and options.get("base_url") is None:
            given["base_url"] = None
        if options.get("retry") is not None and options.get("max_retries") is None:
            # The whole policy replaces what was said of a part of it.
            given["max_retries"] = None
        copy = self.__class__.__new__(self.__class__)
        copy._adopt(self, {**given, **options})  # noqa: SLF001 - of the same class
        return copy

    def _adopt(self, original: _Client, options: dict[str, Any]) -> None:
        self._configure(options, {})
        if "timeout" not in options:
            # It may have come from the http_client.
            self._settings = self._settings._replace(timeout=original._settings.timeout)
        self._shared = original._shared
        self._is_copy = True

    @property
    def _wire(self) -> Wire:
        if self._made_wire is None:
            from egp._io.wire import Wire

            self._made_wire = Wire(self._settings)
        return self._made_wire

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return self._settings.base_url

    @property
    def is_closed(self) -> bool:
        """Whether the client, or the one that it is a copy of, has been closed."""
        return bool(self._shared.get("is_closed"))

    def __repr__(self) -> str:
        settings = vars(self).get("_settings")
        if settings is None:
            # Seen in a traceback of what went wrong at construction.
            return f"<{type(self).__name__}>"
        return f"<{type(self).__name__} {settings.base_url}{', closed' if self.is_closed else ''}>"

    def __reduce__(self) -> Any:
        raise TypeError(f"{type(self).__name__} is not pickled: it holds connections and a key")


class Client(_Client):
    """The synchronous client; may be shared by threads.

    Close it, or use it in a `with` block, to close its connections. After a fork the child opens its own.

    Args:
        http_client: an `httpx.Client` to send requests through, for its proxies, TLS settings, hooks, mounts
            or mock transports. It stays yours: closing is not done here. With it `deadline` is kept as far as
            httpx lets us: it shortens the timeouts, and is looked at whenever httpx hands out the headers or
            a part of the body. A server that trickles within one of these, byte by byte, is not noticed.
        max_connections: how many connections may be open at once; a call beyond them waits for one as long as
            the pool's `timeout` says.
        keepalive_expiry: seconds for which an unused connection is kept.
        options: see `ClientOptions`.

    Raises `EGPError`, which shows no secret, for a key, header, URL or environment that cannot be right.
    """

    def __init__(
        self,
        *,
        http_client: httpx.Client | None = None,
        max_connections: int = 1000,
        keepalive_expiry: float = 30.0,
        **options: Unpack[ClientOptions],
    ) -> None:
        given, fault = _wrapped(options)
        del options
        if http_client is not None:
            _check_kind(http_client, "Client")
        self._start(given, fault, http_client, _limits(max_connections, keepalive_expiry))

    @property
    def chat(self) -> Chat:
        """`client.chat.completions`: chat completions."""
        from egp._chat import Chat

        return Chat(self)

    @property
    def generated(self) -> AuthenticatedClient:
        """What the operations of `egp_api` take as their `client`: they run by the same policy.

        Every error status raises its error of `egp.errors`, those that the contract documents too, so that
        what `sync`, `sync_detailed` and their asynchronous twins return is a success. Its `with_headers`,
        `with_cookies` and `with_timeout` give copies with the same policy.
        """
        if self._generated is None:
            from egp._io.transport import generated_client

            self._generated = generated_client(self)
        return self._generated

    def stream(self, request: EventStream[T], **options: Unpack[StreamCallKeywords]) -> Stream[T]:
        """The stream of a generated operation: `client.stream(some_operation.stream(…))`.

        It has the same policy as `chat.completions.create(stream=True)`, and raises the same errors.
        """
        from egp._asked import streamed
        from egp._stream import Stream

        asked = streamed(self._settings, request, cast("dict[str, Any]", options))
        stream = Stream(self._open(asked.call), request.parse_event, asked.options)
        stream.require_events()
        return stream

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """A copy with some options changed, which shares the connections.

        It is closed with the original; closing the copy does nothing.
        """
        given, fault = _wrapped(options)
        del options
        return self._copy(given, fault)

    def close(self) -> None:
        """Close the connections. Calls and streams under way fail; more than once is harmless."""
        if self._is_copy:
            return
        self._shared["is_closed"] = True
        engine: Engine | None = self._shared.get("engine")
        if engine is not None:
            engine.close()

    @property
    def _engine(self) -> Engine:
        engine: Engine | None = self._shared.get("engine")
        if engine is None:
            from egp._io.sync import Engine

            limits = {
                name: self._shared[name] for name in ("http_client", "max_connections", "keepalive_expiry")
            }
            made: Engine = self._shared.setdefault("engine", Engine(**limits))
            if self.is_closed:
                made.close()
            return made
        return engine

    def _send(self, call: Call) -> Reply:
        """The reply with its body in; every failure is an error of egp.errors."""
        return self._engine.send(call, self._settings, self._wire)

    def _open(self, call: Call) -> StreamReply:
        """The reply with its event stream open; every failure is an error of egp.errors."""
        return self._engine.open(call, self._settings, self._wire)

    def __enter__(self) -> Self:
        # Whoever enters is about to send: what the first call needs is loaded now.
        from egp._asked import preload

        preload()
        _ = self._engine, self._wire
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_Client):
    """The asynchronous client, on asyncio or trio; belongs to the event loop of its first call.

    Options are those of `Client`; `http_client` is an `httpx.AsyncClient`, with which `deadline` is exact.
    """

    def __init__(
        self,
        *,
        http_client: httpx.AsyncClient | None = None,
        max_connections: int = 1000,
        keepalive_expiry: float = 30.0,
        **options: Unpack[ClientOptions],
    ) -> None:
        given, fault = _wrapped(options)
        del options
        if http_client is not None:
            _check_kind(http_client, "AsyncClient")
        self._start(given, fault, http_client, _limits(max_connections, keepalive_expiry))

    @property
    def chat(self) -> AsyncChat:
        """`client.chat.completions`: chat completions."""
        from egp._chat import AsyncChat

        return AsyncChat(self)

    @property
    def generated(self) -> AuthenticatedClient:
        """What the operations of `egp_api` take as their `client`: they run by the same policy.

        Every error status raises its error of `egp.errors`, those that the contract documents too, so that
        what `sync`, `sync_detailed` and their asynchronous twins return is a success. Its `with_headers`,
        `with_cookies` and `with_timeout` give copies with the same policy.
        """
        if self._generated is None:
            from egp._io.transport import async_generated_client

            self._generated = async_generated_client(self)
        return self._generated

    async def stream(self, request: EventStream[T], **options: Unpack[StreamCallKeywords]) -> AsyncStream[T]:
        """The stream of a generated operation: `await client.stream(some_operation.stream(…))`.

        It has the same policy as `chat.completions.create(stream=True)`, and raises the same errors.
        """
        from egp._asked import streamed
        from egp._stream import AsyncStream

        asked = streamed(self._settings, request, cast("dict[str, Any]", options))
        stream = AsyncStream(await self._open(asked.call), request.parse_event, asked.options)
        await stream.require_events()
        return stream

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """A copy with some options changed, which shares the connections.

        It is closed with the original; closing the copy does nothing.
        """
        given, fault = _wrapped(options)
        del options
        return self._copy(given, fault)

    async def close(self) -> None:
        """Close the connections. Calls and streams under way fail; more than once is harmless."""
        if self._is_copy:
            return
        self._shared["is_closed"] = True
        engine: AsyncEngine | None = self._shared.get("engine")
        if engine is not None:
            await engine.aclose()

    @property
    def _engine(self) -> AsyncEngine:
        engine: AsyncEngine | None = self._shared.get("engine")
        if engine is None:
            from egp._io.asynchronous import AsyncEngine

            limits = {
                name: self._shared[name] for name in ("http_client", "max_connections", "keepalive_expiry")
            }
            engine = self._shared["engine"] = AsyncEngine(**limits)
            engine.is_closed = self.is_closed
        return engine

    async def _send(self, call: Call) -> Reply:
        """The reply with its body in; every failure is an error of egp.errors."""
        return await self._engine.send(call, self._settings, self._wire)

    async def _open(self, call: Call) -> AsyncStreamReply:
        """The reply with its event stream open; every failure is an error of egp.errors."""
        return await self._engine.open(call, self._settings, self._wire)

    async def __aenter__(self) -> Self:
        # Whoever enters is about to send: what the first call needs is loaded now.
        from egp._asked import preload

        preload()
        _ = self._engine, self._wire
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _limits(max_connections: Any, keepalive_expiry: float) -> dict[str, Any]:
    if isinstance(max_connections, bool) or not isinstance(max_connections, int) or max_connections < 1:
        raise EGPError(f"max_connections is a whole number from 1, not {max_connections!r}")
    if not keepalive_expiry >= 0:
        raise EGPError(f"keepalive_expiry is a number of seconds from 0, not {keepalive_expiry!r}")
    return {"max_connections": max_connections, "keepalive_expiry": keepalive_expiry}


def _check_kind(http_client: object, wanted: str) -> None:
    import httpx

    if not isinstance(http_client, getattr(httpx, wanted)):
        raise EGPError(f"http_client takes an httpx.{wanted}, not {type(http_client).__name__}")


def _timeout_of(http_client: Any, otherwise: Timeouts) -> Timeouts:
    """The timeout that the user set on the client, unless it is httpx's own default."""
    import httpx

    timeout = http_client.timeout
    return otherwise if timeout == httpx.Timeout(5.0) else Timeouts.of(timeout)
