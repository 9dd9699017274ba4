"""The queue of scripted answers."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING

from attrs import define, frozen

from egp.testing._reply import json_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp.testing._operation import Operation
    from egp.testing._reply import Reply
    from egp.testing._requests import RecordedRequest


@frozen
class Scripted:
    """A scripted answer."""

    render: Callable[[Operation | None, RecordedRequest], Reply]
    """Make the answer. The operation is None where the document has none for the request."""
    to_any_request: bool
    """Whether it also answers requests that the service would refuse (no key, an invalid body)."""

    def reply(self, operation: Operation | None, request: RecordedRequest) -> Reply:
        """Make the answer, or one that says why it cannot be made."""
        try:
            return self.render(operation, request)
        except Exception as error:  # noqa: BLE001  # a test's own function is called, which may raise anything
            detail = {"detail": f"The scripted answer could not be made: {error!r}"}
            return json_reply(detail, status=500).with_headers({"x-should-retry": "false"})


@define
class _Turn:
    scripted: Scripted
    left: float


class Script:
    """Scripted answers in the order in which they are given. Threads may share it."""

    def __init__(self) -> None:
        self._turns: deque[_Turn] = deque()
        self._lock = Lock()

    def add(self, scripted: Scripted, *, times: int | None) -> None:
        """Queue an answer for the next `times` requests, or (None) for all that follow."""
        if times is not None and times < 1:
            raise ValueError(f"times must be 1 or more, or None for ever, got {times}")
        with self._lock:
            self._turns.append(_Turn(scripted, float("inf") if times is None else times))

    def take(self, *, valid: bool) -> Scripted | None:
        """Return the next answer if it is for this request, which the service would take if `valid`."""
        with self._lock:
            if not self._turns or not (valid or self._turns[0].scripted.to_any_request):
                return None
            turn = self._turns[0]
            turn.left -= 1
            if turn.left <= 0:
                self._turns.popleft()
            return turn.scripted

    def clear(self) -> None:
        """Forget all that is queued."""
        with self._lock:
            self._turns.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._turns)
