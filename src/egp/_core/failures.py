"""Exceptions of the layers below as values: one vocabulary for sockets, TLS, our transport and httpx."""

from __future__ import annotations

from enum import Enum

from egp.errors import APIConnectionError, APIError, APIResponseValidationError, APITimeoutError

__all__ = [
    "ClientClosedError",
    "ConnectionEndedError",
    "Failure",
    "MalformedResponseError",
    "PoolTimeoutError",
    "ProxyRefusedError",
    "Stage",
    "UndecodableError",
    "failure_of",
]


class ConnectionEndedError(Exception):
    """The peer closed the connection before the response was complete."""


class MalformedResponseError(Exception):
    """The peer does not speak HTTP/1.1."""


class UndecodableError(Exception):
    """The body is not what its content-encoding says."""


class ProxyRefusedError(Exception):
    """A proxy did not make the tunnel that it was asked for."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"the proxy refused to connect to the server: HTTP {status} {reason}".rstrip())
        self.status = status


class PoolTimeoutError(Exception):
    """No connection became free in time."""


class ClientClosedError(Exception):
    """The user closed the client in the meantime."""


class Stage(Enum):
    """What was going on when an attempt failed."""

    CONNECT = ("connect", "connecting", "the connection could not be made")
    SEND = ("write", "sending", "the connection broke while sending the request")
    READ = ("read", "reading", "the connection broke while reading the response")

    def __init__(self, timeout: str, doing: str, broken: str) -> None:
        self.timeout = timeout
        """The field of `Timeouts` that bounds it."""
        self.doing = doing
        self.broken = broken


class Failure:
    """An attempt, or the reading of a body, that failed."""

    # No tuple: monitors that print the locals of a traceback would print its parts.
    __slots__ = (
        "cause",
        "error",
        "is_malformed",
        "is_timeout",
        "message",
        "retried",
        "stage",
        "stale",
        "via",
    )

    def __init__(
        self,
        error: type[APIError],
        message: str,
        *,
        is_timeout: bool = False,
        cause: BaseException | None = None,
        retried: bool = True,
        is_malformed: bool = False,
        stage: Stage | None = None,
        stale: bool = False,
    ) -> None:
        self.error = error
        self.message = message
        self.is_timeout = is_timeout
        self.cause = cause
        """A root cause of the standard library, without traceback; nothing on it is secret."""
        self.retried = retried
        """Whether another attempt may help."""
        self.is_malformed = is_malformed
        """Whether an answer came that breaks the rules of HTTP: it may have been paid for."""
        self.stage = stage
        """What was going on; None where the message says more."""
        self.via: str | None = None
        """The proxy that was in between, without its password."""
        self.stale = stale
        """Whether a kept connection turned out to be closed before a byte of the response came."""

    def __repr__(self) -> str:
        return f"<Failure {self.error.__name__}>"


# By name of the class, the closest one in the exception's MRO deciding, so that nothing here imports httpx
# or httpcore. The words end in what was going on; the cause follows them.
HTTPX_PACKAGES = frozenset({"httpx", "httpcore", "httpx2", "httpcore2"})
_NAMED: dict[str, tuple[type[APIError], str, bool]] = {
    "ConnectTimeout": (APITimeoutError, "the timeout for connecting ran out", True),
    "ReadTimeout": (APITimeoutError, "the timeout for reading ran out", True),
    "WriteTimeout": (APITimeoutError, "the timeout for sending ran out", True),
    "PoolTimeout": (
        APITimeoutError,
        "the timeout for a free connection of the http_client's pool ran out",
        True,
    ),
    "TimeoutException": (APITimeoutError, "a timeout ran out", True),
    "ConnectError": (APIConnectionError, "the connection could not be made", True),
    "ReadError": (APIConnectionError, "the connection broke while reading the response", True),
    "WriteError": (APIConnectionError, "the connection broke while sending the request", True),
    "CloseError": (APIConnectionError, "the connection could not be closed", True),
    "NetworkError": (APIConnectionError, "the network failed", True),
    "RemoteProtocolError": (APIConnectionError, "the server broke the rules of HTTP or the connection", True),
    "LocalProtocolError": (APIConnectionError, "the request breaks the rules of HTTP", False),
    "ProtocolError": (APIConnectionError, "the rules of HTTP were broken", True),
    "ProxyError": (APIConnectionError, "the proxy did not make the connection", True),
    "UnsupportedProtocol": (APIConnectionError, "the http_client does not support this kind of URL", False),
    "ConnectionNotAvailable": (APIConnectionError, "the http_client had no connection", True),
    "TransportError": (APIConnectionError, "the http_client could not carry the request", True),
    "DecodingError": (
        APIResponseValidationError,
        "the body cannot be decoded as its content-encoding says",
        False,
    ),
    "TooManyRedirects": (APIConnectionError, "the http_client followed too many redirects", False),
    "RequestError": (APIConnectionError, "the http_client could not carry the request", True),
    "HTTPStatusError": (APIConnectionError, "a hook of the http_client refused the response", False),
    "HTTPError": (APIConnectionError, "the http_client failed", True),
    "InvalidURL": (APIConnectionError, "the http_client does not accept the URL", False),
    "CookieConflict": (APIConnectionError, "the http_client's cookies contradict one another", False),
    "StreamError": (
        APIConnectionError,
        "the http_client's response was read or closed by someone else",
        False,
    ),
}


_STAGES = {"ConnectTimeout": Stage.CONNECT, "ReadTimeout": Stage.READ, "WriteTimeout": Stage.SEND}
"""The steps whose timeouts httpx names."""


def failure_of(exception: BaseException, stage: Stage) -> Failure | None:
    """Return the failure that an exception of the layers below stands for; None for one of no such layer."""
    if isinstance(exception, TimeoutError) and exception.errno is None:
        return Failure(
            APITimeoutError, f"the timeout for {stage.doing} ran out", is_timeout=True, stage=stage
        )
    if isinstance(exception, OSError):
        # A certificate that is not trusted now is not trusted in half a second, nor is TLS spoken then.
        is_plain = getattr(exception, "reason", None) in _NO_TLS
        retried = not is_plain and type(exception).__name__ != "SSLCertVerificationError"
        words = _os_message(exception, stage)
        if is_plain:
            words += ": the server does not speak TLS at this port; is it http:// there?"
        return Failure(APIConnectionError, words, cause=bare(exception), retried=retried, stage=stage)
    if isinstance(exception, PoolTimeoutError):
        return Failure(APITimeoutError, str(exception), is_timeout=True)
    if isinstance(exception, ClientClosedError):
        return Failure(APIConnectionError, str(exception), retried=False)
    if isinstance(exception, ProxyRefusedError):
        # What a proxy does not allow now it does not allow in half a second.
        return Failure(APIConnectionError, str(exception), retried=exception.status >= 500, stage=stage)
    if isinstance(exception, ConnectionEndedError):
        return Failure(APIConnectionError, str(exception), stage=stage)
    if isinstance(exception, MalformedResponseError):
        return Failure(APIConnectionError, str(exception), retried=False, is_malformed=True)
    if isinstance(exception, UndecodableError):
        return Failure(APIResponseValidationError, str(exception), retried=False)
    for cls in type(exception).__mro__:
        if cls.__module__.partition(".")[0] in HTTPX_PACKAGES and cls.__name__ in _NAMED:
            error, words, retried = _NAMED[cls.__name__]
            root = _root(exception)
            said = str(root if root is not None else exception)
            malformed = cls.__name__ == "RemoteProtocolError" and _is_from_h11(exception)
            return Failure(
                error,
                f"{words}: {said}" if said else words,
                is_timeout=error is APITimeoutError,
                cause=bare(root),
                stage=_STAGES.get(cls.__name__, Stage.CONNECT if cls.__name__ == "ConnectError" else None),
                retried=retried and not malformed and type(root).__name__ != "SSLCertVerificationError",
                is_malformed=malformed,
            )
    return None


# What OpenSSL says where the peer answers in plain HTTP.
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")


def bare(exception: BaseException | None) -> BaseException | None:
    """Return an error of the system or of TLS without its frames and its chain, which may hold secrets."""
    if not isinstance(exception, OSError):
        return None
    exception.__cause__ = exception.__context__ = None
    return exception.with_traceback(None)


def _is_from_h11(exception: BaseException) -> bool:
    """Return whether the parser of httpcore raised it, and not httpcore, for an end without an answer."""
    current: BaseException | None = exception
    while current is not None:
        if type(current).__module__.partition(".")[0] == "h11":
            return True
        current = current.__cause__ or current.__context__
    return False


def _root(exception: BaseException) -> OSError | None:
    """Return the error of the operating system at the bottom of a chain."""
    seen: set[int] = set()
    current: BaseException | None = exception
    found: OSError | None = None
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        if isinstance(current, OSError):
            found = current
        current = current.__cause__ or current.__context__
    return found


def _os_message(exception: OSError, stage: Stage) -> str:
    return f"{stage.broken}: {exception.strerror or exception or type(exception).__name__}"
