"""Any order of events loses no place: on every kind of event loop, and with threads.

What happens is drawn as a list of steps. Event loops have calls, streams, cancellations, drops, collections,
faults of the server, and they end; threads have interrupts at any moment, and a collector at every call of
the book-keeping.
"""

from __future__ import annotations

import gc
import sys
import threading
import time

import anyio
import anyio.lowlevel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egp import AsyncClient, Client, EGPError
from tests.inside import pools_of, session_of
from tests.transport.test_pool_driven import Interrupt, InterruptAt, is_book_keeping, is_held

KEY = "sk-secret-key"
LIMIT = 2
MODELS = st.sampled_from(["whole", "whole:0.001", "late", "reset", "cut", "excess", "busy"])
INDEX = st.integers(0, 9)
ORDERS = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.usefixtures("small_heap")]


def message(content):
    return [{"role": "user", "content": content}]


def assert_no_place_is_lost(client):
    # An earlier loop may have ended with streams open, which nobody has any more.
    gc.collect()
    for pool in pools_of(client):
        pool._settle()
        assert (pool._pool.taken, pool._pool.waiting) == (0, 0)
        assert not is_held(pool._lock)


def dropped(streams, index):
    """Let go of a stream that is in a cycle."""
    holder = [streams.pop(index % len(streams))]
    holder.append(holder)


class LoopTraffic:
    """What happens in one event loop."""

    def __init__(self, client, group):
        self.client = client
        self.group = group
        self.scopes = []
        self.streams = []
        self.running = 0
        self.count = 0
        self.wrong = []

    async def begin(self, model):
        self.count += 1
        self.start(self.call, model, str(self.count))

    async def begin_a_stream(self):
        self.start(self.open)

    def start(self, function, *args):
        scope = anyio.CancelScope()
        self.scopes.append(scope)
        self.running += 1
        self.group.start_soon(self.run, scope, function, *args)

    async def run(self, scope, function, *args):
        try:
            with scope:
                await function(*args)
        except EGPError:
            pass
        finally:
            self.running -= 1

    async def call(self, model, content):
        answer = await self.client.chat.completions.create(model=model, messages=message(content))
        if answer.choices[0].message.content != content:
            self.wrong.append(content)

    async def open(self):
        stream = await self.client.chat.completions.create(
            model="stream:100000", messages=message("x"), stream=True
        )
        await anext(stream)
        self.streams.append(stream)

    async def go_on(self, times):
        for _ in range(times):
            await anyio.lowlevel.checkpoint()

    async def wait_for_the_server(self):
        await anyio.sleep(0.003)

    async def cancel(self, index):
        if self.scopes:
            self.scopes[index % len(self.scopes)].cancel()

    async def close_a_stream(self, index):
        if self.streams:
            await self.streams.pop(index % len(self.streams)).close()

    async def drop_a_stream(self, index, *, in_thread):
        if not self.streams:
            return
        dropped(self.streams, index)
        if in_thread:
            thread = threading.Thread(target=gc.collect)
            thread.start()
            thread.join()
        else:
            gc.collect()

    async def finish(self):
        """Whoever waits has its turn when nobody holds a place for good."""
        with anyio.fail_after(60):
            while self.running:
                while self.streams:
                    await self.streams.pop().close()
                await anyio.sleep(0.001)
            while self.streams:
                await self.streams.pop().close()
        # What was closed in the loop's own time.
        await anyio.lowlevel.checkpoint()
        assert_no_place_is_lost(self.client)
        assert not self.wrong

    async def do(self, steps):
        for name, arguments in steps:
            await getattr(self, name)(**arguments)
            for pool in pools_of(self.client):
                assert pool._pool.taken + pool._pool.idle <= LIMIT + len(pool._pool.dropped)


def step(name, **arguments):
    return st.tuples(st.just(name), st.fixed_dictionaries(arguments))


LOOP_STEPS = st.lists(
    st.one_of(
        step("begin", model=MODELS),
        step("begin_a_stream"),
        step("go_on", times=st.integers(1, 12)),
        step("wait_for_the_server"),
        step("cancel", index=INDEX),
        step("close_a_stream", index=INDEX),
        step("drop_a_stream", index=INDEX, in_thread=st.booleans()),
        step("finish"),
    ),
    min_size=10,
    max_size=25,
)


