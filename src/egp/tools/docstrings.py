"""What a docstring says of a function and of its parameters."""

from __future__ import annotations

import inspect
from typing import NamedTuple

from egp._loading import LOADING

__all__ = ["Docs", "read_docstring"]


class Docs(NamedTuple):
    """The description of a function, and those of its parameters by name."""

    description: str | None
    parameters: dict[str, str]


def read_docstring(text: str | None) -> Docs:
    """Read a docstring of Google's, NumPy's or Sphinx's style.

    The description is all that stands above the sections. Without the package docstring_parser (in the extra
    `tools`) it is the first paragraph, and parameters have no descriptions.
    """
    if not text or not text.strip():
        return Docs(None, {})
    try:
        with LOADING:
            from docstring_parser import ParseError, parse
    except ImportError:
        return Docs(_first_paragraph(text), {})
    try:
        parsed = parse(text)
    except ParseError:
        return Docs(_first_paragraph(text), {})
    parts = [part.strip() for part in (parsed.short_description, parsed.long_description) if part]
    described = {param.arg_name: param.description.strip() for param in parsed.params if param.description}
    return Docs("\n\n".join(parts) or None, described)


def _first_paragraph(text: str) -> str:
    return " ".join(inspect.cleandoc(text).partition("\n\n")[0].split())
