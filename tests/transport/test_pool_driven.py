"""Both pools, driven through every way out: nothing that ends early keeps a place.

The places are counted after each step, with interrupts at every moment, cancellations at every await, the
collector at every call of the book-keeping, and event loops that end. EGP_INTERRUPTS says how many interrupts
of each kind there are.
"""

from __future__ import annotations

import asyncio
import dis
import gc
import itertools
import os
import random
import signal
import sys
import threading
import time

import anyio
import anyio.lowlevel
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from egp import AsyncClient, Client, EGPError
from egp._loading import LOADING
from tests.inside import pools_of, session_of
from tests.transport.server import running

KEY = "sk-secret-key"
LIMIT = 2
INTERRUPTS = int(os.environ.get("EGP_INTERRUPTS", "250"))


class Interrupt(BaseException):
    """What a signal handler raises: Ctrl-C, a time limit."""


def is_finalizing(frame):
    """Whether it runs as something is dropped, a connection or the loop over a stream.

    What is raised there is printed, and lost.
    """
    while frame is not None and "/egp/" in frame.f_code.co_filename:
        if frame.f_code.co_name == "__del__" or frame.f_code.co_qualname.endswith("<locals>.abandon"):
            return True
        frame = frame.f_back
    return False


def is_left_early(frame):
    """Whether a frame yields, on a Python where what is raised then passes its `finally` by; no signal is."""
    return sys.version_info < (3, 12) and frame.f_code.co_code[frame.f_lasti] == dis.opmap["YIELD_VALUE"]


class InterruptAt:
    """Raises at the n-th moment at which the interpreter looks for signals: where calls begin and end."""

    def __init__(self, number):
        self._left = number

    def __call__(self, frame, event, argument):
        # An expression that has not come to its end is closed by the interpreter.
        inside = frame.f_code
        if "/egp/" not in inside.co_filename or inside.co_name == "<genexpr>" or is_finalizing(frame):
            return
        if event == "c_call" or (event == "return" and is_left_early(frame)):
            return
        self._left -= 1
        if self._left == 0:
            sys.setprofile(None)
            self.interrupt()

    def interrupt(self):
        raise Interrupt

    def __enter__(self):
        sys.setprofile(self)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)


def message(content):
    return [{"role": "user", "content": content}]


@pytest.fixture(scope="module")
def url():
    with running() as port:
        yield f"http://127.0.0.1:{port}"


class HandleAt(InterruptAt):
    """Calls a function at the n-th moment, as signal handlers and finalizers of the user are called."""

    def __init__(self, number, handler):
        super().__init__(number)
        self.interrupt = handler


class InterruptTaskAt(InterruptAt):
    """Raises in what a task does, and not in what its event loop calls by itself."""

    def __call__(self, frame, event, argument):
        caller = frame
        while caller is not None and caller.f_code.co_name != "work":
            caller = caller.f_back
        if caller is not None:
            super().__call__(frame, event, argument)


def is_book_keeping(frame):
    """Whether a function is one that is called with the lock of a pool, or with that of a bell."""
    inside = frame.f_code
    # A place is made before the lock is taken.
    return inside.co_filename.endswith(("_core/pool.py", "blocking.py")) and inside.co_name != "__init__"


def moments_of(work):
    """How many such moments a piece of work has."""
    counter = InterruptAt(-1)
    with counter:
        work()
    return -1 - counter._left


