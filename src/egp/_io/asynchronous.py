"""The asynchronous driver."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from egp._core.headers import Headers
    from egp.errors import APIError, Attempt, RequestInfo

__all__ = ["AsyncStreamReply"]


class AsyncStreamReply:
    """A successful response whose body is read piece by piece."""

    status: int
    headers: Headers
    attempts: tuple[Attempt, ...]
    request: RequestInfo
    request_id: str | None
    content_type: str

    async def read(self, until: float | None = None, otherwise: str = "") -> bytes:
        """The next bytes of the body, content-decoded; empty at its end.

        `until` is an instant of `time.monotonic()`: past it, `APITimeoutError(otherwise)`. Errors come
        as egp.errors with everything known on them, and close the connection.
        """
        raise NotImplementedError

    async def retry(self, error: APIError, status: int | None) -> AsyncStreamReply:
        """The call made again because its stream began with `error`, in the shape of `status`.

        Closes this reply. Raises `error`, with the attempts on it, when the policy gives up.
        """
        raise NotImplementedError

    def error(self, kind: type[APIError], message: str, *, body: object = None) -> APIError:
        """An error of this call, with all that is known of it (status, headers, request id, attempts)."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Free the connection; it is kept for the next call when the body has been read to its end."""
        raise NotImplementedError
