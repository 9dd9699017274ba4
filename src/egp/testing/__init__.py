"""A local server that speaks the EGP chat-completions endpoint, for tests and demonstrations.

Needs the extra: `pip install 'egp-client[testing]'`.

    from egp import Client
    from egp.testing import Server

    with Server() as server:
        client = Client(api_key="any", base_url=server.url)
        server.reply("Paris")
        ...
        assert server.requests[0].json["model"] == "openai/gpt-4o"

Under pytest, the fixture `egp_server` is a `Server` that runs already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._loading import load

if TYPE_CHECKING:
    from egp.testing._cassette import CassetteError
    from egp.testing._chunks import chunk
    from egp.testing._matching import Matching
    from egp.testing._reply import End
    from egp.testing._requests import RecordedHeaders, RecordedRequest
    from egp.testing._serve import serve
    from egp.testing._server import Server

__all__ = [
    "CassetteError",
    "End",
    "Matching",
    "RecordedHeaders",
    "RecordedRequest",
    "Server",
    "chunk",
    "serve",
]

_HOME = {
    "CassetteError": "_cassette",
    "End": "_reply",
    "Matching": "_matching",
    "RecordedHeaders": "_requests",
    "RecordedRequest": "_requests",
    "Server": "_server",
    "chunk": "_chunks",
    "serve": "_serve",
}
_FROM_THE_EXTRA = {"jsonschema", "referencing", "starlette", "uvicorn", "yaml"}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(load(f"{__name__}.{_HOME[name]}"), name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _FROM_THE_EXTRA:
            raise
        raise ImportError(
            f"egp.testing.{name} needs {missing}, which comes with an extra: pip install egp-client[testing]",
            name=missing,
        ) from error


def __dir__() -> list[str]:
    return sorted(__all__)
