"""Faults, byte by byte, as a raw socket sees them."""

import json
import math
import time
from itertools import pairwise

import httpx
import pytest

from egp.testing import chunk

CHAT = "/v5/chat/completions"


def body_of(received):
    return received.partition(b"\r\n\r\n")[2]


def test_a_dropped_connection_has_not_one_byte(egp_server, exchange, wire):
    egp_server.drop()

    assert exchange(wire()) == (b"", "closed")


def test_a_reset_connection_has_not_one_byte(egp_server, exchange, wire):
    egp_server.drop(reset=True)

    assert exchange(wire()) == (b"", "reset")


@pytest.mark.parametrize("end", ["close", "reset"])
def test_raw_bytes_are_all_that_comes(egp_server, exchange, wire, end):
    egp_server.raw(b"HTTP/1.1 200 OK\r\ncontent-le", end=end)

    received, how = exchange(wire())

    assert received == b"HTTP/1.1 200 OK\r\ncontent-le"
    assert how == ("closed" if end == "close" else "reset")


def test_raw_pieces_are_sent_apart(egp_server, http, ask):
    egp_server.raw([b"HTTP/1.1 200 OK\r\n", b"content-length: 2\r\n\r\n", b"{}"], interval=0.01)

    response = http.post(CHAT, json=ask())

    assert response.json() == {}
    assert response.elapsed.total_seconds() > 0.02


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_whole_answer_breaks_off_in_the_middle_of_its_body(egp_server, exchange, wire, end):
    egp_server.reply({"answer": "0123456789"}, end=end)

    received, how = exchange(wire())

    assert b"content-length: 23\r\n" in received
    assert body_of(received) == b'{"answer":"'
    assert how == ("closed" if end == "close" else "reset")


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_stream_breaks_off_after_the_events_said_without_its_last_chunk(egp_server, exchange, wire, end):
    egp_server.stream([chunk("Hel"), chunk("lo")], end=end)

    received, how = exchange(wire(stream=True))

    assert b"transfer-encoding: chunked" in received.lower()
    assert body_of(received).count(b"data: ") == 2
    assert body_of(received).endswith(b"\n\n\r\n")
    assert b"[DONE]" not in received
    assert how == ("closed" if end == "close" else "reset")


def test_a_stream_of_the_servers_own_breaks_off_after_so_many_events(egp_server, exchange, wire):
    egp_server.reply("one two three", cut_after=2, end="close")

    received, how = exchange(wire(stream=True))

    events = [line for line in body_of(received).splitlines() if line.startswith(b"data: ")]
    pieces = [json.loads(event[6:])["choices"][0]["delta"].get("content") for event in events]
    assert pieces == ["", "one"]
    assert how == "closed"


def test_a_stream_that_ends_well_ends_with_its_last_chunk(egp_server, exchange, wire):
    egp_server.stream(["x"])

    received, how = exchange(wire(stream=True))

    assert body_of(received) == b"9\r\ndata: x\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
    assert how == "closed"


def test_a_stream_may_stop_short_without_breaking(egp_server, post):
    egp_server.reply("one two three", cut_after=2, end="eof")

    text = post(stream=True).text

    assert text.count("data: ") == 2
    assert 'finish_reason":"stop' not in text


@pytest.mark.parametrize("answer", ["whole", "stream"])
def test_a_stalled_answer_sends_its_beginning_and_nothing_more(egp_server, http, ask, answer):
    egp_server.reply("one two three", cut_after=1, end="stall")

    with (
        http.stream("POST", CHAT, json=ask(stream=answer == "stream"), timeout=0.1) as response,
        pytest.raises(httpx.ReadTimeout),
    ):
        response.read()

    assert response.status_code == 200


def test_an_answer_that_never_comes_leaves_the_connection_open_until_the_client_goes(egp_server, http, ask):
    egp_server.reply(delay=math.inf)

    with pytest.raises(httpx.ReadTimeout):
        http.post(CHAT, json=ask(), timeout=0.1)

    assert len(egp_server.requests) == 1


def test_a_delay_comes_before_the_status_line(egp_server, http, ask):
    egp_server.reply("slow", delay=0.05)

    began = time.monotonic()
    with http.stream("POST", CHAT, json=ask()) as response:
        head_after = time.monotonic() - began

    assert response.status_code == 200
    assert head_after >= 0.05


def test_an_interval_comes_between_the_events(egp_server, http, ask):
    egp_server.stream([chunk("a"), chunk("b")], interval=0.05)
    arrivals = []

    with http.stream("POST", CHAT, json=ask(stream=True)) as response:
        for _ in response.iter_bytes():
            arrivals.append(time.monotonic())

    assert len(arrivals) == 3
    assert all(later - earlier > 0.03 for earlier, later in pairwise(arrivals))


def test_other_requests_are_answered_while_one_waits(egp_server, http, post, ask):
    egp_server.stream([chunk("a")], end="stall")

    with http.stream("POST", CHAT, json=ask(stream=True)) as response:
        first = next(response.iter_lines())
        other = post("meanwhile")

    assert "data: " in first
    assert "meanwhile" in other.text


def test_a_reset_of_the_server_breaks_off_what_is_on_its_way(egp_server, http, ask):
    egp_server.stream([chunk("a")], end="stall")

    with http.stream("POST", CHAT, json=ask(stream=True)) as response:
        lines = response.iter_lines()
        next(lines)
        egp_server.reset()
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)


def test_a_request_that_is_no_http_is_refused_as_such(exchange):
    received, how = exchange(b"nonsense\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 400 ")
    assert how == "closed"
