"""Text of the document as Python literals: whatever it holds, it lands in the package as data."""

import re
import textwrap
from functools import cache

from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import safe_for_docstring

_LINE_LENGTH = 110


def literal(value: object) -> str:
    """Python source for a string, number, boolean or None, exact to the last character.

    The generator's own filter drops format and separator characters (a zero-width space in a property's
    name), so names and values of the wire do not go through it. `repr` escapes all that is not printable.
    """
    if value is not None and not isinstance(value, str | int | float | bool):
        raise TypeError(f"no literal for {type(value).__name__}")
    return repr(value)


def words(code: str) -> list[str]:
    """Return the words of code: the names in it, and the words in its literals."""
    return re.findall(r"\w+", code)


@cache
def docstring(value: UntrustedString | str | None, indentation: int = 0) -> str:
    """Source of a docstring that says `value`, wrapped at 110 columns; nothing for nothing."""
    safe = safe_for_docstring(value or "").strip()
    if not safe:
        return ""
    width = max(40, _LINE_LENGTH - indentation)
    lines = [line for paragraph in safe.splitlines() for line in _wrap(paragraph, width)]
    # Room for the quotes on a single line; a quote or a backslash at its end would meet them.
    one_line = len(lines) == 1 and len(lines[0]) <= width - 6 and lines[0][-1] not in '"\\'
    inner = "\n".join([lines[0], *(" " * indentation + line if line else "" for line in lines[1:])])
    return f'"""{inner}"""' if one_line else f'"""{inner}\n{" " * indentation}"""'


def _wrap(line: str, width: int) -> list[str]:
    lead = len(line) - len(line.lstrip())
    wrapped = textwrap.wrap(
        line, width, subsequent_indent=" " * min(lead, 20), break_long_words=False, break_on_hyphens=False
    )
    return wrapped or [""]
