"""What both clients share: options, settings, and what copies of one client have in common."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from egp._core.config import OPTIONS, VARIABLES, Settings, configured
from egp._core.headers import checked_headers
from egp._core.json_types import is_integer, is_number
from egp._core.options import Timeouts, timeouts
from egp._core.secrets import Secret
from egp._loading import LOADING, load_logging
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp_api import AuthenticatedClient

    from egp.usage import UsageMeter

__all__ = ["BaseClient", "Shared", "by_options"]

S = TypeVar("S")
F = TypeVar("F")


class Shared:
    """What the copies of one client share: the engine, made with the first call and never twice."""

    __slots__ = ("engine", "engine_options", "is_closed")

    def __init__(self, engine_options: dict[str, Any]) -> None:
        self.engine_options = engine_options
        # The engine of either kind.
        self.engine: Any = None
        self.is_closed = False

    def share(self, engine: Any) -> Any:
        """Return the engine that all share: this one, unless another thread was first."""
        with LOADING:
            if self.engine is None:
                self.engine = engine
        return self.engine


class BaseClient(Generic[S]):
    """All of a client but waiting. `S` is the kind of its session."""

    _kind: str
    """The name of the client's kind, and of its `http_client`'s."""
    _given: dict[str, Any]
    _shared: Shared
    _session: S
    _settings: Settings
    _is_copy: bool
    _generated: AuthenticatedClient | None
    # The chat of either kind.
    _chat: Any

    def _make_session(self, settings: Settings, shared: Shared) -> S:
        raise NotImplementedError

    def _start(self, options: dict[str, Any], fault: str | None) -> None:
        engine_options = _engine_options(
            self._kind,
            http_client=options.pop("http_client", None),
            max_connections=options.pop("max_connections", 1000),
            keepalive_expiry=options.pop("keepalive_expiry", 30.0),
            ssl_context=options.pop("ssl_context", None),
            clock=options.pop("clock", None),
        )
        if fault is not None:
            raise EGPError(fault)
        environ = {name: Secret(os.environ[name]) for name in VARIABLES if name in os.environ}
        http_client = engine_options["http_client"]
        if http_client is not None and "timeout" not in options:
            options = {**options, **_timeout_of(http_client)}
        try:
            self._configure(options, environ, Shared(engine_options), is_copy=False)
        except EGPError as error:
            # Without the frames below this one, which tell a user nothing.
            raise error.with_traceback(None) from None
        level = os.environ.get("EGP_LOG", "").strip().lower()
        if level:
            # Imported here: logging is slow to load, and few ask for it.
            load_logging()
            with LOADING:
                from egp._io.log import set_up

            set_up(level)

    def _configure(
        self, options: dict[str, Any], environ: Mapping[str, Secret[str]], shared: Shared, *, is_copy: bool
    ) -> None:
        for name in options:
            if name not in OPTIONS:
                known = OPTIONS | {
                    "http_client",
                    "max_connections",
                    "keepalive_expiry",
                    "ssl_context",
                    "clock",
                }
                # Imported here: only mistakes need it.
                with LOADING:
                    from egp._core.names import did_you_mean

                raise TypeError(f"{type(self).__name__} takes no option {name!r}{did_you_mean(name, known)}")
        if options.get("telemetry"):
            # Imported here: few ask for it, and it needs an extra.
            load_logging()
            with LOADING:
                from egp.telemetry import Telemetry

            options = {**options, "telemetry": Telemetry.of(options["telemetry"])}
        # Imported here, because nothing else that users import first needs it.
        with LOADING:
            from egp_api import SERVERS

        self._settings = settings = configured(options, environ, SERVERS)
        # What came from the environment is kept, so that a copy has it too.
        self._given = {
            **options,
            "api_key": settings.key_source or settings.api_key,
            "account_id": settings.account_id,
            "base_url": settings.base_url,
            "environment": None,
        }
        self._is_copy = is_copy
        self._generated = None
        self._chat = None
        self._shared = shared
        self._session = self._make_session(settings, shared)

    def _copy(self, options: dict[str, Any], fault: str | None) -> Self:
        if fault is not None:
            raise EGPError(fault)
        given = dict(self._given)
        if options.get("environment") is not None and options.get("base_url") is None:
            given["base_url"] = None
        for name in ("default_headers", "default_query"):
            options = {**options, **_added(name, given.get(name), options)}
        if options.get("retry") is not None and options.get("max_retries") is None:
            # The whole policy replaces what was said of a part of it.
            given["max_retries"] = None
        copy = self.__class__.__new__(self.__class__)
        # What a class of the user's own keeps.
        vars(copy).update(vars(self))
        copy._configure({**given, **options}, {}, self._shared, is_copy=True)  # noqa: SLF001 - of the same class
        return copy

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return self._settings.base_url

    @property
    def usage(self) -> UsageMeter | None:
        """The meter that the client was given as `usage`; None where nothing is counted."""
        return self._settings.usage

    @property
    def timeout(self) -> Timeouts:
        """Seconds for each step of an attempt: connect, read, write and pool."""
        return self._settings.call.timeout

    @property
    def max_retries(self) -> int:
        """Attempts after the first."""
        return self._settings.call.retry.max_retries

    @property
    def is_closed(self) -> bool:
        """Whether the client, or the one that it is a copy of, has been closed."""
        return self._shared.is_closed

    def __repr__(self) -> str:
        settings = vars(self).get("_settings")
        if settings is None:
            # Seen in a traceback of what went wrong at construction.
            return f"<{type(self).__name__}>"
        return f"<{type(self).__name__} {settings.base_url}{', closed' if self.is_closed else ''}>"

    def __reduce__(self) -> Any:
        raise TypeError(f"{type(self).__name__} is not pickled: it holds connections and a key")


def by_options(kind: str, name: str) -> Callable[[F], F]:
    """Return a decorator: what it decorates gives the options, checked, to the object's method `name`.

    Editors and type checkers see the options of the decorated method, and so do `help()` and
    `inspect.signature`, which follow `__wrapped__`. At run time they come as they are, and no frame holds a
    secret among them, nor a variable for each of them.
    """

    def decorated(method: F) -> F:
        shown: Any = method

        def called(self: Any, **options: Any) -> Any:
            given, fault = _checked_options(options)
            del options
            return getattr(self, name)(given, fault)

        for attribute in ("__module__", "__name__", "__doc__", "__annotations__"):
            setattr(called, attribute, getattr(shown, attribute))
        called.__qualname__ = f"{kind}.{shown.__name__}"
        called.__dict__["__wrapped__"] = method
        return cast("F", called)

    return decorated


def _checked_options(options: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Return the options with their secrets wrapped, and what is wrong with the headers among them, or None.

    It does not raise, and callers bind the result to the name of what they were given, so that no frame of a
    traceback holds a secret.
    """
    wrapped = dict(options)
    for name in ("api_key", "account_id", "openai_api_key"):
        value = wrapped.get(name)
        if value is not None and not isinstance(value, Secret) and not callable(value):
            wrapped[name] = Secret(value)
    fault = None
    if "default_headers" in wrapped:
        wrapped["default_headers"], fault = _default_headers(wrapped["default_headers"])
    return wrapped, fault


