"""Golden spans, metrics and events of each kind of call, in every mode."""

from __future__ import annotations

import gc
import json
from contextlib import nullcontext

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from egp import APIStatusError, EGPError, StreamInterruptedError
from egp._core.instrumentation import INSTRUMENTATION
from egp.telemetry import EGPInstrumentor, Telemetry
from tests.telemetry.conftest import Records

CANARY = "canary-5f1c"
MESSAGES = [{"role": "user", "content": f"Say {CANARY}"}]
USAGE = {
    "prompt_tokens": 9,
    "completion_tokens": 4,
    "total_tokens": 13,
    "prompt_tokens_details": {"cached_tokens": 3},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
ANSWER = {
    "id": "c-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-2024",
    "system_fingerprint": "fp",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": f"{CANARY}!"}},
    ],
    "usage": USAGE,
}
DURATION_BUCKETS = (
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
)  # fmt: skip
TOKEN_BUCKETS = (
    1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
)  # fmt: skip


def chunk(delta, finish_reason=None, **fields):
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    event = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-2024"}
    return b"data: " + json.dumps({**event, "choices": [choice], **fields}).encode() + b"\n\n"


PIECES = [
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": CANARY}),
    chunk({}, "stop", usage=USAGE),
    b"data: [DONE]\n\n",
]


def stream_of(raw_server, *pieces, end=b"0\r\n\r\n"):
    return (raw_server.events(), *(raw_server.chunk(piece) for piece in pieces), end)


def common(client):
    port = int(client.client.base_url.rpartition(":")[2])
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "openai/gpt-4o",
        "server.address": "127.0.0.1",
        "server.port": port,
    }


TOKENS = {
    "gen_ai.usage.input_tokens": 9,
    "gen_ai.usage.output_tokens": 4,
    "gen_ai.usage.cache_read.input_tokens": 3,
    "gen_ai.usage.reasoning.output_tokens": 2,
}
ANSWERED = {
    "gen_ai.response.id": "c-1",
    "gen_ai.response.model": "gpt-4o-2024",
    "gen_ai.response.finish_reasons": ("stop",),
}


def ask(client, **keywords):
    create = client.client.chat.completions.create
    return client.run(create, **{"model": "openai/gpt-4o", "messages": MESSAGES, **keywords})


def read(client, stream):
    return client.run(stream.get_final_completion)


def take_one(client, stream):
    return client.run(stream._advance)


@pytest.fixture
def client(make_client, raw_server, records):
    return make_client(raw_server.url, telemetry=records.telemetry)


def test_a_whole_answer_has_its_golden_span(client, raw_server, records):
    raw_server.script(raw_server.reply(body=ANSWER))

    ask(client, temperature=0.5, max_tokens=7, n=2, seed=3, stop=["."], response_format={"type": "text"})

    span = records.chat
    assert span.name == "chat openai/gpt-4o"
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes) == {
        **common(client),
        **ANSWERED,
        **TOKENS,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 7,
        "gen_ai.request.choice.count": 2,
        "gen_ai.request.seed": 3,
        "gen_ai.request.stop_sequences": (".",),
        "gen_ai.output.type": "text",
        "openai.response.system_fingerprint": "fp",
    }


def test_a_whole_answer_has_its_golden_metrics(client, raw_server, records):
    raw_server.script(raw_server.reply(body=ANSWER))

    ask(client)

    metrics = records.metrics
    attributes = {**common(client), "gen_ai.response.model": "gpt-4o-2024"}
    assert metrics.keys() == {"gen_ai.client.operation.duration", "gen_ai.client.token.usage"}
    duration, tokens = metrics.values() if "duration" in next(iter(metrics)) else [*metrics.values()][::-1]
    (point,) = duration.data.data_points
    assert (duration.unit, point.explicit_bounds, point.count) == ("s", DURATION_BUCKETS, 1)
    assert dict(point.attributes) == attributes
    assert (tokens.unit, tokens.data.data_points[0].explicit_bounds) == ("{token}", TOKEN_BUCKETS)
    counted = {p.attributes["gen_ai.token.type"]: p.sum for p in tokens.data.data_points}
    assert counted == {"input": 9, "output": 4}
    for each in tokens.data.data_points:
        assert dict(each.attributes) == {
            **attributes,
            "gen_ai.token.type": each.attributes["gen_ai.token.type"],
        }


