"""The page of the command `egp`, made from its parser."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from egp.cli import make_parser

if TYPE_CHECKING:
    from collections.abc import Iterator

_TITLE = "The command ``egp``"
_LEAD = "Its options, as ``--help`` prints them. What they are for: :doc:`/docs/cli` and :doc:`/docs/bulk`."


def page() -> str:
    """Return the page."""
    return "\n".join([*_heading(_TITLE, "="), _LEAD, "", *_described(make_parser(), level=0)]) + "\n"


def _described(parser: argparse.ArgumentParser, level: int) -> Iterator[str]:
    program = parser.prog
    if level:
        yield from _heading(f"``{program}``", "-^"[level - 1])
    yield from (_text(parser.description), "", ".. code-block:: text", "", *_indented(_usage(parser)), "")
    yield from (f".. program:: {program}", "")
    # argparse has no other way to its arguments.
    actions = parser._actions  # noqa: SLF001
    children = [action for action in actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    for action in actions:
        if action not in children and action.help is not argparse.SUPPRESS:
            yield from _argument(action)
    yield from (_text(parser.epilog), "")
    for action in children:
        for child in dict.fromkeys(action.choices.values()):
            yield from _described(child, level + 1)


def _usage(parser: argparse.ArgumentParser) -> list[str]:
    parser.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=76)
    return parser.format_usage().removeprefix("usage: ").splitlines()


def _argument(action: argparse.Action) -> Iterator[str]:
    value = _value(action)
    names = action.option_strings or [value]
    shown = ", ".join(f"{name} {value}".strip() if action.option_strings else name for name in names)
    yield from (f".. option:: {shown}", "", f"   {_text(_help(action))}", "")


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices is not None and action.metavar is None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    name = action.metavar or action.dest.upper()
    return name if isinstance(name, str) else " ".join(name)


def _help(action: argparse.Action) -> str:
    return (action.help or "") % {**vars(action), "prog": ""}


def _text(text: str | None) -> str:
    # Nothing of what a parser says is markup.
    return (text or "").replace("\\", "\\\\").replace("*", "\\*").replace("`", "``").replace("|", "\\|")


def _heading(title: str, line: str) -> list[str]:
    return [title, line * len(title), ""]


def _indented(lines: list[str]) -> list[str]:
    return [f"   {line}" for line in lines]
