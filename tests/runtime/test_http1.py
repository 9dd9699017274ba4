from contextlib import suppress
from itertools import pairwise

import h11
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egp._core.failures import ConnectionEndedError, MalformedResponseError
from egp._core.http1.body import Chunked, Sized, UntilClose
from egp._core.http1.head import LARGEST_HEAD, HeadReader
from egp._core.http1.response import ResponseParser

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Two: a\r\nX-Two: b\r\ncontent-length: 5\r\n\r\n"


def split(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(edges)]


def read(pieces, method="POST"):
    """Status, headers, body and whether the connection can be used again."""
    incoming = ResponseParser(method)
    body = b""
    pieces = iter(pieces)
    while incoming.feed_head(next(pieces, b"")) is None:
        pass
    body += incoming.whole_body() or incoming.start_body()
    while not incoming.is_complete:
        piece = next(pieces, b"")
        if not piece:
            incoming.end()
            break
        body += incoming.feed_body(piece)
    return incoming.head.status, incoming.head.headers, body, incoming.is_reusable


def read_by_h11(data):
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="POST", target="/", headers=[("host", "x"), ("content-length", "0")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    connection.receive_data(b"")
    status, headers, body = None, None, b""
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Response):
            status, headers = event.status_code, event.headers
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            return status, headers, body


tokens = st.text("abcXYZ09-_!", min_size=1, max_size=8)
values = st.text("abc ,;=\t:\xe9", max_size=12).map(str.strip)


@st.composite
def responses(draw):
    """Well-formed responses in every framing."""
    headers = [(f"x-{draw(tokens)}", draw(values)) for _ in range(draw(st.integers(0, 4)))]
    body = draw(st.binary(max_size=300))
    framing = draw(st.sampled_from(["length", "chunked", "close"]))
    if framing == "length":
        headers.append(("Content-Length", str(len(body))))
        payload = body
    elif framing == "chunked":
        headers.append(("Transfer-Encoding", draw(st.sampled_from(["chunked", "Chunked"]))))
        payload = b""
        for part in split(body, draw(st.lists(st.integers(0, 400), max_size=6))):
            extension = draw(st.sampled_from([b"", b";a=b", b'; q="x"']))
            payload += b"%x%s\r\n%s\r\n" % (len(part), extension, part)
        trailers = draw(st.sampled_from([b"", b"x-end: 1\r\n"]))
        payload += b"0\r\n" + trailers + b"\r\n"
    else:
        payload = body
    lines = [f"HTTP/1.{draw(st.integers(0, 1))} {draw(st.integers(200, 999))} Some Words"]
    lines += [f"{name}:{draw(st.sampled_from(['', ' ', '  ']))}{value}" for name, value in headers]
    interim = draw(
        st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n"])
    )
    return interim + "\r\n".join([*lines, "", ""]).encode("latin-1") + payload


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(responses(), st.lists(st.integers(0, 1000), max_size=10))
def test_any_split_of_the_bytes_reads_as_h11_reads_the_whole(data, cuts):
    status, headers, body, _ = read(split(data, cuts))

    expected_status, expected_headers, expected_body = read_by_h11(data)
    assert status == expected_status
    assert body == (b"" if status in (204, 304) else expected_body)
    ours = [(name.encode(), value.encode("latin-1")) for name, value in headers.raw]
    assert [pair for pair in ours if pair[0] != b"transfer-encoding"] == [
        pair for pair in expected_headers if pair[0] != b"transfer-encoding"
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=120),
    st.sampled_from([b"", b"HTTP/1.1 ", HEAD, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"]),
)
def test_garbage_is_a_protocol_error_and_nothing_else(garbage, start):
    with suppress((MalformedResponseError, ConnectionEndedError)):
        read([start + garbage])


@st.composite
def damaged(draw):
    """Responses with a few bytes added, taken away or changed."""
    data = draw(responses())
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        gone = draw(st.integers(0, 3))
        data = data[:at] + draw(st.sampled_from(DAMAGE) | st.binary(max_size=2)) + data[at + gone :]
    return data


DAMAGE = [
    *(b"", b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b"\0", b",", b";", b"0", b"5", b"-", b"HTTP/1.1 "),
    *(b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"gzip, "),
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged(), st.lists(st.integers(0, 1000), max_size=6))
def test_what_both_can_read_is_read_as_h11_reads_it_and_no_split_changes_that(data, cuts):
    ours, pieces, theirs = (
        attempted(read, [data]),
        attempted(read, split(data, cuts)),
        attempted(read_by_h11, data),
    )

    assert (ours is None) == (pieces is None)
    if ours is not None:
        assert (ours[0], dict(ours[1]), ours[2]) == (pieces[0], dict(pieces[1]), pieces[2])
        if theirs is not None:
            assert ours[0] == theirs[0]
            assert ours[2] == (b"" if ours[0] in (204, 304) else theirs[2])


def attempted(function, argument):
    try:
        return function(argument)
    except (MalformedResponseError, ConnectionEndedError, h11.ProtocolError):
        return None


def test_repeated_fields_are_joined_and_names_are_in_lower_case():
    _, headers, _, _ = read([HEAD + b"hello"])

    assert headers["X-TWO"] == "a, b"
    assert list(headers) == ["content-type", "x-two", "content-length"]


@pytest.mark.parametrize(
    ("head", "reusable"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nConnection: Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK", False),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nmore", False),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n", False),
        (b"HTTP/1.1 204 None\r\n\r\n", True),
    ],
)
def test_a_connection_is_used_again_only_when_nothing_is_left_on_it(head, reusable):
    assert read([head])[3] is reusable


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nname : value\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: a\x00b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: a\r\n b\x00c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: a\r\n b\rc: d\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length:\x0b5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5, 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhelloworld",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5" + b";" * 20_000,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n" + b"x: y\r\n" * 10_000,
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * LARGEST_HEAD,
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\n\x00"[:60],
    ],
)
def test_what_breaks_the_rules_is_a_protocol_error(data):
    with pytest.raises((MalformedResponseError, ConnectionEndedError)):
        read([data])


def test_equal_content_lengths_stand_for_one():
    assert read([b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nhi"])[2] == b"hi"


def test_a_folded_field_and_bare_line_feeds_are_read():
    _, headers, body, _ = read([b"HTTP/1.1 200 OK\nx-long: a\n  b\ncontent-length: 2\n\nhi"])

    assert headers["x-long"] == "a b"
    assert body == b"hi"


def test_a_response_to_head_has_no_body():
    assert read([HEAD], method="HEAD")[2:] == (b"", True)


@pytest.mark.parametrize("body", [Sized(3), Chunked(), UntilClose()])
def test_what_ends_early_says_so(body):
    if isinstance(body, UntilClose):
        body.end()
        assert body.is_complete
        return
    with pytest.raises((MalformedResponseError, ConnectionEndedError)):
        body.end()


def test_a_head_byte_by_byte_is_read():
    reader = HeadReader("POST")

    found = [reader.feed(HEAD[index : index + 1]) for index in range(len(HEAD))]

    assert [item is not None for item in found] == [False] * (len(HEAD) - 1) + [True]
