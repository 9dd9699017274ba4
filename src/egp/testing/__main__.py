"""Run the local server by itself, or a program against it.

    python -m egp.testing                        until it is interrupted
    python -m egp.testing -- python program.py   for as long as the program runs

The program finds the server as `egp.Client()` and `openai.OpenAI()` find their services: by the environment.
"""

from __future__ import annotations

import argparse
import sys

from egp.testing._command import add_arguments, run


def main() -> int:
    """Serve; return the program's exit status, or 0."""
    parser = argparse.ArgumentParser(prog="python -m egp.testing", description="The local EGP server.")
    add_arguments(parser)
    try:
        return run(parser.parse_args())
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())
