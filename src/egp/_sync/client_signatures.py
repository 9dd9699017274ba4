# Made by scripts/unasync from src/egp/_async/client_signatures.py: edit that file, then run the script.
# Made by scripts/signatures from src/egp/_options.py: edit that.
"""The methods of a client that take its options, each option spelled out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._client import by_options
from egp._core.options import DEFAULT, OF_THE_CLIENT

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence
    from typing import Literal, Self

    import httpx

    from egp._core.clock import Clock
    from egp._core.retry import Retry
    from egp.telemetry import Telemetry
    from egp.usage import UsageMeter

__all__ = ["Configured"]


class Configured:
    """`Client(…)` and its `with_options`."""

    @by_options("Client", "_start")
    def __init__(
        self,
        *,
        api_key: str | Callable[[], str] | None = None,
        account_id: str | None = None,
        openai_api_key: str | None = None,
        base_url: str | None = None,
        environment: str | None = None,
        timeout: float | httpx.Timeout | None = DEFAULT,
        deadline: float | None = None,
        max_retries: int | None = None,
        retry: Retry | None = None,
        first_token_timeout: float | None = None,
        idle_timeout: float | None = None,
        max_response_bytes: int | None = None,
        on_truncated: Literal["raise", "ignore"] | None = None,
        max_event_bytes: int | None = None,
        default_headers: Mapping[str, str | None] | None = None,
        default_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = None,
        log_bodies: bool = False,
        telemetry: Telemetry | bool | None = None,
        usage: UsageMeter | None = None,
        http_client: httpx.Client | None = None,
        max_connections: int = 1000,
        keepalive_expiry: float = 30.0,
        ssl_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Make a client; nothing is opened before the first call.

        Args:
            api_key: The key. Absent: `EGP_API_KEY`, else `SGP_API_KEY`. White space around it is
                stripped. A function is called before each attempt, for keys that rotate; an asynchronous
                client takes asynchronous ones, too.
            account_id: The account that calls are made for. Absent: `EGP_ACCOUNT_ID`, else
                `SGP_ACCOUNT_ID`, else the key's own.
            openai_api_key: Your own OpenAI key, for the models of OpenAI.
            base_url: Where the service is: `https://host[:port][/path]`. Absent: `EGP_BASE_URL`, else
                `SGP_CLIENT_BASE_URL`, else that of the environment. Must agree with `environment` where
                both are given.
            environment: `production` (the default), `production-multitenant`, `staging`, `development` or
                `local`.
            timeout: Seconds for each step of each attempt, as httpx means it; None waits for ever. The
                default is 5 to connect, 600 to read (models may think for minutes before the first byte),
                60 to send, and 60 for a free connection. With an `http_client` whose own timeout was set,
                that one is the default.
            deadline: Seconds for a whole call: attempts, waits, body and stream. None, the default, is no
                limit.
            max_retries: Attempts after the first; the default is 2. Short for
                `retry=Retry(max_retries=…)`.
            retry: The whole retry policy; the default is `Retry()`.
            first_token_timeout: Seconds from the start of an attempt to the first chunk of its stream
                that has any content; pings, comments and the role alone do not count. None, the default,
                is no limit.
            idle_timeout: Seconds from one chunk of a stream to the next; pings and comments do not count.
                None, the default, is no limit.
            max_response_bytes: The largest body of an answer that is read whole, content-decoded, in
                bytes; the default is 512 MiB.
            on_truncated: What to do about a stream that ends before its answer does: `raise`, the
                default, or `ignore`.
            max_event_bytes: The largest event of a stream that is accepted, in bytes; the default is 64
                MiB.
            default_headers: Headers to send with each request, in place of our own of the same name.
                `with_options` adds to the client's; None takes one of them away.
            default_query: Query parameters to send with each request.
            log_bodies: Whether bodies of requests and answers, prompts included, are logged at debug; the
                default is False.
            telemetry: True, or an `egp.telemetry.Telemetry`, reports spans and metrics to OpenTelemetry;
                False never does. None, the default, does where `EGPInstrumentor` is active.
            usage: A meter of the requests and tokens of `chat.completions`; None, the default, counts
                nothing.
            http_client: An httpx client of the client's own kind, to send requests through, for its
                proxies, TLS settings, hooks, mounts or mock transports. The client never closes it. With
                it, `deadline` of `Client` is kept as far as httpx allows: it shortens the timeouts, and
                bounds each read of an HTTP/1.1 body. Over HTTP/2 it is looked at whenever httpx hands out
                a part of the body.
            max_connections: How many connections may be open at once; the default is 1000. A call beyond
                them waits for one as long as the pool's `timeout` says.
            keepalive_expiry: Seconds for which an unused connection is kept; the default is 30.
            ssl_context: What certificates to trust and which to show, for a private authority or a client
                certificate. The default trusts certifi's roots, or those that SSL_CERT_FILE or
                SSL_CERT_DIR name.
            clock: The clock, random source and sleep to use in place of the machine's, for tests.

        Raises:
            EGPError: a key, header, URL or environment that cannot be right. It shows no secret.
        """
        raise NotImplementedError

    @by_options("Client", "_copy")
    def with_options(
        self,
        *,
        api_key: str | Callable[[], str] | None = OF_THE_CLIENT,
        account_id: str | None = OF_THE_CLIENT,
        openai_api_key: str | None = OF_THE_CLIENT,
        base_url: str | None = OF_THE_CLIENT,
        environment: str | None = OF_THE_CLIENT,
        timeout: float | httpx.Timeout | None = OF_THE_CLIENT,
        deadline: float | None = OF_THE_CLIENT,
        max_retries: int | None = OF_THE_CLIENT,
        retry: Retry | None = OF_THE_CLIENT,
        first_token_timeout: float | None = OF_THE_CLIENT,
        idle_timeout: float | None = OF_THE_CLIENT,
        max_response_bytes: int | None = OF_THE_CLIENT,
        on_truncated: Literal["raise", "ignore"] | None = OF_THE_CLIENT,
        max_event_bytes: int | None = OF_THE_CLIENT,
        default_headers: Mapping[str, str | None] | None = OF_THE_CLIENT,
        default_query: Mapping[str, str | int | float | bool | Sequence[str] | None] | None = OF_THE_CLIENT,
        log_bodies: bool = OF_THE_CLIENT,
        telemetry: Telemetry | bool | None = OF_THE_CLIENT,
        usage: UsageMeter | None = OF_THE_CLIENT,
    ) -> Self:
        """Return a copy with some options changed, which shares the connections.

        It is closed with the original; closing the copy does nothing.

        Args:
            api_key: The key. Absent: `EGP_API_KEY`, else `SGP_API_KEY`. White space around it is
                stripped. A function is called before each attempt, for keys that rotate; an asynchronous
                client takes asynchronous ones, too.
            account_id: The account that calls are made for. Absent: `EGP_ACCOUNT_ID`, else
                `SGP_ACCOUNT_ID`, else the key's own.
            openai_api_key: Your own OpenAI key, for the models of OpenAI.
            base_url: Where the service is: `https://host[:port][/path]`. Absent: `EGP_BASE_URL`, else
                `SGP_CLIENT_BASE_URL`, else that of the environment. Must agree with `environment` where
                both are given.
            environment: `production` (the default), `production-multitenant`, `staging`, `development` or
                `local`.
            timeout: Seconds for each step of each attempt, as httpx means it; None waits for ever. The
                default is 5 to connect, 600 to read (models may think for minutes before the first byte),
                60 to send, and 60 for a free connection. With an `http_client` whose own timeout was set,
                that one is the default.
            deadline: Seconds for a whole call: attempts, waits, body and stream. None, the default, is no
                limit.
            max_retries: Attempts after the first; the default is 2. Short for
                `retry=Retry(max_retries=…)`.
            retry: The whole retry policy; the default is `Retry()`.
            first_token_timeout: Seconds from the start of an attempt to the first chunk of its stream
                that has any content; pings, comments and the role alone do not count. None, the default,
                is no limit.
            idle_timeout: Seconds from one chunk of a stream to the next; pings and comments do not count.
                None, the default, is no limit.
            max_response_bytes: The largest body of an answer that is read whole, content-decoded, in
                bytes; the default is 512 MiB.
            on_truncated: What to do about a stream that ends before its answer does: `raise`, the
                default, or `ignore`.
            max_event_bytes: The largest event of a stream that is accepted, in bytes; the default is 64
                MiB.
            default_headers: Headers to send with each request, in place of our own of the same name.
                `with_options` adds to the client's; None takes one of them away.
            default_query: Query parameters to send with each request.
            log_bodies: Whether bodies of requests and answers, prompts included, are logged at debug; the
                default is False.
            telemetry: True, or an `egp.telemetry.Telemetry`, reports spans and metrics to OpenTelemetry;
                False never does. None, the default, does where `EGPInstrumentor` is active.
            usage: A meter of the requests and tokens of `chat.completions`; None, the default, counts
                nothing.
        """
        raise NotImplementedError
