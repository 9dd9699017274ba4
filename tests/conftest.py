"""What the tests of all parts share: one body for every mode, and a server that breaks at the byte."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import anyio.from_thread
import anyio.lowlevel
import httpx
import pytest

from egp import AsyncClient, Client, Clock
from egp._core.options import CALL_OPTIONS, replaced, with_retries
from egp._core.request import Request
from tests.inside import session_of

MODES = ("sync", "asyncio", "uvloop", "trio", "sync-httpx", "asyncio-httpx")


class Modal:
    """A client of either kind, whose methods are called alike: coroutines are run to their end."""

    def __init__(self, mode: str, portal: Any, options: dict[str, Any]) -> None:
        self._portal = portal
        self.http_client = None
        if mode.endswith("-httpx") and "http_client" not in options:
            kind = httpx.Client if portal is None else httpx.AsyncClient
            self.http_client = options["http_client"] = kind(trust_env=False, timeout=5.0)
        self.client = (Client if portal is None else AsyncClient)(**options)

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._portal is None:
            return function(*args, **kwargs)

        async def awaited() -> Any:
            result = function(*args, **kwargs)
            return await result if hasattr(result, "__await__") else result

        return self._portal.call(awaited)

    def send(self, path: str = "/v5/chat/completions", content: bytes = b"{}", **options: Any) -> Any:
        return self.run(session_of(self.client).send, self._request(path, content, "json", options))

    def open(self, path: str = "/v5/chat/completions", content: bytes = b"{}", **options: Any) -> ModalStream:
        return ModalStream(
            self, self.run(session_of(self.client).open, self._request(path, content, "events", options))
        )

    def _request(self, path: str, content: bytes, expects: Any, options: dict[str, Any]) -> Request:
        headers = options.pop("headers", None)
        query = options.pop("query", ())
        first_token_timeout = options.pop("first_token_timeout", None)
        max_retries = options.pop("max_retries", None)
        call = replaced(session_of(self.client).settings.call, options, CALL_OPTIONS)
        return Request(
            "POST",
            path,
            content=content,
            expects=expects,
            headers=headers,
            query=query,
            options=with_retries(call, max_retries),
            first_token_timeout=first_token_timeout,
        )

    def with_options(self, **options: Any) -> Modal:
        copy = object.__new__(Modal)
        copy._portal, copy.http_client = self._portal, None
        copy.client = self.client.with_options(**options)
        return copy

    def close(self) -> None:
        self.run(self.client.close)
        if self.http_client is not None:
            self.run(self.http_client.close if self._portal is None else self.http_client.aclose)

    @property
    def open_connections(self) -> int:
        return session_of(self.client).engine.open_connections


class ModalStream:
    """An open stream of either kind."""

    def __init__(self, modal: Modal, reply: Any) -> None:
        self._modal = modal
        self.reply = reply

    def read(self, *args: Any) -> bytes:
        return self._modal.run(self.reply.read, *args)

    def read_all(self) -> bytes:
        parts: list[bytes] = []
        while part := self.read():
            parts.append(part)
        self.close()
        return b"".join(parts)

    def retry(self, error: Exception, status: int | None) -> ModalStream:
        return ModalStream(self._modal, self._modal.run(self.reply.retry, error, status))

    def finish(self) -> None:
        self._modal.run(self.reply.finish)

    def close(self) -> None:
        self._modal.run(getattr(self.reply, "aclose", None) or self.reply.close)


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """The way in which the client of a test works."""
    return request.param


@pytest.fixture
def portal(mode: str) -> Iterator[Any]:
    """What runs coroutines in the mode's event loop; None where there is none."""
    if mode.startswith("sync"):
        yield None
        return
    backend = mode.partition("-")[0]
    options = {"use_uvloop": True} if backend == "uvloop" else {}
    with anyio.from_thread.start_blocking_portal(
        "asyncio" if backend == "uvloop" else backend, backend_options=options
    ) as portal:
        yield portal


