"""`egp serve`: the local server, on 127.0.0.1 only."""

from __future__ import annotations

from egp.cli.exit_codes import EPILOG
from egp.testing import _command

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

__all__ = ["add_arguments", "main"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `egp serve`."""
    parser.epilog = f"It listens on 127.0.0.1 only, until Ctrl-C. {EPILOG}"
    _command.add_arguments(parser)


def main(namespace: argparse.Namespace) -> int:
    """Serve until Ctrl-C, or for as long as the program runs; return the program's exit code, or 0."""
    from egp.cli.failure import UsageError

    try:
        return _command.run(namespace)
    except ValueError as error:
        raise UsageError(str(error)) from None
