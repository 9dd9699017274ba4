"""Answer requests from a cassette."""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import pairwise
from typing import TYPE_CHECKING

from egp.testing._cassette import CassetteError, load
from egp.testing._redaction import Redactor
from egp.testing._reply import Reply, json_reply
from egp.testing._sender import ReplySender

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

    from egp.testing._cassette import Interaction
    from egp.testing._matching import Matching, Request
    from egp.testing._requests import RecordedRequest


_MOST_COMPARED = 100  # comparing takes time


class Replay:
    """Plays a cassette: each recorded response once, to a request that is the same as the recorded one.

    Args:
        path: The cassette.
        matching: What may differ between a request and the recorded one.
        timing: Whether the parts of a response come after the waits that were recorded, instead of at once.
        repeat: Whether the last of several identical requests is answered again and again.
        prefix: The path in front of the recorded ones.

    Raises:
        CassetteError: The cassette cannot be read.
    """

    def __init__(
        self, path: Path | str, *, matching: Matching, timing: bool, repeat: bool, prefix: str
    ) -> None:
        self._path = path
        self._matching = matching
        self._timing = timing
        self._repeat = repeat
        self._prefix = prefix
        self._redactor = Redactor()
        self._interactions = load(path)
        self._requests = [
            matching.normalized(one.method, one.path, one.query, one.request_body)
            for one in self._interactions
        ]
        self._played: set[int] = set()
        self._mismatches: list[str] = []
        self._queues: dict[str, deque[int]] = defaultdict(deque)
        self.rewind()

    def rewind(self) -> None:
        """Begin anew: every recording is unused."""
        self._played.clear()
        self._mismatches.clear()
        self._queues.clear()
        for place, request in enumerate(self._requests):
            self._queues[request.key].append(place)

    def check(self) -> None:
        """Raise CassetteError if a request differed from the recorded ones, or a recording was not used."""
        unused = [place for place in range(len(self._requests)) if place not in self._played]
        complaints = [*self._mismatches]
        if unused:
            names = "\n".join(f"  {place + 1}: {self._requests[place].title}" for place in unused)
            complaints.append(
                f"{len(unused)} of {len(self._requests)} recordings in {self._path} were not used:\n{names}"
            )
        if complaints:
            raise CassetteError("\n\n".join(complaints))

    async def respond(self, request: RecordedRequest, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the recorded response, or one that says what is different."""
        await ReplySender(scope, receive, send, headers={}).play(self._reply(request))

    def _reply(self, request: RecordedRequest) -> Reply:
        path = request.path.removeprefix(self._prefix)
        query = request.query.multi_items()
        plain = self._matching.normalized(request.method, path, query, request.content)
        place = self._take(plain)
        if place is None:
            redacted = self._redacted(request, path)
            place = self._take(redacted)
            if place is None:
                return self._mismatch(redacted)
        return self._recorded(self._interactions[place])

    def _take(self, request: Request) -> int | None:
        queue = self._queues.get(request.key)
        if not queue:
            return None
        place = queue[0] if self._repeat and len(queue) == 1 else queue.popleft()
        self._played.add(place)
        return place

    def _redacted(self, request: RecordedRequest, path: str) -> Request:
        query = request.query.multi_items()
        self._redactor.learn_headers(request.headers.multi_items())
        self._redactor.learn_query(query)
        body = self._redactor.body(request.content, request.headers.get("content-type", ""))
        return self._matching.normalized(
            request.method, self._redactor.text(path), self._redactor.query(query), body
        )

    def _mismatch(self, request: Request) -> Reply:
        message = f"No recording in {self._path} is for this {request.title}."
        if self._requests:
            closest = self._closest(request)
            recorded = self._requests[closest]
            state = "used already" if closest in self._played else "not used yet"
            message += f" The most similar is recording {closest + 1} of {len(self._requests)}, {state}."
            difference = recorded.diff(request)
            message += f"\n{difference}" if difference else " It is the same request, sent once more."
        self._mismatches.append(message)
        body = {"error": {"message": message, "type": "cassette_mismatch", "param": None, "code": None}}
        return json_reply(body, status=400).with_headers({"x-should-retry": "false"})

    def _closest(self, request: Request) -> int:
        """Return the place of the most similar recording, of those for the same method and path, if any.

        The same request, sent once more, comes first, and then what has not been used yet.
        """
        places = range(len(self._requests))
        alike = [place for place in places if self._requests[place].title == request.title] or [*places]
        for place in alike:
            if self._requests[place].key == request.key:
                return place
        unused = [place for place in alike if place not in self._played] or alike
        return max(unused[:_MOST_COMPARED], key=lambda place: self._requests[place].similarity(request))

    def _recorded(self, one: Interaction) -> Reply:
        waits = [(later - earlier) / 1000 for earlier, later in pairwise((0, *one.times))]
        return Reply(
            status=one.status,
            exact_headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in one.headers],
            parts=one.parts,
            whole=False,
            delay=waits[0] if self._timing and waits else 0.0,
            waits=waits[1:] if self._timing else (),
            end=one.end,
        )
