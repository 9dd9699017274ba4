"""Docstrings, which are written as Markdown is, in the form that autodoc reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sphinx.ext.napoleon import Config
from sphinx.ext.napoleon.docstring import GoogleDocstring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

_SECTION = re.compile(r"(Args|Returns|Raises(?: .+)?|Yields):")
_CODE = re.compile(r"`[^`]+`")
_GOOGLE: Any = Config(  # of napoleon, which asks for one of Sphinx, and takes its own
    napoleon_numpy_docstring=False,
    napoleon_use_rtype=False,
    napoleon_custom_sections=[("Raises while it is read", "Raises")],
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Rewrite what autodoc has read."""
    app.connect("autodoc-process-docstring", _rewrite)
    app.connect("autodoc-process-signature", _readable)
    app.connect("autodoc-process-bases", _without_private_bases)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def described(text: str) -> str:
    """Return a docstring of something with sections: arguments, results, errors."""
    return str(GoogleDocstring(restructured(text), _GOOGLE))


def restructured(text: str) -> str:
    """Return a docstring with its code marked as reStructuredText wants it."""
    return "\n".join(_lines(text))


def _rewrite(*event: Any) -> None:
    # The last of what the event brings are the lines, which are to be changed in their place.
    kind: str = event[1]
    lines: list[str] = event[-1]
    # What is said of a value may begin with a word and a colon, and has no sections.
    rewritten = restructured if kind in {"attribute", "data", "property"} else described
    lines[:] = rewritten("\n".join(lines)).splitlines()


def _without_private_bases(*event: Any) -> None:
    bases: list[Any] = event[-1]
    bases[:] = [base for base in bases if not is_private(getattr(base, "__origin__", base))]


def is_private(value: type) -> bool:
    """Whether a class is one that users have no name for."""
    return "._" in f".{value.__module__}.{value.__qualname__}"


def _readable(*event: Any) -> tuple[str, str] | None:
    # Errors are caught; what they are made of is told by their attributes. A default that is made anew for
    # each object has no text that can be read.
    kind, arguments, returned = event[1], event[5], event[6]
    if not arguments:
        return None
    return ("", "") if kind == "exception" else (arguments.replace("<factory>", "..."), returned)


def _lines(text: str) -> Iterator[str]:
    # Code spans may go over a line end; what is indented after a blank line is code, but in a section.
    is_section = is_code = False
    before = ""
    for line in _CODE.sub(_span, text).splitlines():
        if line.strip() and not line.startswith(" "):
            is_section, is_code = bool(_SECTION.fullmatch(line)), False
        elif line.startswith("    ") and not before.strip() and not is_section and not is_code:
            is_code = True
            yield from ("::", "")
        yield line.replace("``", "`") if is_code else line
        before = line


def _span(found: re.Match[str]) -> str:
    return f"`{found[0]}`" if "\n" not in found[0] else f"`{' '.join(found[0].split())}`"