@pytest.fixture
def make_client(mode: str, portal: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Modal]]:
    """Makes clients that wait for next to nothing between attempts, and closes them."""
    for name in ("EGP_LOG", "EGP_BASE_URL", "SGP_CLIENT_BASE_URL", "EGP_ACCOUNT_ID", "SGP_ACCOUNT_ID"):
        monkeypatch.delenv(name, raising=False)
    made: list[Modal] = []
    clock = Clock(
        monotonic=time.monotonic,
        time=time.time,
        random=random.random,
        sleep=(lambda _: None) if portal is None else (lambda _: anyio.lowlevel.checkpoint()),
    )

    def make(base_url: str = "http://127.0.0.1:9", **options: Any) -> Modal:
        options = {"api_key": "sk-secret-key", "base_url": base_url, "clock": clock, **options}
        modal = Modal(mode, portal, options)
        made.append(modal)
        return modal

    yield make
    for modal in made:
        modal.close()


RESET = object()
"""Break the connection off with a reset."""
CLOSE = object()
"""Close the connection."""
HOLD = object()
"""Say nothing until the client goes away."""

Act = tuple[Any, ...]


class RawServer:
    """Answers each request with the next act: bytes to send, seconds to wait, a call, RESET, CLOSE or HOLD.

    The last act is repeated. Requests are recorded as (head, body) in the order in which they came.
    """

    RESET = RESET
    CLOSE = CLOSE
    HOLD = HOLD

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._acts: list[Act] = [(self.reply(),)]
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._open: set[socket.socket] = set()
        self.requests: list[tuple[str, bytes]] = []
        self.connections = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def script(self, *acts: Any) -> None:
        """What to do for the requests to come; an act that is bytes alone stands for itself."""
        self._acts = [act if isinstance(act, tuple) else (act,) for act in acts]

    @staticmethod
    def reply(status: int = 200, body: Any = b"{}", **headers: str) -> bytes:
        """A whole response; a body that is no bytes is sent as JSON."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers.setdefault("content_type", "application/json")
        lines = [f"HTTP/1.1 {status} Status", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + body

    @staticmethod
    def events(**headers: str) -> bytes:
        """The head of a chunked event stream."""
        lines = ["HTTP/1.1 200 OK", "content-type: text/event-stream", "transfer-encoding: chunked"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    @staticmethod
    def chunk(data: bytes) -> bytes:
        return b"%x\r\n%s\r\n" % (len(data), data)

    def stop(self) -> None:
        self._stopped.set()
        # Closing alone would leave the thread in accept(), and the number that the next connection is to have
        # taken for ever.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        assert not self._thread.is_alive()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                with self._lock:
                    self._open.add(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = connection.makefile("rb")
            with reader:
                while self._answer(connection, reader):
                    pass
        with self._lock:
            self._open.discard(connection)

    def _answer(self, connection: socket.socket, reader: Any) -> bool:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = reader.readline()
            if not line:
                return False
            head += line
        text = head.decode("latin-1")
        length = next(
            (
                int(line.split(":")[1])
                for line in text.split("\r\n")
                if line.lower().startswith("content-length:")
            ),
            0,
        )
        body = reader.read(length)
        with self._lock:
            self.requests.append((text, body))
            act = self._acts.pop(0) if len(self._acts) > 1 else self._acts[0]
        for step in act:
            if step is RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            if step is CLOSE:
                return False
            if step is HOLD:
                connection.recv(1)
                return False
            if callable(step):
                step()
            elif isinstance(step, (int, float)):
                if self._stopped.wait(step):
                    return False
            else:
                connection.sendall(step)
        return True


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    """A server whose every byte the test decides."""
    server = RawServer()
    yield server
    server.stop()


@pytest.fixture
def refused_url() -> str:
    """A URL where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A URL whose host takes no further connection and refuses none: the backlog of its listener is full."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(8):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"
