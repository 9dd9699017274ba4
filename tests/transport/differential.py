"""Generated responses, read by our parser, whole and split, and by h11: nobody may read another body.

python -m tests.transport.differential --seconds 3600 --seed 7
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from itertools import pairwise

import h11

from egp._core.failures import ConnectionEndedError, MalformedResponseError, UndecodableError
from egp._core.http1.response import ResponseParser

Reading = tuple[int, bytes] | None
"""Status and body; None where the response is refused."""

ODD = [b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b"\0", b",", b";", b"0", b"5", b"-", b"+", b"_", b"0x"]
ODD += [
    b"\x0b",
    b"\x0c",
    b"\x85",
    b"\xa0",
    b"\x1c",
    b"\x7f",
    b"\xff",
    b"\r\n ",
    b"\r\r\n",
    b"\n\n",
    b"\r\n\r\n",
]
ODD += [
    b"HTTP/1.1 ",
    b"HTTP/1.0 ",
    b"HTTP/1.1 100 C\r\n\r\n",
    b"content-length: 3\r\n",
    b"Content-Length:5\r\n",
]
ODD += [b"Transfer-Encoding: chunked\r\n", b", chunked", b"gzip, ", b"identity", b"connection: close\r\n"]
ODD += [b"0\r\n\r\n", b"3\r\nabc\r\n", b'3;x="\r\n"\r\nabc\r\n', b"ffffffffffffffff", b'"', b"x: y\r\n"]
STATUS_LINES = [b"HTTP/1.1 200 OK", b"HTTP/1.1 200 ", b"HTTP/1.1 404 Not Found", b"HTTP/1.0 200 OK"]
STATUS_LINES += [b"HTTP/1.1 204 N", b"HTTP/1.1 304 N", b"HTTP/1.1 500 X"]


def read(pieces: list[bytes]) -> Reading:
    """Return what our parser makes of the pieces, the connection closed after them."""
    parser = ResponseParser("POST")
    rest = iter([piece for piece in pieces if piece])
    parts: list[bytes] = []
    try:
        while (head := parser.feed_head(next(rest, b""))) is None:
            pass
        parts.append(parser.whole_body() or parser.start_body())
        while not parser.is_complete:
            if parser.has_more:
                parts.append(parser.next_data())
            elif piece := next(rest, b""):
                parts.append(parser.feed_body(piece))
            else:
                parser.end()
                break
    except (MalformedResponseError, UndecodableError, ConnectionEndedError):
        return None
    return head.status, b"".join(parts)


def read_by_h11(data: bytes) -> Reading:
    """Return what h11 makes of the bytes."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="POST", target="/", headers=[("host", "x"), ("content-length", "0")]))
    connection.send(h11.EndOfMessage())
    status, body = 0, b""
    try:
        connection.receive_data(data)
        connection.receive_data(b"")
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return status, body
            elif isinstance(event, h11.ConnectionClosed) or event in (h11.NEED_DATA, h11.PAUSED):
                return None
    except h11.ProtocolError:
        return None


