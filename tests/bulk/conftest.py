"""What the tests of bulk runs share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bulk.service import Service


def envelope(custom_id: str, content: str | None = None, **body: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": custom_id if content is None else content}]
    return {
        "custom_id": custom_id,
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "openai/gpt-4o", "messages": messages, **body},
    }


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service that the client finds by the environment."""
    service = Service().start()
    monkeypatch.setenv("EGP_BASE_URL", service.url)
    monkeypatch.setenv("EGP_API_KEY", "sk-secret")
    yield service
    service.stop()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes requests to a file, `r0` to `rN`, or what is given."""

    def write(requests: int | list[Any], name: str = "in.jsonl") -> Path:
        if isinstance(requests, int):
            requests = [envelope(f"r{number}") for number in range(requests)]
        path = tmp_path / name
        texts = [entry if isinstance(entry, str) else json.dumps(entry) for entry in requests]
        path.write_text("".join(f"{text}\n" for text in texts))
        return path

    return write


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"
