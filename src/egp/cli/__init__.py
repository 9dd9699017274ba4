"""The command `egp`: chat, models, bulk runs, the local server, and what is wrong with a set-up.

Nothing but argparse is loaded until it is known what was asked for.
"""

from __future__ import annotations

from egp.cli.command import main, make_parser

__all__ = ["main", "make_parser"]
