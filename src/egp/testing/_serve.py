"""Run the local server in the foreground."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from threading import Event
from typing import TYPE_CHECKING, Any

from egp.testing._script_file import load_script
from egp.testing._server import Server

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from pathlib import Path

    from egp.testing._matching import Matching
    from egp.testing._reply import End


def serve(
    *,
    port: int = 0,
    prefix: str = "",
    spec: Mapping[str, Any] | Path | str | None = None,
    check: bool = True,
    end: End = "done",
    script: Path | str | None = None,
    record: Path | str | None = None,
    upstream: str | None = None,
    secrets: Iterable[str] = (),
    replay: Path | str | None = None,
    matching: Matching | None = None,
    timing: bool = False,
    program: Sequence[str] = (),
) -> int:
    """Run a `Server` until it is interrupted, or for as long as a program runs.

    Print the URL on the first line, and below it what to export for egp, openai and curl. A program gets the
    same variables in its environment, and nothing is printed.

    Args:
        port: The port on 127.0.0.1; 0 takes a free one.
        prefix: The path that all is below, such as `/public`.
        spec: The OpenAPI document to serve; by default the package's own.
        check: Whether to refuse what the service refuses.
        end: How answers end; `"eof"` leaves out the `[DONE]` of streams.
        script: A YAML or JSON file of answers to give first, such as `- reply: Paris`.
        record: A cassette to record `upstream` into.
        upstream: The base URL of the service to record.
        secrets: Values that are replaced wherever they stand in the recording.
        replay: A cassette to answer from. The last of several identical recordings answers again and again.
        matching: What may differ between a request and the recorded one.
        timing: Whether a replayed response takes the time that it took when it was recorded.
        program: A command to run against the server, instead of waiting.

    Returns:
        The exit status: the program's, or 0.

    Raises:
        CassetteError: A cassette cannot be read or written.
        ValueError: The script cannot be read, or options contradict each other.
        OSError: The port is taken.
    """
    server = Server(
        port=port,
        prefix=prefix,
        spec=spec,
        check=check,
        end=end,
        record=record,
        upstream=upstream,
        secrets=secrets,
        replay=replay,
        matching=matching,
        timing=timing,
        repeat=True,
    )
    if script is not None:
        load_script(script, server)
    server.start()
    try:
        with _termination_as_interrupt(), suppress(KeyboardInterrupt):
            return _run(server, program)
    finally:
        server.stop()
    return 0


def _run(server: Server, program: Sequence[str]) -> int:
    if program:
        environment = {**os.environ, **server.environment}
        return subprocess.call(program, env=environment)  # noqa: S603  # the caller asked for it
    sys.stdout.write(f"{server.url}\n\n{instructions(server)}")
    sys.stdout.flush()
    Event().wait()
    return 0


def instructions(server: Server) -> str:
    """Return the shell commands that make a client use the server."""
    variables = server.environment
    key = f"'x-api-key: {server.api_key}'" if "EGP_API_KEY" in variables else '"x-api-key: $EGP_API_KEY"'
    body = '{"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}'
    lines = [
        "# egp",
        _export(variables, "EGP_BASE_URL", "EGP_API_KEY"),
        "# openai, and what is built on it",
        _export(variables, "OPENAI_BASE_URL", "OPENAI_API_KEY"),
    ]
    if any(name.lower() in {"http_proxy", "all_proxy"} for name in os.environ):
        lines += ["# past the proxy", _export(variables, "NO_PROXY", "no_proxy")]
    lines += [
        "# curl",
        f"curl {variables['OPENAI_BASE_URL']}/chat/completions \\",
        f"  -H {key} -H 'content-type: application/json' \\",
        f"  -d '{body}'",
    ]
    return "".join(f"{line}\n" for line in lines)


def _export(variables: Mapping[str, str], *names: str) -> str:
    return "export " + " ".join(
        f"{name}={shlex.quote(variables[name])}" for name in names if name in variables
    )


@contextmanager
def _termination_as_interrupt() -> Generator[None]:
    """Let SIGTERM end the server as Ctrl-C does; only the main thread may set that up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
