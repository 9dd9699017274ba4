"""Methods that show every keyword, and take their keywords as they come."""

from __future__ import annotations

from typing import Any, TypeVar, cast

__all__ = ["by_keywords"]

F = TypeVar("F")


def by_keywords(method: F) -> F:
    """Return a method that gives its keywords to the object's method of that name with an underscore before.

    Editors and type checkers see the keywords of `method`, and so do `help()` and `inspect.signature`, which
    follow `__wrapped__`. A keyword that nobody knows comes through, so that the error about it is ours.
    """
    shown: Any = method
    name = f"_{shown.__name__}"

    async def called(self: Any, **keywords: Any) -> Any:
        return await getattr(self, name)(keywords)

    for attribute in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        setattr(called, attribute, getattr(shown, attribute))
    called.__dict__["__wrapped__"] = method
    return cast("F", called)
