"""The settings of a client: what is given, what the environment says, what is the default."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeGuard, cast

from egp._core.headers import KEY_HEADER, Field, secrets_in, value_fault
from egp._core.options import (
    CALL_OPTIONS,
    STREAM_OPTIONS,
    CallOptions,
    StreamOptions,
    replaced,
    take,
    with_retries,
)
from egp._core.secrets import Secret
from egp._loading import LOADING
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from egp.telemetry import Telemetry
    from egp.usage import UsageMeter

__all__ = ["OPTIONS", "VARIABLES", "Origin", "Settings", "configured", "host_name", "query_pairs"]

OPTIONS = frozenset(
    {
        "account_id",
        "api_key",
        "base_url",
        "default_headers",
        "default_query",
        "environment",
        "log_bodies",
        "max_retries",
        "openai_api_key",
        "telemetry",
        "usage",
        *CALL_OPTIONS,
        *STREAM_OPTIONS,
    }
)
"""The names of the options that a client takes."""

VARIABLES = (
    "EGP_API_KEY",
    "SGP_API_KEY",
    "EGP_ACCOUNT_ID",
    "SGP_ACCOUNT_ID",
    "EGP_BASE_URL",
    "SGP_CLIENT_BASE_URL",
)
"""The environment variables that are read."""

DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host and port: what the connections of a pool have in common (RFC 6454, section 4)."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The value of the Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def host_and_port(self) -> str:
        """The host and the port, for messages."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


class Settings:
    """The settings of a client, checked. Secrets in it are wrapped."""

    # No named tuple: to make the class of one took some 0.3 ms of each start.
    __slots__ = (
        "account_id",
        "api_key",
        "base_path",
        "call",
        "default_headers",
        "default_query",
        "key_source",
        "log_bodies",
        "openai_api_key",
        "origin",
        "secrets",
        "stream",
        "telemetry",
        "usage",
    )

    def __init__(
        self,
        *,
        api_key: Secret[str],
        key_source: Callable[[], Any] | None,
        account_id: Secret[str] | None,
        openai_api_key: Secret[str] | None,
        origin: Origin,
        base_path: str,
        call: CallOptions,
        stream: StreamOptions,
        default_headers: tuple[Field, ...],
        default_query: tuple[tuple[str, str], ...],
        log_bodies: bool,
        usage: UsageMeter | None,
        telemetry: Telemetry | Literal[False] | None,
        secrets: tuple[Secret[str], ...],
    ) -> None:
        self.api_key = api_key
        """Empty where a function gives it."""
        self.key_source = key_source
        """What gives the key before each attempt, where the user gave a function."""
        self.account_id = account_id
        self.openai_api_key = openai_api_key
        self.origin = origin
        self.base_path = base_path
        self.call = call
        self.stream = stream
        self.default_headers = default_headers
        self.default_query = default_query
        self.log_bodies = log_bodies
        self.usage = usage
        self.telemetry: Telemetry | Literal[False] | None = telemetry
        """None is what the process is instrumented with, False is nothing."""
        self.secrets = secrets
        """The values that must show nowhere, wherever they turn up."""

    @property
    def base_url(self) -> str:
        """Origin and path, without a slash at the end."""
        return f"{self.origin}{self.base_path}"