def moments(total):
    """The moments at which to interrupt, as many as there are to be, from the first to the last and again."""
    every = range(1, total, 1 + total // INTERRUPTS)
    return itertools.islice(itertools.cycle(every), INTERRUPTS)


def is_held(lock):
    """Whether a lock is taken, as another thread sees it."""
    seen = []

    def look():
        seen.append(not lock.acquire(blocking=False))
        if not seen[0]:
            lock.release()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return seen[0]


@pytest.mark.timeout(120 + INTERRUPTS)
@pytest.mark.parametrize("what", ["call", "new connection", "stream", "error"])
def test_an_interrupt_at_any_moment_loses_no_place(url, what, capfd):
    client = Client(api_key=KEY, base_url=url, max_retries=0, max_connections=LIMIT, timeout=20)

    def work():
        if what == "new connection":
            for pool in pools_of(client):
                for connection in pool._pool.clear():
                    connection.close()
        if what == "stream":
            for _ in client.chat.completions.create(model="stream:3", messages=message("x"), stream=True):
                pass
        elif what == "error":
            with pytest.raises(EGPError):
                client.chat.completions.create(model="busy", messages=message("x"))
        else:
            assert client.chat.completions.create(model="whole", messages=message("x")).choices

    work()
    work()
    total = moments_of(work)
    interrupted = 0
    for number in moments(total):
        try:
            with InterruptAt(number):
                work()
        except Interrupt:
            interrupted += 1
        (pool,) = pools_of(client)
        pool._settle()
        assert pool._pool.taken == 0, number
        assert not is_held(pool._lock), number
        assert not is_held(LOADING), number

    assert interrupted > INTERRUPTS * 0.4
    # A place for each: nobody would wait in vain.
    streams = [
        client.chat.completions.create(model="stream:9", messages=message("x"), stream=True)
        for _ in range(LIMIT)
    ]
    for stream in streams:
        stream.close()
    client.close()
    assert capfd.readouterr().err == ""


@pytest.mark.timeout(120 + INTERRUPTS)
@pytest.mark.parametrize("what", ["call", "new connection", "stream"])
# Python itself tells of one between the making of a coroutine and its first step.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("run", ["asyncio", "uvloop"], indirect=True)  # trio bears no interrupt but its own
def test_an_interrupt_at_any_moment_of_a_task_loses_no_place(run, url, what, capfd):
    async def work(client):
        if what == "new connection":
            for pool in pools_of(client):
                for connection in pool._pool.clear():
                    connection.close()
        stream = what == "stream"
        answer = await client.chat.completions.create(
            model="stream:3" if stream else "whole", messages=message("x"), stream=stream
        )
        if stream:
            async for _ in answer:
                pass

    async def main():
        interrupted = 0
        async with AsyncClient(
            api_key=KEY, base_url=url, max_retries=0, max_connections=LIMIT, timeout=20
        ) as client:
            for _ in range(2):
                await work(client)
            with InterruptTaskAt(-1) as counter:
                await work(client)
            for number in moments(-1 - counter._left):
                try:
                    with InterruptTaskAt(number):
                        await work(client)
                except* Interrupt:
                    interrupted += 1
                await anyio.lowlevel.checkpoint()
                (pool,) = pools_of(client)
                pool._settle()
                assert (pool._pool.taken, pool._pool.waiting) == (0, 0), number
                assert not is_held(pool._lock), number
        return interrupted

    assert run(main) > INTERRUPTS * 0.4
    assert capfd.readouterr().err == ""


@pytest.mark.timeout(120 + INTERRUPTS)
@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="sends signals to itself")
def test_signals_at_any_instant_lose_no_place(url, capfd):
    client = Client(api_key=KEY, base_url=url, max_retries=0, max_connections=LIMIT, timeout=20)
    is_armed = False
    interrupted = 0

    def handle(*_):
        if is_armed:
            raise Interrupt

    def work(number):
        if number % 2:
            assert client.chat.completions.create(model="whole", messages=message("x")).choices
            return
        for _ in client.chat.completions.create(model="stream:3", messages=message("x"), stream=True):
            pass

    def send_signals():
        while not is_over.wait(random.random() * 0.004):
            signal.pthread_kill(main_thread, signal.SIGUSR1)

    # What a first call loads is not to be begun again and again.
    work(0)
    work(1)
    before = signal.signal(signal.SIGUSR1, handle)
    main_thread = threading.main_thread().ident
    is_over = threading.Event()
    sender = threading.Thread(target=send_signals)
    sender.start()
    try:
        for number in itertools.count():
            try:
                is_armed = True
                work(number)
                is_armed = False
            except Interrupt:
                is_armed = False
                interrupted += 1
            if interrupted >= INTERRUPTS:
                break
    finally:
        is_over.set()
        sender.join()
        signal.signal(signal.SIGUSR1, before)

    gc.collect()
    (pool,) = pools_of(client)
    pool._settle()
    assert pool._pool.taken == 0
    assert not is_held(pool._lock)
    assert not is_held(LOADING)
    work(0)
    client.close()
    # Python itself tells of what is raised while it finalizes something, in our code or in its own.
    assert "AttributeError" not in capfd.readouterr().err


