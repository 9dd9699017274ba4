"""Whole runs against a service on loopback."""

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise

import pytest

from egp import AsyncClient, Client, EGPError
from egp.bulk import InvalidInputError, arun, results, run
from egp.prices import Price, PriceTable
from tests.bulk.conftest import envelope, lines
from tests.bulk.service import Answer, completion


def ids(path):
    return sorted(line["custom_id"] for line in lines(path))


def names(count):
    return sorted(f"r{number}" for number in range(count))


def by_name(answers):
    """Answers by the last message; all others with a completion."""
    return lambda body, number: answers.get(body["messages"][-1]["content"], Answer())


# Input


def test_each_request_has_one_line(service, write, output):
    summary = run(write(300), output)

    assert ids(output) == names(300)
    assert (summary.answered, summary.failed, summary.left, summary.is_complete) == (300, 0, 0, True)
    assert service.asked == dict.fromkeys(names(300), 1)
    assert (summary.prompt_tokens, summary.completion_tokens) == (2700, 900)
    assert summary.attempts == {"200": 300}


def test_bodies_without_ids_are_numbered(service, write, output):
    run(write([envelope(f"r{number}")["body"] for number in range(3)]), output)

    assert {result.custom_id: result.content for result in results(output)} == {
        "request-1": "r0",
        "request-2": "r1",
        "request-3": "r2",
    }


def test_input_may_be_gzip_several_files_or_stdin(service, write, output, tmp_path, monkeypatch):
    first = write([envelope("r0")])
    packed = tmp_path / "more"
    packed.write_bytes(gzip.compress(json.dumps(envelope("r1")).encode()))
    with (tmp_path / "piped").open("wb+") as piped:
        piped.write(b"\xef\xbb\xbf" + json.dumps(envelope("r2")).encode() + b"\r\n\r\n")
        piped.seek(0)
        monkeypatch.setattr(sys, "stdin", type("", (), {"buffer": piped}))

        run([first, str(packed), "-"], output)

    assert ids(output) == names(3)


def test_input_may_be_any_iterable(service, output):
    run((envelope(f"r{number}") for number in range(5)), output)

    assert ids(output) == names(5)


def test_input_may_be_an_async_iterable(service, output):
    async def bodies():
        for number in range(5):
            yield envelope(f"r{number}")

    async def work():
        async with AsyncClient() as client:
            return await arun(bodies(), output, client=client)

    summary = asyncio.run(work())

    assert summary.is_complete
    assert ids(output) == names(5)


def test_a_run_may_be_started_where_a_loop_runs(service, write, output):
    async def work():
        return run(write(3), output)

    assert asyncio.run(work()).answered == 3


def test_what_cannot_be_sent_is_said_with_file_and_line_before_anything_is_sent(service, write, output):
    source = write([envelope("r0"), "", "{broken", envelope("r1"), {"model": "m"}, envelope("r0")])

    with pytest.raises(InvalidInputError) as caught:
        run(source, output)

    assert [str(fault).replace(str(source.parent), "") for fault in caught.value.faults] == [
        "/in.jsonl:3: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        "/in.jsonl:5: messages is missing",
        "/in.jsonl:6: custom_id 'r0' is that of /in.jsonl:1, too",
    ]
    assert not service.asked


def test_what_cannot_be_sent_may_be_left_out(service, write, output):
    summary = run(
        write([envelope("r0"), "{broken", envelope("r0"), envelope("r1")]), output, skip_invalid=True
    )

    assert ids(output) == names(2)
    assert (summary.invalid, len(summary.faults), summary.is_complete) == (2, 2, True)


def test_ids_with_one_hash_are_told_apart(service, write, output, monkeypatch):
    from egp.bulk._ids import IdTable

    monkeypatch.setattr(IdTable, "key", lambda self, name: 5 if self._salt == 0 else hash(name) & (2**64 - 1))

    run(write(10), output)

    assert ids(output) == names(10)


