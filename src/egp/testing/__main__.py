"""Run the local server by itself, or a program against it.

    python -m egp.testing                        until it is interrupted
    python -m egp.testing -- python program.py   for as long as the program runs

The program finds the server as `egp.Client()` and `openai.OpenAI()` find their services: by the environment.
"""

from __future__ import annotations

import argparse
import sys

from egp.testing import CassetteError, serve


def main() -> int:
    """Serve; return the program's exit status, or 0."""
    parser = argparse.ArgumentParser(prog="python -m egp.testing", description="The local EGP server.")
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; by default a free one")
    parser.add_argument("--prefix", default="", help="the path that all is below, such as /public")
    parser.add_argument("--spec", help="the OpenAPI document to serve; by default the package's own")
    parser.add_argument("--no-check", action="store_true", help="accept any request, even one without a key")
    parser.add_argument("program", nargs="*", metavar="-- program", help="what to run against the server")
    parser.add_argument("--end", choices=("done", "eof"), default="done", help="eof: streams without [DONE]")
    parser.add_argument("--script", help="a YAML or JSON list of answers to give first")
    parser.add_argument(
        "--record", metavar="CASSETTE", help="the file to record the service at --upstream into"
    )
    parser.add_argument("--upstream", metavar="URL", help="the base URL of the service to record")
    parser.add_argument("--replay", metavar="CASSETTE", help="the recorded file to answer from")
    parser.add_argument("--timing", action="store_true", help="replay with the waits that were recorded")
    arguments = parser.parse_args()
    try:
        return serve(
            port=arguments.port,
            prefix=arguments.prefix,
            spec=arguments.spec,
            check=not arguments.no_check,
            end=arguments.end,
            script=arguments.script,
            record=arguments.record,
            upstream=arguments.upstream,
            replay=arguments.replay,
            timing=arguments.timing,
            program=arguments.program,
        )
    except (CassetteError, OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())
