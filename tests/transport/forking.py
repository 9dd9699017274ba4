"""A program that forks again and again while a thread of it makes the first call of a client.

    python -W ignore -m tests.transport.forking URL KIND FIRST

KIND is threads, asyncio, uvloop or trio, or, in the place of calls, models (all of them are used), bulk (a
run) or testing (a local server). The thread stops when it has begun to load a module, the FIRST and every
tenth after it, until the main thread is forking. Each child makes its own first call. Prints how many
children there were, how many of them hang, and what else was wrong.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

import trio
import uvloop
from egp_api import models

import egp
from egp import bulk, testing

EVERY = 10
HANGS_SECONDS = 60
OPTIONS: dict[str, Any] = {"api_key": "sk-secret-key", "timeout": 50, "max_retries": 0}
MESSAGES = [{"role": "user", "content": "Hi"}]
EXPECTED = "Hi, Hi.0 Hi.1 , busy"


def asking(client: egp.Client) -> str:
    """Make a call, read a stream, and hear an error."""
    create = client.chat.completions.create
    whole = create(model="whole", messages=MESSAGES).choices[0].message.content
    with create(model="stream:2", messages=MESSAGES, stream=True) as stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    try:
        create(model="busy", messages=MESSAGES)
    except egp.InternalServerError:
        return f"{whole}, {text}, busy"
    return "no error"


async def asking_async(client: egp.AsyncClient) -> str:
    """Do the same, asynchronously."""
    create = client.chat.completions.create
    whole = (await create(model="whole", messages=MESSAGES)).choices[0].message.content
    async with await create(model="stream:2", messages=MESSAGES, stream=True) as stream:
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    try:
        await create(model="busy", messages=MESSAGES)
    except egp.InternalServerError:
        return f"{whole}, {text}, busy"
    return "no error"


def using_models() -> str:
    """Use every model."""
    return EXPECTED if all(getattr(models, name) for name in models.__all__) else "no model"


def running(url: str) -> str:
    """Have egp.bulk ask two requests."""
    os.environ.update(EGP_API_KEY="sk-secret-key", EGP_BASE_URL=url)
    requests = [{"model": "whole", "messages": MESSAGES}] * 2
    with tempfile.TemporaryDirectory() as folder:
        output = f"{folder}/out.jsonl"
        bulk.run(requests, output, progress=False)
        answers = [each.completion.choices[0].message.content for each in bulk.results(output)]
    return EXPECTED if answers == ["Hi", "Hi"] else str(answers)


def serving() -> str:
    """Ask a local server."""
    with testing.Server() as server, egp.Client(base_url=server.url, **OPTIONS) as client:
        answer = client.chat.completions.create(model="m", messages=MESSAGES)
    return EXPECTED if answer.choices else "no answer"


def made(kind: str, url: str) -> Callable[[], str]:
    """Return what asks, through a client of a kind that was not used yet, or what else is to be done."""
    if kind == "models":
        return using_models
    if kind == "bulk":
        return lambda: running(url)
    if kind == "testing":
        return serving
    if kind == "threads":
        client = egp.Client(base_url=url, **OPTIONS)
        return lambda: asking(client)
    async_client = egp.AsyncClient(base_url=url, **OPTIONS)
    if kind == "trio":
        return lambda: trio.run(asking_async, async_client)
    run = uvloop.run if kind == "uvloop" else asyncio.run
    return lambda: run(asking_async(async_client))


class Loading:
    """Sees each module that the thread begins to load, and has the main thread fork then."""

    def __init__(self, first: int) -> None:
        self._left = first
        self.thread: threading.Thread | None = None
        self.is_begun = threading.Event()
        self.is_forking = threading.Event()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Find nothing: others do."""
        if threading.current_thread() is not self.thread:
            return
        self._left -= 1
        # While a fork waits for this thread, it goes on.
        if self._left < 0 and not self.is_forking.is_set():
            self._left = EVERY - 1
            self.is_begun.set()
            self.is_forking.wait(HANGS_SECONDS)
            # The fork takes place now, unless it waits until the module is loaded.
            time.sleep(0.01)


def main(url: str, kind: str, first: int) -> None:
    ask = made(kind, url)
    answers: list[str] = []
    loading = Loading(first)
    thread = loading.thread = threading.Thread(target=lambda: answers.append(ask()))
    sys.meta_path.insert(0, loading)  # type: ignore[arg-type] # it has what is called
    thread.start()
    children: list[int] = []
    while thread.is_alive():
        if loading.is_begun.wait(0.01):
            loading.is_begun.clear()
            loading.is_forking.set()
            child = os.fork()
            if not child:
                loading.thread = None
                signal.alarm(HANGS_SECONDS)
                os._exit(0 if ask() == EXPECTED else 1)
            loading.is_forking.clear()
            children.append(child)
    thread.join()
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    hang = codes.count(-signal.SIGALRM)
    wrong = [code for code in codes if code not in (0, -signal.SIGALRM)]
    wrong += [answer for answer in answers if answer != EXPECTED]
    print(len(codes), hang, wrong)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
