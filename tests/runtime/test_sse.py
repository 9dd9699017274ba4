"""The event-stream decoder against the HTML standard and against a slow, plain reading of it."""

from __future__ import annotations

import itertools
import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from egp._core.sse import EventDecoder, EventTooLargeError


def event(data, name="message", last_id=""):
    return data, name, last_id


def decode(*pieces, finish=False):
    decoder = EventDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + (decoder.finish() if finish else [])


def reference(stream):
    """Each event of the stream with the number of bytes after which it is complete.

    The standard's steps, one byte at a time, with no regard for speed.
    """
    start = 3 if stream.startswith(b"\xef\xbb\xbf") else 0
    events, line, data, name, last_id = [], b"", b"", "", ""
    after_cr = False
    for position in range(start, len(stream)):
        byte = stream[position : position + 1]
        if after_cr and byte == b"\n":
            after_cr = False
            continue
        after_cr = byte == b"\r"
        if byte not in (b"\r", b"\n"):
            line += byte
            continue
        if line == b"":
            if data != b"":
                events.append((event(data[:-1], name or "message", last_id), position + 1))
            data, name = b"", ""
        elif not line.startswith(b":"):
            field, _, value = line.partition(b":")
            if value.startswith(b" "):
                value = value[1:]
            if field == b"data":
                data += value + b"\n"
            elif field == b"event":
                name = value.decode("utf-8", "replace")
            elif field == b"id" and b"\0" not in value:
                last_id = value.decode("utf-8", "replace")
        line = b""
    return events


LINE_ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])
LINES = st.sampled_from(
    [
        b"data: {}",
        b"data",
        b"data:",
        b"data:  x",
        b"data: a:b",
        b"event: ping",
        b"event",
        b"id: 7",
        b"id",
        b"id: \x00",
        b"retry: 10",
        b"retry: x",
        b": note",
        b":",
        b"",
        b"",
        b"",
        b"Data: x",
        b" data: x",
        b"data: \xff",
        b"other: x",
        "data: żółć \u2028 \x85".encode(),
        b"\xef\xbb\xbfdata: x",
    ]
)
STREAMS = st.one_of(
    st.lists(st.builds(bytes.__add__, LINES, LINE_ENDS), max_size=12).map(b"".join),
    st.lists(
        st.sampled_from([b"data: ", b"d", b"\n", b"\r", b":", b" ", b"x", b"\xef\xbb\xbf"]), max_size=30
    ).map(b"".join),
)


@st.composite
def split_streams(draw):
    stream = draw(STREAMS)
    cuts = draw(st.lists(st.integers(0, len(stream)), max_size=8))
    edges = [0, *sorted(cuts), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges)]


# Examples of https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation


def test_standard_example_joins_data_lines():
    events = decode(b"data: YHOO\ndata: +2\ndata: 10\n\n")

    assert events == [event(b"YHOO\n+2\n10")]


def test_standard_example_keeps_resets_and_trims_as_written():
    stream = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n"

    events = decode(stream)

    assert events == [event(b"first event", "message", "1"), event(b"second event", "message", "")]


def test_standard_example_dispatches_events_of_empty_data():
    events = decode(b"data\n\ndata\ndata\n\ndata:")

    assert events == [event(b""), event(b"\n")]


def test_standard_example_drops_one_space_after_the_colon_only():
    assert decode(b"data:test\n\ndata: test\n\n") == [event(b"test"), event(b"test")]


def test_standard_example_names_events():
    stream = b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n"

    events = decode(stream)

    assert [(name, data) for data, name, _ in events] == [
        ("add", b"73857293"),
        ("remove", b"2153"),
        ("add", b"113411"),
    ]


# Every stream, every split


@given(split_streams())
@example([b"data: a\r", b"\n\r", b"\ndata: b\n\n"])
@example([b"\xef", b"\xbb", b"\xbfdata: a\n\n"])
@example([b"data: a\n\n\ndata: b\n\n"])
@settings(max_examples=300, deadline=None)
def test_any_split_gives_the_events_of_the_standard(pieces):
    expected = [event for event, _ in reference(b"".join(pieces))]

    events = decode(*pieces)

    assert events == expected


@given(STREAMS)
@settings(max_examples=150, deadline=None)
def test_an_event_is_out_with_its_last_byte(stream):
    decoder = EventDecoder()

    seen = [(event, n + 1) for n in range(len(stream)) for event in decoder.feed(stream[n : n + 1])]

    assert seen == reference(stream)


