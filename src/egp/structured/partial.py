"""JSON text that is still arriving."""

from __future__ import annotations

import re
from typing import Any

from egp._extras import missing_extra
from egp._loading import LOADING

__all__ = ["read_partial"]

_NUMBER_AT_THE_END = re.compile(r"[-+.0-9eE]+\Z")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def read_partial(text: str) -> Any:
    """Return what can be read of JSON text so far; None where that is nothing, or where it is not JSON.

    A string at the end is read as far as it goes. A number at the end is left out, because its last digit
    may be to come. Each call reads the whole text: call it when the value is looked at, not at each chunk.
    """
    try:
        with LOADING:
            import jiter
    except ImportError as error:
        raise missing_extra("jiter", "structured", "reading JSON that is still arriving") from error

    number = _NUMBER_AT_THE_END.search(text)
    if number is not None and '"' not in _STRING.sub("", text):
        text = text[: number.start()]
    try:
        return jiter.from_json(text.encode("utf-8", "surrogatepass"), partial_mode="trailing-strings")
    except ValueError:
        return None
