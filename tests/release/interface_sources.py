"""Two small packages with every feature of an interface, and what a release can do to them."""

DOOR = """\
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from egp._client import AsyncClient, Client, open_client
    from egp._retry import Retry
    from egp._stream import Stream
    from egp.errors import APIConnectionError, APITimeoutError, EGPError

LIMIT: int = 3
__all__ = [
    "LIMIT", "APIConnectionError", "APITimeoutError", "AsyncClient", "Client", "EGPError", "Retry", "Stream",
    "open_client",
]

def __getattr__(name: str) -> object: ...
"""
CLIENT = '''\
from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Unpack

from egp._chat import AsyncChat, Chat
from egp._keywords import Options
from egp._retry import Retry

_RETRIES = 2

class _Base:
    """What both clients are."""

    def close(self) -> None:
        """Close it."""

class Client(_Base):
    def __init__(
        self, key: str | None = None, account: str = "", /, base: str | None = None,
        *hooks: Callable[[str], None],
        retries: int = _RETRIES, headers: Mapping[str, str] | None = None, timeout: float | None = 60.0,
    ) -> None:
        self._key = key or os.environ.get("EGP_API_KEY") or os.environ.get("SGP_API_KEY")

    @cached_property
    def chat(self) -> Chat: ...

    @property
    def base_url(self) -> str: ...

    def with_options(self, **options: Unpack[Options]) -> Client: ...

    def __enter__(self) -> Client: ...

    def __exit__(self, *args: Any) -> None: ...

    def names(self) -> list[str] | None: ...

    def count(self) -> int: ...

    def _private(self, anything: int) -> None: ...

class AsyncClient(_Base):
    def __init__(self, key: str | None = None) -> None: ...

    @property
    def chat(self) -> AsyncChat: ...

    async def aclose(self) -> None: ...

def open_client(key: str, retry: Retry | None = None, names: Sequence[str] = ()) -> Client: ...
'''
KEYWORDS = """\
from typing import Literal, NotRequired, TypedDict

from egp_api.params import CreateKeywords

class Options(TypedDict, total=False):
    timeout: float | None
    max_retries: int

class CallKeywords(Options, total=False):
    on_truncated: Literal["raise", "ignore"]

class AllKeywords(CreateKeywords, CallKeywords, total=False):
    extra_body: dict[str, object] | None
"""
CHAT = """\
from typing import Any, Literal, Unpack, overload

from egp._keywords import AllKeywords
from egp._stream import Stream
from egp_api.models import Chunk, Completion

class RawCompletions:
    def create(self, **keywords: Unpack[AllKeywords]) -> str: ...

class Completions:
    status: int

    @property
    def with_raw_response(self) -> RawCompletions: ...

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[AllKeywords]
    ) -> Completion: ...
    @overload
    def create(self, *, stream: Literal[True], **keywords: Unpack[AllKeywords]) -> Stream[Chunk]: ...
    def create(self, *, stream: bool | None = None, **keywords: Any) -> Any: ...

    def models(self, limit: int = 10) -> list[str]: ...

class AsyncCompletions:
    async def create(self, **keywords: Unpack[AllKeywords]) -> Completion: ...

class Chat:
    def __init__(self, client: "Client") -> None: ...

    completions: Completions

class AsyncChat:
    @property
    def completions(self) -> AsyncCompletions: ...
"""
STREAM = """\
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

class Stream(Generic[T]):
    def __iter__(self) -> Iterator[T]: ...

    @property
    def request_id(self) -> str | None: ...
"""
RETRY = """\
from typing import NamedTuple

class Retry(NamedTuple):
    attempts: int = 2
    initial: float = 0.5
    statuses: frozenset[int] = frozenset({408, 429})
"""
ERRORS = """\
from __future__ import annotations

class EGPError(Exception):
    message: str

class APIError(EGPError):
    status: int | None
    body: object

class APIConnectionError(APIError):
    host: str

class APITimeoutError(APIConnectionError):
    seconds: float
"""
CONTENT = """\
from pathlib import Path

def image_part(source: str | Path, *, detail: str = "auto") -> dict[str, object]: ...
"""
MAIN = """\
import argparse

def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", choices=["fast", "slow"])
    parser.add_argument("program", nargs="*")
    commands = parser.add_subparsers()
    commands.add_parser("record")
    return 0
"""
MODELS = """\
from enum import Enum
from typing import Literal

from attrs import define

from egp_api.types import JSONObject

Modality = Literal["text", "audio"] | str

class Reason(str, Enum):
    STOP = "stop"
    LENGTH = "length"

    @classmethod
    def _missing_(cls, value: object) -> "Reason": ...

@define(kw_only=True)
class Completion(JSONObject):
    id: str
    usage: int | None = None
    modality: Modality = "text"

@define(kw_only=True)
class Chunk(JSONObject):
    id: str
"""
PARAMS = """\
from collections.abc import Sequence
from typing import Literal, Required, TypedDict

from egp_api.models import Modality

class Message(TypedDict, total=False):
    role: Required[Literal["user", "system"]]
    content: str | None

class CreateKeywords(TypedDict, total=False):
    model: Required[str]
    messages: Required[Sequence[Message]]
    seed: int | None
    modality: Modality
"""
SOURCES = {
    "src/egp/__init__.py": DOOR,
    "src/egp/_client.py": CLIENT,
    "src/egp/_keywords.py": KEYWORDS,
    "src/egp/_chat.py": CHAT,
    "src/egp/_stream.py": STREAM,
    "src/egp/_retry.py": RETRY,
    "src/egp/errors.py": ERRORS,
    "src/egp/content.py": CONTENT,
    "src/egp/testing/__init__.py": "",
    "src/egp/testing/__main__.py": MAIN,
    "generated/egp_api/__init__.py": "",
    "generated/egp_api/types.py": "class JSONObject:\n    def to_dict(self) -> dict[str, object]: ...\n",
    "generated/egp_api/models.py": MODELS,
    "generated/egp_api/params.py": PARAMS,
    "pyproject.toml": """\
[project]
name = "egp-client"
requires-python = ">=3.11"
dependencies = ["attrs>=23.2", "certifi", "httpx>=0.27,<1"]

[project.optional-dependencies]
fast = ["msgspec>=0.19"]
testing = ["starlette>=0.37"]

[project.scripts]
egp = "egp.cli:main"

[project.entry-points.pytest11]
egp = "egp.testing.plugin"
""",
}

