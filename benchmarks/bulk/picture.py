"""Draws docs/bulk.svg: a run against a service that limits, is away for a while, and then allows less.

python -m benchmarks.bulk.picture

The service says nothing of its limits but 429 with Retry-After. The run finds them out.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT
from egp.bulk import run
from tests.bulk.service import Answer, Service

RATE = 200.0
"""Requests a second that are allowed at first; half of it after the outage."""
AWAY_FROM, AWAY_TO = 18.0, 23.0
COUNT = 7_000


class Limited:
    """A bucket that holds a second's worth."""

    def __init__(self) -> None:
        self._level = RATE
        self._then = time.monotonic()
        self._started = self._then

    def decide(self, _: dict[str, Any], number: int) -> Answer:
        """Answer after a time that depends on the request, refuse, or break off."""
        now = time.monotonic()
        at = now - self._started
        if AWAY_FROM <= at < AWAY_TO:
            return Answer(act="reset")
        rate = RATE if at < AWAY_FROM else RATE / 2
        self._level = min(rate, self._level + rate * (now - self._then))
        self._then = now
        if self._level < 1:
            return Answer(429, {"error": {"message": "slow down"}}, {"retry-after": "1"})
        self._level -= 1
        return Answer(delay=0.2 + 0.4 * (number * 37 % 100) / 100)


def main() -> None:
    service = Service(Limited().decide).start()
    os.environ.update(EGP_BASE_URL=service.url, EGP_API_KEY="k")
    bodies = (
        {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": f"{n}"}]} for n in range(COUNT)
    )
    with tempfile.TemporaryDirectory() as folder:
        print(run(bodies, Path(folder, "out.jsonl"), report=ROOT / "docs" / "bulk.svg"))
    service.stop()


if __name__ == "__main__":
    main()
