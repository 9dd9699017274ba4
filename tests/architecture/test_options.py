"""Each option is declared in `egp._core.options`; types and README say the same of it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def fields_of(path: str, name: str) -> set[str]:
    """Return the annotated names of a class, read from its source."""
    tree = ast.parse((ROOT / path).read_text())
    (found,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    return {
        node.target.id
        for node in found.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def keys_of(path: str, name: str) -> set[str]:
    """Return the keys of a dictionary that a module declares."""
    tree = ast.parse((ROOT / path).read_text())
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", None) == name:
            assert isinstance(node.value, ast.Dict)
            return {ast.literal_eval(key) for key in node.value.keys if key is not None}
    raise AssertionError(f"{path} declares no {name}")


OPTIONS = "src/egp/_core/options.py"
TYPES = "src/egp/_options.py"
CALL = fields_of(OPTIONS, "CallOptions")
STREAM = fields_of(OPTIONS, "StreamOptions")


def test_each_option_has_its_check() -> None:
    assert keys_of(OPTIONS, "CALL_OPTIONS") == CALL
    assert keys_of(OPTIONS, "STREAM_OPTIONS") == STREAM


def test_calls_take_each_option_by_its_type() -> None:
    own = {"extra_headers", "extra_query", "max_retries"}

    assert fields_of(TYPES, "CallOptions") == CALL | own
    assert fields_of(TYPES, "StreamCallOptions") == STREAM


def test_clients_take_each_option_by_its_type() -> None:
    assert fields_of(TYPES, "ClientOptions") >= CALL | STREAM


def test_the_documents_name_each_option() -> None:
    texts = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    named = set(re.findall(r"`(\w+)`", "".join(path.read_text() for path in texts)))

    assert named >= CALL | STREAM | fields_of(TYPES, "ClientOptions")
