"""JSON without a type, where the program gave a schema of its own making."""

from __future__ import annotations

import json
from typing import Any

from egp.errors import InvalidJSONError
from egp.structured.partial import read_partial

__all__ = ["PlainJSON", "json_fault"]


class PlainJSON:
    """Reads text as plain lists, dicts and scalars.

    Args:
        is_lenient: whether text that is not JSON is None, and no error.
    """

    def __init__(self, *, is_lenient: bool = False) -> None:
        self._is_lenient = is_lenient

    def decode(self, text: str) -> Any:
        """Return the value.

        Raises:
            InvalidJSONError: the text is not JSON.
        """
        fault = json_fault(text)
        if fault is None:
            return json.loads(text)
        if self._is_lenient:
            return None
        raise InvalidJSONError(f"the answer is not JSON: {fault}", content=text)

    def read_partial(self, text: str) -> object:
        """Return what can be read of text that is still arriving."""
        return read_partial(text)


def json_fault(text: str | bytes) -> str | None:
    """Return what keeps a text from being JSON; None where it is JSON."""
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return str(error)
    return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