def configured(
    given: Mapping[str, Any], environ: Mapping[str, Secret[str]], servers: Mapping[str, str]
) -> Settings:
    """Return settings from arguments, environment variables and defaults, in this order of precedence.

    `given` are the client's arguments, secrets and header fields wrapped, and `environ` holds the variables
    of `VARIABLES`, wrapped too: all of them are in the locals of a traceback. Raises `EGPError`, which shows
    no secret.
    """
    # A None stands for a header that a copy takes away.
    fields: tuple[Any, ...] = given.get("default_headers", ())
    headers: tuple[Field, ...] = tuple([field for field in fields if field[1] is not None])
    key_source = given.get("api_key")
    if callable(key_source):
        api_key: Secret[str] | None = Secret("")
    else:
        key_source = None
        api_key = _secret(given, "api_key", environ, "EGP_API_KEY", "SGP_API_KEY")
        api_key = api_key or _header(headers, KEY_HEADER)
    if api_key is None:
        raise EGPError("no API key: pass api_key=… or set the environment variable EGP_API_KEY")
    origin, base_path = _base(given.get("base_url"), given.get("environment"), environ, servers)
    options = dict(given)
    call = replaced(CallOptions(), take(options, CALL_OPTIONS), CALL_OPTIONS)
    account_id = _secret(given, "account_id", environ, "EGP_ACCOUNT_ID", "SGP_ACCOUNT_ID")
    openai_api_key = _secret(given, "openai_api_key", environ)
    own = [
        secret for secret in (api_key, openai_api_key, account_id) if secret is not None and secret.reveal()
    ]
    return Settings(
        api_key=api_key,
        key_source=key_source,
        account_id=account_id,
        openai_api_key=openai_api_key,
        origin=origin,
        base_path=base_path,
        call=with_retries(call, given.get("max_retries")),
        stream=replaced(StreamOptions(), take(options, STREAM_OPTIONS), STREAM_OPTIONS),
        default_headers=headers,
        default_query=query_pairs(given.get("default_query")),
        log_bodies=_flag("log_bodies", given.get("log_bodies")),
        usage=_meter(given.get("usage")),
        telemetry=given.get("telemetry"),
        secrets=(*own, *secrets_in(headers)),
    )


def _flag(name: str, value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        raise EGPError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def _meter(value: Any) -> UsageMeter | None:
    # By what it does, because the class is slow to load for those who have none.
    if value is None or hasattr(value, "record_answer"):
        meter: UsageMeter | None = value
        return meter
    raise EGPError(f"usage must be an egp.usage.UsageMeter, got {type(value).__name__}")


def _first(argument: Any, environ: Mapping[str, Secret[str]], *names: str) -> tuple[Any, str | None]:
    """Return the first that says something, argument before variables, and which variable it was."""
    if argument is not None:
        return argument, None
    for name in names:
        value = environ[name].reveal().strip() if name in environ else ""
        if value:
            return value, name
    return None, None


def _secret(
    given: Mapping[str, Any], option: str, environ: Mapping[str, Secret[str]], *names: str
) -> Secret[str] | None:
    value, variable = _first(given.get(option), environ, *names)
    source = variable or option
    if value is None:
        return None
    fault, wrapped = _stripped(value)
    # A traceback with locals must not show it.
    del value
    if fault is not None:
        raise EGPError(f"{source} {fault}")
    return wrapped


def checked_key(given: Any) -> tuple[Secret[str] | None, str | None]:
    """Return a key, wrapped and stripped, and what is wrong with it, in words that do not show it."""
    fault, key = _stripped(given)
    return key, fault


def _stripped(given: Any) -> tuple[str | None, Secret[str] | None]:
    """Return what is wrong with a value, in words that do not show it, or the value stripped."""
    value = cast("Secret[str]", given).reveal() if isinstance(given, Secret) else given
    if hasattr(value, "__await__"):
        # It will not be awaited, which Python would complain about.
        close: Any = getattr(value, "close", None)
        if close is not None:
            close()
        return "has to be awaited, as only AsyncClient does", None
    if not isinstance(value, str):
        return f"is not a string but {type(value).__name__}", None
    value = value.strip()
    if not value:
        return "is empty", None
    fault = value_fault(value)
    return (fault, None) if fault else (None, Secret(value))


def _header(headers: tuple[Field, ...], wanted: str) -> Secret[str] | None:
    for name, value in headers:
        if name == wanted and isinstance(value, Secret) and value.reveal():
            return value
    return None


def _base(
    base_url: Any, environment: Any, environ: Mapping[str, Secret[str]], servers: Mapping[str, str]
) -> tuple[Origin, str]:
    url, variable = _first(base_url, environ, "EGP_BASE_URL", "SGP_CLIENT_BASE_URL")
    if environment is not None and environment not in servers:
        known = ", ".join(servers)
        raise EGPError(f"unknown environment {environment!r}: the known ones are {known}")
    if url is None:
        return _parsed(
            next(iter(servers.values())) if environment is None else servers[environment], "the server"
        )
    parsed = _parsed(url, variable or "base_url")
    if environment is not None and parsed != _parsed(servers[environment], "the server"):
        raise EGPError(
            f"{variable or 'base_url'} and environment={environment!r} disagree: give one of them only"
        )
    return parsed


def host_name(text: str) -> str | None:
    """Return a host as the resolver takes it, an address without its brackets; None for what is no host.

    Names are put in ASCII by IDNA 2008, by which `faß.example` is not `fass.example`.
    """
    host = text.lower()
    if host.startswith("["):
        return host.strip("[]")
    if not host.isascii():
        # Imported here: few hosts need it. httpx brings it.
        with LOADING:
            import idna

        try:
            host = idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
        except UnicodeError:
            return None
    # Labels of at most 63 octets (RFC 1035, section 2.3.4): the resolver raises for others.
    labels = host.removesuffix(".").split(".")
    is_name = len(host) <= 254 and all(
        len(label) < 64 and label.replace("-", "0").replace("_", "0").isalnum() for label in labels
    )
    return host if is_name else None


_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://"
    r"(?:(?P<user>[^/?#@]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]]+)"
    r"(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[^?#]*)?"
)
# Not as expressions: to compile those two took 0.15 ms of each start.
_PATH_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/:@!$&'()*+,;=-._~%"
)