def test_a_streamed_answer_has_its_golden_span_and_metrics(client, raw_server, records):
    raw_server.script(stream_of(raw_server, *PIECES))

    stream = ask(client, stream=True)
    before = list(records.spans)
    read(client, stream)
    client.run(stream.close)

    assert before == []
    attributes = dict(records.chat.attributes)
    assert attributes.pop("gen_ai.response.time_to_first_chunk") > 0
    assert attributes == {**common(client), **ANSWERED, **TOKENS, "gen_ai.request.stream": True}
    metrics = records.metrics
    counts = {name: [p.count for p in metric.data.data_points] for name, metric in metrics.items()}
    assert counts == {
        "gen_ai.client.operation.duration": [1],
        "gen_ai.client.token.usage": [1, 1],
        "gen_ai.client.operation.time_to_first_chunk": [1],
        "gen_ai.client.operation.time_per_output_chunk": [2],
    }
    for name in ("time_to_first_chunk", "time_per_output_chunk"):
        metric = metrics[f"gen_ai.client.operation.{name}"]
        assert (metric.unit, metric.data.data_points[0].explicit_bounds) == ("s", DURATION_BUCKETS)


FAILED = {"error": {"message": "down", "code": 500}}
COURSES = {
    "refused": ((lambda server: server.reply(400),), False, {"error.type": "400"}, set()),
    "retried": (
        (lambda server: server.reply(503), lambda server: server.reply(body=ANSWER)),
        False,
        {"gen_ai.response.model": "gpt-4o-2024"},
        {"token.usage"},
    ),
    "given up": (
        (lambda server: server.reply(503),) * 3,
        False,
        {"error.type": "503"},
        set(),
    ),
    "truncated": (
        (lambda server: stream_of(server, *PIECES[:2]),),
        True,
        {
            "gen_ai.response.model": "gpt-4o-2024",
            "gen_ai.request.stream": True,
            "error.type": "StreamInterruptedError",
        },
        {"operation.time_to_first_chunk", "operation.time_per_output_chunk"},
    ),
    "failed in mid-stream": (
        (lambda server: stream_of(server, *PIECES[:2], b"data: " + json.dumps(FAILED).encode() + b"\n\n"),),
        True,
        {
            "gen_ai.response.model": "gpt-4o-2024",
            "gen_ai.request.stream": True,
            "error.type": "APIStreamError",
        },
        {"operation.time_to_first_chunk", "operation.time_per_output_chunk"},
    ),
}


@pytest.mark.parametrize("course", COURSES)
def test_every_course_has_its_golden_metrics(course, client, raw_server, records):
    answers, streaming, said, others = COURSES[course]
    raw_server.script(*(answer(raw_server) for answer in answers))

    with pytest.raises(EGPError) if "error.type" in said else nullcontext():
        answer = ask(client, stream=streaming)
        _ = read(client, answer) if streaming else answer

    metrics = records.metrics
    (point,) = metrics["gen_ai.client.operation.duration"].data.data_points
    assert (dict(point.attributes), point.count) == ({**common(client), **said}, 1)
    assert metrics.keys() == {f"gen_ai.client.{name}" for name in {"operation.duration", *others}}


def test_an_error_is_told_by_its_status_and_not_by_its_words(client, raw_server, records):
    raw_server.script(raw_server.reply(400, {"error": {"message": f"bad: {CANARY}"}}))

    with pytest.raises(APIStatusError, match=CANARY):
        ask(client)

    span = records.chat
    assert dict(span.attributes) == {**common(client), "error.type": "400"}
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    (event,) = records.events
    assert event.event_name == "gen_ai.client.operation.exception"
    assert event.severity_number.name == "WARN"
    assert dict(event.attributes) == {**common(client), "exception.type": "400"}
    assert event.span_id == span.context.span_id
    (point,) = records.metrics["gen_ai.client.operation.duration"].data.data_points
    assert point.attributes["error.type"] == "400"


def test_each_attempt_is_a_child_with_its_wait(client, raw_server, records):
    raw_server.script(
        raw_server.reply(503, b"busy", retry_after="2"), raw_server.CLOSE, raw_server.reply(body=ANSWER)
    )

    ask(client)

    chat = records.chat
    first, second, third = records.attempts
    assert {span.parent.span_id for span in (first, second, third)} == {chat.context.span_id}
    assert first.attributes["http.response.status_code"] == 503
    assert first.attributes["error.type"] == "503"
    assert first.attributes["egp.attempt.wait"] == 2.0
    assert second.attributes["error.type"] == "_OTHER"
    assert second.attributes["http.request.resend_count"] == 1
    assert "error.type" not in third.attributes
    assert "egp.attempt.wait" not in third.attributes
    assert first.start_time <= first.end_time <= second.end_time <= third.end_time <= chat.end_time
    assert chat.status.status_code is StatusCode.UNSET
    assert chat.attributes["gen_ai.usage.input_tokens"] == 9


