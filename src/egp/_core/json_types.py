"""Types of JSON values. Apart from the reader and writer of JSON, which may load a package."""

from __future__ import annotations

from typing import Any, TypeGuard

__all__ = ["Object", "is_array", "is_integer", "is_number", "is_object"]

Object = dict[str, Any]
"""A JSON object."""


def is_object(value: object) -> TypeGuard[Object]:
    """Return whether a JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Return whether a JSON value is an array."""
    return isinstance(value, list)


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a number, which True and False are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_integer(value: object) -> TypeGuard[int]:
    """Return whether a value is an integer, which True and False are not, nor 1.0."""
    return isinstance(value, int) and not isinstance(value, bool)
