"""How long does an application wait before it can send?"""

from __future__ import annotations

import importlib
import time
from typing import Any

from benchmarks.question import Row

ROWS = (
    Row(
        "import the SDK",
        "import",
        "import",
        0.10,
        0.03,
        fresh=True,
        meaning="What importing adds to a start.",
    ),
    Row(
        "import, client, `.chat.completions.create` reachable",
        "reachable",
        "start",
        0.10,
        0.03,
        fresh=True,
        meaning="What a program pays that builds its client at import and may never call.",
    ),
    Row(
        "import to ready to send",
        "ready",
        "start",
        1.10,
        1.05,
        fresh=True,
        meaning="What a command-line tool or a cold function waits for before its first request.",
    ),
)


def once(case: str, client: str, url: str) -> dict[str, Any]:
    adapter = importlib.import_module(f"benchmarks.clients.{client}")
    started = time.process_time()
    adapter.load()
    if case != "import":
        made = adapter.Sync(url)
        if case == "ready" and hasattr(made, "ready"):
            made.ready()
    return {"cpu": time.process_time() - started, "units": 1}
