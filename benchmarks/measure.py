"""Pairs of batches in persistent workers, A B A B in shuffled order, and the median of their ratios."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.question import Row

ROOT = Path(__file__).resolve().parent.parent
CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
LONGEST_ROW = 12.0  # seconds; a row that is slow stops here, with no fewer pairs than these
FEWEST_PAIRS = 5
SAME_STATE = (
    1.3  # two batches count as a pair when the calibration loops around them differ by no more than this
)


def _pin(index: int) -> Any:
    """The server on one processor and the clients on another, where there are two."""
    if len(CPUS) < 2:
        return None
    return lambda: os.sched_setaffinity(0, {CPUS[index]})


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "NO_PROXY": "127.0.0.1"}


@contextmanager
def canned_server(python: str) -> Iterator[str]:
    command = [python, "-m", "benchmarks.server"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        preexec_fn=_pin(0),
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()
            process.wait(10)


class Worker:
    """One client with one case prepared, in a process that lives through all its batches."""

    def __init__(self, python: str, question: str, case: str, client: str, url: str) -> None:
        command = [python, "-m", "benchmarks.worker", question, case, client, url]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            preexec_fn=_pin(-1),
        )
        self.rounds = 1
        self.seconds = 0.0
        if self._read() != "ready":
            raise RuntimeError("unreachable")

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            assert self._process.stderr is not None
            complaint = self._process.stderr.read().strip().splitlines()
            self.close()
            raise RuntimeError(complaint[-1])
        return line

    def batch(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self.rounds}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._read())
        return answer

    def size(self, seconds: float) -> None:
        """Chooses the rounds of a batch so that it takes about `seconds` of wall time."""
        while (took := self.batch()["wall"]) < seconds / 2 and self.rounds < 100_000:
            self.rounds = max(
                self.rounds + 1, min(int(self.rounds * seconds / max(took, 1e-6)), self.rounds * 10)
            )
        self.seconds = took

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()


def figure(row: Row, batch: Mapping[str, Any]) -> float:
    if row.figure in {"value", "ratio"}:
        return float(batch["value"])
    return float(batch[row.figure]) / float(batch["units"])


def _same_state(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    loops = [*a["calibration"], *b["calibration"]]
    return max(loops) <= SAME_STATE * min(loops)


class Ratio:
    """What a row found for one client: the ratio to the base, and the figures themselves."""

    def __init__(self, pairs: list[tuple[float, float]], kept_all: bool) -> None:
        ratios = sorted(own / base for own, base in pairs)
        self.median = statistics.median(ratios)
        quartile = len(ratios) // 4
        self.low, self.high = ratios[quartile], ratios[-1 - quartile]
        self.own = statistics.median(own for own, _ in pairs)
        self.base = statistics.median(base for _, base in pairs)
        self.pairs = len(ratios)
        self.kept_all = kept_all

    def as_json(self) -> dict[str, object]:
        return {
            "ratio": round(self.median, 4),
            "quartiles": [round(self.low, 4), round(self.high, 4)],
            "figure": self.own,
            "base": self.base,
            "pairs": self.pairs,
            "every_pair_in_one_speed_state": self.kept_all,
        }


def compare(
    question: str, row: Row, pythons: Mapping[str, str], url: str, rounds: int
) -> dict[str, Ratio | str]:
    """Runs `rounds` pairs of every client of `row` against its base; a client that fails gives its error."""
    if row.fresh:
        return _compare_fresh(question, row, pythons, url, rounds)
    base = Worker(pythons[row.base], question, row.case, row.base, url)
    found: dict[str, Ratio | str] = {}
    others: dict[str, Worker] = {}
    try:
        base.size(row.batch_seconds)
        for client in row.clients:
            try:
                others[client] = Worker(pythons[client], question, row.case, client, url)
                others[client].size(row.batch_seconds)
            except RuntimeError as error:
                found[client] = f"fails: {error}"
                others.pop(client, None)
        pairs: dict[str, list[tuple[float, float, bool]]] = {client: [] for client in others}
        started = time.monotonic()
        for _ in range(rounds):
            fewest = min((sum(same for *_, same in taken) for taken in pairs.values()), default=0)
            if fewest >= FEWEST_PAIRS and time.monotonic() - started > LONGEST_ROW:
                break
            for client in random.sample(sorted(others), len(others)):
                against = base.batch()
                own = others[client].batch()
                pairs[client].append((figure(row, own), figure(row, against), _same_state(own, against)))
    finally:
        for worker in [base, *others.values()]:
            worker.close()
    return {**found, **{client: _ratio(taken) for client, taken in pairs.items()}}


def _ratio(pairs: list[tuple[float, float, bool]]) -> Ratio:
    kept = [(own, base) for own, base, same in pairs if same]
    enough = len(kept) * 3 >= len(pairs)
    return Ratio(kept if enough else [(own, base) for own, base, _ in pairs], enough)


def _compare_fresh(
    question: str, row: Row, pythons: Mapping[str, str], url: str, rounds: int
) -> dict[str, Ratio | str]:
    found: dict[str, Ratio | str] = {}
    pairs: dict[str, list[tuple[float, float, bool]]] = {client: [] for client in row.clients}
    for _ in range(max(3, rounds // 2)):
        for client in row.clients:
            if client in found:
                continue
            try:
                # A ratio is to something of the client's own already.
                against = (
                    {"value": 1.0}
                    if row.figure == "ratio"
                    else fresh(question, row.case, row.base, pythons[row.base], url)
                )
                own = fresh(question, row.case, client, pythons[client], url)
            except RuntimeError as error:
                found[client] = f"fails: {error}"
                continue
            pairs[client].append((figure(row, own), figure(row, against), True))
    return {**found, **{client: _ratio(taken) for client, taken in pairs.items() if client not in found}}


def fresh(question: str, case: str, client: str, python: str, url: str) -> dict[str, Any]:
    """One round in a process of its own; `cpu` is then the whole process's."""
    source = (
        "import importlib, json, sys\n"
        "question, case, client, url = sys.argv[1:]\n"
        "made = importlib.import_module(f'benchmarks.questions.{question}').once(case, client, url)\n"
        "print(json.dumps(made))\n"
    )
    ran = subprocess.run(
        [python, "-c", source, question, case, client, url],
        env=environment(),
        capture_output=True,
        text=True,
        preexec_fn=_pin(-1),
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr.strip().splitlines()[-1])
    made: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return made
