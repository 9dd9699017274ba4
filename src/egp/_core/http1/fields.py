"""Field lines of a head or a trailer section: RFC 9112, section 5."""

from __future__ import annotations

from egp._core.failures import MalformedResponseError
from egp._core.headers import TOKEN

__all__ = ["parse_fields"]


def parse_fields(lines: list[str]) -> list[tuple[str, str]]:
    """Return names, in lower case, and values of lines that were split at LF.

    Raises `MalformedResponseError` for a line that is no field.
    """
    fields: list[tuple[str, str]] = []
    for raw in lines:
        # Section 2.2: the CR before an LF may be missing. One is taken off, and no more.
        line = raw[:-1] if raw[-1:] == "\r" else raw
        if "\r" in line or "\0" in line:
            # Section 5.5 of RFC 9110: readers disagree on what these end.
            raise MalformedResponseError(f"the server sent a header line that is malformed: {line[:40]!r}")
        if line[:1] in (" ", "\t") and fields:
            # Section 5.2: a folded line continues the value before it.
            name, value = fields[-1]
            folded = line.strip(" \t")
            fields[-1] = (name, f"{value} {folded}".strip(" \t"))
            continue
        name, colon, value = line.partition(":")
        # Section 5.1: no space before the colon, which once made two readers see two messages.
        if not colon or not TOKEN.fullmatch(name):
            raise MalformedResponseError(f"the server sent a header line that is malformed: {name[:40]!r}")
        fields.append((name.lower(), value.strip(" \t")))
    return fields
