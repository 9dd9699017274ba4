"""Runs inside one client's environment: prepares one case, then runs as many rounds of it as each line asks.

Answers each line of stdin with one of JSON: CPU and wall seconds, units of work done, and the time of a fixed
piece of pure Python before and after, by which the other side knows the speed state of the machine.
"""

from __future__ import annotations

import importlib
import json
import sys
import time


def calibration() -> float:
    started = time.perf_counter()
    total = 0
    for i in range(20_000):
        total += i & 7
    return time.perf_counter() - started


def main(question: str, case: str, client: str, url: str) -> None:
    prepare = importlib.import_module(f"benchmarks.questions.{question}").prepare
    run = prepare(importlib.import_module(f"benchmarks.clients.{client}"), case, url)
    run(1)  # the first round imports, connects and fills caches
    print("ready", flush=True)
    for line in sys.stdin:
        before = calibration()
        cpu, wall = time.process_time(), time.perf_counter()
        result = run(int(line))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        answer = {
            "rounds": int(line),
            "cpu": cpu,
            "wall": wall,
            "calibration": [before, calibration()],
            **result,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