@pytest.mark.timeout(60 + INTERRUPTS)
@pytest.mark.parametrize("what", ["calls", "closes a stream", "closes the client"])
def test_a_handler_that_uses_the_client_at_any_moment_of_a_call_stops_nothing(url, what):
    """As a signal handler does, and a generator over a stream when the collector finalizes it."""
    answers = []

    def ask(content, model="whole", **options):
        return client.chat.completions.create(model=model, messages=message(content), **options)

    def handler():
        if what == "calls":
            answers.append(ask("nested").choices[0].message.content)
        elif what == "closes a stream":
            stream.close()
        else:
            client.close()

    def work():
        try:
            answers.append(ask("outer").choices[0].message.content)
        except EGPError as error:
            answers.append(error.message)

    expected = {"outer", "nested"}
    if what == "closes the client":
        expected = {"outer", "the client is closed", "the client was closed during the call"}
    for number in itertools.count(1):
        client = Client(api_key=KEY, base_url=url, max_retries=0, max_connections=LIMIT, timeout=5)
        work()
        stream = ask("x", "stream:100000", stream=True) if what == "closes a stream" else None
        answers.clear()
        with HandleAt(number, handler) as moment:
            work()
        if stream is not None:
            stream.close()
        (pool,) = pools_of(client)
        assert pool._pool.taken == 0, number
        assert not is_held(pool._lock), number
        assert set(answers) <= expected, number
        client.close()
        if moment._left > 0:
            break

    assert number > 100


@pytest.fixture
def eager_collector(small_heap):
    """The collector runs at about every allocation."""
    thresholds = gc.get_threshold()
    gc.set_threshold(1)
    yield
    gc.set_threshold(*thresholds)


class Cycle:
    """Keeps what it holds until the collector comes."""

    def __init__(self, held):
        self.held = held
        self.me = self


@pytest.mark.usefixtures("eager_collector")
def test_a_collector_that_never_rests_stops_no_thread(url):
    client = Client(api_key=KEY, base_url=url, max_retries=0, max_connections=LIMIT, timeout=60)
    answers = []

    def work():
        for number in range(10):
            stream = client.chat.completions.create(model="stream:100000", messages=message("x"), stream=True)
            next(stream)
            Cycle(stream)
            del stream
            answer = client.chat.completions.create(model="whole", messages=message(str(number)))
            answers.append(answer.choices[0].message.content)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    give_up = time.monotonic() + 90
    while any(thread.is_alive() for thread in threads) and time.monotonic() < give_up:
        # The two may each hold what the other waits for, until somebody collects it.
        gc.collect()
        time.sleep(0.05)

    assert sorted(answers) == sorted([str(number) for number in range(10)] * 2)
    client.close()


@pytest.mark.usefixtures("eager_collector")
def test_a_collector_that_never_rests_stops_no_event_loop(run, url):
    answers = []

    async def work(client):
        for number in range(10):
            stream = await client.chat.completions.create(
                model="stream:100000", messages=message("x"), stream=True
            )
            await anext(stream)
            Cycle(stream)
            del stream
            answer = await client.chat.completions.create(model="whole", messages=message(str(number)))
            answers.append(answer.choices[0].message.content)

    async def main():
        async with AsyncClient(
            api_key=KEY, base_url=url, max_retries=0, max_connections=LIMIT, timeout=60
        ) as client:
            with anyio.fail_after(90):
                async with anyio.create_task_group() as group:
                    for _ in range(2):
                        group.start_soon(work, client)

    run(main)

    assert sorted(answers) == sorted([str(number) for number in range(10)] * 2)


