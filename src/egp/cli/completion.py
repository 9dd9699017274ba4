"""`egp completion bash | zsh | fish`: what a shell completes."""

from __future__ import annotations

import sys
from importlib import import_module

from egp.cli.exit_codes import DONE, EPILOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

__all__ = ["add_arguments", "main"]

_HOW = (
    "bash: into ~/.local/share/bash-completion/completions/egp; zsh: into a folder of $fpath, as _egp;"
    " fish: into ~/.config/fish/completions/egp.fish."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `egp completion`."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")
    parser.epilog = f"{_HOW} {EPILOG}"


def main(namespace: argparse.Namespace) -> int:
    """Print the completion."""
    from egp.cli.command import make_parser

    try:
        # Any: an optional package, loaded by its name.
        shtab: Any = import_module("shtab")
    except ModuleNotFoundError:
        from egp._extras import missing_extra

        raise missing_extra("shtab", "cli", "egp completion") from None
    sys.stdout.write(f"{shtab.complete(make_parser(), namespace.shell)}\n")
    return DONE