door, client, keywords, chat = (
    f"src/egp/{name}.py" for name in ("__init__", "_client", "_keywords", "_chat")
)
stream, retry, errors, content = (f"src/egp/{name}.py" for name in ("_stream", "_retry", "errors", "content"))
main, project = "src/egp/testing/__main__.py", "pyproject.toml"
models, params = "generated/egp_api/models.py", "generated/egp_api/params.py"

# What is changed, in which file, and how.
BREAKING = {
    "a name leaves the door": (door, '    "open_client",\n', ""),
    "a name of the door is renamed": (door, '"Retry", ', '"RetryPolicy", '),
    "a constant is gone": (door, '"LIMIT", ', ""),
    "a function of a module is renamed": (content, "def image_part", "def picture_part"),
    "a function is a class now": (content, "def image_part(", "class image_part:\n    def __init__(self, "),
    "a parameter of a function is gone": (content, ', *, detail: str = "auto"', ""),
    "a parameter of a function is renamed": (content, "detail: str", "quality: str"),
    "a parameter of a function is narrower": (content, "str | Path", "Path"),
    "a parameter of a function is of another type": (content, "detail: str", "detail: bool"),
    "a positional parameter is by keyword only": (client, "key: str, retry", "key: str, *, retry"),
    "positional parameters change places": (
        client,
        "retry: Retry | None = None, names: Sequence[str] = ()",
        "names: Sequence[str] = (), retry: Retry | None = None",
    ),
    "a sequence has to be a list": (client, "names: Sequence[str]", "names: list[str]"),
    "an option of the client is gone": (client, "retries: int = _RETRIES, ", ""),
    "an option of the client is renamed": (client, "headers: Mapping", "default_headers: Mapping"),
    "an option of the client is narrower": (client, "timeout: float | None = 60.0", "timeout: float = 60.0"),
    "an option of the client is required": (client, "retries: int = _RETRIES", "retries: int"),
    "a required option of the client is added": (
        client,
        "retries: int = _RETRIES",
        "region: str, retries: int = _RETRIES",
    ),
    "further arguments of the client are taken no more": (client, "*hooks: Callable[[str], None],", "*,"),
    "a positional option of the client is gone": (client, 'account: str = "", /', "/"),
    "a mapping has to be a dict": (client, "headers: Mapping[str, str]", "headers: dict[str, str]"),
    "an option of a copy is gone": (keywords, "    max_retries: int\n", ""),
    "an option of a copy is narrower": (keywords, "timeout: float | None", "timeout: float"),
    "a choice of a keyword is gone": (keywords, '"raise", "ignore"', '"raise"'),
    "keywords of a call are gone": (keywords, "CreateKeywords, CallKeywords, total", "CreateKeywords, total"),
    "keywords of a call are all required": (
        keywords,
        "(CreateKeywords, CallKeywords, total=False)",
        "(CreateKeywords, CallKeywords)",
    ),
    "a keyword of create() is gone": (params, "    seed: int | None\n", ""),
    "a keyword of create() is renamed": (params, "seed: int", "random_seed: int"),
    "a keyword of create() is narrower": (params, "seed: int | None", "seed: int"),
    "a keyword of create() is of another type": (params, "seed: int | None", "seed: str | None"),
    "a keyword of create() is required": (params, "seed: int | None", "seed: Required[int | None]"),
    "a required keyword of create() is added": (params, "    seed:", "    user: Required[str]\n    seed:"),
    "a message may not have a role any more": (params, 'Literal["user", "system"]', 'Literal["user"]'),
    "a key of a message is gone": (params, "    content: str | None\n", ""),
    "a key of a message is required": (params, "content: str | None", "content: Required[str | None]"),
    "an overload is gone": (
        chat,
        "    @overload\n    def create(self, *, stream: Literal[True], ",
        "    def _stream(self, *, stream: Literal[True], ",
    ),
    "an overload returns something else": (chat, "-> Stream[Chunk]", "-> list[Chunk]"),
    "a stream is of something else": (chat, "-> Stream[Chunk]", "-> Stream[Completion]"),
    "a method returns None, too": (chat, "-> list[str]", "-> list[str] | None"),
    "a method returns something else": (chat, "-> list[str]", "-> list[int]"),
    "a method lost its return type": (chat, "limit: int = 10) -> list[str]", "limit: int = 10)"),
    "a method behind properties is gone": (chat, "def models", "def _models"),
    "a method of a private class is renamed": (
        chat,
        "class RawCompletions:\n    def create",
        "class RawCompletions:\n    def send",
    ),
    "a parameter of a method behind properties is gone": (chat, "self, limit: int = 10", "self"),
    "an attribute of a private class is gone": (chat, "    status: int\n\n", ""),
    "an attribute of a private class is of another type": (chat, "status: int", "status: str"),
    "a property is gone": (chat, "def with_raw_response", "def _with_raw_response"),
    "an awaited method is not": (chat, "async def create", "def create"),
    "a method has to be awaited": (chat, "    def models", "    async def models"),
    "a property is a method": (client, "    @property\n    def base_url", "    def base_url"),
    "a property is of another type": (client, "def base_url(self) -> str", "def base_url(self) -> bytes"),
    "a property may be None": (client, "def base_url(self) -> str", "def base_url(self) -> str | None"),
    "a client is no context manager": (client, "    def __enter__(self) -> Client: ...\n", ""),
    "an inherited method is gone": (client, "def close(self)", "def _close(self)"),
    "a method of the async client is gone": (client, "async def aclose", "async def _aclose"),
    "a stream is not iterated": (stream, "    def __iter__(self) -> Iterator[T]: ...\n", ""),
    "a stream has no request id": (stream, "def request_id", "def _request_id"),
    "a timeout is no connection error": (
        errors,
        "APITimeoutError(APIConnectionError)",
        "APITimeoutError(APIError)",
    ),
    "a connection error is no API error": (
        errors,
        "APIConnectionError(APIError)",
        "APIConnectionError(EGPError)",
    ),
    "an error is no exception of ours": (
        errors,
        "class EGPError(Exception)",
        "class EGPError(BaseException)",
    ),
    "an attribute of an error is gone": (errors, "    host: str\n", "    pass\n"),
    "an inherited attribute of an error is gone": (errors, "    message: str\n", "    pass\n"),
    "an attribute of an error is of another type": (errors, "status: int | None", "status: str | None"),
    "an attribute of an error may be None": (errors, "seconds: float", "seconds: float | None"),
    "an error is gone": (errors, "class APIError(EGPError)", "class _APIError(EGPError)"),
    "a setting of the policy is gone": (retry, "    initial: float = 0.5\n", ""),
    "a setting of the policy is of another type": (retry, "attempts: int = 2", "attempts: str = 2"),
    "a setting of the policy is required": (retry, "attempts: int = 2", "attempts: int"),
    "a required setting of the policy is added": (retry, "    attempts", "    name: str\n    attempts"),
    "a field of a model is gone": (models, "    usage: int | None = None\n", ""),
    "a field of a model is of another type": (models, "usage: int | None", "usage: float | None"),
    "a field of a model is required": (models, "usage: int | None = None", "usage: int | None"),
    "a model is no JSON object": (models, "class Chunk(JSONObject)", "class Chunk"),
    "an open enumeration is closed": (models, 'Literal["text", "audio"] | str', 'Literal["text", "audio"]'),
    "an enumeration refuses unknown values": (models, "def _missing_", "def missing"),
    "a member of an enumeration is gone": (models, '    LENGTH = "length"\n', ""),
    "an enumeration has no string values": (models, "Reason(str, Enum)", "Reason(Enum)"),
    "an extra is gone": (project, 'fast = ["msgspec>=0.19"]\n', ""),
    "the pytest plugin is gone": (
        project,
        '[project.entry-points.pytest11]\negp = "egp.testing.plugin"\n',
        "",
    ),
    "the command is gone": (project, '[project.scripts]\negp = "egp.cli:main"\n', ""),
    "the distribution has another name": (project, 'name = "egp-client"', 'name = "egp-sdk"'),
    "a variable is read no more": (client, ' or os.environ.get("SGP_API_KEY")', ""),
    "a variable has another name": (client, "EGP_API_KEY", "EGP_KEY"),
    "an argument of the server is gone": (
        main,
        '    parser.add_argument("--port", type=int, default=0)\n',
        "",
    ),
    "an argument of the server is renamed": (main, '"--port"', '"--listen"'),
    "an argument of the server is required": (
        main,
        '"--port", type=int',
        '"--port", required=True, type=int',
    ),
    "a choice of the server is gone": (main, '["fast", "slow"]', '["fast"]'),
    "a command of the server is gone": (main, 'commands.add_parser("record")', "pass"),
}
ADDING = {
    "a name is added": (content, "def image_part", "def audio_part() -> None: ...\n\ndef image_part"),
    "an optional parameter is added": (
        content,
        'detail: str = "auto"',
        'detail: str = "auto", size: int = 1',
    ),
    "a default has another value": (content, '"auto"', '"low"'),
    "an option of the client is added": (
        client,
        "retries: int = _RETRIES",
        'retries: int = _RETRIES, region: str = ""',
    ),
    "an option of the client takes more": (client, "timeout: float | None", "timeout: float | str | None"),
    "a named default has another value": (client, "_RETRIES = 2", "_RETRIES = 3"),
    "an option of a copy is added": (
        keywords,
        "    max_retries: int\n",
        "    max_retries: int\n    deadline: float\n",
    ),
    "a keyword of create() is added": (params, "    seed:", "    top_k: int\n    seed:"),
    "a keyword of create() takes more": (params, "seed: int | None", "seed: int | str | None"),
    "a message may have one more role": (params, '"user", "system"', '"user", "system", "tool"'),
    "a method returns less": (client, "list[str] | None", "list[str]"),
    "a method returns a kind of what it returned": (client, "count(self) -> int", "count(self) -> bool"),
    "an attribute of an error is narrower": (errors, "status: int | None", "status: int"),
    "a method is added": (stream, "    @property", "    def close(self) -> None: ...\n\n    @property"),
    "a default of the policy has another value": (retry, "attempts: int = 2", "attempts: int = 3"),
    "a set of the policy has another value": (retry, "{408, 429}", "{429}"),
    "a setting of the policy is added": (
        retry,
        "    initial: float = 0.5\n",
        "    initial: float = 0.5\n    jitter: float = 0.1\n",
    ),
    "a member of an enumeration is added": (
        models,
        '    LENGTH = "length"\n',
        '    LENGTH = "length"\n    TOOL = "tool"\n',
    ),
    "an extra is added": (project, "fast = ", 'cost = ["tokens"]\nfast = '),
    "an extra needs more": (project, '"starlette>=0.37"', '"starlette>=0.37", "uvicorn"'),
    "Python 3.11 is left behind": (project, ">=3.11", ">=3.12"),
    "a floor is raised": (project, "attrs>=23.2", "attrs>=24.1"),
    "a floor is put in": (project, '"certifi"', '"certifi>=2024.7.4"'),
    "a floor of an extra is raised": (project, "msgspec>=0.19", "msgspec>=0.20"),
    "a ceiling is lowered": (project, "httpx>=0.27,<1", "httpx>=0.27,<0.28"),
    "a dependency is added": (project, '"certifi"', '"certifi", "trio"'),
    "a variable is added": (client, '"EGP_API_KEY")', '"EGP_API_KEY") or os.environ.get("EGP_TOKEN")'),
    "an argument of the server is added": (
        main,
        "    commands =",
        '    parser.add_argument("--host")\n    commands =',
    ),
    "a default of the server has another value": (main, "default=0", "default=8080"),
}
NEUTRAL = {
    "a docstring is written": (client, '"""Close it."""', '"""Close the connections."""'),
    "a body is written": (stream, "-> str | None: ...", '-> str | None:\n        return "id"'),
    "Optional for a union with None": (
        client,
        "key: str | None = None, account",
        "key: Optional[str] = None, account",
    ),
    "a union in another order": (content, "str | Path", "Path | str"),
    "an annotation in quotes": (client, "-> list[str] | None", '-> "list[str] | None"'),
    "List for list": (chat, "-> list[str]", "-> List[str]"),
    "a module for its class": (
        content,
        "from pathlib import Path\n\ndef image_part(source: str | Path",
        "import pathlib\n\ndef image_part(source: str | pathlib.Path",
    ),
    "Sequence of typing": (params, "from collections.abc import Sequence\n", "from typing import Sequence\n"),
    "a literal in two": (params, 'Literal["user", "system"]', 'Literal["user"] | Literal["system"]'),
    "a private alias": (
        content,
        "def image_part(source: str | Path",
        "_Source = str | Path\n\ndef image_part(source: _Source",
    ),
    "a private method is renamed": (client, "def _private", "def _other"),
    "a private class is renamed": (chat, "RawCompletions", "CompletionsWithRawResponse"),
    "a private base is put in": (
        errors,
        "class APIError(EGPError):\n",
        "class _Status:\n    pass\n\nclass APIError(_Status, EGPError):\n",
    ),
    "keyword-only parameters in another order": (
        client,
        "retries: int = _RETRIES, headers: Mapping[str, str] | None = None",
        "headers: Mapping[str, str] | None = None, retries: int = _RETRIES",
    ),
    "a positional-only parameter is renamed": (client, 'account: str = "", /', 'account_id: str = "", /'),
    "a constant for a default": (
        content,
        'def image_part(source: str | Path, *, detail: str = "auto"',
        '_AUTO = "auto"\n\ndef image_part(source: str | Path, *, detail: str = _AUTO',
    ),
    "a default written out": (client, "retries: int = _RETRIES", "retries: int = 2"),
    "names in another order": (door, '"LIMIT", "APIConnectionError"', '"APIConnectionError", "LIMIT"'),
    "imports checked only": (
        chat,
        "from egp._keywords import AllKeywords\n",
        "if True:\n    from egp._keywords import AllKeywords\n",
    ),
    "a dependency without a ceiling": (project, "httpx>=0.27,<1", "httpx>=0.27"),
    "the plugin's module moved": (project, "egp.testing.plugin", "egp.testing._plugin"),
    "help of an argument": (main, "type=int", 'type=int, help="a port"'),
    "the type of an argument has another name": (main, "type=int", "type=_port"),
    "a constructor that only we call": (chat, 'client: "Client"', 'client: "Client", inner: RawCompletions'),
}