@pytest.mark.usefixtures("small_heap")
def test_a_collector_at_every_call_of_the_book_keeping_stops_nobody(url):
    """Streams in cycles, of other threads too, are found while the lock is held."""
    client = Client(api_key=KEY, base_url=url, max_retries=0, max_connections=LIMIT, timeout=60)
    done = []

    class Holder:
        def __init__(self):
            self.me = self

    def collect(frame, event, argument):
        if event == "call" and is_book_keeping(frame):
            gc.collect()

    def work():
        for number in range(8):
            holder = Holder()
            holder.stream = client.chat.completions.create(
                model="stream:100000", messages=message("x"), stream=True
            )
            next(holder.stream)
            del holder
            answer = client.chat.completions.create(model="whole", messages=message(str(number)))
            assert answer.choices[0].message.content == str(number)
        done.append(True)

    threading.setprofile(collect)
    try:
        threads = [threading.Thread(target=work, daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
    finally:
        threading.setprofile(None)
    give_up = time.monotonic() + 90
    while any(thread.is_alive() for thread in threads) and time.monotonic() < give_up:
        # The two may each hold what the other waits for, until somebody collects it.
        gc.collect()
        time.sleep(0.05)

    assert done == [True, True]
    client.close()


def test_a_cancellation_at_any_step_of_a_call_loses_no_place(url):
    async def main():
        client = AsyncClient(api_key=KEY, base_url=url, max_retries=0, max_connections=LIMIT, timeout=20)
        loop = asyncio.get_running_loop()
        for steps in range(40):
            for model, stream in (("whole", False), ("stream:3", True)):
                calls = [call(client, model, stream, fresh=number == 0) for number in range(LIMIT + 2)]
                tasks = [loop.create_task(one) for one in calls]
                for _ in range(steps):
                    await asyncio.sleep(0)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                (pool,) = pools_of(client) or (None,)
                if pool is not None:
                    await asyncio.sleep(0)
                    assert (pool._pool.taken, pool._pool.waiting) == (0, 0)
        await client.close()

    async def call(client, model, stream, fresh):
        if fresh:
            for pool in pools_of(client):
                for connection in pool._pool.clear():
                    connection.close()
        answer = await client.chat.completions.create(model=model, messages=message("x"), stream=stream)
        if stream:
            async for _ in answer:
                pass

    asyncio.run(main(), debug=False)


class AsyncTraffic(RuleBasedStateMachine):
    """Calls, streams, cancellations, drops, collections, faults, ends of loops, in any order."""

    url = ""

    def __init__(self):
        super().__init__()
        self.client = AsyncClient(
            api_key=KEY, base_url=self.url, max_retries=0, max_connections=LIMIT, timeout=20
        )
        self.new_loop()
        self.count = 0

    def new_loop(self):
        self.loop = asyncio.new_event_loop()
        self.tasks = []
        self.streams = []

    def turn(self, times=1):
        for _ in range(times):
            self.loop.run_until_complete(asyncio.sleep(0))

    async def call(self, model, content):
        answer = await self.client.chat.completions.create(model=model, messages=message(content))
        assert answer.choices[0].message.content == content

    async def open(self):
        self.count += 1
        stream = await self.client.chat.completions.create(
            model="stream:100000", messages=message("x"), stream=True
        )
        await anext(stream)
        self.streams.append(stream)

    @rule(model=st.sampled_from(["whole", "whole:0.001", "late", "reset", "cut", "excess", "busy"]))
    def begin(self, model):
        self.count += 1
        self.tasks.append(self.loop.create_task(self.call(model, str(self.count))))

    @rule()
    def begin_a_stream(self):
        self.tasks.append(self.loop.create_task(self.open()))

    @rule(times=st.integers(1, 6))
    def go_on(self, times):
        self.turn(times)

    @precondition(lambda self: self.tasks)
    @rule(index=st.integers(0, 9))
    def cancel(self, index):
        self.tasks[index % len(self.tasks)].cancel()

    @precondition(lambda self: self.streams)
    @rule(index=st.integers(0, 9))
    def close_a_stream(self, index):
        self.loop.run_until_complete(self.streams.pop(index % len(self.streams)).close())

    @precondition(lambda self: self.streams)
    @rule(index=st.integers(0, 9), in_thread=st.booleans())
    def drop_a_stream(self, index, in_thread):
        holder = [self.streams.pop(index % len(self.streams))]
        holder.append(holder)
        del holder
        if in_thread:
            thread = threading.Thread(target=gc.collect)
            thread.start()
            thread.join()
        else:
            gc.collect()
        self.turn()

    @precondition(lambda self: not self.streams)
    @rule()
    def finish(self):
        """Whoever waits has its turn when nobody holds a place for good."""
        while pending := [task for task in self.tasks if not task.done()]:
            self.loop.run_until_complete(asyncio.wait(pending, timeout=0.5))
            while self.streams:
                self.loop.run_until_complete(self.streams.pop().close())
        for task in self.tasks:
            if not task.cancelled() and task.exception() is not None:
                assert isinstance(task.exception(), EGPError), task.exception()
        self.tasks.clear()
        self.turn()
        for pool in pools_of(self.client):
            pool._settle()
            assert (pool._pool.taken, pool._pool.waiting) == (0, 0)

    @rule()
    def end_the_loop(self):
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            self.loop.run_until_complete(asyncio.wait(self.tasks))
        for task in self.tasks:
            if not task.cancelled():
                # Marks it as seen.
                task.exception()
        self.loop.close()
        self.new_loop()

    @invariant()
    def keeps_the_limit(self):
        for pool in pools_of(self.client):
            assert pool._pool.taken + pool._pool.idle <= LIMIT + len(pool._pool.dropped)

    def teardown(self):
        self.end_the_loop()
        self.loop.run_until_complete(self.client.close())
        self.loop.close()
        assert session_of(self.client).engine.open_connections == 0


@pytest.mark.usefixtures("small_heap")
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_any_order_of_events_in_event_loops_loses_no_place(url):
    AsyncTraffic.url = url
    seed = random.randrange(2**32)
    print("seed", seed)

    from hypothesis import seed as seeded
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        seeded(seed)(AsyncTraffic),
        settings=settings(
            max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
