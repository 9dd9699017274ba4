"""Many streams at once."""

from __future__ import annotations

import os
import time

import anyio
import pytest

from egp import AsyncClient
from egp.testing import Server
from tests.inside import session_of


def open_files():
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.slow
@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts file descriptors in /proc")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_200_streams_at_once_give_200_right_answers_and_leave_nothing_open(backend):
    answers = {}

    async def ask(client, number):
        stream = await client.chat.completions.create(
            model="openai/gpt-4o", messages=[{"role": "user", "content": f"number {number}"}], stream=True
        )
        completion = await stream.get_final_completion()
        answers[number] = completion.choices[0].message.content

    async def main(url):
        async with AsyncClient(api_key="any", base_url=url) as client:
            async with anyio.create_task_group() as tasks:
                for number in range(200):
                    tasks.start_soon(ask, client, number)
            engine = session_of(client).engine
            assert 0 < engine.open_connections <= 200
        assert engine.open_connections == 0

    with Server() as server:
        before = open_files()
        anyio.run(main, server.url, backend=backend)
        # The server runs in this process, and closes its ends a moment later.
        give_up = time.monotonic() + 10
        while open_files() > before and time.monotonic() < give_up:
            time.sleep(0.01)
        after = open_files()

    assert answers == {number: f"You said: number {number}" for number in range(200)}
    assert after <= before
