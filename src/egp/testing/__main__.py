"""Runs the local server by itself, or a program against it.

    python -m egp.testing                        until it is interrupted
    python -m egp.testing -- python program.py   for as long as the program runs

The program finds the server as `egp.Client()` finds the service: by EGP_BASE_URL and EGP_API_KEY.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from contextlib import suppress
from threading import Event

from egp.testing import Server


def main() -> int:
    """Serve; give the program's exit status, or 0."""
    parser = argparse.ArgumentParser(prog="python -m egp.testing", description="The local EGP server.")
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; by default a free one")
    parser.add_argument("--prefix", default="", help="the path that all is below, such as /public")
    parser.add_argument("--spec", help="the OpenAPI document to serve; by default the package's own")
    parser.add_argument("program", nargs="*", metavar="-- program", help="what to run against the server")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = Server(port=arguments.port, prefix=arguments.prefix, spec=arguments.spec)
    with suppress(KeyboardInterrupt), server:
        if arguments.program:
            environment = {**os.environ, **server.environment}
            return subprocess.call(arguments.program, env=environment)  # noqa: S603  # it is what the user asked for
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
