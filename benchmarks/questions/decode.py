"""What does it cost to turn bytes into typed objects?"""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

from benchmarks.question import Row
from benchmarks.server import chunk, with_logprobs

ROWS = (
    Row(
        "2.4 MB with logprobs, bytes to objects",
        "bytes/5200",
        "answer",
        1.0,
        0.6,
        meaning="An answer with logprobs can take longer to decode than to receive. Base: json.loads.",
        growth=("bytes/50", "bytes/500", "bytes/2000", "bytes/5200"),
    ),
    Row(
        "2.4 MB, from_dict alone",
        "from_dict/5200",
        "answer",
        0.45,
        0.31,
        "stock",
        ("egp",),
        meaning="Against the stock templates.",
    ),
    Row(
        "one chunk, from_dict alone",
        "chunk",
        "chunk",
        0.25,
        0.15,
        "stock",
        ("egp",),
        meaning="Against the stock templates.",
    ),
    Row(
        "memory kept by the 2.4 MB answer",
        "kept/5200",
        "answer",
        1.4,
        1.25,
        figure="value",
        meaning="Against the JSON tree.",
    ),
)


def _model(client: Any, name: str) -> Any:
    package = {"stock": "stock_api", "egp": "egp_api"}[client.__name__.rpartition(".")[2]]
    return getattr(__import__(f"{package}.models", fromlist=[name]), name)


def prepare(client: Any, case: str, url: str) -> Callable[[int], dict[str, Any]]:
    kind, _, size = case.partition("/")
    client.load()  # what the collector has to walk through is part of the price
    if kind == "chunk":
        document, name = chunk("token "), "ChatCompletionChunk"
    else:
        document, name = with_logprobs(int(size)), "ChatCompletion"
    data = json.dumps(document, separators=(",", ":")).encode()

    if kind == "kept":
        return _kept(client, data)
    if kind == "bytes":

        def work() -> object:
            return client.decode_completion(data)
    else:
        from_dict, made = _model(client, name).from_dict, json.loads(data)
        gc.disable()  # what is asked is the template's own cost

        def work() -> object:
            return from_dict(made)

    def run(rounds: int) -> dict[str, Any]:
        for _ in range(rounds):
            work()
        return {"units": rounds}

    return run


def _kept(client: Any, data: bytes) -> Callable[[int], dict[str, Any]]:
    def run(rounds: int) -> dict[str, Any]:
        tracemalloc.start()
        kept = client.decode_completion(data)
        value, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        del kept
        return {"units": 1, "value": value}

    return run
