"""A few seconds of `tests.transport.differential`; a minute is in `tox -e soak`, and more by hand."""

from __future__ import annotations

import random

from tests.transport.differential import run


def test_generated_responses_are_read_as_h11_reads_them_however_they_are_split(capsys):
    seed = random.randrange(10**6)

    counts, wrong = run(3, seed)

    with capsys.disabled():
        print(f"\nseed {seed}: {dict(counts)}")
    assert wrong == []
    assert counts["read alike"] > 0
