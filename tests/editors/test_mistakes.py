"""mypy and pyright over requests: every mistake is found, and what programs write is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.typing.test_checkers import CHECKERS

pytest.importorskip("pyright", reason="the type checkers are in the environment `types`")

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.parametrize("findings", CHECKERS)
def test_every_mistake_in_a_request_is_found(findings, tmp_path):
    source = (HERE / "mistakes.py").read_text(encoding="utf-8").splitlines()
    marks = ("# wrong", "# wrong for pyright") if "pyright" in findings.__name__ else ("# wrong",)
    wrong = {number for number, line in enumerate(source, 1) if line.endswith(marks)}

    found = {line for _, line, _ in findings(HERE / "mistakes.py", tmp_path)}

    assert (wrong - found, found - wrong) == (set(), set())


@pytest.mark.slow
@pytest.mark.parametrize("findings", CHECKERS)
def test_requests_of_every_make_are_accepted(findings, tmp_path):
    assert findings(HERE / "accepted.py", tmp_path) == []