def test_the_output_cannot_be_the_input(service, write):
    source = write(3)
    before = source.read_bytes()

    with pytest.raises(EGPError, match="cannot be the output, too"):
        run(source, source)

    assert source.read_bytes() == before


def test_a_line_of_50_megabytes_goes_through(service, write, output):
    run(write([envelope("big", "x" * 50_000_000), envelope("r0")]), output)

    assert {len(result.content) for result in results(output)} == {50_000_000, 2}


# What becomes of requests


def test_400_ends_a_line_and_nothing_else(service, write, output):
    refusal = {"error": {"message": "too long", "code": "context_length_exceeded"}}
    service.decide = by_name(
        {"r1": Answer(400, refusal), "r2": Answer(422, {"detail": []}), "r3": Answer(404, b"no")}
    )

    summary = run(write(5), output)

    found = {line["custom_id"]: line for line in lines(output)}
    assert found["r1"]["response"] == {"status_code": 400, "request_id": "req-1", "body": refusal}
    assert found["r1"]["error"] is None
    assert found["r3"]["response"]["body"] == {"error": {"message": "no"}}
    assert (summary.answered, summary.failed, summary.is_complete) == (2, 3, True)
    assert summary.statuses == {"200": 2, "400": 1, "422": 1, "404": 1}
    assert set(service.asked.values()) == {1}


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_refused_key_stops_the_run_and_a_later_run_goes_on(service, write, output, status):
    service.decide = lambda body, number: Answer(status, {"error": {"message": "no such key"}}, delay=0.01)

    summary = run(write(500), output, max_concurrency=10)
    service.decide = lambda body, number: Answer()
    again = run(write(500), output)

    assert summary.stopped == f"{status}: no such key"
    assert summary.left == 500
    assert summary.attempts[str(status)] <= 20
    assert again.is_complete
    assert ids(output) == names(500)


def test_an_exhausted_quota_stops_the_run_though_it_is_a_429(service, write, output):
    error = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}
    service.decide = lambda body, number: Answer(429, error)

    summary = run(write(50), output)

    assert summary.stopped == "429: You exceeded your quota"
    assert summary.left == 50


def test_a_refusal_and_a_cut_answer_are_results(service, write, output):
    cut = completion("Well,")
    cut["choices"][0]["finish_reason"] = "length"
    refused = completion("")
    refused["choices"][0]["message"] = {"role": "assistant", "content": None, "refusal": "No."}
    service.decide = by_name({"r1": Answer(body=cut), "r2": Answer(body=refused)})

    summary = run(write(4), output)

    assert (summary.answered, summary.failed) == (4, 0)
    assert summary.finish_reasons == {"stop": 3, "length": 1}


@pytest.mark.parametrize(
    "first", [Answer(500), Answer(503), Answer(408), Answer(409), Answer(act="reset"), Answer(429)]
)
def test_what_may_pass_is_asked_again_by_the_run_alone(service, write, output, first):
    seen = set()

    def decide(body, number):
        name = body["messages"][-1]["content"]
        if name in {"r1", "r3"} and name not in seen:
            seen.add(name)
            return first
        return Answer()

    service.decide = decide

    summary = run(write(5), output)

    assert (summary.answered, summary.failed) == (5, 0)
    assert {name: count for name, count in service.asked.items() if count > 1} == {"r1": 2, "r3": 2}


