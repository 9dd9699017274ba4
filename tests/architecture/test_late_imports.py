"""An import within a function of the client stands in `with LOADING:`, for which a fork waits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src/egp"
# A program of its own, which nobody forks in the middle.
PROGRAMS = ("cli",)
# `logging` is waited for, and not loaded, and nobody waits with the lock in hand: `_io/log.py` says why.
EXCEPTIONS = {
    ("_io/log.py", "import logging"),
    # The lock itself, and what finds modules.
    ("__init__.py", "from egp._loading import LOADING"),
    ("__init__.py", "from importlib import import_module"),
}


def late_imports(tree: ast.AST) -> Iterator[str]:
    """Yield the imports that run in a function, and not under the lock."""

    def found(node: ast.AST, *, is_late: bool, is_locked: bool) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            late, locked = is_late, is_locked
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                late, locked = True, False
            elif isinstance(child, ast.With):
                locked = locked or any(ast.unparse(item.context_expr) == "LOADING" for item in child.items)
            imports = isinstance(child, (ast.Import, ast.ImportFrom)) or (
                isinstance(child, ast.Call) and ast.unparse(child.func).endswith("import_module")
            )
            if imports and late and not locked:
                yield ast.unparse(child)
            yield from found(child, is_late=late, is_locked=locked)

    return found(tree, is_late=False, is_locked=False)


def test_late_imports_are_made_under_the_lock() -> None:
    modules = [path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] not in PROGRAMS]
    breaches = {
        (str(path.relative_to(SOURCE)), statement)
        for path in modules
        for statement in late_imports(ast.parse(path.read_text()))
    }

    assert breaches == EXCEPTIONS


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    import json",
        "async def f():\n    if x:\n        from json import dumps",
        "with LOADING:\n    def f():\n        import json",
        "def f():\n    importlib.import_module('json')",
    ],
)
def test_an_import_without_the_lock_is_found(text: str) -> None:
    assert list(late_imports(ast.parse(text)))


@pytest.mark.parametrize("text", ["import json", "def f():\n    with LOADING:\n        import json"])
def test_others_are_not(text: str) -> None:
    assert not list(late_imports(ast.parse(text)))
