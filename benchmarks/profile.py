"""Where the time of a call and of a streamed chunk goes, by pyinstrument: `tox -e profile`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from pyinstrument import Profiler

from benchmarks.clients import egp
from benchmarks.measure import canned_server

# Part of the work, by the file or built-in function that a sample was taken in; the first that fits.
PARTS = {
    "system calls": ("socket.", "poll."),
    "JSON": ("json/", "JSONDecoder", "scan_once", "raw_decode", "encoder", "_core/json.py", "_core/body.py"),
    "models": ("egp_api/",),
    "HTTP/1.1": ("_core/http1/", "_core/headers.py"),
    "pool": ("_core/pool.py", "_io/_sync/pool.py"),
    "events": (
        "_core/sse.py",
        "_core/payloads.py",
        "_core/chunks.py",
        "egp/_stream.py",
        "egp/_sync/stream.py",
        "_io/_sync/response.py",
    ),
    "accumulating": ("_core/accumulate.py",),
    "attempts": ("_core/", "_io/"),
    "surface": ("egp/",),
}


def _part(place: str) -> str:
    return next((part for part, marks in PARTS.items() if any(mark in place for mark in marks)), "the rest")


def _tally(frame: Any, above: str, sums: Counter[str]) -> None:
    """Adds what each frame took itself; built-in functions that no part names count for their callers."""
    built_in = "built-in" in (frame.file_path or "built-in") or frame.function == "[self]"
    place = frame.function if built_in else f"{frame.file_path_short} {frame.function}"
    part = _part(place)
    if built_in and part == "the rest":
        part = above
    sums[part] += frame.time - sum(child.time for child in frame.children)
    for child in frame.children:
        _tally(child, part, sums)


def profile(work: Callable[[], object], rounds: int, units: int) -> str:
    work()
    profiler = Profiler(interval=0.0002)
    with profiler:
        for _ in range(rounds):
            work()
    assert profiler.last_session is not None
    sums: Counter[str] = Counter()
    _tally(profiler.last_session.root_frame(), "the rest", sums)
    whole = sum(sums.values())
    lines = [f"{whole / rounds / units * 1e6:.1f} µs each under the profiler"]
    return "\n".join([*lines, *(f"{share / whole:7.1%}  {part}" for part, share in sums.most_common())])


def main() -> None:
    with canned_server(sys.executable) as url:
        call = egp.Sync(f"{url}/call")
        stream = egp.Sync(f"{url}/burst-1000-1")
        print("One call, sync:", profile(call.call, 4000, 1), sep="\n")
        print("One chunk of a stream in bursts, sync:", profile(stream.stream, 40, 1000), sep="\n")


if __name__ == "__main__":
    main()