class Generator:
    """Makes responses, most of them damaged."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def response(self) -> bytes:
        data = self._whole()
        if self._random.random() < 0.8:
            for _ in range(self._random.choice([1, 1, 1, 2, 3, 6])):
                data = self._damaged(data)
        return data[:6000] or b"x"

    def cuts(self, data: bytes) -> list[bytes]:
        edges = sorted({0, len(data), *(self._random.randrange(len(data) + 1) for _ in range(3))})
        return [data[start:end] for start, end in pairwise(edges)]

    def _whole(self) -> bytes:
        pick = self._random.choice
        body = bytes(self._random.choices(b"abc012\r\n", k=pick([0, 1, 3, 5, 17])))
        space = pick([b"", b" ", b"  ", b"\t"])
        end = pick([b"\r\n"] * 6 + [b"\n"])
        lines = [pick(STATUS_LINES)]
        for _ in range(self._random.randrange(4)):
            value = bytes(self._random.choices(b"ab ,;\t\xe9=", k=self._random.randrange(8)))
            length = pick([str(len(body)).encode()] * 3 + [b"0", b"5", b"3, 3", b"05", b"+5"])
            coding = pick(
                [b"chunked", b"Chunked", b"gzip, chunked", b"chunked, x", b"\x0bchunked", b"identity"]
            )
            option = pick([b"close", b"keep-alive", b"Keep-Alive, close", b"closed", b"upgrade"])
            lines.append(
                pick(
                    [
                        b"X-A:" + space + value,
                        b"Content-Length:" + space + length,
                        b"Transfer-Encoding:" + space + coding,
                        b"Connection:" + space + option,
                        pick([b" fold", b"\tfold", b" "]),
                    ]
                )
            )
        if self._random.random() < 0.6:
            body = self._chunked(body, end)
            if self._random.random() < 0.7:
                lines.append(b"Transfer-Encoding: chunked")
        interim = pick([b""] * 4 + [b"HTTP/1.1 100 C\r\n\r\n", b"HTTP/1.1 103 E\r\nlink: a\r\n\r\n"])
        excess = pick([b""] * 5 + [b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", b"x", b"\r\n"])
        return interim + end.join(lines) + end + end + body + excess

    def _chunked(self, body: bytes, end: bytes) -> bytes:
        pick = self._random.choice
        chunks = b""
        for start in range(0, len(body), 4):
            chunk = body[start : start + 4]
            extension = pick([b"", b"", b";a", b";a=b", b' ;a="q"', b" "])
            chunks += pick([b"%x", b"%X", b"0%x"]) % len(chunk) + extension + end + chunk + end
        trailer = pick([b"", b"", b"t: u" + end, b"t" + end, b" u" + end])
        return chunks + b"0" + pick([b"", b";x"]) + end + trailer + end

    def _damaged(self, data: bytes) -> bytes:
        at, kind = self._random.randrange(len(data) + 1), self._random.random()
        if kind < 0.45:
            return data[:at] + self._random.choice(ODD) + data[at + self._random.choice([0, 0, 1, 2]) :]
        if kind < 0.6:
            return data[:at] + bytes([self._random.randrange(256)]) + data[at + 1 :]
        if kind < 0.75:
            return data[:at] + data[at + self._random.choice([1, 2, 5]) :]
        if kind < 0.9:
            other = self._random.randrange(len(data) + 1)
            low, high = min(at, other), max(at, other)
            return data[:high] + data[low:high] + data[high:]
        return data[:at]


def run(seconds: float, seed: int) -> tuple[Counter[str], list[bytes]]:
    """Return how often each outcome was met, and the inputs on which the readers disagree."""
    generator = Generator(seed)
    counts: Counter[str] = Counter()
    wrong: list[bytes] = []
    end = time.process_time() + seconds
    while time.process_time() < end:
        data = generator.response()
        ours, split, theirs = read([data]), read(generator.cuts(data)), read_by_h11(data)
        counts["inputs"] += 1
        if ours != split:
            counts["another verdict when split"] += 1
            wrong.append(data)
        elif ours is None or theirs is None:
            counts["refused by both" if ours == theirs else "refused by one"] += 1
        elif ours == theirs or (ours[0] == theirs[0] and ours[0] in (204, 304)):
            counts["read alike"] += 1
        else:
            counts["read otherwise"] += 1
            wrong.append(data)
    return counts, wrong


def main() -> int:
    """Run for as long as asked, and tell what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.transport.differential")
    parser.add_argument("--seconds", type=float, default=60, help="of CPU; 60 by default")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    counts, wrong = run(options.seconds, options.seed)
    print(f"seed {options.seed}:", ", ".join(f"{count:,} {what}" for what, count in counts.most_common()))
    for data in wrong[:5]:
        print("  ", data)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
