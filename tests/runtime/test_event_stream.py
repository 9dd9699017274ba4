"""`chat.completions.stream()` against the local server."""

from __future__ import annotations

import pytest

import egp
from egp.errors import EGPError, InternalServerError, StreamInterruptedError
from egp.testing import chunk

ASKED = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}


class ModalEvents:
    """A stream of events of either kind, whose methods are called alike."""

    def __init__(self, modal, stream):
        self.modal = modal
        self.stream = stream

    def __enter__(self):
        self.modal.run(self.call("enter"))
        return self

    def __exit__(self, *error):
        self.modal.run(self.call("exit"), *error)

    def call(self, name):
        found = getattr(self.stream, f"__a{name}__", None)
        return found or getattr(self.stream, f"__{name}__")

    def next(self, iterator=None):
        iterator = self.stream if iterator is None else iterator
        if hasattr(iterator, "__next__"):
            return next(iterator, None)

        async def following():
            return await anext(iterator, None)

        return self.modal.run(following)

    def all(self, iterator=None):
        found = []
        while (item := self.next(iterator)) is not None:
            found.append(item)
        return found

    def final(self):
        return self.modal.run(self.stream.get_final_completion)


@pytest.fixture
def stream(make_client, egp_server):
    modal = make_client(egp_server.url)

    def stream(**keywords):
        return ModalEvents(modal, modal.client.chat.completions.stream(**ASKED, **keywords))

    return stream


def test_a_stream_gives_chunks_deltas_and_what_they_complete(stream, egp_server):
    egp_server.stream([chunk("Hel", role="assistant"), chunk("lo"), chunk(finish_reason="stop")])

    with stream() as events:
        types = [event.type for event in events.all()]

    assert types == ["chunk", "content.delta", "chunk", "content.delta", "chunk", "content.done"]


def test_a_misspelt_keyword_is_refused_by_the_names_that_stream_has(stream, egp_server):
    with pytest.raises(
        TypeError, match=r"^stream\(\) got .* 'respons_format'; did you mean 'response_format'"
    ):
        stream(respons_format=int)

    assert egp_server.requests == []


def test_the_request_asks_for_a_stream(stream, egp_server):
    with stream(temperature=0.5) as events:
        events.all()

    asked = egp_server.requests[0].json
    assert (asked["stream"], asked["temperature"]) == (True, 0.5)


def test_text_is_the_text_of_one_choice(stream, egp_server):
    egp_server.stream(
        [
            chunk(role="assistant", content=""),
            chunk("a"),
            chunk("x", index=1),
            chunk("b"),
            chunk(finish_reason="stop"),
            chunk(index=1, finish_reason="stop"),
        ],
        times=2,
    )

    with stream() as first:
        texts = first.all(first.stream.text())
    with stream() as second:
        others = second.all(second.stream.text(choice_index=1))

    assert (texts, others) == (["a", "b"], ["x"])


def test_the_ways_to_read_go_on_where_the_last_one_stopped(stream, egp_server):
    egp_server.stream([chunk("a"), chunk("b"), chunk("c"), chunk("d"), chunk(finish_reason="stop")])

    with stream() as events:
        first = [events.next().type for _ in range(2)]
        text = events.next(events.stream.text())
        raw = events.next(events.stream.raw).choices[0].delta.content
        snapshot = events.stream.snapshot.choices[0].message.content
        rest = events.next(events.stream.text())
        final = events.final().choices[0].message.content

    assert (first, text, raw, snapshot, rest, final) == (
        ["chunk", "content.delta"],
        "b",
        "c",
        "abc",
        "d",
        "abcd",
    )


def test_the_final_completion_may_be_asked_for_more_than_once(stream, egp_server):
    egp_server.reply("Hello there")

    with stream() as events:
        finals = [events.final(), events.final()]

    assert finals[0] == finals[1]
    assert finals[0].request_id is not None or finals[0].response_info is not None


def test_nothing_is_sent_before_the_block_is_entered(stream, egp_server):
    events = stream()

    assert egp_server.requests == []
    with pytest.raises(EGPError, match="not open"):
        _ = events.stream.raw


def test_the_first_event_opens_a_stream_that_was_not_entered(stream, egp_server):
    egp_server.reply("Hello")

    events = stream()
    first = events.next()
    events.modal.run(events.stream.close)

    assert first.type == "chunk"


def test_leaving_the_block_frees_the_connection(stream, egp_server):
    egp_server.stream([chunk("a")] * 50, interval=0.01)

    with stream() as events:
        events.next()

    assert events.next() is None
    assert events.modal.open_connections == 0


def test_an_attempt_that_failed_before_the_first_chunk_leaves_nothing_behind(stream, egp_server):
    egp_server.stream([{"error": {"message": "busy", "code": 429}}])
    egp_server.reply("Hello")

    with stream() as events:
        completion = events.final()

    assert completion.choices[0].message.content == "Hello"


def test_an_error_of_the_request_is_raised_where_it_is_sent(stream, egp_server):
    egp_server.fail(500, times=3)

    with pytest.raises(InternalServerError), stream():
        pass


def test_a_stream_that_breaks_raises_after_its_events(stream, egp_server):
    egp_server.stream([chunk("a"), chunk("b")], end="close")

    with stream() as events:
        types = [events.next().type for _ in range(4)]
        with pytest.raises(StreamInterruptedError) as caught:
            events.next()

    assert types == ["chunk", "content.delta"] * 2
    assert caught.value.partial.choices[0].message.content == "ab"


def test_a_stream_that_just_ends_is_done_where_that_is_allowed(stream, egp_server):
    egp_server.stream([chunk("a"), chunk("b")], end="eof")

    with stream(on_truncated="ignore") as events:
        last = events.all()[-1]

    assert (last.type, last.content) == ("content.done", "ab")


def test_nothing_is_done_where_the_chunks_were_closed_before_their_end(stream, egp_server):
    egp_server.stream([chunk("a")] * 50, interval=0.01)

    with stream() as events:
        first = [events.next().type for _ in range(2)]
        events.modal.run(events.stream.raw.close)
        rest = events.all()

    assert first == ["chunk", "content.delta"]
    assert "content.done" not in [event.type for event in rest]


def test_an_unread_snapshot_is_refused(stream, egp_server):
    egp_server.reply("Hello")

    with stream() as events:
        before = events.stream.snapshot.choices

    assert before == []


def test_vendor_fields_of_deltas_are_joined(stream, egp_server):
    egp_server.stream(
        [chunk(reasoning_content="thi"), chunk(reasoning_content="nk"), chunk("x", finish_reason="stop")]
    )

    with stream() as events:
        completion = events.final()

    assert completion.choices[0].message["reasoning_content"] == "think"


def test_logprobs_have_events(stream, egp_server):
    with stream(logprobs=True) as events:
        found = events.all()

    deltas = [event for event in found if event.type == "logprobs.content.delta"]
    (done,) = (event for event in found if event.type == "logprobs.content.done")
    assert done.content == [token for delta in deltas for token in delta.content]
    assert deltas[-1].snapshot == done.content


@pytest.mark.parametrize("n", [1, 3])
def test_every_choice_has_its_events(stream, egp_server, n):
    with stream(n=n) as events:
        found = events.all()

    done = {event.choice_index: event.content for event in found if event.type == "content.done"}
    assert sorted(done) == list(range(n))
    assert done[0] == "You said: Hello"


def test_the_kinds_of_events_have_a_home():
    from egp import stream_events

    assert stream_events.ContentDeltaEvent.type == "content.delta"
    assert egp.stream_events is stream_events