def test_a_request_that_never_succeeds_ends_with_a_failure(service, write, output):
    service.decide = by_name({"r1": Answer(500, {"error": {"message": "broken"}})})

    summary = run(write(20), output, max_retries=1)

    assert (summary.answered, summary.failed) == (19, 1)
    assert service.asked["r1"] == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>what?</html>", "the answer is not a JSON object (HTTP 200)"),
        (b'{"id": "chatcmpl', "the answer is not a JSON object (HTTP 200)"),
        (b"\xff\xfe\x00", "the answer is not a JSON object (HTTP 200)"),
        (b"[1, 2]", "the answer is not a JSON object (HTTP 200)"),
        (b"", "the answer is not a JSON object (HTTP 200)"),
        (b'{"id": "x"}', "the answer has no choices (HTTP 200)"),
        (b'{"choices": []}', "the answer has no choices (HTTP 200)"),
    ],
)
def test_garbage_is_paid_for_once_and_kept(service, write, output, body, message):
    service.decide = by_name({"r1": Answer(body=body)})

    summary = run(write(3), output)

    found = {line["custom_id"]: line for line in lines(output)}["r1"]
    assert found["response"] is None
    assert (found["error"]["code"], found["error"]["message"]) == ("unreadable", message)
    assert (summary.answered, summary.failed, service.asked["r1"]) == (2, 1, 1)


def test_an_error_under_a_status_of_success_is_no_answer(service, write, output):
    service.decide = by_name({"r1": Answer(body={"error": {"message": "no", "code": "content_filter"}})})

    summary = run(write(3), output)

    assert (summary.answered, summary.failed) == (2, 1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, {"error": {"message": "no such key: sk-secret"}}),
        Answer(body={"error": {"message": "no such key: sk-secret", "code": "content_filter"}}),
        Answer(body={"choices": [], "message": "no such key: sk-secret"}),
        Answer(body=b"no such key: sk-secret"),
    ],
    ids=["a status", "a status of success", "no choices", "no JSON"],
)
def test_a_failure_that_repeats_the_key_shows_none_in_the_file(service, write, output, answer):
    service.decide = by_name({"r1": answer})

    run(write(3), output)

    written = output.read_text()
    assert "no such key: [redacted]" in written
    assert "sk-secret" not in written


def streamed():
    """Hello, in two pieces."""
    parts = [{"index": 0, "delta": {"role": "assistant", "content": part}} for part in ("Hel", "lo")]
    parts.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    chunks = [
        {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [part]}
        for part in parts
    ]
    events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    return Answer(body=events.encode(), headers={"content-type": "text/event-stream"})


def test_a_stream_whose_first_token_does_not_come_is_asked_again(service, write, output):
    service.decide = lambda body, number: Answer(act="hang") if number == 1 else streamed()
    source = write([envelope("r0", stream=True)])

    async def work():
        async with AsyncClient(first_token_timeout=0.2) as client:
            return await arun(source, output, client=client)

    summary = asyncio.run(work())

    assert [result.content for result in results(output)] == ["Hello"]
    assert summary.attempts == {"timeout": 1, "200": 1}


def test_streaming_requests_are_answered_whole(service, write, output):
    service.decide = lambda body, number: streamed() if body.get("stream") else Answer()

    summary = run(write([envelope("r0"), envelope("r1", stream=True, vendor_field=1)]), output)

    assert {result.custom_id: result.content for result in results(output)} == {"r0": "r0", "r1": "Hello"}
    assert summary.unknown_usage == 1


def test_the_key_is_in_no_file(service, write, output, tmp_path):
    service.decide = by_name({"r1": Answer(400, {"error": {"message": "no"}}), "r2": Answer(act="reset")})

    run(write(3), output, max_retries=0, report=[tmp_path / "r.json", tmp_path / "r.html"])

    assert not [path for path in tmp_path.iterdir() if b"sk-secret" in path.read_bytes()]


# Resume


def test_what_has_its_line_is_never_asked_again(service, write, output):
    source = write(200)
    run(source, output)
    whole = output.read_bytes().splitlines(keepends=True)
    output.write_bytes(b"".join(whole[:120]) + whole[120][:50])
    service.asked.clear()

    summary = run(source, output)

    assert ids(output) == names(200)
    assert service.asked.total() == 80
    assert (summary.done_before, summary.answered) == (120, 80)


