"""What the garbage collector runs must not wait for what the thread that it interrupts holds."""

from __future__ import annotations

import faulthandler
import gc
import subprocess
import sys
import threading
import weakref

import httpx
import pytest

from egp import Client

CHUNK = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    b'[{"index":0,"delta":{"content":"x"}}]}\n\n'
)
ASK = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


class Holder:
    """Kept alive by itself, so that only the collector frees what it holds."""

    def __init__(self) -> None:
        self.me = self


def chunks_of(stream):
    """Give the chunks as functions do that stream: closed where the generator is."""
    with stream:
        yield from stream


KEPT = {"stream": lambda stream: stream, "loop": iter, "generator": chunks_of}


def collect(frame, event, argument) -> None:
    """Collect garbage wherever a function is called for which the lock of a pool is held, ours or httpx's."""
    inside = frame.f_code
    is_ours = inside.co_filename.endswith("_core/pool.py") and inside.co_name != "__init__"
    if event == "call" and (is_ours or inside.co_name == "_assign_requests_to_connections"):
        gc.collect()


@pytest.fixture
def small_heap():
    """What is there already is not looked at by collections: there may be much of it, and they are many."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("small_heap")
@pytest.mark.parametrize(
    ("kept", "way"),
    [
        ("stream", "own"),
        ("loop", "own"),
        ("generator", "own"),
        ("stream", "httpx"),
        # Not a generator, which closes its stream: httpx takes its lock for that.
        ("loop", "httpx"),
    ],
)
def test_streams_that_the_collector_drops_in_the_middle_of_a_call_do_not_stop_it(raw_server, kept, way):
    answer = raw_server.reply(
        body={"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
    )
    stream = raw_server.events() + raw_server.chunk(CHUNK)
    raw_server.script(*(part for _ in range(3) for part in (stream, answer)))
    done = []

    def work() -> None:
        given = httpx.Client(trust_env=False) if way == "httpx" else None
        with Client(
            api_key="sk-secret-key", base_url=raw_server.url, max_retries=0, http_client=given
        ) as client:
            for _ in range(3):
                holder = Holder()
                stream = client.chat.completions.create(stream=True, **ASK)
                holder.stream = KEPT[kept](stream)
                next(holder.stream)
                del holder, stream
                client.chat.completions.with_raw_response.create(**ASK)
        if given is not None:
            # Those that were dropped have been closed by now.
            assert len(given._transport._pool.connections) <= 1
            given.close()
        done.append(True)

    threading.setprofile(collect)
    try:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
    finally:
        threading.setprofile(None)
    thread.join(60)

    if not done:
        faulthandler.dump_traceback(all_threads=True)
    assert done


def test_a_client_that_is_dropped_needs_no_collector_to_close_its_connections(egp_server):
    client = Client()
    client.chat.completions.create(**ASK)
    dropped = weakref.ref(client._session.engine)
    gc.disable()

    try:
        del client
        is_gone = dropped() is None
    finally:
        gc.enable()

    assert is_gone


# A module that is loaded before ours and cleared after it, as that of a test is: pytest keeps modules.
AT_THE_END = """
import sys, types

early = sys.modules["early"] = types.ModuleType("early")
import codecs, importlib
import egp

kind, given = sys.argv[1:]
options = {}
if given == "httpx":
    options["http_client"] = importlib.import_module("httpx").AsyncClient()
ask = {"model": "m", "messages": [{"role": "user", "content": "one two three"}]}

def sync(client):
    client.chat.completions.create(**ask)
    stream, looped = (client.chat.completions.create(**ask, stream=True) for _ in range(2))
    loop = iter(looped)
    next(stream), next(loop)
    return client, stream, looped, loop

async def other(client):
    await client.chat.completions.create(**ask)
    stream = await client.chat.completions.create(**ask, stream=True)
    looped = await client.chat.completions.create(**ask, stream=True)
    loop = aiter(looped)
    await anext(stream), await anext(loop)
    return client, stream, looped, loop

if kind == "sync":
    early.held = sync(egp.Client(**options))
elif kind == "trio":
    early.held = importlib.import_module(kind).run(other, egp.AsyncClient(**options))
else:
    early.held = importlib.import_module(kind).run(other(egp.AsyncClient(**options)))
options.clear()
codecs.register(lambda name, kept=[*sys.modules.values()]: None)
"""


@pytest.mark.parametrize(
    ("kind", "given"),
    [("sync", "own"), ("asyncio", "own"), ("uvloop", "own"), ("trio", "own"), ("asyncio", "httpx")],
)
def test_what_is_left_when_the_modules_are_gone_complains_of_nothing(egp_server, kind, given):
    if kind in ("uvloop", "trio"):
        pytest.importorskip(kind)

    ended = subprocess.run(
        [sys.executable, "-c", AT_THE_END, kind, given], capture_output=True, text=True, check=False
    )

    assert (ended.stderr, ended.returncode) == ("", 0)
