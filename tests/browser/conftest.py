"""The site that `tox -e docs-browser` has just built, on loopback, and a Chromium to read it."""

import os
import shutil
import threading
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SITE = Path(os.environ.get("EGP_SITE", ""), "html").resolve()
collect_ignore_glob = [] if "EGP_SITE" in os.environ else ["test_*.py"]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def pytest_generate_tests(metafunc):
    if "each_page" in metafunc.fixturenames:
        pages = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))
        metafunc.parametrize("each_page", pages)


@pytest.fixture(scope="session")
def files():
    """The site as files, without a server."""
    return SITE.as_uri()


@pytest.fixture(scope="session")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=SITE))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def browser():
    program = os.environ.get("EGP_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium on PATH, nor in EGP_CHROMIUM: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Root, as in a container, has no sandbox.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


class Tab:
    """A page of the browser, and what went wrong in it."""

    def __init__(self, page, address: str) -> None:
        self.page = page
        self.address = address
        self.faults: list[str] = []
        self.asked: set[str] = set()
        page.on("console", lambda message: self._note(message.type in {"error", "warning"}, message.text))
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("requestfailed", lambda request: self._note(True, f"failed: {request.url}"))
        page.on("response", lambda answer: self._note(answer.status >= 400, f"{answer.status}: {answer.url}"))
        page.on("request", lambda request: self.asked.add(request.url))

    def _note(self, is_fault: bool, text: str) -> None:
        if is_fault:
            self.faults.append(text)

    def open(self, path: str):
        self.page.goto(f"{self.address}/{path}", wait_until="load")
        return self.page

    def shoot(self, name: str) -> None:
        """Keep a picture, for a person to look at, where EGP_SCREENSHOTS names a folder."""
        folder = os.environ.get("EGP_SCREENSHOTS")
        if folder:
            self.page.screenshot(path=Path(folder, f"{name}.png"))


@pytest.fixture
def open_tab(browser, address):
    contexts = []

    def open_tab(width: int = 1280, height: int = 900, **options) -> Tab:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        return Tab(context.new_page(), address)

    yield open_tab
    for context in contexts:
        with suppress(Exception):
            context.close()