def test_failures_are_asked_again_if_that_is_wanted(service, write, output):
    service.decide = by_name({"r1": Answer(400)})
    source = write(5)
    run(source, output)
    service.decide = lambda body, number: Answer()

    kept = run(source, output)
    repeated = run(source, output, retry_failed=True)

    assert (kept.answered, kept.failed_before, kept.is_complete) == (0, 1, True)
    assert (repeated.answered, repeated.failed_before) == (1, 0)
    assert ids(output) == names(5)
    assert service.asked == {"r0": 1, "r1": 2, "r2": 1, "r3": 1, "r4": 1}


def test_a_changed_body_under_a_known_id_is_refused_unless_told_otherwise(service, write, output):
    run(write(3), output)
    changed = write([envelope("r0"), envelope("r1", "changed"), envelope("r2")])

    with pytest.raises(EGPError, match=r"in\.jsonl:2: the body under custom_id 'r1' is not the one"):
        run(changed, output)
    kept = run(changed, output, changed="keep")
    redone = run(changed, output, changed="redo")

    assert (kept.answered, redone.answered) == (0, 1)
    assert {result.custom_id: result.content for result in results(output)} == {
        "r0": "r0",
        "r1": "changed",
        "r2": "r2",
    }


def test_input_may_grow_and_shrink_between_runs(service, write, output):
    run(write(3), output)

    summary = run(write([envelope("r1"), envelope("r5")]), output)

    assert (summary.total, summary.done_before, summary.answered, summary.foreign) == (2, 1, 1, 2)
    assert ids(output) == ["r0", "r1", "r2", "r5"]


def test_a_run_goes_on_from_what_vllm_wrote(service, write, output):
    body = completion("done elsewhere")
    line = {
        "id": "vllm-1",
        "custom_id": "r1",
        "response": {"status_code": 200, "request_id": "v", "body": body},
    }
    output.write_text(json.dumps({**line, "error": None}))

    run(write(3), output)

    assert ids(output) == names(3)
    assert "r1" not in service.asked


# Order and other forms


def test_the_output_may_be_put_in_order(service, write, output):
    service.decide = lambda body, number: Answer(delay=0.05 if number % 3 else 0.0)
    source = write(100)

    run(source, output, ordered=True)

    assert [line["custom_id"] for line in lines(output)] == [f"r{number}" for number in range(100)]


def test_an_ordered_run_that_was_broken_off_is_put_in_order_in_the_end(service, write, output):
    source = write(100)
    run(source, output)
    whole = output.read_bytes().splitlines(keepends=True)
    output.write_bytes(b"".join(reversed(whole[:50])))

    run(source, output, ordered=True)

    assert [line["custom_id"] for line in lines(output)] == [f"r{number}" for number in range(100)]
    assert not list(output.parent.glob(".*"))


def test_the_output_may_be_gzip_and_is_resumed(service, write, tmp_path):
    packed = tmp_path / "out.jsonl.gz"

    first = run(write(10), packed)
    second = run(write(15), packed, ordered=True)

    with gzip.open(packed) as stream:
        found = [json.loads(line)["custom_id"] for line in stream]
    assert (first.answered, second.answered) == (10, 5)
    assert found == [f"r{number}" for number in range(15)]
    assert [result.custom_id for result in results(packed)] == found
    assert not packed.with_name("out.jsonl.gz.journal").exists()


# Limits


def test_a_deadline_stops_the_run_in_an_orderly_way(service, write, output):
    service.decide = lambda body, number: Answer(delay=0.05)

    summary = run(write(5000), output, deadline=0.5, max_concurrency=20)

    assert summary.stopped == "the deadline is over"
    assert 0 < summary.left < 5000
    assert len(ids(output)) == summary.answered == service.asked.total()


def test_a_deadline_gives_what_is_in_flight_no_more_than_its_grace(service, write, output):
    service.decide = lambda body, number: Answer(act="hang")

    summary = run(write(5), output, deadline=0.1, grace=0.1)

    assert (summary.answered, summary.left) == (0, 5)


