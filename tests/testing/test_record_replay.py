"""Record a service, play the cassette: the same bytes, in the same parts, for requests that are the same."""

import asyncio
import base64
import json
import math
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

import egp
from egp.testing import CassetteError, Matching, Server, chunk

CHAT = "/v5/chat/completions"
KEY = {"x-api-key": "sk-real-0123456789"}


@pytest.fixture(autouse=True)
def not_in_ci(monkeypatch):
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def cassette(tmp_path):
    return tmp_path / "cassette.jsonl"


@pytest.fixture
def upstream():
    """The service that is recorded: a server of its own."""
    with Server() as server:
        yield server


@pytest.fixture
def record(cassette, upstream):
    """Record what the calls of a function get; it is given a client of the recording server."""

    def record(calls, **options):
        with (
            Server(record=cassette, upstream=upstream.url, **options) as server,
            httpx.Client(base_url=server.url, headers=KEY, trust_env=False, verify=False, timeout=10) as http,
        ):
            return calls(http)

    return record


@pytest.fixture
def replay(cassette):
    """Play the cassette to the calls of a function."""

    def replay(calls, **options):
        with (
            Server(replay=cassette, **options) as server,
            httpx.Client(
                base_url=server.url, headers={"x-api-key": "k"}, trust_env=False, verify=False
            ) as http,
        ):
            return calls(http)

    return replay


def on_the_wire(url, body):
    """Give all bytes of the response, chunk sizes included."""
    host, port = url.removeprefix("http://").split(":")
    content = json.dumps(body).encode()
    head = f"POST {CHAT} HTTP/1.1\r\nhost: {host}\r\nx-api-key: k\r\nconnection: close\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    received = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode() + content)
        while data := connection.recv(65536):
            received += data
    return received.partition(b"\r\n\r\n")[2]


def test_a_whole_answer_is_replayed_byte_for_byte_with_its_headers(record, replay, ask):
    recorded = record(lambda http: http.post(CHAT, json=ask("Hi")))

    replayed = replay(lambda http: http.post(CHAT, json=ask("Hi")))

    assert replayed.content == recorded.content
    assert replayed.headers.multi_items() == recorded.headers.multi_items()
    assert replayed.status_code == 200


def test_a_stream_is_replayed_with_its_chunk_boundaries(upstream, cassette, record, ask):
    events = [b"data: {}", b"\n\nda", b'ta: {"a":"\xc3', b'\xa4"}\n\n: ping\n\n', b"data: [DONE]\n\n"]
    upstream.stream(events, end="eof", interval=0.005)
    record(lambda http: http.post(CHAT, json=ask(stream=True)))

    with Server(replay=cassette) as server:
        received = on_the_wire(server.url, ask(stream=True))

    expected = b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in events)
    assert received == expected + b"0\r\n\r\n"


def test_bytes_that_are_no_text_are_replayed_as_they_were(upstream, record, replay, ask):
    content = bytes(range(256))
    upstream.reply(content)
    record(lambda http: http.post(CHAT, json=ask()))

    assert replay(lambda http: http.post(CHAT, json=ask())).content == content


def test_a_status_and_repeated_headers_are_replayed(upstream, record, replay, ask):
    head = b"HTTP/1.1 429 Slow\r\nx-a: 1\r\nx-a: 2\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\n{}"
    upstream.raw(head)
    record(lambda http: http.post(CHAT, json=ask()))

    response = replay(lambda http: http.post(CHAT, json=ask()))

    assert response.status_code == 429
    assert response.headers.get_list("x-a") == ["1", "2"]
    assert response.headers["retry-after"] == "7"
    assert response.content == b"{}"


def test_an_answer_without_a_body_is_replayed(upstream, record, replay, ask):
    upstream.raw(b"HTTP/1.1 204 No Content\r\n\r\n")
    record(lambda http: http.post(CHAT, json=ask()))

    assert replay(lambda http: http.post(CHAT, json=ask())).status_code == 204


def test_an_answer_that_broke_off_breaks_off_again_at_the_same_place(upstream, record, replay, ask):
    upstream.stream([chunk("a"), chunk("b")], end="close")

    def collected(http):
        received = []
        with http.stream("POST", CHAT, json=ask(stream=True)) as response:
            parts = response.iter_raw()
            received.append(next(parts))
            received.append(next(parts))
            with pytest.raises(httpx.RemoteProtocolError):
                next(parts)
        return received

    recorded = record(collected)

    assert replay(collected) == recorded
    assert len(recorded) == 2