def test_every_attempt_carries_the_trace_on(client, raw_server, records):
    raw_server.script(raw_server.reply(503), raw_server.reply(body=ANSWER))

    ask(client)

    context = records.chat.context
    wanted = f"traceparent: 00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
    assert [wanted in head.lower() for head, _ in raw_server.requests] == [True, True]


def test_a_traceparent_of_the_user_is_left_as_it_is(client, raw_server, records):
    raw_server.script(raw_server.reply(body=ANSWER))

    ask(client, extra_headers={"Traceparent": "mine"})

    (head, _) = raw_server.requests[0]
    assert head.lower().count("traceparent:") == 1
    assert "traceparent: mine" in head.lower()


def test_a_truncated_stream_ends_its_span_with_what_came(client, raw_server, records):
    raw_server.script(stream_of(raw_server, *PIECES[:2]))
    stream = ask(client, stream=True)

    with pytest.raises(StreamInterruptedError):
        read(client, stream)

    span = records.chat
    assert span.attributes["error.type"] == "StreamInterruptedError"
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["gen_ai.response.id"] == "c-1"
    assert "gen_ai.usage.input_tokens" not in span.attributes
    assert "gen_ai.client.token.usage" not in records.metrics


def test_a_stream_that_is_closed_early_ends_its_span_without_an_error(client, raw_server, records):
    raw_server.script(stream_of(raw_server, *PIECES[:2], end=raw_server.HOLD))
    stream = ask(client, stream=True)
    take_one(client, stream)

    client.run(stream.close)

    assert records.chat.status.status_code is StatusCode.UNSET
    assert "error.type" not in records.chat.attributes
    assert "gen_ai.response.finish_reasons" not in records.chat.attributes


@pytest.mark.parametrize("taken", [0, 1])
def test_a_stream_that_is_dropped_ends_its_span_once(client, raw_server, records, taken):
    raw_server.script(stream_of(raw_server, *PIECES[:2], end=raw_server.HOLD))
    stream = ask(client, stream=True)
    for _ in range(taken):
        take_one(client, stream)

    del stream
    gc.collect()

    assert len(records.chats) == 1
    assert not records.telemetry.open


def test_a_stream_that_fails_at_first_and_is_retried_is_one_span(client, raw_server, records):
    failed = b'data: {"error": {"message": "busy", "code": 503}}\n\n'
    raw_server.script(stream_of(raw_server, failed), stream_of(raw_server, *PIECES))

    read(client, ask(client, stream=True))

    assert records.chat.attributes["gen_ai.usage.output_tokens"] == 4
    assert [span.attributes.get("error.type") for span in records.attempts] == ["_OTHER", None]


def test_tokens_are_counted_once_however_often_an_answer_is_asked_for(client, raw_server, records):
    raw_server.script(raw_server.reply(body=ANSWER))
    create = client.client.chat.completions.with_raw_response.create

    raw = client.run(create, model="openai/gpt-4o", messages=MESSAGES)
    raw.parse()
    raw.parse()

    points = records.metrics["gen_ai.client.token.usage"].data.data_points
    assert sum(point.sum for point in points) == 13


@pytest.mark.parametrize(
    "written", [{"cache_creation_input_tokens": 4}, {"prompt_tokens_details": {"cache_creation_tokens": 4}}]
)
def test_tokens_written_to_a_cache_are_found_under_the_names_of_vendors(written, client, raw_server, records):
    raw_server.script(raw_server.reply(body={**ANSWER, "usage": {**USAGE, **written}}))

    ask(client)

    assert records.chat.attributes["gen_ai.usage.cache_creation.input_tokens"] == 4


def test_the_span_is_never_the_current_one_for_the_caller(client, raw_server, records):
    raw_server.script(stream_of(raw_server, *PIECES))

    stream = ask(client, stream=True)
    take_one(client, stream)

    assert client.run(trace.get_current_span) is trace.INVALID_SPAN
    read(client, stream)
    assert records.chat.parent is None


