"""Whoever stops waiting leaves nothing behind."""

import asyncio
import gc
import os
import resource
from pathlib import Path

import anyio
import httpx
import pytest

from egp import AsyncClient, EGPError
from egp._core.request import Request
from tests.inside import session_of

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


@pytest.fixture
async def client(raw_server):
    async with AsyncClient(api_key="k", base_url=raw_server.url, max_retries=5, max_connections=2) as client:
        yield client


def call(expects="json"):
    return Request("POST", "/x", content=b"{}", expects=expects)


async def cancelled_after(seconds, function, *args):
    with anyio.move_on_after(seconds) as scope:
        await function(*args)
    assert scope.cancelled_caught


async def test_a_call_that_is_cancelled_leaves_no_connection(client, raw_server):
    raw_server.script((raw_server.HOLD,), raw_server.reply())

    await cancelled_after(0.05, session_of(client).send, call())

    assert session_of(client).engine.open_connections == 0
    assert (await session_of(client).send(call())).status_code == 200


async def test_a_call_that_is_cancelled_in_its_body_leaves_no_connection(client, raw_server):
    raw_server.script((b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", raw_server.HOLD))

    await cancelled_after(0.05, session_of(client).send, call())

    assert session_of(client).engine.open_connections == 0


async def test_a_stream_that_is_cancelled_leaves_no_connection(client, raw_server):
    raw_server.script((raw_server.events(), raw_server.HOLD))
    stream = await session_of(client).open(call("events"))

    await cancelled_after(0.05, stream.read)

    assert session_of(client).engine.open_connections == 0
    assert await stream.read() == b""


async def test_a_wait_between_attempts_that_is_cancelled_leaves_no_connection(client, raw_server):
    raw_server.script(raw_server.reply(503, b"", retry_after="30", connection="close"))

    await cancelled_after(0.1, session_of(client).send, call())

    assert session_of(client).engine.open_connections == 0


async def test_a_place_in_the_line_that_is_given_up_goes_to_the_next(client, raw_server):
    raw_server.script(
        (raw_server.events(), raw_server.HOLD), (raw_server.events(), raw_server.HOLD), raw_server.reply()
    )
    streams = [await session_of(client).open(call("events")) for _ in range(2)]
    done = []

    async def second():
        done.append(await session_of(client).send(call()))

    async with anyio.create_task_group() as group:
        group.start_soon(cancelled_after, 0.05, session_of(client).send, call())
        await anyio.sleep(0.02)
        group.start_soon(second)
        await anyio.sleep(0.1)
        for stream in streams:
            await stream.aclose()

    assert done[0].status_code == 200
    assert session_of(client).engine.open_connections == 1


async def test_connecting_that_is_cancelled_leaves_no_connection(silent_url):
    async with AsyncClient(api_key="k", base_url=silent_url, timeout=None) as client:
        with anyio.move_on_after(0.05) as scope:
            await session_of(client).send(call())

        assert scope.cancelled_caught
        assert session_of(client).engine.open_connections == 0


async def test_a_client_that_is_closed_ends_what_is_under_way(raw_server):
    raw_server.script((raw_server.HOLD,))
    client = AsyncClient(api_key="k", base_url=raw_server.url, max_retries=0)
    failures = []

    async def waiting():
        with pytest.raises(EGPError) as caught:
            await session_of(client).send(call())
        failures.append(caught.value)

    async with anyio.create_task_group() as group:
        group.start_soon(waiting)
        await anyio.sleep(0.05)
        await client.close()

    assert len(failures) == 1


async def test_closing_ends_the_wait_for_a_connection(raw_server):
    raw_server.script((raw_server.events(), raw_server.HOLD))
    client = AsyncClient(api_key="k", base_url=raw_server.url, max_connections=1)
    stream = await client.chat.completions.create(model="m", messages=[], stream=True)
    failures = []

    async def waiting():
        with pytest.raises(EGPError) as caught:
            await session_of(client).send(call())
        failures.append(str(caught.value))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(waiting)
            await anyio.sleep(0.05)
            await client.close()

    await stream.close()
    assert failures == ["the client is closed"]


async def test_a_stream_that_is_dropped_in_another_thread_leaves_no_connection(raw_server):
    raw_server.script((raw_server.events(), raw_server.HOLD), raw_server.reply())
    async with AsyncClient(api_key="k", base_url=raw_server.url) as client:
        streams = [await client.chat.completions.create(model="m", messages=[], stream=True)]

        await anyio.to_thread.run_sync(streams.clear)
        await session_of(client).send(call())

        assert session_of(client).engine.open_connections == 1


def test_a_stream_that_outlives_its_trio_run_leaves_no_connection(raw_server):
    raw_server.script((raw_server.events(), raw_server.HOLD))
    before = len(os.listdir("/proc/self/fd"))
    streams = []

    async def main():
        client = AsyncClient(api_key="k", base_url=raw_server.url)
        streams.append(await client.chat.completions.create(model="m", messages=[], stream=True))

    anyio.run(main, backend="trio")
    streams.clear()
    gc.collect()

    # The server's own end goes with ours, in its own time.
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def test_event_loops_of_both_libraries_take_turns(raw_server, anyio_backend):
    client = AsyncClient(api_key="k", base_url=raw_server.url)

    async def send():
        return (await session_of(client).send(call())).status_code

    other = "trio" if anyio_backend == "asyncio" else "asyncio"
    statuses = [
        anyio.run(send, backend=backend) for backend in (anyio_backend, anyio_backend, other, anyio_backend)
    ]

    assert statuses == [200] * 4
    assert session_of(client).engine.open_connections == 1


async def test_a_thousand_calls_at_once_all_get_their_own_answer(raw_server, anyio_backend):
    raw_server._answer = _echo
    wrong = []

    async def one(number):
        content = b"%d" % number
        reply = await session_of(client).send(Request("POST", "/x", content=content))
        if reply.content != content:
            wrong.append((content, reply.content))

    before = _open_files()
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = min(1000, soft // 3)
    async with AsyncClient(
        api_key="k", base_url=raw_server.url, max_connections=limit, max_retries=0
    ) as client:
        async with anyio.create_task_group() as group:
            for number in range(1000):
                group.start_soon(one, number)
        connections = session_of(client).engine.open_connections

    raw_server.stop()
    assert not wrong
    assert connections <= limit
    assert session_of(client).engine.open_connections == 0
    with anyio.fail_after(5):
        # The server's threads close their ends one after the other.
        while _open_files() > before:  # noqa: ASYNC110 - nothing tells of it
            await anyio.sleep(0.01)
    if anyio_backend == "asyncio":
        # This task, and anyio's that runs the tests: none is ours.
        assert len(asyncio.all_tasks()) <= 2


async def test_two_hundred_streams_at_once_all_get_their_own_events(raw_server):
    raw_server._answer = _echo_stream
    wrong = []

    async def one(number):
        content = b"%d" % number
        stream = await session_of(client).open(Request("POST", "/x", content=content, expects="events"))
        received = b""
        while part := await stream.read():
            received += part
        if received != content * 3:
            wrong.append((content, received))

    async with AsyncClient(api_key="k", base_url=raw_server.url, max_retries=0) as client:
        for _ in range(2):
            async with anyio.create_task_group() as group:
                for number in range(200):
                    group.start_soon(one, number)
        connections = session_of(client).engine.open_connections

    assert not wrong
    assert connections <= 200


def _open_files():
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def _request_body(reader):
    length = None
    while (line := reader.readline()) != b"\r\n":
        if not line:
            return None
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return reader.read(length)


def _echo(connection, reader):
    body = _request_body(reader)
    if body is None:
        return False
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
    return True


def _echo_stream(connection, reader):
    body = _request_body(reader)
    if body is None:
        return False
    connection.sendall(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    for _ in range(3):
        connection.sendall(b"%x\r\n%s\r\n" % (len(body), body))
    connection.sendall(b"0\r\n\r\n")
    return True


async def test_a_given_client_works_on_either_library(raw_server):
    async with httpx.AsyncClient(trust_env=False) as http_client:
        client = AsyncClient(api_key="k", base_url=raw_server.url, http_client=http_client)

        assert (await session_of(client).send(call())).status_code == 200


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # httpx's own, on trio
async def test_a_stream_of_a_given_client_that_is_dropped_frees_its_connection(raw_server):
    raw_server.script(
        (raw_server.events() + raw_server.chunk(b"data: 1\n\n"), raw_server.HOLD), raw_server.reply()
    )
    limits = httpx.Limits(max_connections=1)
    async with httpx.AsyncClient(trust_env=False, limits=limits, timeout=1) as http_client:
        client = AsyncClient(api_key="k", base_url=raw_server.url, http_client=http_client, max_retries=0)
        stream = await session_of(client).open(call("events"))
        await stream.read()

        stream.abandon()

        assert (await session_of(client).send(call())).status_code == 200