@ORDERS
@given(loops=st.lists(LOOP_STEPS, min_size=1, max_size=3))
def test_any_order_of_events_loses_no_place_in_event_loops(run, server_url, loops):
    client = AsyncClient(api_key=KEY, base_url=server_url, max_retries=0, max_connections=LIMIT, timeout=20)

    async def main(steps, is_finished):
        async with anyio.create_task_group() as group:
            traffic = LoopTraffic(client, group)
            await traffic.do(steps)
            if is_finished:
                await traffic.finish()
            # Else the loop ends in the middle of everything.
            group.cancel_scope.cancel()

    for number, steps in enumerate(loops, 1):
        run(main, steps, number == len(loops))
    run(client.close)

    gc.collect()
    assert session_of(client).engine.open_connections == 0


class CollectAt(InterruptAt):
    """Interrupts, and collects whenever the book-keeping of the pool is called."""

    def __call__(self, frame, event, argument):
        if event == "call" and is_book_keeping(frame):
            gc.collect()
        super().__call__(frame, event, argument)


class ThreadTraffic:
    """What happens in threads."""

    def __init__(self, client):
        self.client = client
        self.threads = []
        self.streams = []
        self.count = 0
        self.wrong = []

    def begin(self, model, interrupt, *, collects):
        self.count += 1
        self.start(self.call, interrupt, collects, model, str(self.count))

    def begin_a_stream(self, interrupt, *, collects):
        self.start(self.open, interrupt, collects)

    def start(self, function, interrupt, collects, *args):
        watch = (CollectAt if collects else InterruptAt)(interrupt)
        self.threads.append(threading.Thread(target=self.run, args=(watch, function, *args)))
        self.threads[-1].start()

    def run(self, watch, function, *args):
        try:
            with watch:
                function(*args)
        except (EGPError, Interrupt):
            pass
        except Exception as error:  # noqa: BLE001 - it is told
            self.wrong.append(repr(error))
        finally:
            sys.setprofile(None)

    def call(self, model, content):
        answer = self.client.chat.completions.create(model=model, messages=message(content))
        if answer.choices[0].message.content != content:
            self.wrong.append(content)

    def open(self):
        stream = self.client.chat.completions.create(
            model="stream:100000", messages=message("x"), stream=True
        )
        next(stream)
        self.streams.append(stream)

    def wait_for_the_server(self):
        time.sleep(0.003)

    def close_a_stream(self, index):
        if self.streams:
            self.streams.pop(index % len(self.streams)).close()

    def drop_a_stream(self, index, *, in_thread):
        if self.streams:
            dropped(self.streams, index)
            if in_thread:
                self.start(gc.collect, -1, collects=False)
            else:
                gc.collect()

    def finish(self):
        for thread in self.threads:
            while thread.is_alive():
                while self.streams:
                    self.streams.pop().close()
                # One that nobody has any more, in a frame of an interrupted thread.
                gc.collect()
                thread.join(0.01)
        while self.streams:
            self.streams.pop().close()
        self.threads.clear()
        assert_no_place_is_lost(self.client)
        assert not self.wrong

    def do(self, steps):
        for name, arguments in steps:
            getattr(self, name)(**arguments)
        self.finish()


# Most calls have 150 to 400 moments; -1 is none of them.
MOMENTS = st.one_of(st.just(-1), st.integers(1, 400))

THREAD_STEPS = st.lists(
    st.one_of(
        step("begin", model=MODELS, interrupt=MOMENTS, collects=st.booleans()),
        step("begin_a_stream", interrupt=MOMENTS, collects=st.booleans()),
        step("wait_for_the_server"),
        step("close_a_stream", index=INDEX),
        step("drop_a_stream", index=INDEX, in_thread=st.booleans()),
        step("finish"),
    ),
    min_size=10,
    max_size=25,
)


@ORDERS
@given(steps=THREAD_STEPS)
def test_any_order_of_events_loses_no_place_in_threads(server_url, steps):
    client = Client(api_key=KEY, base_url=server_url, max_retries=0, max_connections=LIMIT, timeout=20)

    ThreadTraffic(client).do(steps)

    client.close()
    assert session_of(client).engine.open_connections == 0