def test_waits_are_replayed_if_asked(upstream, record, cassette, ask):
    upstream.stream([chunk("a"), chunk("b")], delay=0.05, interval=0.1)
    record(lambda http: http.post(CHAT, json=ask(stream=True)))
    recorded = json.loads(cassette.read_text())["response"]["times"]

    with Server(replay=cassette, timing=True) as server:
        began = time.monotonic()
        on_the_wire(server.url, ask(stream=True))
        took = time.monotonic() - began

    assert recorded == sorted(recorded)
    assert recorded[-1] >= 150
    assert took * 1000 >= recorded[-1]


def test_a_compressed_answer_is_recorded_readable(record, replay, cassette, ask):
    import gzip

    content = gzip.compress(b'{"answer": 42}')
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\n"
    with Server() as stubborn:
        stubborn.raw(head + b"content-length: %d\r\n\r\n" % len(content) + content)
        with Server(record=cassette, upstream=stubborn.url) as server:
            response = httpx.post(server.url + CHAT, json=ask(), trust_env=False, verify=False)

    assert response.json() == {"answer": 42}
    assert '\\"answer\\": 42' in cassette.read_text()
    assert replay(lambda http: http.post(CHAT, json=ask())).json() == {"answer": 42}


def test_an_answer_that_cannot_be_searched_for_secrets_is_not_recorded(upstream, cassette, ask):
    upstream.raw(b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 3\r\n\r\nabc")

    with Server(record=cassette, upstream=upstream.url) as server:
        response = httpx.post(server.url + CHAT, json=ask(), trust_env=False, verify=False)

    assert response.status_code == 502
    assert "encoding br" in response.json()["error"]["message"]
    assert not cassette.exists()


def test_a_request_that_cannot_be_searched_for_secrets_is_not_sent_on(upstream, cassette):
    headers = {"content-encoding": "gzip"}
    with Server(record=cassette, upstream=upstream.url) as server:
        response = httpx.post(server.url + CHAT, content=b"1", headers=headers, trust_env=False, verify=False)

    assert response.status_code == 502
    assert "encoding gzip" in response.json()["error"]["message"]
    assert upstream.requests == []
    assert not cassette.exists()


def test_the_service_is_asked_what_the_server_was_asked(upstream, cassette, ask):
    with (
        Server(record=cassette, upstream=f"{upstream.url}/", prefix="/proxy") as server,
        httpx.Client(headers=KEY, trust_env=False, verify=False) as http,
    ):
        http.get(f"{server.url}{CHAT}/models?limit=2&model_vendor=openai", headers={"x-b": "2"})

    (request,) = upstream.requests
    assert request.path == f"{CHAT}/models"
    assert request.query.multi_items() == [("limit", "2"), ("model_vendor", "openai")]
    assert request.headers["x-api-key"] == KEY["x-api-key"]
    assert request.headers["x-b"] == "2"
    assert request.headers["host"] in upstream.url
    assert request.headers["accept-encoding"] == "identity"


def test_events_are_sent_on_while_the_service_still_writes(upstream, record, ask):
    received = threading.Event()

    def events():
        yield chunk("first")
        assert received.wait(20), "the first event was held back"
        yield chunk("second")

    upstream.stream(events())

    def read(http):
        with http.stream("POST", CHAT, json=ask(stream=True)) as response:
            parts = response.iter_raw()
            first = next(parts)
            received.set()
            return first, b"".join(parts)

    first, rest = record(read)

    assert b"first" in first
    assert b"second" in rest


def test_a_client_that_leaves_does_not_cut_the_recording(upstream, cassette, replay, ask):
    upstream.stream([chunk(str(n)) for n in range(20)], interval=0.005)
    with Server(record=cassette, upstream=upstream.url) as server:
        with httpx.stream(
            "POST", server.url + CHAT, json=ask(stream=True), headers=KEY, trust_env=False, verify=False
        ) as response:
            next(response.iter_raw())
        recording = cassette.with_name("cassette.jsonl.recording")
        limit = time.monotonic() + 20
        while not recording.stat().st_size and time.monotonic() < limit:
            time.sleep(0.01)

    assert replay(lambda http: http.post(CHAT, json=ask(stream=True))).text.endswith("[DONE]\n\n")


def test_a_stop_does_not_wait_for_a_service_that_is_silent(upstream, cassette, ask):
    upstream.fail(500, delay=math.inf)
    server = Server(record=cassette, upstream=upstream.url).start()
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(
            httpx.post, server.url + CHAT, json=ask(), timeout=60, trust_env=False, verify=False
        )
        while not upstream.requests:
            time.sleep(0.005)

        server.stop()

        assert isinstance(waiting.exception(timeout=20), httpx.HTTPError)
    assert not cassette.exists()


def test_a_service_that_cannot_be_reached_is_said_and_not_recorded(cassette, ask):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"

        with (
            Server(record=cassette, upstream=nobody) as server,
            egp.Client(base_url=server.url, api_key="k") as client,
            pytest.raises(egp.InternalServerError, match=r"did not answer \(ConnectError") as caught,
        ):
            client.chat.completions.create(**ask())

    assert len(caught.value.attempts) == 1
    assert not cassette.exists()


def test_identical_requests_get_their_answers_in_the_order_of_the_recording(upstream, record, replay, ask):
    for word in ("one", "two", "three"):
        upstream.reply(word)

    def three(http):
        return [http.post(CHAT, json=ask()).json()["choices"][0]["message"]["content"] for _ in range(3)]

    assert record(three) == replay(three) == ["one", "two", "three"]


def test_retries_are_recorded_and_replayed_one_by_one(upstream, cassette, ask):
    upstream.fail(429, headers={"retry-after": "0"})
    upstream.reply("Paris")
    attempts = []

    for options in ({"record": cassette, "upstream": upstream.url}, {"replay": cassette}):
        with Server(**options) as server, egp.Client(base_url=server.url, api_key="k") as client:
            answer = client.chat.completions.create(**ask())
            attempts.append(len(server.requests))
            assert answer.choices[0].message.content == "Paris"

    assert attempts == [2, 2]


def test_a_recording_answers_once_or_again_and_again_if_asked(record, replay, ask):
    record(lambda http: http.post(CHAT, json=ask()))

    def twice(http):
        return [http.post(CHAT, json=ask()).status_code for _ in range(2)]

    with pytest.raises(CassetteError, match="the same request, sent once more"):
        replay(twice)
    assert replay(twice, repeat=True) == [200, 200]


@pytest.mark.parametrize(
    ("recorded", "sent"),
    [
        ('{"a": 1, "b": [true, null]}', '{ "b":[true,null],"a":1.0 }'),
        ('{"t": 0.70, "n": 1e2}', '{"t": 0.7, "n": 100}'),
        ('{"s": "\\u00e4\\/"}', '{"s": "ä/"}'),
    ],
)
def test_json_matches_by_what_it_says(record, replay, recorded, sent):
    headers = {"content-type": "application/json"}
    record(lambda http: http.post("/any", content=recorded.encode(), headers=headers))

    assert replay(lambda http: http.post("/any", content=sent.encode(), headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("recorded", "sent"),
    [
        ('{"a": null}', "{}"),
        ('{"a": 1}', '{"a": true}'),
        ('{"a": 1}', '{"a": "1"}'),
        ("[1, 2]", "[2, 1]"),
        ("text", "text "),
    ],
)
def test_a_request_that_differs_is_refused(record, replay, recorded, sent):
    record(lambda http: http.post("/any", content=recorded.encode()))

    with pytest.raises(CassetteError, match="No recording in"):
        replay(lambda http: http.post("/any", content=sent.encode()))


def test_a_request_that_differs_is_answered_with_the_difference(cassette, record, ask):
    record(lambda http: http.post(CHAT, json=ask("What is the capital of France?", temperature=0)))

    with (
        pytest.raises(CassetteError, match="not used") as failed,
        Server(replay=cassette) as server,
        egp.Client(base_url=server.url, api_key="k") as client,
        pytest.raises(egp.BadRequestError) as caught,
    ):
        client.chat.completions.create(**ask("What is the capital of Norway?", temperature=0))

    message = caught.value.body["error"]["message"]
    assert '-        "content": "What is the capital of France?",' in message
    assert '+        "content": "What is the capital of Norway?",' in message
    assert "temperature" not in message.partition("@@")[0]
    assert message in str(failed.value)
    assert len(caught.value.attempts) == 1


def test_a_request_that_differs_is_compared_with_what_is_not_used_yet(record, replay, ask):
    record(lambda http: [http.post(CHAT, json=ask(said)) for said in ("one two three", "one two four")])

    with pytest.raises(CassetteError, match="The most similar is recording 2 of 2, not used yet"):
        replay(lambda http: [http.post(CHAT, json=ask(said)) for said in ("one two three", "one two thre")])


def test_a_request_sent_once_more_is_said_to_be_so_whatever_else_is_recorded(record, replay, ask):
    record(lambda http: [http.post(CHAT, json=ask(said)) for said in ("one", "two")])

    with pytest.raises(CassetteError, match=r"recording 1 of 2, used already\. It is the same request"):
        replay(lambda http: [http.post(CHAT, json=ask("one")) for _ in range(2)])


def test_a_recording_that_is_not_used_is_an_error(record, replay, ask):
    record(lambda http: [http.post(CHAT, json=ask(said)) for said in ("a", "b", "c")])

    with pytest.raises(
        CassetteError, match=r"2 of 3 recordings in .* were not used:\n  1: POST .*\n  3: POST"
    ):
        replay(lambda http: http.post(CHAT, json=ask("b")))


def test_an_error_of_the_test_itself_is_not_hidden_by_unused_recordings(record, replay, ask):
    record(lambda http: http.post(CHAT, json=ask()))

    with pytest.raises(ZeroDivisionError):
        replay(lambda http: 1 / 0)


def test_what_may_differ_is_said_by_rules(record, replay, ask):
    messages = [{"role": "user", "content": "Today is 2026-01-31.", "name": "a"}]
    body = {"model": "m/x", "messages": messages, "metadata": {"run": "1", "team": "a"}, "user": "u1"}
    record(lambda http: http.post(f"{CHAT}?trace=1", json=body))

    messages = [{"role": "user", "content": "Today is 2027-12-01.", "name": "b"}]
    changed = {"model": "m/x", "messages": messages, "metadata": {"run": "2", "team": "a"}}
    rules = Matching(
        ignore_fields=["metadata.run", "messages.*.name", "user"],
        ignore_query=["trace"],
        ignore_text=[r"\d{4}-\d\d-\d\d"],
    )

    assert replay(lambda http: http.post(CHAT, json=changed), matching=rules).status_code == 200


def test_a_text_is_no_list_of_rules():
    with pytest.raises(TypeError, match="must be lists of texts"):
        Matching(ignore_fields="metadata.run")


def test_a_hundred_requests_at_once_get_each_its_own_recording(cassette, upstream, ask):
    said = [f"number {n % 80}" for n in range(100)]  # some of them are the same

    async def all_at_once(url):
        async with egp.AsyncClient(base_url=url, api_key="k") as client:
            calls = [
                client.chat.completions.create(**ask(one), stream=n % 2 == 0) for n, one in enumerate(said)
            ]
            results = await asyncio.gather(*calls)
            return [
                (await one.get_final_completion() if isinstance(one, egp.AsyncStream) else one)
                .choices[0]
                .message.content
                for one in results
            ]

    with Server(record=cassette, upstream=upstream.url) as server:
        recorded = asyncio.run(all_at_once(server.url))
    with Server(replay=cassette) as server:
        replayed = asyncio.run(all_at_once(server.url))

    assert replayed == recorded == [f"You said: {one}" for one in said]


def test_a_replay_can_be_rewound(cassette, record, ask):
    record(lambda http: http.post(CHAT, json=ask()))

    with Server(replay=cassette) as server, httpx.Client(trust_env=False, verify=False) as http:
        assert http.post(server.url + CHAT, json=ask()).status_code == 200
        server.reset()
        assert http.post(server.url + CHAT, json=ask()).status_code == 200


def test_what_is_scripted_goes_before_the_cassette(cassette, record, ask):
    record(lambda http: http.post(CHAT, json=ask()))

    with Server(replay=cassette) as server, egp.Client(base_url=server.url, api_key="k") as client:
        server.fail(429, headers={"retry-after": "0"})

        assert client.chat.completions.create(**ask()).choices[0].message.content == "You said: Hello there"
        assert len(server.requests) == 2


def test_a_new_recording_replaces_the_old_one_only_when_it_is_finished(cassette, upstream, record, ask):
    record(lambda http: http.post(CHAT, json=ask("old")))
    before = cassette.read_bytes()

    def look(http):
        http.post(CHAT, json=ask("new"))
        return cassette.read_bytes()

    assert record(look) == before
    assert b"new" in cassette.read_bytes()
    assert b"old" not in cassette.read_bytes()
    assert [path.name for path in cassette.parent.iterdir()] == ["cassette.jsonl"]


def test_a_recording_without_a_call_leaves_the_old_one(cassette, record, ask):
    record(lambda http: http.post(CHAT, json=ask()))
    before = cassette.read_bytes()

    record(lambda http: None)

    assert cassette.read_bytes() == before


def test_two_servers_do_not_record_one_cassette(cassette, upstream):
    with Server(record=cassette, upstream=upstream.url):
        second = Server(record=cassette, upstream=upstream.url)

        with pytest.raises(CassetteError, match="being recorded by another server"):
            second.start()


def test_two_processes_do_not_record_one_cassette(cassette, upstream):
    command = [
        sys.executable,
        "-m",
        "egp.testing",
        "--record",
        str(cassette),
        "--upstream",
        upstream.url,
        "--",
        "true",
    ]

    with Server(record=cassette, upstream=upstream.url):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert "being recorded by another server" in done.stderr


@pytest.mark.parametrize("value", ["true", "1"])
def test_recording_is_refused_in_ci_unless_asked_for(monkeypatch, cassette, upstream, value):
    monkeypatch.setenv("CI", value)

    with pytest.raises(CassetteError, match="EGP_RECORD_IN_CI=1"):
        Server(record=cassette, upstream=upstream.url)

    monkeypatch.setenv("EGP_RECORD_IN_CI", "1")
    Server(record=cassette, upstream=upstream.url)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"record": "a", "replay": "b", "upstream": "http://c"}, "not both"),
        ({"record": "a"}, "go together"),
        ({"upstream": "http://c"}, "go together"),
        ({"record": "a", "upstream": "service"}, "upstream must be a URL"),
    ],
)
def test_options_that_contradict_each_other_are_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        Server(**options)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "There is no cassette at"),
        ("{", "line 1, is not a recorded interaction"),
        ('{"version": 2}', "version 1 is readable, not 2"),
        ('{"version": 1}', "line 1"),
        ("[]", "line 1"),
    ],
)
def test_a_cassette_that_cannot_be_read_is_an_error(cassette, content, message):
    if content is not None:
        cassette.write_text(content)

    with pytest.raises(CassetteError, match=message):
        Server(replay=cassette)


