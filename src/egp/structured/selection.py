"""Which backend a type has: pydantic for what is pydantic's, msgspec for the rest, and ours for unions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from egp.errors import EGPError
from egp.structured.backend import UnsupportedTypeError
from egp.structured.composite_backend import CompositeBackend
from egp.structured.fields import offending_part
from egp.structured.msgspec_backend import MsgspecBackend
from egp.structured.names import type_name
from egp.structured.pydantic_backend import PydanticBackend, holds_pydantic

if TYPE_CHECKING:
    from egp.structured.backend import Backend

__all__ = ["backend_of"]


def backend_of(type_: Any) -> Backend:
    """Return the backend for a type.

    Raises:
        EGPError: there is none; the message names the field that stands in the way.
    """
    try:
        return _found(type_)
    except UnsupportedTypeError as error:
        culprit = offending_part(type_, lambda each: _why_not(each) is None)
        reason = _why_not(culprit.type) or str(error)
        raise EGPError(f"{type_name(type_)}{culprit.place} cannot be structured output: {reason}") from None
    except NameError as error:
        raise EGPError(f"an annotation in {type_name(type_)} cannot be resolved: {error}") from None


def _found(type_: Any) -> Backend:
    if not holds_pydantic(type_):
        try:
            return MsgspecBackend(type_)
        except UnsupportedTypeError:
            return CompositeBackend(type_)
    try:
        return PydanticBackend(type_)
    except UnsupportedTypeError as first:
        # Such as an attrs class that holds a model: msgspec does the class, pydantic the model.
        try:
            return MsgspecBackend(type_)
        except UnsupportedTypeError:
            raise first from None


def _why_not(type_: Any) -> str | None:
    try:
        _found(type_)
    except (UnsupportedTypeError, NameError) as error:
        return str(error)
    return None
