"""What docs/telemetry.md shows."""

import re
from pathlib import Path

import pytest

from egp import Client
from egp.telemetry import EGPInstrumentor
from tests.telemetry.test_calls import ANSWER

PAGE = (Path(__file__).parents[2] / "docs" / "telemetry.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python notest\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_code_of_the_page_runs(block, raw_server, monkeypatch):
    raw_server.script(raw_server.reply(body=ANSWER))
    monkeypatch.setenv("EGP_BASE_URL", raw_server.url)
    monkeypatch.setenv("EGP_API_KEY", "a-key-of-tests")
    names = {"__name__": "__main__"}

    exec(compile(block, "docs/telemetry.md", "exec"), names)
    with names.get("client") or Client() as client:
        client.chat.completions.create(model="openai/gpt-4o", messages=[{"role": "user", "content": "Hello"}])

    if EGPInstrumentor().is_instrumented_by_opentelemetry:
        EGPInstrumentor().uninstrument()
    if "SimpleSpanProcessor" in block:
        assert [span.name for span in names["exporter"].get_finished_spans()] == [
            "POST",
            "chat openai/gpt-4o",
        ]
