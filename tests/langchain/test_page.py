"""What docs/langchain.md shows."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "langchain.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python notest\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_code_of_the_page_runs(block, server, monkeypatch):
    monkeypatch.setenv("EGP_BASE_URL", server.url)
    monkeypatch.setenv("EGP_API_KEY", "a-key-of-tests")
    code = block if "invoke(" in block else block + 'model.invoke("Hello")\n'

    exec(compile(code, "docs/langchain.md", "exec"), {"__name__": "__main__"})

    assert server.requests
