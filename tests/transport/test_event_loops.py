"""An AsyncClient in any number of event loops."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import time

import anyio
import anyio.lowlevel
import pytest

from egp import APIConnectionError, AsyncClient, StreamInterruptedError
from tests.inside import pools_of, session_of

KEY = "sk-secret-key"


async def ask(client, content="hello", model="whole"):
    completion = await client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": content}]
    )
    return completion.choices[0].message.content


async def first_chunk(client):
    stream = await client.chat.completions.create(
        model="stream:100000", messages=[{"role": "user", "content": "x"}], stream=True
    )
    await anext(stream)
    return stream


def test_loops_one_after_the_other_use_one_client(run, server_url, open_files):
    client = AsyncClient(api_key=KEY, base_url=server_url)
    run(ask, client)
    before = open_files()

    answers = [run(ask, client, str(number)) for number in range(20)]

    assert answers == [str(number) for number in range(20)]
    assert open_files() <= before


def test_connections_within_a_loop_are_kept(run, server_url):
    client = AsyncClient(api_key=KEY, base_url=server_url)

    async def main():
        for _ in range(5):
            await ask(client)
        return [pool._pool.idle for pool in pools_of(client)]

    assert run(main) == [1]


def test_eight_threads_with_a_loop_each_use_one_client(run, server_url):
    client = AsyncClient(api_key=KEY, base_url=server_url)
    wrong = []

    async def main(name):
        async with anyio.create_task_group() as group:
            for number in range(10):
                group.start_soon(one, f"{name}.{number}")

    async def one(content):
        if await ask(client, content) != content:
            wrong.append(content)

    def work(name):
        run(main, name)
        done.append(name)

    done = []
    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(done) == list(range(8))
    assert not wrong


def test_a_client_is_closed_in_another_loop_than_it_was_used_in(run, server_url, open_files):
    run(anyio.sleep, 0)
    before = open_files()
    client = AsyncClient(api_key=KEY, base_url=server_url)
    run(ask, client)

    run(client.close)

    assert open_files() == before


def test_a_client_closed_in_one_loop_ends_the_calls_of_another(run, server_url):
    client = AsyncClient(api_key=KEY, base_url=server_url, max_retries=0)
    under_way = threading.Event()
    messages = []

    async def call():
        with pytest.raises(APIConnectionError) as caught:
            await ask(client, model="whole:30")
        messages.append(str(caught.value))

    async def main():
        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await anyio.sleep(0.05)
            under_way.set()

    thread = threading.Thread(target=run, args=(main,))
    thread.start()
    under_way.wait(20)
    run(client.close)
    thread.join(20)

    assert messages == ["the client was closed during the call"]


def test_the_calls_of_a_client_that_is_closed_say_so(run, server_url):
    messages = []

    async def call(client, model):
        with pytest.raises(Exception, match="client") as caught:
            await ask(client, model=model)
        messages.append(str(caught.value))

    async def read(stream):
        with pytest.raises(Exception, match="client") as caught:
            async for _ in stream:
                pass
        messages.append(str(caught.value))

    async def main():
        client = AsyncClient(api_key=KEY, base_url=server_url, max_retries=2, max_connections=2)
        stream = await first_chunk(client)
        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                (pool,) = pools_of(client)
                group.start_soon(call, client, "whole:30")
                while len(pool._pool.used) < 2:  # noqa: ASYNC110 - nobody tells
                    await anyio.sleep(0.001)
                group.start_soon(call, client, "whole")
                group.start_soon(read, stream)
                while not pool._pool.waiting:  # noqa: ASYNC110 - nobody tells
                    await anyio.sleep(0.001)
                await client.close()

    run(main)

    assert sorted(messages) == [
        "the client is closed",
        "the client was closed during the call",
        "the client was closed during the call",
    ]


def test_clients_that_are_dropped_unclosed_leave_nothing_open(run, server_url, open_files):
    async def main():
        before = open_files()
        for _ in range(20):
            client = AsyncClient(api_key=KEY, base_url=server_url)
            await ask(client)
        del client
        gc.collect()
        await anyio.lowlevel.checkpoint()
        return open_files() - before

    assert run(main) == 0


def test_clients_that_the_collector_finds_leave_no_trace_in_the_loop(run, server_url):
    """It may finalize a socket before its connection, and the number of the socket is soon another's."""

    class Holder:
        def __init__(self, client):
            self.client = client
            self.me = self

    async def main():
        with contextlib.suppress(RuntimeError):  # on trio
            asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
        for number in range(10):
            holder = Holder(AsyncClient(api_key=KEY, base_url=server_url))
            await ask(holder.client, str(number))
        del holder
        gc.collect()
        async with AsyncClient(api_key=KEY, base_url=server_url, timeout=20, max_retries=0) as client:
            async with anyio.create_task_group() as group:
                for number in range(15):
                    group.start_soon(answered, client, str(number))
            await anyio.lowlevel.checkpoint()

    async def answered(client, content):
        answers.append(await ask(client, content))

    told = []
    answers = []
    run(main)

    assert sorted(answers, key=int) == [str(number) for number in range(15)]
    assert told == []


