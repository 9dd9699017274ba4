"""The ASGI application: record a request, refuse what the service refuses, and answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from egp.testing._answer import Answer
from egp.testing._protocol import transport_of
from egp.testing._reply import Reply, json_reply, phrase
from egp.testing._requests import RecordedHeaders, RecordedRequest
from egp.testing._sender import ReplySender

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from egp.testing._operation import Operation
    from egp.testing._reply import End
    from egp.testing._script import Script

_RECORD = "egp.request"


class Backend(Protocol):
    """Answers requests in place of the server's own operations."""

    async def respond(self, request: RecordedRequest, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""


class App:
    """Serves operations below a prefix; what the script has for a request goes first."""

    def __init__(
        self,
        operations: Iterable[Operation],
        script: Script,
        *,
        prefix: str,
        check: bool,
        end: End,
        backend: Backend | None = None,
    ) -> None:
        self.requests: list[RecordedRequest] = []
        self.busy: set[asyncio.Transport] = set()
        """The connections over which a reply is on its way."""
        self._script = script
        self._check = check
        self._end: End = end
        self._backend = backend
        self._operations = tuple(operations)
        # Starlette raises for what no route takes, and lets FastAPI's kind of JSON be made of it.
        self._router = Starlette(
            routes=[self._route(operation, prefix) for operation in self._operations],
            exception_handlers=cast("Any", {HTTPException: self._refuse}),
        )
        self._router.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = await _record(scope, receive)
        scope["state"] = {_RECORD: request}
        self.requests.append(request)
        transport = transport_of(scope)
        self.busy.add(transport)
        try:
            scripted = self._script.take(valid=self._backend is not None)
            if scripted is not None:
                await self._playing(scripted.reply(None, request))(scope, receive, send)
            elif self._backend is not None:
                await self._backend.respond(request, scope, receive, send)
            else:
                await self._router(scope, receive, send)
        finally:
            self.busy.discard(transport)

    def _route(self, operation: Operation, prefix: str) -> Route:
        names: list[str] = []

        def placeholder(found: re.Match[str]) -> str:
            # Starlette takes Python names only; OpenAPI's may have hyphens and dots.
            names.append(found[1])
            return f"{{p{len(names) - 1}}}"

        path = prefix + re.sub(r"\{([^}]+)\}", placeholder, operation.path)

        async def endpoint(request: Request) -> Any:
            values = {name: str(request.path_params[f"p{place}"]) for place, name in enumerate(names)}
            recorded: RecordedRequest = request.scope["state"][_RECORD]
            return self._playing(self._answer(operation, recorded, values))

        return Route(path, endpoint, methods=[operation.method])

    def _answer(
        self, operation: Operation, request: RecordedRequest, path_values: Mapping[str, str]
    ) -> Reply:
        if self._check and not operation.admits(request):
            refusal = json_reply({"detail": "Not authenticated"}, status=401)
            return refusal.with_headers({"www-authenticate": "ApiKey"})
        details = operation.validate(request, path_values) if self._check else []
        if details:
            return json_reply({"detail": details}, status=422)
        scripted = self._script.take(valid=True)
        if scripted is not None:
            return scripted.reply(operation, request)
        return Answer(end=self._end).render(operation, request)

    def _refuse(self, request: Request, error: HTTPException) -> Any:
        scripted = self._script.take(valid=True)
        if scripted is not None:
            return self._playing(scripted.reply(None, request.scope["state"][_RECORD]))
        operation = None if self._check else self._similar_operation(request)
        if operation is not None:
            recorded: RecordedRequest = request.scope["state"][_RECORD]
            return self._playing(Answer(end=self._end).render(operation, recorded))
        detail = {"detail": phrase(error.status_code)}
        return self._playing(json_reply(detail, status=error.status_code).with_headers(error.headers))

    def _similar_operation(self, request: Request) -> Operation | None:
        """Return the operation of the same path under another root, such as `/v1` for `/v5`."""
        for operation in self._operations:
            _, _, tail = operation.path.lstrip("/").partition("/")
            if operation.method == request.method and tail and request.url.path.endswith(f"/{tail}"):
                return operation
        return None

    def _playing(self, reply: Reply) -> ASGIApp:
        count = len(self.requests)
        headers = {
            "x-request-id": f"req_{count:06d}",
            "x-ratelimit-limit-requests": "10000",
            "x-ratelimit-remaining-requests": str(max(10000 - count, 0)),
            "x-ratelimit-reset-requests": "6ms",
        }

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await ReplySender(scope, receive, send, headers=headers).play(reply)

        return app


async def _record(scope: Scope, receive: Receive) -> RecordedRequest:
    content = bytearray()
    while True:
        message = await receive()
        content += message.get("body", b"")
        if not message.get("more_body"):
            break
    return RecordedRequest(
        method=scope["method"],
        path=scope["path"],
        query=parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
        headers=RecordedHeaders(scope["headers"]),
        content=bytes(content),
    )