@given(split_streams())
@settings(max_examples=100, deadline=None)
def test_the_end_of_the_stream_hands_out_what_only_lacked_its_blank_line(pieces):
    expected = [event for event, _ in reference(b"".join(pieces) + b"\n\n")]

    events = decode(*pieces, finish=True)

    assert events == expected


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_burst_equals_its_events_one_by_one(end):
    one = b"data: {}" + end + end

    assert decode(one * 50) == decode(*[one] * 50) == [event(b"{}")] * 50


@pytest.mark.parametrize("value", ["1000", "0", "007"])
def test_retry_takes_digits(value):
    decoder = EventDecoder()

    decoder.feed(f"retry: {value}\n\n".encode())

    assert decoder.retry_ms == int(value)


@pytest.mark.parametrize("value", ["", "1.5", "-1", "1s", "\u0661", "9" * 5000])
def test_retry_passes_over_all_else(value):
    decoder = EventDecoder()

    decoder.feed(f"retry: {value}\n\n".encode())

    assert decoder.retry_ms is None


# Size


def test_an_event_as_large_as_the_limit_passes():
    written = b"data: " + b"x" * 91 + b"\n\n"

    for step in (1, 7, len(written)):
        decoder = EventDecoder(max_event_bytes=len(written))
        events = [e for n in range(0, len(written), step) for e in decoder.feed(written[n : n + step])]
        assert events == [event(b"x" * 91)]


@pytest.mark.parametrize("step", [1, 7, 64, 1000])
def test_an_event_over_the_limit_is_refused_after_those_before_it(step):
    stream = b"data: a\n\n" + b"data: " + b"x" * 200 + b"\n\n"
    decoder = EventDecoder(max_event_bytes=100)
    events = []

    def feed_all():
        for n in range(0, len(stream) + step, step):
            events.extend(decoder.feed(stream[n : n + step]))

    with pytest.raises(EventTooLargeError):
        feed_all()

    assert events == [event(b"a")]


@pytest.mark.parametrize(
    "piece", [b": ping\n", b": ping\n\n", b"data: x\n\n", b"\n", b"\r\n", b"event: ping\ndata:\n\n"]
)
def test_memory_does_not_grow_with_the_stream(piece):
    decoder = EventDecoder(max_event_bytes=10_000_000)
    burst = piece * 100
    decoder.feed(burst)

    tracemalloc.start()
    for _ in range(1000):
        decoder.feed(burst)
        if piece == b": ping\n":
            decoder.feed(b"\n")
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert held < 20_000


def fed(stream, step):
    """How many events the stream gives, with the peak of memory in bytes."""
    decoder = EventDecoder()
    pieces = [stream[n : n + step] for n in range(0, len(stream), step)]
    tracemalloc.start()
    events = sum(len(decoder.feed(piece)) for piece in pieces)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return events, peak


def test_a_large_event_in_small_pieces_takes_no_more_than_a_few_copies_of_it():
    stream = b"data: " + b"x" * 5_000_000 + b"\n\n"

    events, peak = fed(stream, 1024)

    assert events == 1
    assert peak < 4 * len(stream)


def test_a_hundred_thousand_events_are_handed_out_in_bounded_memory():
    events, peak = fed(b'data: {"n": 1}\n\n' * 100_000, 65_536)

    assert events == 100_000
    assert peak < 4_000_000


def seconds(stream, step):
    pieces = [stream[n : n + step] for n in range(0, len(stream), step)]
    best = float("inf")
    for _ in range(5):
        decoder = EventDecoder()
        start = time.process_time()
        for piece in pieces:
            decoder.feed(piece)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize(
    ("small", "times", "step"),
    [
        pytest.param(b"data: " + b"x" * 40_000 + b"\n\n", 8, 1, id="one event, a byte per read"),
        pytest.param(b"data: " + b"x" * 600_000 + b"\n\n", 8, 1024, id="one event, a KiB per read"),
        pytest.param(b'data: {"n": 1}\n\n' * 12_500, 8, 65_536, id="100,000 events in bursts"),
        pytest.param(b'data: {"n": 1}\r\n\r\n' * 2_500, 8, 1, id="many events, a byte per read"),
    ],
)
def test_time_grows_in_step_with_the_bytes(small, times, step):
    large = small * times if small.count(b"data") > 1 else small[:-2] * times + b"\n\n"

    growth = seconds(large, step) / seconds(small, step)

    # Linear is 8, quadratic 64; the rest is room for a busy machine.
    assert growth < 4 * times