def test_no_more_is_spent_than_allowed(service, write, output):
    prices = PriceTable({"openai/gpt-4o": Price(1000, 10_000)})
    service.decide = lambda body, number: Answer(delay=0.005)
    requests = [envelope(f"r{number}", max_tokens=3) for number in range(200)]

    # 9 and 3 tokens: 0.039 for each.
    summary = run(write(requests), output, prices=prices, max_cost="1.00")

    assert summary.stopped == "max_cost is reached"
    assert float(summary.cost) == pytest.approx(summary.answered * 0.039)
    assert 0.8 < summary.cost <= 1


def test_a_limit_of_cost_needs_the_price_of_each_model(service, write, output):
    with pytest.raises(EGPError, match="max_cost needs the price of openai/gpt-4o"):
        run(write(3), output, prices=PriceTable({}), max_cost=1)

    assert not service.asked


def test_retry_after_is_kept_by_the_whole_run(service, write, output):
    def decide(body, number):
        return Answer(429, headers={"retry-after": "1"}) if number == 50 else Answer(delay=0.01)

    service.decide = decide

    summary = run(write(200), output, max_concurrency=5)

    gaps = [after - before for before, after in pairwise(service.times)]
    assert max(gaps) >= 0.9
    assert summary.answered == 200
    assert summary.slowed["Retry-After"] >= 0.8


def test_models_have_limits_of_their_own(service, write, output):
    """One that must wait holds up no other."""

    def decide(body, number):
        return (
            Answer(429, headers={"retry-after": "2"}) if body["model"] == "slow" and number < 50 else Answer()
        )

    service.decide = decide
    requests = [
        envelope(f"r{number}", model="slow" if number % 10 == 0 else "quick") for number in range(100)
    ]
    for request in requests:
        request["body"]["model"] = "slow" if int(request["custom_id"][1:]) % 10 == 0 else "quick"
    done = []

    run(write(requests), output, progress=lambda snapshot: done.append((snapshot.seconds, snapshot.done)))

    assert any(count >= 90 and seconds < 1.9 for seconds, count in done)
    assert ids(output) == names(100)


# Faults


@pytest.mark.parametrize(
    "option", [{"max_concurrency": 0}, {"rpm": -1}, {"changed": "maybe"}, {"max_cost": 1}]
)
def test_an_option_that_makes_no_sense_is_said(service, write, output, option):
    with pytest.raises(EGPError, match=next(iter(option))):
        run(write(1), output, **option)


def test_an_unknown_option_is_said(service, write, output):
    with pytest.raises(TypeError, match="a bulk run takes no option 'speed'"):
        run(write(1), output, speed=5)


def test_a_misspelt_option_is_said_with_the_one_that_is_meant(service, write, output):
    with pytest.raises(TypeError, match="'max_concurency'; did you mean 'max_concurrency'"):
        run(write(1), output, max_concurency=5)


@pytest.mark.parametrize("kind", [Client, str])
def test_a_client_that_cannot_be_awaited_is_refused_before_anything_is_sent(service, write, output, kind):
    client = Client(api_key="k", base_url=service.url) if kind is Client else "client"

    with pytest.raises(EGPError, match=f"client must be an egp.AsyncClient, got {kind.__name__}"):
        run(write(1), output, client=client)

    assert service.asked.total() == 0


def test_a_service_that_resets_every_tenth_connection_costs_no_request(service, write, output):
    service.decide = lambda body, number: Answer(act="reset") if number % 10 == 0 else Answer()

    summary = run(write(500), output)

    assert (summary.answered, summary.failed) == (500, 0)
    assert summary.attempts["connection"] == service.asked.total() - 500


def test_a_service_that_goes_away_and_comes_back_costs_no_request(service, write, output):
    service.decide = lambda body, number: Answer(delay=0.02)

    def restart():
        time.sleep(0.4)
        service.stop()
        time.sleep(1.0)
        service.start()

    thread = threading.Thread(target=restart)
    thread.start()
    summary = run(write(1000), output, max_concurrency=20)
    thread.join()

    assert (summary.answered, summary.failed) == (1000, 0)
    assert ids(output) == names(1000)


