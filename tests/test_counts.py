"""The work that the interpreter does per unit stays within bounds, whatever the machine and its noise."""

from __future__ import annotations

import threading

import pytest

from benchmarks.counts import UNITS, WORKS, bytecodes

# Bytecode instructions per unit: about half as many again as CPython 3.11 to 3.13 execute today
# (`python -m benchmarks.counts`). An accidental copy, closure or second pass costs more than that.
BOUNDS = {
    "decode a chunk": 430,
    "decode a token with its logprobs": 620,
    "read a chunk of a stream": 940,
    "encode a message of a request": 3,
}


@pytest.mark.parametrize("name", WORKS)
def test_a_unit_of_work_stays_within_its_bound(name: str) -> None:
    work = WORKS[name]()

    count = bytecodes(work)

    assert 0 < count / UNITS <= BOUNDS[name]


def test_the_count_sees_added_work() -> None:
    work = WORKS["decode a chunk"]()

    def twice() -> None:
        work()
        work()

    assert bytecodes(twice) > 1.9 * bytecodes(work)


def test_the_count_is_that_of_one_thread() -> None:
    work = WORKS["decode a chunk"]()
    alone = bytecodes(work)
    is_over = threading.Event()
    beside = threading.Thread(target=lambda: [None for _ in iter(is_over.is_set, True)])

    beside.start()
    try:
        assert bytecodes(work) == alone
    finally:
        is_over.set()
        beside.join()
