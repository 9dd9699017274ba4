"""What makes the schema of a type and reads its values."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["WRAPPER", "Backend", "UnsupportedTypeError"]

WRAPPER = "value"
"""The property that holds the value where the type itself is no object."""


class Backend(Protocol):
    """Makes the schema of one type, and values of it."""

    @property
    def json_schema(self) -> dict[str, Any]:
        """The plain JSON schema of the type, as a document of its own."""
        ...

    def decode(self, raw: bytes, *, is_wrapped: bool) -> Any:
        """Return the value in JSON text, or in the one property of the object that the text is.

        Errors have no `content`: the schema adds the text of the model, of which this may be a part.

        Raises:
            InvalidJSONError: the text is not JSON.
            OutputValidationError: it is not of the type.
        """
        ...


class UnsupportedTypeError(Exception):
    """A type that has no schema; the message says why."""
