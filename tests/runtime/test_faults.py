"""What breaks on a real connection, byte by byte, in every mode."""

import gzip
import socket
import time

import pytest

from egp import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
    StreamInterruptedError,
)

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@pytest.fixture
def once(make_client, raw_server):
    """A client of the raw server that makes one attempt."""
    return make_client(raw_server.url, max_retries=0)


def test_a_refused_connection_is_tried_again_and_told_of(make_client, refused_url):
    client = make_client(refused_url)

    with pytest.raises(APIConnectionError, match="could not be made") as caught:
        client.send()

    assert len(caught.value.attempts) == 3
    assert caught.value.status_code is None


def test_an_unknown_host_is_a_connection_error(make_client, monkeypatch):
    def unknown(*arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    client = make_client("http://no-such-host.invalid", max_retries=0)

    with pytest.raises(APIConnectionError, match="Name or service not known"):
        client.send()


@pytest.mark.parametrize("act", ["RESET", "CLOSE"])
@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\ncontent-le"])
def test_a_break_before_the_headers_are_in_is_retried(make_client, raw_server, act, sent):
    raw_server.script((sent, 0.02, getattr(raw_server, act)), raw_server.reply(body={"ok": True}))
    client = make_client(raw_server.url)

    reply = client.send()

    assert reply.content == b'{"ok": true}'
    assert [attempt.status for attempt in reply.attempts] == [None, 200]
    assert "x-egp-retry-count: 1" in raw_server.requests[1][0]


@pytest.mark.parametrize("act", ["RESET", "CLOSE"])
@pytest.mark.parametrize(
    "framing", [b"content-length: 100\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n64\r\n"]
)
def test_a_break_in_the_body_is_an_error_with_what_came(once, raw_server, act, framing):
    raw_server.script((HEAD + framing + b'{"half":', 0.05, getattr(raw_server, act)))

    with pytest.raises(APIConnectionError) as caught:
        once.send()

    assert not isinstance(caught.value, APITimeoutError)
    assert caught.value.body == b'{"half":'
    assert caught.value.status_code == 200
    assert len(raw_server.requests) == 1


@pytest.mark.parametrize("act", ["RESET", "CLOSE"])
def test_a_break_in_an_event_is_an_interrupted_stream(once, raw_server, act):
    raw_server.script(
        (raw_server.events() + raw_server.chunk(b"data: {}\n\ndata: {"), 0.05, getattr(raw_server, act))
    )
    stream = once.open()

    first = stream.read()
    with pytest.raises(StreamInterruptedError) as caught:
        stream.read()

    assert first == b"data: {}\n\ndata: {"
    assert caught.value.status_code == 200


@pytest.mark.parametrize("cut", [1, 9, 20])
def test_a_gzip_body_that_breaks_off_is_told_from_a_whole_one(once, raw_server, cut):
    body = gzip.compress(b'{"choices": []}' * 10)[:-cut]
    raw_server.script(raw_server.reply(body=body, content_encoding="gzip"))

    # httpx does not tell: it gives what it could decode, and the reader of JSON finds the end missing.
    if once.http_client is not None:
        assert not once.send().content.endswith(b"]}" if cut > 9 else b"]]")
        return
    with pytest.raises(APIResponseValidationError, match="gzip"):
        once.send()


def test_a_body_that_is_not_what_its_encoding_says_cannot_be_read(once, raw_server):
    raw_server.script(raw_server.reply(body=b'{"plain": true}', content_encoding="gzip"))

    with pytest.raises(APIResponseValidationError):
        once.send()


def test_a_gzip_body_is_decoded(once, raw_server):
    raw_server.script(raw_server.reply(body=gzip.compress(b'{"ok": true}'), content_encoding="gzip"))

    assert once.send().content == b'{"ok": true}'


def test_a_body_without_length_lasts_until_the_end(once, raw_server):
    raw_server.script((HEAD + b"\r\n{}", 0.02, b" ", raw_server.CLOSE))

    assert once.send().content == b"{} "


def test_a_body_longer_than_its_length_costs_the_connection_only(once, raw_server, mode):
    if mode.endswith("httpx"):
        pytest.skip("httpx reads the excess as the next response")
    raw_server.script(raw_server.reply(body=b"{}") + b"excess", raw_server.reply(body=b"[]"))

    contents = [once.send().content, once.send().content]

    assert contents == [b"{}", b"[]"]


def test_what_is_not_http_is_a_connection_error(once, raw_server):
    raw_server.script(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")

    with pytest.raises(APIConnectionError):
        once.send()


def test_an_interim_response_is_passed_over(once, raw_server):
    raw_server.script(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + raw_server.reply(body=b"{}"))

    assert once.send().status_code == 200


def test_slow_headers_are_a_timeout_and_retried(make_client, raw_server):
    raw_server.script((raw_server.HOLD,), raw_server.reply())
    client = make_client(raw_server.url, timeout=1.0)

    reply = client.send()

    assert "timeout" in reply.attempts[0].error
    assert reply.attempts[1].status == 200


def test_a_body_that_stalls_is_a_timeout_with_what_came(once, raw_server):
    raw_server.script((HEAD + b"content-length: 100\r\n\r\n{", raw_server.HOLD))

    with pytest.raises(APITimeoutError) as caught:
        once.send(timeout=_timeouts(0.2))

    assert caught.value.body == b"{"


def test_the_deadline_ends_a_trickle_in_time(once, raw_server):
    trickle = [step for _ in range(200) for step in (b" ", 0.02)]
    raw_server.script((HEAD + b"content-length: 1000\r\n\r\n", *trickle))
    started = time.monotonic()

    with pytest.raises(APITimeoutError, match=r"deadline of 1 s") as caught:
        once.send(deadline=1.0, timeout=_timeouts(0.9))

    assert time.monotonic() - started < 3.0
    assert caught.value.body.strip() == b""


def test_the_deadline_ends_a_trickle_that_gives_nothing_of_the_body(once, raw_server):
    trickle = [step for _ in range(14) for step in (b"0", 0.3)]
    raw_server.script((HEAD + b"transfer-encoding: chunked\r\n\r\n", *trickle))
    started = time.monotonic()

    with pytest.raises(APITimeoutError, match=r"deadline of 1 s"):
        once.send(deadline=1.0)

    assert time.monotonic() - started < 3.0


def test_the_deadline_ends_silence_exactly(once, raw_server, mode):
    raw_server.script((raw_server.HOLD,))
    started = time.monotonic()

    with pytest.raises(APITimeoutError, match=r"deadline of 0.2 s"):
        once.send(deadline=0.2)

    assert 0.19 < time.monotonic() - started < 0.8


def test_the_deadline_ends_a_stream(once, raw_server):
    raw_server.script(
        (raw_server.events(), *[step for _ in range(100) for step in (raw_server.chunk(b": ping\n\n"), 0.02)])
    )
    stream = once.open(deadline=0.3)
    started = time.monotonic()

    with pytest.raises(APITimeoutError, match=r"deadline of 0.3 s"):
        stream.read_all()

    assert time.monotonic() - started < 1.0


def test_a_stream_is_read_up_to_an_instant(once, raw_server, mode):
    raw_server.script((raw_server.events(), raw_server.HOLD))
    stream = once.open(timeout=_timeouts(1.0))

    if mode == "sync-httpx":
        # One read cannot be shortened there: the instant is looked at between reads.
        with pytest.raises(APITimeoutError):
            stream.read(time.monotonic() + 0.1, "no token within 0.1 s")
        return
    with pytest.raises(APITimeoutError, match=r"no token within 0\.1 s"):
        stream.read(time.monotonic() + 0.1, "no token within 0.1 s")


def test_an_early_answer_to_a_request_that_is_not_read_is_heard(once, raw_server):
    # The server answers before it has the body, and closes.
    raw_server._answer = _early(raw_server)

    with pytest.raises(APIError) as caught:
        once.send(content=b"x" * 8_000_000)

    assert caught.value.status_code == 413 or isinstance(caught.value, APIConnectionError)


@pytest.mark.parametrize("expects", ["send", "open"])
@pytest.mark.parametrize("size", [100, 10_000_000])
def test_an_error_body_of_any_size_gives_the_message(once, raw_server, expects, size):
    raw_server.script(raw_server.reply(500, {"error": {"message": "the words"}, "padding": "x" * size}))

    with pytest.raises(InternalServerError, match="the words") as caught:
        getattr(once, expects)()

    assert caught.value.body["error"]["message"] == "the words"


def test_an_error_body_that_breaks_off_still_gives_the_status(once, raw_server):
    raw_server.script((b"HTTP/1.1 503 No\r\ncontent-length: 100\r\n\r\nout of order", 0.02, raw_server.CLOSE))

    with pytest.raises(InternalServerError, match="out of order"):
        once.send()


def test_every_error_status_is_told_on_a_kept_connection(once, raw_server):
    statuses = range(400, 600)
    raw_server.script(*(raw_server.reply(status, {"detail": f"words {status}"}) for status in statuses))

    for status in statuses:
        with pytest.raises(APIStatusError, match=f"words {status}") as caught:
            once.send()
        assert caught.value.status_code == status

    assert raw_server.connections == 1


def test_a_kept_connection_that_the_server_closed_is_replaced(once, raw_server):
    raw_server.script((raw_server.reply(), raw_server.CLOSE))

    for _ in range(3):
        once.send()
        time.sleep(0.05)

    assert raw_server.connections == 3


def test_a_kept_connection_that_breaks_when_used_is_tried_again_at_once(make_client, raw_server, mode):
    client = make_client(raw_server.url)
    raw_server.script(raw_server.reply(), (raw_server.RESET,), raw_server.reply())
    client.send()

    reply = client.send()

    assert [attempt.status for attempt in reply.attempts] == [None, 200]
    if not mode.endswith("httpx"):
        assert reply.attempts[0].wait == 0


def _timeouts(seconds):
    from egp._core.options import timeouts

    return timeouts("timeout", seconds)


def _early(server):
    def answer(connection, reader):
        reader.readline()
        connection.sendall(server.reply(413, {"detail": "too much"}, connection="close"))
        return False

    return answer
