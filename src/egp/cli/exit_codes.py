"""The exit codes. Nothing is imported here: help is to come at once."""

from __future__ import annotations

__all__ = ["DONE", "EPILOG", "FAILED", "INTERRUPTED", "USAGE"]

DONE = 0
"""What was asked for is done."""
FAILED = 1
"""The service or the model refused, or the call failed."""
USAGE = 2
"""The command or the configuration cannot be right; nothing was sent."""
INTERRUPTED = 130
"""Ctrl-C."""

EPILOG = "exit codes: 0 done; 1 refused or failed; 2 wrong usage or configuration; 130 interrupted"
