"""HTTP/1.1 at its edges: what RFC 9112 lets a recipient accept, and what it must refuse, whole and split."""

from __future__ import annotations

import pytest

from egp._core.failures import ConnectionEndedError, MalformedResponseError
from egp._core.http1.response import ResponseParser

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
LAST = b"0\r\n\r\n"


def sized(value: bytes, body: bytes = b"hello") -> bytes:
    return OK + b"content-length:" + value + b"\r\n\r\n" + body


def coded(value: bytes) -> bytes:
    return OK + b"transfer-encoding:" + value + b"\r\n\r\n5\r\nhello\r\n" + LAST


def line(field: bytes) -> bytes:
    return OK + field + b"\r\ncontent-length: 5\r\n\r\nhello"


def body_of(data: bytes, size: int) -> bytes | None:
    """Return the body that is read in pieces of a size; None where the response is refused."""
    parser = ResponseParser("POST")
    pieces = iter([data[at : at + size] for at in range(0, len(data), size)])
    parts = []
    try:
        while parser.feed_head(next(pieces, b"")) is None:
            pass
        parts.append(parser.whole_body() or parser.start_body())
        while not parser.is_complete:
            if parser.has_more:
                parts.append(parser.next_data())
                continue
            piece = next(pieces, b"")
            if not piece:
                parser.end()
                break
            parts.append(parser.feed_body(piece))
    except (MalformedResponseError, ConnectionEndedError):
        return None
    return b"".join(parts)


LENGTHS = [
    *(b" +5", b" -5", b" 0x5", b" 5_0", b" 5.0", b" 5 5", b" 5,6", b" ", b"", b" 5;", b" five", b" 5, 05"),
    *(b" 5\x0b", b" \x0b5", b" \x0c5", b" \xa05", b" 5\xa0", b" 5\x85", b" \xb2", b" 5,", b" ,5"),
]
CODINGS = [
    *(b" xchunked", b" chunked-", b' "chunked"', b" chunked, chunked", b" chunked, gzip", b" identity"),
    *(b" ", b" chunked;q=1", b" \x0bchunked", b" \x0cchunked", b" chunked\x0b", b" chunked\xa0"),
    *(b" \xa0chunked", b" \x85chunked", b" chunked \x1f", b" chunked\x1c"),
]
SIZES = [
    *(b"+5", b"-5", b"0x5", b"5_", b"5h", b" 5", b"", b";a", b"5.", b"5\0", b"5\x0b", b"5,5", b"5 5"),
    *(b"fffffffffffffffff", b"10000000000000005"),
]
REFUSED = {
    # Section 4: the status line.
    "two spaces before the status": b"HTTP/1.1  200 OK\r\ncontent-length: 0\r\n\r\n",
    "tab before the status": b"HTTP/1.1\t200 OK\r\ncontent-length: 0\r\n\r\n",
    "lower case version": b"http/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    "status of two digits": b"HTTP/1.1 99 OK\r\n\r\n",
    "status of four digits": b"HTTP/1.1 1000 OK\r\n\r\n",
    "status in other digits": "HTTP/1.1 ٢٠٠ OK\r\n\r\n".encode(),
    "version 2": b"HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n",
    "no status line": b"<html>hi</html>\n",
    "space before the status line": b" " + sized(b" 5"),
    "byte order mark": b"\xef\xbb\xbf" + sized(b" 5"),
    "NUL in the reason": b"HTTP/1.1 200 a\0b\r\ncontent-length: 0\r\n\r\n",
    "CR in the reason": b"HTTP/1.1 200 a\rb\r\ncontent-length: 0\r\n\r\n",
    "CR CR LF after the status line": b"HTTP/1.1 200 OK\r\r\ncontent-length: 0\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 S\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    # Section 5: field lines.
    "space before the colon": line(b"x : y"),
    "tab before the colon": line(b"x\t: y"),
    "space before the colon of the length": OK + b"content-length : 5\r\n\r\nhello",
    "no name": line(b": y"),
    "no colon": line(b"abc"),
    "NUL in a name": line(b"a\0b: y"),
    "NUL in a value": line(b"a: b\0c"),
    "CR in a value": line(b"a: b\rc: d"),
    "CR CR LF after a field": line(b"a: b\r"),
    "latin-1 name": line(b"\xe9: b"),
    "folded first line": OK + b" a: b\r\ncontent-length: 5\r\n\r\nhello",
    "vertical tab folded into the length": OK + b"content-length:\r\n \x0b5\r\n\r\nhello",
    "no-break space folded into the length": OK + b"content-length:\r\n \xa05\r\n\r\nhello",
    "separator folded into the length": OK + b"content-length: 5\r\n \x1c\r\n\r\nhello",
    "head of 101 KiB": line(b"a: " + b"b" * 101 * 1024),
    # Section 6.3: the length.
    **{
        f"length {value!r}": sized(value)
        for value in (
            b" +5",
            b" -5",
            b" 0x5",
            b" 5_0",
            b" 5.0",
            b" 5 5",
            b" 5,6",
            b" ",
            b"",
            b" 5;",
            b" five",
            b" 5\x0b",
            b" \x0b5",
            b" \x0c5",
            b" \xa05",
            b" 5\xa0",
            b" 5\x85",
            b" \xb2",
            b" 5,",
            b" ,5",
            b" 5, 05",
        )
    },
    "two lengths": OK + b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
    "body that is short": sized(b" 9"),
    # Section 6.1: the transfer coding.
    **{f"coding {value!r}": coded(value) for value in CODINGS},
    # Section 7.1: chunks.
    **{
        f"chunk size {size!r}": CHUNKED + size + b"\r\nhello\r\n" + LAST
        for size in (
            b"+5",
            b"-5",
            b"0x5",
            b"5_",
            b"5h",
            b" 5",
            b"",
            b";a",
            b"5.",
            b"5\x00",
            b"5\x0b",
            b"5,5",
            b"5 5",
            b"fffffffffffffffff",
            b"10000000000000005",
        )
    },
    "LF in a quoted extension": CHUNKED + b'5;a="b\nc"\r\nhello\r\n' + LAST,
    "CR in an extension": CHUNKED + b"5;a\rb\r\nhello\r\n" + LAST,
    "CR CR LF after an extension": CHUNKED + b"5;a\r\r\nhello\r\n" + LAST,
    "extension of 60 KiB": CHUNKED + b"5;" + b"a" * 61440 + b"\r\nhello\r\n" + LAST,
    "LF after the size": CHUNKED + b"5\nhello\r\n" + LAST,
    "LF after the data": CHUNKED + b"5\r\nhello\n" + LAST,
    "CR after the data": CHUNKED + b"5\r\nhello\r" + LAST,
    "no line end after the data": CHUNKED + b"5\r\nhello" + LAST,
    "data longer than its size": CHUNKED + b"5\r\nhellooo\r\n" + LAST,
    "LF after the last chunk": CHUNKED + b"5\r\nhello\r\n0\n\n",
    "LF at the end": CHUNKED + b"5\r\nhello\r\n0\r\n\n",
    "CR CR LF at the end": CHUNKED + b"5\r\nhello\r\n0\r\n\r\r\n",
    "no last chunk": CHUNKED + b"5\r\nhello\r\n",
    "cut in the last line end": CHUNKED + b"5\r\nhello\r\n0\r\n\r",
    # Section 7.1.2: trailers.
    "trailer without a colon": CHUNKED + b"5\r\nhello\r\n0\r\nabc\r\n\r\n",
    "trailer with NUL": CHUNKED + b"5\r\nhello\r\n0\r\na: b\0\r\n\r\n",
    "trailer with a space before the colon": CHUNKED + b"5\r\nhello\r\n0\r\na : b\r\n\r\n",
    "trailer with CR": CHUNKED + b"5\r\nhello\r\n0\r\na: b\rc\r\n\r\n",
    "a response as trailer": CHUNKED + b"5\r\nhello\r\n0\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    # RFC 9110, section 15.2: interim responses.
    "interim response with a broken field": b"HTTP/1.1 100 C\r\nbad line\r\n\r\n" + sized(b" 5"),
    "endless interim responses": b"HTTP/1.1 100 Continue\r\n\r\n" * 20000 + sized(b" 5"),
    "interim response alone": b"HTTP/1.1 100 C\r\n\r\n",
    "nothing": b"",
    "half a head": OK + b"content-le",
}

