"""What the model is told of the outcome of a tool."""

from __future__ import annotations

from typing import Any

from egp._extras import missing_extra
from egp._loading import LOADING
from egp.errors import ToolError

__all__ = ["error_text", "output_text"]


def output_text(value: object) -> str:
    """Return what a tool returned as text: a string as it is, anything else as JSON.

    Dataclasses, attrs classes, structs, dates and models are written as JSON has them; what JSON cannot have
    is written as `str` does, and a lone surrogate, which names of files may have, as its escape.
    """
    return _sendable(value if isinstance(value, str) else _as_json(value))


def error_text(error: Exception) -> str:
    """Return what the model is told of an exception."""
    if isinstance(error, ToolError):
        return _sendable(error.message)
    return _sendable(f"The tool failed: {type(error).__name__}: {error}")


def _sendable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _as_json(value: object) -> str:
    try:
        with LOADING:
            import msgspec
            import msgspec.json
    except ImportError as error:
        raise missing_extra("msgspec", "tools", "the output of a tool") from error
    try:
        return msgspec.json.encode(value, enc_hook=_plain).decode()
    # A function of the program may return anything, and what it did is done.
    except Exception:  # noqa: BLE001
        return str(value)


def _plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    to_dict = getattr(value, "to_dict", None)
    return to_dict() if callable(to_dict) else str(value)