def test_a_disk_that_is_full_loses_nothing(service, write, output, monkeypatch):
    from egp.bulk._journal import Journal

    real = Journal.append

    def append(self, line):
        if self.path.stat().st_size > 20_000:
            raise OSError(28, "No space left on device")
        real(self, line)

    service.decide = lambda body, number: Answer(delay=0.01)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "append", append)
        summary = run(write(300), output)
    rescued = summary.rescue.read_bytes()
    summary.rescue.unlink()
    with output.open("ab") as stream:
        stream.write(rescued)
    again = run(write(300), output)

    assert summary.stopped == "the output cannot be written: No space left on device"
    assert summary.unwritten == len(rescued.splitlines()) > 0
    assert f"add that file to the end of {output}" in str(summary)
    assert again.is_complete
    assert ids(output) == names(300)
    assert set(service.asked.values()) == {1}


PROGRAM = """
import sys
from egp.bulk import run
summary = run(sys.argv[1], sys.argv[2], max_concurrency=20)
print(summary.answered, summary.left, summary.stopped)
"""


def started(source, output, program=PROGRAM):
    return subprocess.Popen(
        [sys.executable, "-c", program, str(source), str(output)], stdout=subprocess.PIPE, text=True
    )


def wait_for(condition):
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_what_is_in_flight(service, write, output, number):
    service.decide = lambda body, number: Answer(delay=0.05)
    source = write(3000)

    process = started(source, output)
    wait_for(lambda: service.asked.total() > 100)
    process.send_signal(number)
    text = process.communicate(timeout=60)[0]

    answered, left = map(int, text.split()[:2])
    assert text.strip().endswith(f"{signal.Signals(number).name} was received")
    assert answered == len(ids(output)) == service.asked.total()
    assert answered + left == 3000
    assert set(service.asked.values()) == {1}


def test_a_second_signal_stops_at_once(service, write, output):
    service.decide = lambda body, number: Answer(act="hang") if number > 50 else Answer()
    source = write(500)

    process = started(source, output)
    wait_for(lambda: service.asked.total() > 60)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    still = process.poll()
    process.send_signal(signal.SIGINT)
    text = process.communicate(timeout=60)[0]

    assert still is None
    assert text.startswith("50 450 ")


def test_a_second_run_on_the_same_output_is_refused(service, write, output):
    service.decide = lambda body, number: Answer(delay=0.05)
    source = write(2000)

    process = started(source, output)
    wait_for(lambda: service.asked.total() > 20)
    with pytest.raises(EGPError, match="is in use by another run"):
        run(source, output)
    process.kill()
    process.communicate()

    assert run(source, output, max_concurrency=200).is_complete


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs the limits of POSIX")
def test_an_output_that_may_not_grow_is_said_and_everything_is_rescued(service, write, output, tmp_path):
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n" + PROGRAM
    )
    service.decide = lambda body, number: Answer(delay=0.01)

    text = started(write(300), output, program).communicate(timeout=60)[0]

    assert text.strip().endswith("the output cannot be written: File too large")
    assert all(line["response"] for line in lines(output))
    assert set(service.asked.values()) == {1}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rpm": "many"}, "rpm must be a number > 0, got 'many'"),
        ({"deadline": float("nan")}, "deadline must be a number > 0, got nan"),
        ({"patience": True}, "patience must be a number > 0, got True"),
        ({"grace": None}, "grace must be a number of seconds >= 0, got None"),
        ({"max_cost": "nan"}, "max_cost must be an amount of money > 0, got 'nan'"),
        ({"max_cost": -1}, "max_cost must be an amount of money > 0, got -1"),
        ({"max_concurrency": 0}, "max_concurrency must be an integer >= 1, got 0"),
        ({"changed": "ask"}, "changed must be 'refuse', 'redo' or 'keep', got 'ask'"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_with_what_it_takes(options, message, tmp_path):
    with pytest.raises(EGPError) as caught:
        run([], tmp_path / "results.jsonl", **options)

    assert caught.value.message == message
