"""Names of types, as people and as services read them."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["schema_name", "type_name"]


def type_name(type_: Any) -> str:
    """Return the name of a type for messages, such as `list[Order]`."""
    if getattr(type_, "__args__", None) or not hasattr(type_, "__name__"):
        text = re.sub(r"\b(?:\w+\.)+(?=\w)", "", repr(type_))
        return text.replace("<locals>.", "")
    return str(type_.__name__)


def schema_name(type_: Any) -> str:
    """Return a name for the schema of a type, of the characters that services take: `list_Order`."""
    name = re.sub(r"[^a-zA-Z0-9_-]+", "_", type_name(type_)).strip("_")
    return name[:64] or "answer"
