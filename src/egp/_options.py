"""The options of clients and calls, for type checkers and readers: not loaded at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from egp_api.params import (
    CreateChatCompletionCommonKeywords,
    CreateChatCompletionKeywords,
    ListChatCompletionModelsKeywords,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    import httpx

    from egp._core.clock import Clock
    from egp._core.retry import Retry
    from egp.telemetry import Telemetry
    from egp.usage import UsageMeter

__all__ = [
    "BodyOptions",
    "CallOptions",
    "ClientOptions",
    "CreateOptions",
    "EngineOptions",
    "ModelsOptions",
    "ParseOptions",
    "StreamCallOptions",
    "StreamCreateOptions",
    "StreamParseOptions",
]


class ClientOptions(TypedDict, total=False):
    """Options of `Client`, `AsyncClient` and their `with_options`."""

    api_key: str | Callable[[], str | Awaitable[str]] | None
    """The key. Absent: `EGP_API_KEY`, else `SGP_API_KEY`. White space around it is stripped. A function is
    called before each attempt, for keys that rotate; an asynchronous client takes asynchronous ones, too."""
    account_id: str | None
    """The account that calls are made for. Absent: `EGP_ACCOUNT_ID`, else `SGP_ACCOUNT_ID`, else the key's
    own."""
    openai_api_key: str | None
    """Your own OpenAI key, for the models of OpenAI."""
    base_url: str | None
    """Where the service is: `https://host[:port][/path]`. Absent: `EGP_BASE_URL`, else `SGP_CLIENT_BASE_URL`,
    else that of the environment. Must agree with `environment` where both are given."""
    environment: str | None
    """`production` (the default), `production-multitenant`, `staging`, `development` or `local`."""
    timeout: float | httpx.Timeout | None
    """Seconds for each step of each attempt, as httpx means it; None waits for ever. The default is 5 to
    connect, 600 to read (models may think for minutes before the first byte), 60 to send, and 60 for a free
    connection. With an `http_client` whose own timeout was set, that one is the default."""
    deadline: float | None
    """Seconds for a whole call: attempts, waits, body and stream. None, the default, is no limit."""
    max_retries: int | None
    """Attempts after the first; the default is 2. Short for `retry=Retry(max_retries=…)`."""
    retry: Retry | None
    """The whole retry policy; the default is `Retry()`."""
    first_token_timeout: float | None
    """Seconds from the start of an attempt to the first chunk of its stream that has any content; pings,
    comments and the role alone do not count. None, the default, is no limit."""
    idle_timeout: float | None
    """Seconds from one chunk of a stream to the next; pings and comments do not count. None, the default, is
    no limit."""
    max_response_bytes: int | None
    """The largest body of an answer that is read whole, content-decoded, in bytes; the default is 512 MiB."""
    on_truncated: Literal["raise", "ignore"] | None
    """What to do about a stream that ends before its answer does: `raise`, the default, or `ignore`."""
    max_event_bytes: int | None
    """The largest event of a stream that is accepted, in bytes; the default is 64 MiB."""
    default_headers: Mapping[str, str | None] | None
    """Headers to send with each request, in place of our own of the same name. `with_options` adds to the
    client's; None takes one of them away."""
    default_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None
    """Query parameters to send with each request."""
    log_bodies: bool
    """Whether bodies of requests and answers, prompts included, are logged at debug; the default is False."""
    telemetry: Telemetry | bool | None
    """True, or an `egp.telemetry.Telemetry`, reports spans and metrics to OpenTelemetry; False never does.
    None, the default, does where `EGPInstrumentor` is active."""
    usage: UsageMeter | None
    """A meter of the requests and tokens of `chat.completions`; None, the default, counts nothing."""


class EngineOptions(TypedDict, total=False):
    """Options of `AsyncClient` that all its copies share. `Client` has the same, with an `httpx.Client`."""

    http_client: httpx.AsyncClient | None
    """An httpx client of the client's own kind, to send requests through, for its proxies, TLS settings,
    hooks, mounts or mock transports. The client never closes it. With it, `deadline` of `Client` is
    kept as far as httpx allows: it shortens the timeouts, and bounds each read of an HTTP/1.1 body. Over
    HTTP/2 it is looked at whenever httpx hands out a part of the body."""
    max_connections: int
    """How many connections may be open at once; the default is 1000. A call beyond them waits for one as long
    as the pool's `timeout` says."""
    keepalive_expiry: float
    """Seconds for which an unused connection is kept; the default is 30."""
    ssl_context: ssl.SSLContext | None
    """What certificates to trust and which to show, for a private authority or a client certificate. The
    default trusts certifi's roots, or those that SSL_CERT_FILE or SSL_CERT_DIR name."""
    clock: Clock | None
    """The clock, random source and sleep to use in place of the machine's, for tests."""


class CallOptions(TypedDict, total=False):
    """Options of one call, in place of the client's."""

    extra_headers: Mapping[str, str] | None
    """Headers to add, or to send in place of ours of the same name."""
    extra_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None
    """Query parameters to add."""
    timeout: float | httpx.Timeout | None
    """Seconds for each step of each attempt; None waits for ever."""
    deadline: float | None
    """Seconds for the whole call: attempts, waits, body and stream. None is no limit."""
    max_retries: int | None
    """Attempts after the first; None for the client's own number."""
    retry: Retry | None
    """The whole retry policy; None for the client's own."""
    max_response_bytes: int | None
    """The largest body of an answer that is read whole, content-decoded, in bytes; None for the client's."""


class BodyOptions(CallOptions, total=False):
    """Options of one call that has a body."""

    extra_body: Mapping[str, object] | None
    """Body fields that the contract does not know, or that should replace ours; sent as they are."""


class CreateOptions(CreateChatCompletionKeywords, BodyOptions, total=False):
    """The keywords of `chat.completions.create`."""


class ParseOptions(CreateChatCompletionCommonKeywords, BodyOptions, total=False):
    """The keywords that `chat.completions.parse` has in common with `create`."""


class StreamCallOptions(CallOptions, total=False):
    """Options of one streamed call, in place of the client's."""

    first_token_timeout: float | None
    """Seconds from the start of an attempt to the first chunk that has any content; pings, comments and the
    role alone do not count. None is no limit."""
    idle_timeout: float | None
    """Seconds from one chunk to the next; pings and comments do not count. None is no limit."""
    on_truncated: Literal["raise", "ignore"] | None
    """What to do about a stream that ends before its answer does: `raise` or `ignore`."""
    max_event_bytes: int | None
    """The largest event that is accepted, in bytes."""


class StreamCreateOptions(CreateOptions, StreamCallOptions, total=False):
    """The keywords of `chat.completions.create` with `stream=True`."""


class StreamParseOptions(ParseOptions, StreamCallOptions, total=False):
    """The keywords that `chat.completions.stream` and `run_tools` have in common with `create`."""


class ModelsOptions(ListChatCompletionModelsKeywords, CallOptions, total=False):
    """The keywords of `chat.completions.models` and `models.list`."""
