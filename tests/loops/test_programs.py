"""One AsyncClient at module level, in programs of every kind: each has loops in its own way."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
import urllib.request

import pytest

from egp import AsyncClient, Client

KEY = "sk-secret-key"

MODULE = """
import os
from egp import AsyncClient

client = AsyncClient(api_key="sk-secret-key", base_url=os.environ["URL"], max_retries=0, timeout=20)

async def ask(text):
    answer = await client.chat.completions.create(model="whole", messages=[{"role": "user", "content": text}])
    return answer.choices[0].message.content
"""


def program(tmp_path, url, *lines, module=True):
    """Run a program beside the module, warnings as errors, and return what it prints."""
    (tmp_path / "asking.py").write_text(MODULE)
    (tmp_path / "program.py").write_text(textwrap.dedent("\n".join(lines)))
    environment = {
        **os.environ,
        "URL": url,
        "PYTHONWARNINGS": "error::ResourceWarning",
        "PYTHONPATH": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.split()


def test_a_module_runs_one_loop_after_the_other(tmp_path, url):
    printed = program(
        tmp_path,
        url,
        """
        import asyncio
        from asking import ask
        for number in range(3):
            print(asyncio.run(ask(str(number))))
        """,
    )

    assert printed == ["0", "1", "2"]


def test_a_notebook_runs_cells_in_one_loop_and_threads_beside_it(tmp_path, url):
    printed = program(
        tmp_path,
        url,
        """
        import asyncio, threading
        from asking import ask
        loop = asyncio.new_event_loop()
        print(loop.run_until_complete(ask("cell")))

        async def cell():
            # asyncio.run is refused in a cell: people run it in a thread.
            answers = []
            thread = threading.Thread(target=lambda: answers.append(asyncio.run(ask("thread"))))
            thread.start()
            await asyncio.to_thread(thread.join)
            return [*answers, await ask("again")]

        print(*loop.run_until_complete(cell()))
        loop.close()
        """,
    )

    assert printed == ["cell", "thread", "again"]


DJANGO = """
import asyncio, os, threading, django
from django.conf import settings
settings.configure(DEBUG=False, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x", MIDDLEWARE=[])
django.setup()
from django.http import HttpResponse
from django.test import AsyncClient as AsyncBrowser, Client as Browser
from django.urls import path
from asking import ask

async def view(request):
    return HttpResponse(await ask(request.GET["text"]))

urlpatterns = [path("", view)]
"""


def test_django_runs_async_views_under_wsgi_in_a_loop_for_each_request(tmp_path, url):
    printed = program(
        tmp_path,
        url,
        DJANGO,
        """
for number in range(3):
    print(Browser().get("/", {"text": f"wsgi{number}"}).content.decode())
def browse():
    print(Browser().get("/", {"text": "threads"}).content.decode())
threads = [threading.Thread(target=browse) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
        """.strip(),
    )

    assert printed == ["wsgi0", "wsgi1", "wsgi2", "threads", "threads", "threads"]


def test_django_runs_async_views_under_asgi_in_one_loop(tmp_path, url):
    printed = program(
        tmp_path,
        url,
        DJANGO,
        """
async def main():
    get = AsyncBrowser().get
    answers = await asyncio.gather(*[get("/", {"text": f"asgi{number}"}) for number in range(3)])
    print(*[answer.content.decode() for answer in answers])
asyncio.run(main())
        """.strip(),
    )

    assert printed == ["asgi0", "asgi1", "asgi2"]


@pytest.mark.parametrize("plugin", ["pytest-asyncio", "anyio"])
def test_a_loop_for_each_test_shares_the_client(tmp_path, url, plugin):
    (tmp_path / "asking.py").write_text(MODULE)
    mark, options = {
        "pytest-asyncio": ("asyncio", ["-o", "asyncio_default_fixture_loop_scope=function"]),
        "anyio": ("anyio", ["-p", "no:asyncio"]),
    }[plugin]
    (tmp_path / "test_mine.py").write_text(
        textwrap.dedent(
            f"""
            import pytest
            from asking import ask

            @pytest.mark.{mark}
            @pytest.mark.parametrize("number", range(4))
            async def test_mine(number):
                assert await ask(str(number)) == str(number)
            """
        )
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", *options, str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "URL": url, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    # anyio runs each of them on asyncio and on trio.
    assert f"{4 if plugin == 'pytest-asyncio' else 8} passed" in done.stdout


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_uvicorn_serves_with_it(tmp_path, url, loop):
    (tmp_path / "asking.py").write_text(MODULE)
    (tmp_path / "app.py").write_text(
        textwrap.dedent(
            """
            from asking import ask

            async def app(scope, receive, send):
                if scope["type"] != "http":
                    return
                text = await ask(scope["query_string"].decode())
                await send({"type": "http.response.start", "status": 200, "headers": []})
                await send({"type": "http.response.body", "body": text.encode()})
            """
        )
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "app:app",
        "--port",
        str(port),
        "--loop",
        loop,
        "--lifespan",
        "off",
    ]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "URL": url, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            answers = [fetched(f"http://127.0.0.1:{port}/?hello{number}") for number in range(3)]
        finally:
            server.terminate()

    assert answers == ["hello0", "hello1", "hello2"]


def fetched(address):
    give_up = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=20) as response:
                return response.read().decode()
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)


def test_eight_threads_with_a_loop_each_share_it(url):
    client = AsyncClient(api_key=KEY, base_url=url)
    answers = []

    async def ask(text):
        answer = await client.chat.completions.create(
            model="whole", messages=[{"role": "user", "content": text}]
        )
        return answer.choices[0].message.content

    def work(number):
        with asyncio.Runner() as runner:
            for step in range(5):
                answers.append(runner.run(ask(f"{number}.{step}")))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(answers) == sorted(f"{number}.{step}" for number in range(8) for step in range(5))


_worker_client: AsyncClient | None = None
_worker_sync_client: Client | None = None


def in_worker(number):
    """What a task of a prefork worker does: both clients were used before the fork."""
    messages = [{"role": "user", "content": str(number)}]

    async def ask():
        answer = await _worker_client.chat.completions.create(model="whole", messages=messages)
        return answer.choices[0].message.content

    whole = _worker_sync_client.chat.completions.create(model="whole", messages=messages)
    return [asyncio.run(ask()), asyncio.run(ask()), whole.choices[0].message.content]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_workers_that_are_forked_after_the_client_was_used_go_on(url):
    global _worker_client, _worker_sync_client
    _worker_client = AsyncClient(api_key=KEY, base_url=url, max_retries=0)
    _worker_sync_client = Client(api_key=KEY, base_url=url, max_retries=0)
    assert in_worker(0) == ["0"] * 3

    with multiprocessing.get_context("fork").Pool(3) as workers:
        answers = workers.map_async(in_worker, range(12), chunksize=1).get(60)

    assert answers == [[str(number)] * 3 for number in range(12)]
    assert in_worker(0) == ["0"] * 3
    _worker_sync_client.close()
    asyncio.run(_worker_client.close())