def test_nothing_of_the_content_is_exported_by_default(make_client, raw_server, monkeypatch):
    monkeypatch.delenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", raising=False)
    records = Records()
    client = make_client(raw_server.url, telemetry=records.telemetry, max_retries=1)
    failing = b"data: " + json.dumps({"error": {"message": CANARY}}).encode() + b"\n\n"
    raw_server.script(
        raw_server.reply(body=ANSWER),
        stream_of(raw_server, *PIECES),
        stream_of(raw_server, *PIECES[:2]),
        stream_of(raw_server, *PIECES[:2], failing),
        raw_server.reply(500, CANARY.encode()),
        raw_server.reply(422, {"detail": CANARY}),
        raw_server.reply(body=f'"{CANARY}"'.encode()),
    )

    ask(client)
    read(client, ask(client, stream=True))
    for streaming in (True, True, False, False):
        with pytest.raises(EGPError):
            read(client, ask(client, stream=streaming))

    assert len(records.chats) == 6
    assert len(records.events) == 4
    assert CANARY not in records.text()


@pytest.mark.parametrize(
    ("mode_of_content", "in_spans", "in_events"),
    [("span_only", True, False), ("EVENT_ONLY", False, True), ("SPAN_AND_EVENT", True, True)],
)
def test_content_is_exported_where_the_variable_says(
    make_client, raw_server, monkeypatch, mode_of_content, in_spans, in_events
):
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", mode_of_content)
    records = Records()
    client = make_client(raw_server.url, telemetry=records.telemetry)
    raw_server.script(raw_server.reply(body=ANSWER))

    ask(client)

    span = dict(records.chat.attributes)
    events = [dict(event.attributes) for event in records.events]
    assert ("gen_ai.input.messages" in span) is in_spans
    assert len(events) == int(in_events)
    for shown in [span] * in_spans + events:
        assert json.loads(shown["gen_ai.input.messages"]) == [
            {"role": "user", "parts": [{"type": "text", "content": f"Say {CANARY}"}]}
        ]
        assert json.loads(shown["gen_ai.output.messages"]) == [
            {
                "role": "assistant",
                "parts": [{"type": "text", "content": f"{CANARY}!"}],
                "finish_reason": "stop",
            }
        ]


def test_messages_of_every_kind_are_exported_in_the_form_of_the_conventions(make_client, raw_server):
    records = Records("SPAN_ONLY")
    client = make_client(raw_server.url, telemetry=records.telemetry)
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": 1}'}}
    cut = {**call, "function": {"name": "look", "arguments": '{"at": '}}
    tools = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
    answer = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": answer}
    raw_server.script(raw_server.reply(body={**ANSWER, "choices": [choice]}))
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    sound = {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}

    ask(
        client,
        messages=[
            {"role": "user", "content": [{"type": "text", "text": "What is here?"}, picture, sound]},
            {"role": "assistant", "content": None, "tool_calls": [call, cut]},
            {"role": "tool", "tool_call_id": "c1", "content": "a cat"},
        ],
        tools=tools,
    )

    shown = {name: value for name, value in records.chat.attributes.items() if name.startswith("gen_ai")}
    called = {"type": "tool_call", "id": "c1", "name": "look", "arguments": {"at": 1}}
    broken = {**called, "arguments": '{"at": '}
    assert json.loads(shown["gen_ai.input.messages"]) == [
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "What is here?"},
                {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"},
                sound,
            ],
        },
        {"role": "assistant", "parts": [called, broken]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "a cat"}]},
    ]
    assert json.loads(shown["gen_ai.output.messages"]) == [
        {"role": "assistant", "parts": [called], "finish_reason": "tool_calls"}
    ]
    assert json.loads(shown["gen_ai.tool.definitions"]) == tools


def test_the_instrumentor_reaches_clients_that_exist_and_leaves_out_those_that_say_no(
    make_client, raw_server, records
):
    raw_server.script(raw_server.reply(body=ANSWER))
    plain, silent = make_client(raw_server.url), make_client(raw_server.url, telemetry=False)
    instrumentor = EGPInstrumentor()

    instrumentor.instrument(**records.providers)
    try:
        ask(plain)
        ask(silent)
    finally:
        instrumentor.uninstrument()
    ask(plain)

    assert len(records.chats) == 1
    assert INSTRUMENTATION.telemetry is None


def test_a_fault_in_an_exporter_does_not_reach_the_call(client, raw_server, records, monkeypatch, caplog):
    raw_server.script(raw_server.reply(body=ANSWER))
    monkeypatch.setattr(Telemetry, "emit", property(lambda _: 1 / 0))
    monkeypatch.setattr("egp.telemetry.conventions.token_attributes", lambda _: 1 / 0)

    answer = ask(client)

    assert answer.id == "c-1"
    assert "telemetry failed" in caplog.text