def test_a_recording_server_gives_no_key_to_the_environment(cassette, upstream, monkeypatch):
    monkeypatch.setenv("EGP_API_KEY", "sk-real-0123456789")

    with Server(record=cassette, upstream=upstream.url) as server:
        environment = server.environment

    assert "EGP_API_KEY" not in environment
    assert environment["EGP_BASE_URL"] == server.url


def test_the_command_records_and_replays(cassette, upstream):
    program = (
        "import egp; print(egp.Client().chat.completions.create(model='openai/gpt-4o', "
        "messages=[{'role': 'user', 'content': 'Hi'}]).choices[0].message.content)"
    )

    def run(*options):
        command = [sys.executable, "-m", "egp.testing", *options, "--", sys.executable, "-c", program]
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout

    upstream.reply("Paris")
    environment = {"EGP_API_KEY": "k"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EGP_API_KEY", environment["EGP_API_KEY"])
        recorded = run("--record", str(cassette), "--upstream", upstream.url)
    replayed = run("--replay", str(cassette))

    assert recorded == replayed == "Paris\n"


def test_the_threads_of_a_recording_end_with_it(cassette, upstream, ask):
    before = set(threading.enumerate())

    with Server(record=cassette, upstream=upstream.url) as server:
        httpx.post(server.url + CHAT, json=ask(), headers=KEY, trust_env=False, verify=False)

    assert set(threading.enumerate()) == before


def test_binary_parts_are_in_the_cassette_as_base64(upstream, record, cassette, ask):
    upstream.reply(b"\xff\xfe")
    record(lambda http: http.post(CHAT, json=ask()))

    (part,) = json.loads(cassette.read_text())["response"]["parts"]
    assert base64.b64decode(part["base64"]) == b"\xff\xfe"
