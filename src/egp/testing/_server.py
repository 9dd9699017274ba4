"""The server: an application in an event loop, in a thread."""

from __future__ import annotations

import asyncio
import os
import socket
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self

import uvicorn
from uvicorn.server import ServerState

from egp.testing._app import App
from egp.testing._contract import Contract
from egp.testing._document import load
from egp.testing._matching import Matching
from egp.testing._protocol import Protocol
from egp.testing._recorder import Recorder
from egp.testing._replay import Replay
from egp.testing._scripting import Scripting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from egp.testing._reply import End
    from egp.testing._requests import RecordedRequest

_BACKLOG = 2048  # connections that may wait to be accepted: a test may open a thousand at once
_KEEP_ALIVE_SECONDS = 600  # longer than any test, so that no connection closes while a client means to use it


class Server(Scripting):
    """The EGP chat-completions endpoint on a port of 127.0.0.1, in a thread of this process.

    Answers are made from the request alone (the same request has the same body): "You said: …", or calls of
    the tools offered (see `docs/testing.md`). Any key is accepted, as `x-api-key` or as `Authorization:
    Bearer`, and null for any optional field. A request without a key gets a 401, one that openapi.yaml
    forbids a 422 in FastAPI's form.

    `reply`, `stream`, `fail`, `raw` and `drop` script the next answers, in order; each is used once unless
    `times` says otherwise. They work for every path. `reply` and `stream` answer only what the service would
    take: a request without a key still gets its 401.

    Use it as a context manager, sync or async, or call `start` and `stop`. Any thread may script and read.

    Args:
        prefix: The path that all is below, such as `/public`; part of `url`.
        port: The port; 0, the default, takes a free one.
        spec: The OpenAPI 3.1 document to serve, as a path or as parsed; by default the one that `egp_api` was
            compiled from.
        end: How answers end unless scripted otherwise; `"eof"` leaves out the `[DONE]` of streams.
        check: Whether to refuse what the service refuses (401, 422). False accepts any request, and
            `/chat/completions` below any path.
        record: A file to record into: requests are forwarded to `upstream`, and its responses are sent on.
            Secrets are replaced before anything is written. `stop` puts the file in its place.
        upstream: The base URL of the service that is recorded.
        secrets: Values that are replaced wherever they stand in a recording, beside those that are found by
            name and by shape.
        replay: A recorded file to answer from.
        matching: What may differ between a request and the recorded one.
        timing: Whether a replayed response takes the time that it took when it was recorded.
        repeat: Whether the last of several identical recordings answers again and again; by default each
            answers once.

    Raises:
        CassetteError: A cassette cannot be read or written, or recording is off because this is a CI run.
        ValueError: An option makes no sense, or does not go together with another.
    """

    api_key = "test-key"
    """A key that the server accepts; it accepts any."""

    def __init__(
        self,
        *,
        prefix: str = "",
        port: int = 0,
        spec: Mapping[str, Any] | Path | str | None = None,
        end: End = "done",
        check: bool = True,
        record: Path | str | None = None,
        upstream: str | None = None,
        secrets: Iterable[str] = (),
        replay: Path | str | None = None,
        matching: Matching | None = None,
        timing: bool = False,
        repeat: bool = False,
    ) -> None:
        super().__init__(end=end)
        _check_options(port, record, upstream, replay)
        self._prefix = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
        self._port = port
        self._state = ServerState()
        self._recorder: Recorder | None = None
        self._replay: Replay | None = None
        if record is not None and upstream is not None:
            self._recorder = Recorder(record, upstream=upstream, prefix=self._prefix, secrets=secrets)
        if replay is not None:
            rules = matching or Matching()
            self._replay = Replay(replay, matching=rules, timing=timing, repeat=repeat, prefix=self._prefix)
        backend = self._recorder or self._replay
        self._app = App(
            () if backend is not None else Contract(load(spec)).operations(),
            self._script,
            prefix=self._prefix,
            check=check,
            end=end,
            backend=backend,
        )
        self._failure: Exception | None = None
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """The base URL, for `egp.Client(base_url=…)`; no slash at its end."""
        if not self._port:
            raise RuntimeError("The server has no address before it is started.")
        return f"http://127.0.0.1:{self._port}{self._prefix}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that lead clients of egp and openai here, past any proxy."""
        direct = ",".join(filter(None, [os.environ.get("NO_PROXY", os.environ.get("no_proxy")), "127.0.0.1"]))
        # A service that is recorded asks for a real key, which the environment has already.
        names = () if self._recorder is not None else ("EGP_API_KEY", "OPENAI_API_KEY")
        return {
            "EGP_BASE_URL": self.url,
            "OPENAI_BASE_URL": f"{self.url}/v5",
            **dict.fromkeys(names, self.api_key),
            "NO_PROXY": direct,
            "no_proxy": direct,
        }

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests received since the start or the last `reset`, in the order of their arrival."""
        return [*self._app.requests]

    @property
    def connections(self) -> int:
        """How many connections clients hold open."""
        return len(self._state.connections)

    def start(self) -> Self:
        """Start serving; return when connections are accepted."""
        if self._thread is not None:
            raise RuntimeError("The server is running already.")
        # The protocol is named because asyncio turns Nagle's algorithm off only for sockets that name it.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self._port))
            listener.listen(_BACKLOG)
            if self._recorder is not None:
                self._recorder.open()
        except BaseException:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        ready = Event()
        self._thread = Thread(
            target=lambda: asyncio.run(self._serve(listener, ready)),
            name=f"egp.testing:{self._port}",
            daemon=True,
        )
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        """Stop serving: close every connection, wherever its answer is. Harmless when not running."""
        if self._thread is None:
            return
        assert self._loop is not None  # noqa: S101  # set before start() returned
        assert self._stopping is not None  # noqa: S101
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = self._loop = self._stopping = None
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def check_replay(self) -> None:
        """Check that the requests were those of the cassette; without a cassette, do nothing.

        The `with` block of a server does this at its end, and so does `@pytest.mark.egp_cassette`.

        Raises:
            CassetteError: A request differed from the recorded ones, or a recording was not used.
        """
        if self._replay is not None:
            self._replay.check()

    def reset(self) -> None:
        """Forget scripted answers and received requests, break off answers, rewind the cassette."""
        self._script.clear()
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._break_off(), self._loop).result()
        self._app.requests.clear()
        if self._replay is not None:
            self._replay.rewind()

    async def _serve(self, listener: socket.socket, ready: Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        config = uvicorn.Config(
            self._app,
            http=Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        )
        config.load()
        # uvicorn.Server would look for its end ten times a second, and log its comings and goings.
        make = partial(Protocol, config, self._state, {})
        server = await self._loop.create_server(make, sock=listener, backlog=_BACKLOG)
        ready.set()
        await self._stopping.wait()
        server.close()
        for connection in [*self._state.connections]:
            connection.transport.abort()
        try:
            if self._recorder is not None:
                await self._recorder.close()
        except Exception as error:  # noqa: BLE001  # stop() raises it, in the caller's thread
            self._failure = error
        await self._settle()
        await server.wait_closed()

    async def _break_off(self) -> None:
        for transport in [*self._app.busy]:
            transport.abort()
        if self._recorder is not None:
            await self._recorder.abort()
        await self._settle()

    async def _settle(self) -> None:
        if self._state.tasks:
            await asyncio.wait([*self._state.tasks])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        self.stop()
        if error_type is None:
            self.check_replay()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        await asyncio.to_thread(self.stop)
        if error_type is None:
            self.check_replay()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url if self._port else 'not started'}>"


def _check_options(port: int, record: object, upstream: object, replay: object) -> None:
    if not 0 <= port <= 65535:
        raise ValueError(f"port must be 0 to 65535, got {port}")
    if record is not None and replay is not None:
        raise ValueError("a server either records or replays: pass record or replay, not both")
    if (record is None) != (upstream is None):
        raise ValueError(
            "record and upstream go together: a file to write, and the URL of the service to record"
        )