def test_streams_that_are_dropped_with_their_client_leave_nothing_open(run, server_url, open_files):
    async def main():
        before = open_files()
        for _ in range(5):
            await first_chunk(AsyncClient(api_key=KEY, base_url=server_url))
        gc.collect()
        # The server, which is in this process, takes a moment to see that they have gone.
        with anyio.move_on_after(5):
            while open_files() > before:  # noqa: ASYNC110 - nothing tells of it
                await anyio.sleep(0.01)
        return open_files() - before

    assert run(main) == 0


@pytest.mark.parametrize("where", ["loop", "thread"])
def test_a_stream_that_the_collector_finds_gives_its_place_to_who_waits(run, server_url, where):
    class Holder:
        def __init__(self):
            self.me = self

    async def main():
        client = AsyncClient(api_key=KEY, base_url=server_url, max_connections=1, timeout=60, max_retries=0)
        holder = Holder()
        holder.stream = await first_chunk(client)
        answers = []

        async def waiting():
            answers.append(await ask(client))

        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                group.start_soon(waiting)
                await anyio.sleep(0.05)
                del holder
                if where == "thread":
                    await anyio.to_thread.run_sync(gc.collect)
                else:
                    gc.collect()
        await client.close()
        return answers

    assert run(main) == ["hello"]


def test_a_stream_goes_on_in_another_loop(server_url):
    client = AsyncClient(api_key=KEY, base_url=server_url)
    stream = asyncio.run(first_chunk(client))

    async def take():
        return [(await anext(stream)).choices[0].delta.content for _ in range(500)]

    assert asyncio.run(take()) == [f"x.{number} " for number in range(1, 501)]
    asyncio.run(stream.close())


def test_a_client_that_is_shared_by_loops_that_are_gone_keeps_no_loop(server_url):
    client = AsyncClient(api_key=KEY, base_url=server_url)
    for _ in range(5):
        asyncio.run(ask(client))
    gc.collect()

    loops = session_of(client).engine._pools._loops

    assert len(loops) <= 1


def test_a_reset_after_bytes_that_nobody_has_read_is_noticed(run, raw_server):
    """An event loop on libuv tells of a reset once, when there are still bytes before it."""
    event = b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % (b"x" * 1000)
    raw_server.script((raw_server.events(), raw_server.chunk(event) * 300, raw_server.RESET))

    async def main():
        async with AsyncClient(api_key=KEY, base_url=raw_server.url, max_retries=0) as client:
            stream = await client.chat.completions.create(model="m", messages=[], stream=True)
            time.sleep(0.3)  # noqa: ASYNC251 - the loop is to see all of it at once
            with anyio.fail_after(20):
                with pytest.raises(StreamInterruptedError):
                    async for _ in stream:
                        pass

    run(main)


class LoopThatCannotWatch(asyncio.SelectorEventLoop):
    """As the default loop of Windows is."""

    def add_reader(self, *args):
        raise NotImplementedError

    add_writer = add_reader


def test_a_loop_that_cannot_watch_sockets_will_do(server_url):
    async def main():
        async with AsyncClient(api_key=KEY, base_url=server_url, max_retries=0, timeout=20) as client:
            stream = await first_chunk(client)
            await stream.close()
            return await ask(client, "x" * 3_000_000)

    with asyncio.Runner(loop_factory=LoopThatCannotWatch) as runner:
        answer = runner.run(main())

    assert len(answer) == 3_000_000
