"""The documents as the generator gets them, so that classes have the names that callers import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openapi_python_client.config import ConfigFile

from tools.compiler.desugar import Desugared, desugar
from tools.compiler.errors import CompileError
from tools.compiler.validity import findings


def normal(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the document in the generator's own terms; None for one that cannot be compiled."""
    found = desugared(document)
    return None if found is None else found.content


def desugared(document: Mapping[str, Any]) -> Desugared | None:
    """Return the same, with what is known of it."""
    content = dict(document)
    try:
        return None if findings(content) else desugar(content, ConfigFile(literal_enums=True))
    except (CompileError, RecursionError):
        return None