def _is_path(path: str) -> bool:
    """Whether a path has what RFC 3986, section 3.3, allows in one."""
    escapes = path.split("%")[1:]
    return _PATH_CHARACTERS.issuperset(path) and all(
        len(escape) >= 2 and _HEX.issuperset(escape[:2]) for escape in escapes
    )


_HEX = frozenset("0123456789ABCDEFabcdef")


def _parsed(url: Any, source: str) -> tuple[Origin, str]:
    """Return origin and path of a base URL; raise `EGPError` for one that is malformed."""
    text = url.strip() if isinstance(url, str) else str(url)
    matched = _URL.fullmatch(text)
    if matched is None:
        # Not shown: what is no URL may be a key in the wrong place.
        raise EGPError(f"{source} is not a URL of the form https://host[:port][/path]")
    scheme = matched["scheme"].lower()
    if scheme not in ("http", "https"):
        raise EGPError(f"{source} has the scheme {scheme!r}: only http and https are known")
    if matched["user"] is not None:
        raise EGPError(f"{source} contains a user name or password: give the key as api_key")
    host = host_name(matched["host"])
    if host is None:
        raise EGPError(f"{source} has a host that is no domain name")
    port = int(matched["port"]) if matched["port"] else DEFAULT_PORTS[scheme]
    path = matched["path"] or ""
    if not 0 < port < 65536 or not _is_path(path):
        raise EGPError(f"{source} is not a URL of the form https://host[:port][/path]")
    return Origin(scheme, host, port), path.rstrip("/")


def query_pairs(query: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """Return query parameters as pairs: a list gives one pair for each value, None gives none.

    Booleans become `true` and `false`; raises `EGPError` for what has no text form.
    """
    given: Any = {} if query is None else query
    if not _is_mapping(given):
        raise EGPError(f"query parameters must be a mapping of names to values, got {type(given).__name__}")
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        for item in value if _is_sequence(value) else (value,):
            if item is None:
                continue
            if not isinstance(item, (str, int, float)):
                kind = type(item).__name__
                raise EGPError(f"the query parameter {name} must be text or a number, got {kind}")
            if _has_lone_surrogate(str(name)) or _has_lone_surrogate(str(item)):
                raise EGPError(f"the query parameter {name!r} has a lone surrogate, which cannot be sent")
            pairs.append((str(name), str(item).lower() if isinstance(item, bool) else str(item)))
    return tuple(pairs)


def _has_lone_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _is_sequence(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, (list, tuple))
