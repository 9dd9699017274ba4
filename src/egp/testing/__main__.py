"""Runs the local server by itself: `python -m egp.testing`, until it is interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import suppress
from threading import Event

from egp.testing import Server


def main() -> int:
    """Serve until the process is interrupted or asked to terminate."""
    parser = argparse.ArgumentParser(
        prog="python -m egp.testing", description="The local EGP server, for tests."
    )
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; by default a free one")
    parser.add_argument("--prefix", default="", help="the path that all is below, such as /public")
    parser.add_argument("--spec", help="the OpenAPI document to serve; by default the package's own")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = Server(port=arguments.port, prefix=arguments.prefix, spec=arguments.spec)
    with suppress(KeyboardInterrupt), server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
