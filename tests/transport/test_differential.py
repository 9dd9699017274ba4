"""A few seconds of `tests.transport.differential`; a minute is in `tox -e soak`, and more by hand."""

from __future__ import annotations

import random

from tests.transport.differential import read, run


def test_generated_responses_are_read_as_h11_reads_them_however_they_are_split(capsys):
    seed = random.randrange(10**6)
    with capsys.disabled():
        print(f"\nseed {seed}")

    counts, wrong = run(3, seed)

    with capsys.disabled():
        print(dict(counts))
    assert wrong == []
    assert counts["read alike"] > 0


def test_an_encoding_that_nobody_asked_for_is_refused_however_it_comes():
    data = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip, chunked\r\ncontent-length: 3\r\n\r\nabc"

    assert read([data]) is None
    assert read([data[:40], data[40:]]) is None
