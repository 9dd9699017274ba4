"""The Python SDK of the EGP chat-completions endpoint."""

# Not from typing, which takes longer to load than everything that a client needs.
# False, in a way that jedi does not look through: it reads what is below.
TYPE_CHECKING = bool()  # noqa: UP018

if TYPE_CHECKING:
    from egp_api.types import UNSET

    from egp import types as types
    from egp._async.client import AsyncClient
    from egp._async.stream import AsyncStream
    from egp._core.accumulate import CompletionAccumulator
    from egp._core.clock import Clock
    from egp._core.retry import Retry
    from egp._responses import RawResponse
    from egp._sync.client import Client
    from egp._sync.stream import Stream
    from egp._version import __version__
    from egp.content import audio_part, file_part, image_part
    from egp.errors import (
        APIConnectionError,
        APIError,
        APIResponseValidationError,
        APIStatusError,
        APIStreamError,
        APITimeoutError,
        Attempt,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        ContentFilterFinishReasonError,
        EGPError,
        EmptyOutputError,
        InternalServerError,
        InvalidJSONError,
        LengthFinishReasonError,
        NotFoundError,
        OutputValidationError,
        PermissionDeniedError,
        RateLimitError,
        RefusalError,
        RequestInfo,
        StreamInterruptedError,
        StructuredOutputError,
        ToolError,
        ToolLoopCutError,
        ToolLoopError,
        ToolLoopLimitError,
        ToolLoopStoppedError,
        UnprocessableEntityError,
    )
    from egp.tools.function import tool
else:
    _HOMES = {
        "UNSET": "egp_api.types",
        "AsyncClient": "egp._async.client",
        "Client": "egp._sync.client",
        "CompletionAccumulator": "egp._core.accumulate",
        "Clock": "egp._core.clock",
        "Retry": "egp._core.retry",
        "RawResponse": "egp._responses",
        "AsyncStream": "egp._async.stream",
        "Stream": "egp._sync.stream",
        "__version__": "egp._version",
        "audio_part": "egp.content",
        "file_part": "egp.content",
        "image_part": "egp.content",
        "tool": "egp.tools.function",
    }

    def __getattr__(name: str) -> object:
        # Each name is loaded when it is first used: `import egp` costs next to nothing.
        from importlib import import_module

        from egp._loading import LOADING

        if name != "types" and name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with LOADING:
            if name == "types":
                return import_module("egp.types")
            value = globals()[name] = getattr(import_module(_HOMES.get(name, "egp.errors")), name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = [
    "UNSET",
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APIStreamError",
    "APITimeoutError",
    "AsyncClient",
    "AsyncStream",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "Client",
    "Clock",
    "CompletionAccumulator",
    "ConflictError",
    "ContentFilterFinishReasonError",
    "EGPError",
    "EmptyOutputError",
    "InternalServerError",
    "InvalidJSONError",
    "LengthFinishReasonError",
    "NotFoundError",
    "OutputValidationError",
    "PermissionDeniedError",
    "RateLimitError",
    "RawResponse",
    "RefusalError",
    "RequestInfo",
    "Retry",
    "Stream",
    "StreamInterruptedError",
    "StructuredOutputError",
    "ToolError",
    "ToolLoopCutError",
    "ToolLoopError",
    "ToolLoopLimitError",
    "ToolLoopStoppedError",
    "UnprocessableEntityError",
    "__version__",
    "audio_part",
    "file_part",
    "image_part",
    "tool",
]
