"""Machine instructions per unit of work, by valgrind: what runs in C counts too, and noise does not.

`tox -e callgrind` prints a table and fails when a work costs more than its bound, in multiples of parsing
the same JSON with the standard library. The same program runs its work once and eleven times; the difference
is ten runs without the start of the interpreter. Where valgrind is not installed it says so and passes.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable

from benchmarks.counts import UNITS, WORKS
from benchmarks.measure import environment
from benchmarks.server import chunk, event, with_logprobs

RUNS = 10


def parse_chunk() -> Callable[[], object]:
    data = event(chunk("token "))[6:-2]

    def work() -> None:
        for _ in range(UNITS):
            json.loads(data)

    return work


def parse_logprobs() -> Callable[[], object]:
    data = json.dumps(with_logprobs(UNITS), separators=(",", ":")).encode()
    return lambda: json.loads(data)


BASES = {"parse a chunk": parse_chunk, "parse a token with its logprobs": parse_logprobs}

# work: (base, bound as a multiple of it). About a quarter above what CPython 3.11 needs today.
BOUNDS = {
    "decode a chunk": ("parse a chunk", 0.75),
    "decode a token with its logprobs": ("parse a token with its logprobs", 0.60),
    "read a chunk of a stream": ("parse a chunk", 2.00),
}


def instructions(name: str) -> float:
    """Machine instructions per unit of the work or base called `name`."""
    once, often = (_counted(name, runs) for runs in (1, 1 + RUNS))
    return (often - once) / RUNS / UNITS


def _counted(name: str, runs: int) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable]
    ran = subprocess.run(
        [*command, "-m", "benchmarks.callgrind", name, str(runs)],
        capture_output=True,
        text=True,
        env={**environment(), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
    )
    found = re.search(r"Collected : (\d+)", ran.stderr)
    if found is None:
        raise RuntimeError(ran.stderr)
    return int(found[1])


def main() -> int:
    if sys.argv[1:]:
        name, runs = sys.argv[1], int(sys.argv[2])
        work = {**WORKS, **BASES}[name]()
        for _ in range(runs):
            work()
        return 0
    if not shutil.which("valgrind"):
        print("Left out: valgrind is not installed.")
        return 0
    bases = {name: instructions(name) for name in BASES}
    for name, count in bases.items():
        print(f"{name:35} {count:12,.0f}")
    failed = False
    for name, (base, bound) in BOUNDS.items():
        count = instructions(name)
        ratio = count / bases[base]
        failed |= ratio > bound
        print(f"{name:35} {count:12,.0f}  {ratio:.2f} of {base} (bound {bound:.2f})")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