def _default_headers(given: Any) -> tuple[tuple[Any, ...], str | None]:
    """Return headers, checked and wrapped; a None, which takes one away from a client's, stays None."""
    taken: tuple[Any, ...] = ()
    if isinstance(given, Mapping):
        headers = cast("Mapping[str, Any]", given)
        taken = tuple((str(name).lower(), None) for name, value in headers.items() if value is None)
        given = {name: value for name, value in headers.items() if value is not None}
    given, fault = checked_headers(given)
    return (*given, *taken), fault


def _added(name: str, own: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Return the client's own headers or query with a copy's added, and those that are None taken away."""
    given = options.get(name)
    if given is None:
        return {}
    merged: dict[str, Any] = {**dict(own or ()), **dict(given)}
    if name == "default_headers":
        return {name: tuple((key, value) for key, value in merged.items() if value is not None)}
    return {name: {key: value for key, value in merged.items() if value is not None}}


def _engine_options(
    kind: str,
    *,
    http_client: object,
    max_connections: Any,
    keepalive_expiry: Any,
    ssl_context: object,
    clock: object,
) -> dict[str, Any]:
    """Return the arguments of the engine, checked; `kind` is the client's, and its `http_client`'s."""
    if http_client is not None:
        # Imported here: most clients have none.
        with LOADING:
            from egp._io.interception import httpx_package_of

        if httpx_package_of(http_client, kind) is None:
            raise EGPError(f"http_client must be an httpx.{kind}, got {type(http_client).__name__}")
        if ssl_context is not None:
            raise EGPError("ssl_context is for our own transport: give it to the http_client as verify=…")
    if not (is_integer(max_connections) and max_connections >= 1):
        raise EGPError(f"max_connections must be an integer >= 1, got {max_connections!r}")
    if not (is_number(keepalive_expiry) and keepalive_expiry >= 0):
        raise EGPError(f"keepalive_expiry must be a number of seconds >= 0, got {keepalive_expiry!r}")
    if ssl_context is not None and not hasattr(ssl_context, "wrap_bio"):
        raise EGPError(f"ssl_context must be an ssl.SSLContext, got {type(ssl_context).__name__}")
    if clock is not None:
        # Imported here: few clients have one.
        with LOADING:
            from egp._core.clock import Clock

        if not isinstance(clock, Clock):
            raise EGPError(f"clock must be an egp.Clock, got {type(clock).__name__}")
    return {
        "http_client": http_client,
        "max_connections": max_connections,
        "keepalive_expiry": keepalive_expiry,
        "ssl_context": ssl_context,
        "clock": clock,
    }


def _timeout_of(http_client: Any) -> dict[str, Any]:
    """Return the timeout that the user set on the http_client as an option, unless it is httpx's default."""
    timeout = http_client.timeout
    default = type(timeout)(5.0)
    return {} if timeout == default else {"timeout": timeouts("timeout", timeout)}
