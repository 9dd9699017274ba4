"""JSON values whose shape is not known before they come."""

from __future__ import annotations

from typing import Any, TypeGuard

Object = dict[str, Any]
"""A JSON object."""


def is_object(value: object) -> TypeGuard[Object]:
    """Whether the value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether the value is a JSON array."""
    return isinstance(value, list)
