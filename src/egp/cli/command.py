"""The parser, and the way from a command line to an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

from egp.cli.exit_codes import DONE, EPILOG, FAILED, INTERRUPTED, USAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

__all__ = ["main", "make_parser"]

_COMMANDS: Final = {
    "chat": "ask a model, once or in a conversation",
    "models": "list the models that can be asked",
    "bulk": "ask every request of a file",
    "serve": "run the local server",
    "doctor": "say what configuration is in force, and what is wrong",
    "completion": "print the completion for a shell",
}
_EPILOG: Final = f"The key is read from EGP_API_KEY. {EPILOG}"


class _Parser(argparse.ArgumentParser):
    """A parser whose help is as wide as the terminal, found without argparse's own slow imports."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _formatter)
        super().__init__(**options)


def _formatter(prog: str) -> argparse.HelpFormatter:
    try:
        columns = int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        try:
            columns = os.get_terminal_size().columns or 80
        except OSError:
            columns = 80
    return argparse.HelpFormatter(prog, width=max(columns - 2, 20))


def make_parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of `egp`; with `only`, the options of one command alone are filled in."""
    parser = _Parser(
        prog="egp", description="Chat completions of Scale's EGP API, from the terminal.", epilog=_EPILOG
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, summary in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if only is None or only == name:
            _module(name).add_arguments(command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line, by default this process's own; return the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    _open_missing_streams()
    try:
        code = _carried_out(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has had enough: that is no failure, and nothing more can be written.
        _leave_stdout()
        return DONE
    except KeyboardInterrupt:
        sys.stderr.write("egp: interrupted\n")
        return INTERRUPTED
    except OSError as error:
        sys.stderr.write(f"egp: {error}\n")
        _leave_stdout()
        return FAILED
    return code


def _carried_out(given: list[str]) -> int:
    # The first word is the command: no option before it takes a value.
    name = next((word for word in given if not word.startswith("-")), "")
    parser = make_parser(name)
    try:
        namespace = parser.parse_args(given)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else DONE
    if namespace.version:
        from egp import __version__

        sys.stdout.write(f"egp-client {__version__}\n")
        return DONE
    if namespace.command is None:
        parser.print_help()
        return USAGE
    return _run(namespace)


def _run(namespace: argparse.Namespace) -> int:
    from egp.errors import EGPError

    try:
        code: int = _module(namespace.command).main(namespace)
    except EGPError as error:
        from egp.cli.failure import report

        return report(error)
    return code


def _module(name: str) -> Any:
    # A module of commands: `add_arguments(parser)` and `main(namespace) -> int`.
    return import_module(f"egp.cli.{name}")


def _open_missing_streams() -> None:
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # The descriptor is the process's, as those of the streams it replaces: nothing closes it.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, open(nowhere, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            # A character that the terminal's encoding lacks must not end an answer.
            stream.reconfigure(errors="replace")


def _leave_stdout() -> None:
    # What is still buffered would fail again when the interpreter ends.
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