ACCEPTED = {
    "plain": sized(b" 5"),
    "no reason": b"HTTP/1.1 200 \r\ncontent-length: 5\r\n\r\nhello",
    "latin-1 reason": b"HTTP/1.1 200 \xe9\xff\r\ncontent-length: 5\r\n\r\nhello",
    "latin-1 value": line(b"a: \xe9\xff"),
    "every character of a name": line(b"!#$%&'*+-.^_`|~0: c"),
    "empty value": line(b"a:"),
    "LF for line ends (section 2.2)": b"HTTP/1.1 200 OK\ncontent-length: 5\n\nhello",
    "folded value (section 5.2)": line(b"a: b\r\n c"),
    "1000 fields": line(b"\r\n".join(b"a%d: b" % number for number in range(1000))),
    "head of 90 KiB": line(b"a: " + b"b" * 90 * 1024),
    "equal lengths": OK + b"content-length: 5\r\ncontent-length: 5\r\n\r\nhello",
    "leading zeros": sized(b" 005"),
    "tabs around the length": sized(b"\t5\t"),
    "chunked": coded(b" chunked"),
    "chunked in mixed case": coded(b" ChUnKeD"),
    "tabs around the coding": coded(b"\t chunked \t"),
    "upper case size": CHUNKED + b"5\r\nhello\r\n" + LAST,
    "last chunk of zeros": CHUNKED + b"5\r\nhello\r\n000\r\n\r\n",
    "extension": CHUNKED + b"5;a=b\r\nhello\r\n" + LAST,
    "quoted extension": CHUNKED + b'5;a="b;c"\r\nhello\r\n' + LAST,
    "extension of 10 KiB": CHUNKED + b"5;" + b"a" * 10240 + b"\r\nhello\r\n" + LAST,
    "trailer": CHUNKED + b"5\r\nhello\r\n0\r\na: b\r\n\r\n",
    "length in a trailer": CHUNKED + b"5\r\nhello\r\n0\r\ncontent-length: 3\r\n\r\n",
    "interim response": b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" + sized(b" 5"),
}


@pytest.mark.parametrize("size", [1, 3, 64 * 1024, 1 << 24], ids=["1", "3", "64 KiB", "whole"])
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_however_it_is_split(name: str, size: int) -> None:
    assert body_of(REFUSED[name][:400_000], size) is None


@pytest.mark.parametrize("size", [1, 3, 64 * 1024, 1 << 24], ids=["1", "3", "64 KiB", "whole"])
@pytest.mark.parametrize("name", ACCEPTED)
def test_it_is_accepted_however_it_is_split(name: str, size: int) -> None:
    assert body_of(ACCEPTED[name], size) == b"hello"
