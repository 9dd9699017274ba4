"""How an answer is shown: plain text to a pipe, Markdown to a terminal where rich is installed."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from egp.cli.failure import printable

__all__ = ["Display", "display"]


class Display(Protocol):
    """Takes the pieces of an answer as they come."""

    def add(self, text: str) -> None:
        """Show a piece."""
        ...

    def end(self) -> None:
        """Show what is left, and end the line."""
        ...


def display(*, markdown: bool) -> Display:
    """Return the display for stdout, whatever it is connected to."""
    if not sys.stdout.isatty():
        return _Plain()
    can_draw = os.environ.get("TERM", "") not in {"", "dumb"} and find_spec("rich") is not None
    return _Markdown() if markdown and can_draw else _Terminal()


class _Plain:
    """The text as it is."""

    def __init__(self) -> None:
        self._last = ""

    def add(self, text: str) -> None:
        if text:
            self._last = text
            sys.stdout.write(text)
            sys.stdout.flush()

    def end(self) -> None:
        if self._last and not self._last.endswith("\n"):
            sys.stdout.write("\n")
        sys.stdout.flush()


class _Terminal(_Plain):
    """The text without what a terminal would obey."""

    def add(self, text: str) -> None:
        super().add(printable(text))


class _Markdown:
    """Markdown, drawn anew as it grows. A paragraph that is complete is printed for good."""

    def __init__(self) -> None:
        # Any: an optional package, loaded by its names.
        console: Any = import_module("rich.console")
        live: Any = import_module("rich.live")
        self._markdown: Any = import_module("rich.markdown").Markdown
        self._console = console.Console()
        self._live = live.Live(
            console=self._console, transient=True, auto_refresh=False, vertical_overflow="ellipsis"
        )
        self._is_drawing = False
        self._text = ""

    def add(self, text: str) -> None:
        self._text += printable(text)
        if not self._is_drawing:
            self._live.start()
            self._is_drawing = True
        done, self._text = _complete(self._text)
        if done:
            self._console.print(self._markdown(done))
        self._live.update(self._markdown(self._text), refresh=True)

    def end(self) -> None:
        if self._is_drawing:
            self._live.stop()
            self._is_drawing = False
        if self._text.strip():
            self._console.print(self._markdown(self._text))
        self._text = ""


def _complete(text: str) -> tuple[str, str]:
    """Return the paragraphs that nothing to come can change, and the rest.

    A blank line in a fence of code, or before an indented line of a list, divides nothing.
    """
    is_code = False
    end = position = 0
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith(("```", "~~~")):
            is_code = not is_code
        position += len(line)
        follows = text[position : position + 1]
        if (
            not line.strip()
            and not is_code
            and follows
            and not follows.isspace()
            and follows not in "-*+0123456789"
        ):
            end = position
    return text[:end], text[end:]
