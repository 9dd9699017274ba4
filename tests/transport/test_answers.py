"""Answers that are damaged, hostile or careless, over every kind of client."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from egp import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    BadRequestError,
    Client,
    Retry,
    StreamInterruptedError,
)
from egp._core.headers import checked_headers

KEY = "sk-secret-key"
ASK = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


def event(text: str) -> bytes:
    chunk = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


@pytest.fixture
def own(make_client, mode):
    """A maker of clients over our own transport."""
    if mode.endswith("httpx"):
        pytest.skip("httpx reads the answers of a given client")
    return make_client


# What came before a fault in the same read

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def cut_gzip() -> bytes:
    compressor = zlib.compressobj(wbits=31)
    return compressor.compress(event("alpha") + event("beta")) + compressor.flush(zlib.Z_SYNC_FLUSH)


WHOLE = HEAD + b"\r\n" + chunked(event("alpha")) + chunked(event("beta"))
PACKED = HEAD + b"content-encoding: gzip\r\n\r\n" + chunked(cut_gzip())
FAULTS = {
    "gzip breaks off": PACKED + b"0\r\n\r\n",
    "gzip turns to garbage": PACKED + chunked(b"\xff" * 40) + b"0\r\n\r\n",
    "bad chunk size": WHOLE + b"ZZ\r\n",
    "chunk longer than its size": WHOLE + b"2\r\nabcd\r\n",
    "trailers too long": WHOLE + b"0\r\nx: " + b"y" * 20000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", FAULTS)
def test_events_before_a_fault_in_the_same_read_are_delivered(own, raw_server, name):
    raw_server.script((FAULTS[name], raw_server.CLOSE))
    client = own(raw_server.url, max_retries=0)
    stream = client.run(client.client.chat.completions.create, stream=True, **ASK)
    got = []

    async def read_async():
        async for chunk in stream:
            got.append(chunk.choices[0].delta.content)

    def read():
        got.extend(chunk.choices[0].delta.content for chunk in stream)

    with pytest.raises(APIError) as caught:
        client.run(read if isinstance(client.client, Client) else read_async)

    assert got == ["alpha", "beta"]
    assert caught.value.partial.choices[0].message.content == "alphabeta"


# Answers that may have been paid for


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nx : y\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} ",
        b"HTTP/1.1 101 S\r\n\r\n",
    ],
    ids=["broken field", "two lengths", "101"],
)
def test_an_answer_that_breaks_the_rules_is_not_asked_for_again(make_client, raw_server, answer):
    raw_server.script((answer, raw_server.CLOSE))

    with pytest.raises(APIConnectionError) as caught:
        make_client(raw_server.url, max_retries=2).send()

    assert len(raw_server.requests) == len(caught.value.attempts) == 1


def test_it_is_where_the_user_says_so(make_client, raw_server):
    broken = b"HTTP/1.1 200 OK\r\nx : y\r\ncontent-length: 2\r\n\r\n{}"
    raw_server.script((broken, raw_server.CLOSE), raw_server.reply(body={"ok": 1}))

    answer = make_client(raw_server.url, retry=Retry(malformed=True)).send()

    assert json.loads(answer.content) == {"ok": 1}


def test_a_connection_that_ends_without_an_answer_is_tried_again(make_client, raw_server):
    raw_server.script((raw_server.CLOSE,), raw_server.reply(body={"ok": 1}))

    assert make_client(raw_server.url).send().status_code == 200


# Large and deep answers


def test_a_body_over_the_limit_is_an_error_that_names_the_option(make_client, raw_server):
    raw_server.script(raw_server.reply(body=b'"' + b"x" * 5000 + b'"'))

    with pytest.raises(APIResponseValidationError, match="larger than 1000 bytes \\(max_response_bytes\\)"):
        make_client(raw_server.url, max_response_bytes=1000).send()


def test_the_limit_counts_what_a_compressed_body_stands_for(make_client, raw_server):
    packed = gzip.compress(b" " * 40_000_000)
    raw_server.script(raw_server.reply(body=packed, content_encoding="gzip"))

    with pytest.raises(APIResponseValidationError, match="max_response_bytes"):
        make_client(raw_server.url, max_response_bytes=20_000_000).send()


def test_a_compressed_error_is_read_up_to_the_limit_of_errors(own, raw_server):
    packed = gzip.compress(b" " * 200_000_000)
    raw_server.script(raw_server.reply(400, body=packed, content_encoding="gzip"))

    with pytest.raises(BadRequestError) as caught:
        own(raw_server.url).send()

    assert len(caught.value.body) < 18 * 1024 * 1024


EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
BARREN = {
    "a name without end": b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03" + b"x" * 3_000_000,
    "empty members": gzip.compress(b"", mtime=0) * 150_000,
    "empty blocks": GZIP_HEAD + EMPTY_BLOCK * 600_000,
    "padding": gzip.compress(b"{}") + b"\0" * 3_000_000,
}


@pytest.mark.parametrize("name", BARREN)
def test_a_compressed_body_that_stands_for_nothing_has_an_end(own, raw_server, name):
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n"
    raw_server.script((head, raw_server.chunk(BARREN[name]), raw_server.HOLD))

    with pytest.raises(APIResponseValidationError, match="stand for nothing"):
        own(raw_server.url, timeout=60).send()


@pytest.mark.parametrize(
    "make",
    [
        lambda depth: b'{"error":' + b"[" * depth + b"]" * depth + b"}",
        lambda depth: b'{"message":' * depth + b"1" + b"}" * depth,
        lambda depth: b"[" * depth + b"1" + b"]" * depth,
    ],
    ids=["error", "message", "list"],
)
@pytest.mark.parametrize("depth", [150, 330, 500, 900, 990, 100_000])
def test_an_error_body_may_nest_as_deeply_as_it_likes(make_client, raw_server, make, depth):
    raw_server.script(raw_server.reply(400, body=make(depth)))
    client = make_client(raw_server.url)

    with pytest.raises(BadRequestError) as caught:
        client.run(client.client.chat.completions.create, **ASK)

    assert str(caught.value)


@pytest.mark.parametrize("depth", [150, 330, 500, 900, 990, 100_000])
def test_so_may_a_whole_answer(make_client, raw_server, depth):
    answer = b'{"id":"a","created":1,"model":"m","object":"chat.completion","x":%s%s,"choices":[{"index":0,'
    answer += b'"finish_reason":"stop","message":{"role":"assistant","content":"Hi"}}]}'
    raw_server.script(raw_server.reply(body=answer % (b"[" * depth, b"]" * depth)))

    client = make_client(raw_server.url)

    try:
        told = client.run(client.client.chat.completions.create, **ASK).choices[0].message.content
    except APIResponseValidationError as error:
        told = error.message.rpartition(": ")[2]

    assert told in ("Hi", "nested too deeply")


def test_a_packed_stream_without_length_that_breaks_off_is_interrupted(own, raw_server):
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n"
    raw_server.script((head + cut_gzip(), raw_server.CLOSE))
    client = own(raw_server.url)
    stream = client.run(client.client.chat.completions.create, stream=True, **ASK)

    with pytest.raises(StreamInterruptedError, match="breaks off") as caught:
        client.run(stream.get_final_completion)

    assert caught.value.partial.choices[0].message.content == "alphabeta"


# What goes out, and what comes back


def test_the_retry_count_goes_out_once(make_client, raw_server):
    for options in ({"headers": {"x-egp-retry-count": "7"}}, {}):
        make_client(raw_server.url).send(**options)
    make_client(raw_server.url, default_headers={"x-egp-retry-count": "8"}).send()

    sent = [head.lower().split("x-egp-retry-count: ")[1:] for head, _ in raw_server.requests]
    assert [[part[0] for part in parts] for parts in sent] == [["7"], ["0"], ["8"]]


def test_a_key_that_the_server_echoes_is_shown_nowhere(make_client, raw_server):
    raw_server.script(
        raw_server.reply(body={"ok": 1}, x_request_id=f"id-{KEY}", x_echo=KEY),
        raw_server.reply(307, location=f"/v5/{KEY}"),
        raw_server.reply(400, body={"error": {"message": "no"}}, x_request_id=KEY),
        raw_server.reply(302, location=f"https://elsewhere.example/{KEY}"),
        raw_server.reply(body=f"<p>{KEY}</p>".encode(), content_type="text/html"),
    )
    client = make_client(raw_server.url, max_retries=0)
    shown = []

    answer = client.send()
    shown += [answer.request_id, dict(answer.headers), answer.attempts, answer.request]
    for _ in range(2):
        with pytest.raises(APIError) as caught:
            client.send()
        shown += [str(caught.value), vars(caught.value)]
    with pytest.raises(APIResponseValidationError) as unreadable:
        client.run(client.client.chat.completions.create, **ASK)
    shown += [str(unreadable.value), vars(unreadable.value)]

    assert KEY not in repr(shown)
    assert "[redacted]" in repr(shown)


@pytest.mark.parametrize(
    "fields",
    [
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"Basic {KEY}=="},
        {"cookie": f"theme=dark; session={KEY}; last=1"},
    ],
    ids=["bearer", "basic", "cookie"],
)
@pytest.mark.parametrize("where", ["client", "call"])
def test_nor_is_the_part_of_a_secret_header_that_it_echoes(make_client, raw_server, fields, where):
    raw_server.script(raw_server.reply(401, {"error": {"message": f"no such token: {KEY}"}}, x_echo=KEY))
    client = make_client(
        raw_server.url, api_key="k", max_retries=0, default_headers=fields if where == "client" else None
    )

    with pytest.raises(APIError) as caught:
        client.send(headers=checked_headers(fields)[0] if where == "call" else None)

    assert caught.value.message == "no such token: [redacted]"
    assert KEY not in repr(vars(caught.value))


@pytest.mark.parametrize("name", ["x_request_id", "content_type"])
@pytest.mark.parametrize("status", [200, 400])
def test_control_characters_of_a_header_do_not_reach_a_terminal(
    make_client, raw_server, caplog, name, status
):
    raw_server.script(raw_server.reply(status, b"no", **{name: "begin\x1b[31m\x07\x9bend"}))
    client = make_client(raw_server.url, max_retries=0)

    with caplog.at_level("INFO", "egp"), pytest.raises(APIError) as caught:
        client.run(client.client.chat.completions.create, **ASK)

    shown = [str(caught.value), *caplog.messages]
    assert all(line.isprintable() for line in shown)
    assert name == "content_type" or "begin [31m" in str(caught.value)


# Hosts


def test_a_host_is_named_by_idna_2008():
    with Client(api_key=KEY, base_url="https://faß.example/x") as client:
        assert client.base_url == "https://xn--fa-hia.example/x"
