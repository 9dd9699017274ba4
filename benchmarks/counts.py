"""How much the interpreter does for one unit of work, counted, not timed: the same in any noise.

`python -m benchmarks.counts` prints the counts; tests/test_counts.py holds them to generous bounds. Bytecode
instructions are those of code in Python; what runs in C is counted by `tox -e callgrind`, in machine
instructions, where valgrind is installed.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from threading import get_ident
from types import CodeType, FrameType
from typing import Any

from benchmarks.server import chunk, events, with_logprobs

UNITS = 200


def bytecodes(work: Callable[[], object]) -> int:
    """The bytecode instructions that `work` executes, at its second run (the first one fills caches).

    Neither those of other threads are counted, nor those of finalizers that the garbage collector calls.
    """
    work()
    gc.collect()
    gc.disable()
    try:
        return _monitored(work) if sys.version_info >= (3, 12) else _traced(work)
    finally:
        gc.enable()


def _monitored(work: Callable[[], object]) -> int:
    """By sys.monitoring (PEP 669)."""
    monitoring = sys.monitoring
    own = get_ident()
    count = 0

    def executed(code: CodeType, offset: int) -> None:
        nonlocal count
        if get_ident() == own:
            count += 1

    tool, event = monitoring.PROFILER_ID, monitoring.events.INSTRUCTION
    monitoring.use_tool_id(tool, "counts")
    monitoring.register_callback(tool, event, executed)
    monitoring.set_events(tool, event)
    try:
        work()
    finally:
        monitoring.set_events(tool, monitoring.events.NO_EVENTS)
        monitoring.free_tool_id(tool)
    return count


def _traced(work: Callable[[], object]) -> int:
    """By a trace function."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        if event == "opcode":
            count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def decode_chunk() -> Callable[[], object]:
    from egp_api.models import ChatCompletionChunk

    document = chunk("token ")

    def work() -> None:
        for _ in range(UNITS):
            ChatCompletionChunk.from_dict(document)

    return work


def decode_logprobs() -> Callable[[], object]:
    from egp_api.models import ChatCompletion

    document = with_logprobs(UNITS)
    return lambda: ChatCompletion.from_dict(document)


def read_stream() -> Callable[[], object]:
    """Bytes of a stream, four events a read, to typed chunks."""
    from egp_api.models import ChatCompletionChunk

    from egp._core.chunks import Chunks

    made = events(UNITS)
    pieces = [b"".join(made[i : i + 4]) for i in range(0, UNITS, 4)]

    def work() -> None:
        chunks = Chunks(
            ChatCompletionChunk.from_dict, "text/event-stream", is_chat=True, clock=time.monotonic
        )
        for piece in pieces:
            chunks.feed(piece)
            while chunks.next() is not None:
                pass
        chunks.end()

    return work


def encode_messages() -> Callable[[], object]:
    from egp._core import json as codec

    messages = [{"role": "user", "content": f"Message {i}"} for i in range(UNITS)]
    return lambda: codec.encode({"model": "openai/gpt-4o", "messages": messages})


WORKS = {
    "decode a chunk": decode_chunk,
    "decode a token with its logprobs": decode_logprobs,
    "read a chunk of a stream": read_stream,
    "encode a message of a request": encode_messages,
}


def counts() -> dict[str, float]:
    """Bytecode instructions per unit of each work."""
    return {name: bytecodes(prepare()) / UNITS for name, prepare in WORKS.items()}


if __name__ == "__main__":
    print(json.dumps(counts(), indent=2))
