"""docs/spec-changes.md is the rule that the code follows."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tools.compiler.changes import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "spec-changes.md"
_ROW = re.compile(r"^\| `([a-z-]+)` \| (major|minor|patch) \|", re.MULTILINE)


def test_every_kind_that_can_be_reported_is_in_the_table_with_its_step() -> None:
    written = dict(_ROW.findall(PAGE.read_text(encoding="utf-8")))

    assert written == {kind: str(step) for kind, step in KINDS.items()}


def test_no_kind_is_in_the_table_twice() -> None:
    rows = Counter(kind for kind, _ in _ROW.findall(PAGE.read_text(encoding="utf-8")))

    assert [kind for kind, count in rows.items() if count > 1] == []
