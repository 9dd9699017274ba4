"""The tokens of several answers together."""

from __future__ import annotations

from typing import Any

from egp._core.json_types import is_object

__all__ = ["add_usage"]


def add_usage(total: dict[str, Any] | None, usage: Any) -> dict[str, Any] | None:
    """Return the sum of two usages, as JSON and at any depth; None where there is neither."""
    if not is_object(usage):
        return total
    summed = dict(total or {})
    for key, value in usage.items():
        old = summed.get(key)
        if is_object(value):
            summed[key] = add_usage(old if is_object(old) else None, value)
        elif _is_number(value):
            summed[key] = value + (old if _is_number(old) else 0)
        elif old is None:
            summed[key] = value
    return summed


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
