"""What results remember of the response that they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from egp_api.types import ResponseInfo

if TYPE_CHECKING:
    from egp._core.headers import Headers
    from egp.errors import Attempt

__all__ = ["info_of"]


class _Replied(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def request_id(self) -> str | None: ...
    @property
    def attempts(self) -> tuple[Attempt, ...]: ...


def info_of(reply: _Replied) -> ResponseInfo:
    """Status, headers, request id and attempts of a reply, without its body."""
    return ResponseInfo(reply.status, reply.headers, reply.request_id, reply.attempts)
