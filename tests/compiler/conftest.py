"""What the tests of the compiler share."""

from __future__ import annotations

import copy
import hashlib
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from openapi_python_client.config import ConfigFile

from tools.compiler.compilation import prepare
from tools.compiler.document import load, parse
from tools.compiler.emit import Emitted, emit

ROOT = Path(__file__).parents[2]


@cache
def _contract() -> dict[str, Any]:
    return load(ROOT / "openapi.yaml").content


@pytest.fixture
def contract() -> dict[str, Any]:
    """A copy of our own openapi.yaml, free to change."""
    return copy.deepcopy(_contract())


class Compiled:
    """A package made from a document, ready to use."""

    def __init__(self, folder: Path, name: str, emitted: Emitted) -> None:
        self.folder = folder / name
        self.name = name
        self.emitted = emitted

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self.name}.{name}" if name else self.name)

    @property
    def models(self) -> ModuleType:
        return self.module("models")

    @property
    def types(self) -> ModuleType:
        return self.module("types")

    def operation(self, name: str, tag: str = "default") -> ModuleType:
        return self.module(f"api.{tag}.{name}")

    def exchange(
        self,
        operation: str,
        answer: httpx.Response | None = None,
        tag: str = "default",
        client: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> tuple[httpx.Request, Any]:
        """Calls an operation; the request that it sent, and the response that it made of `answer`."""
        seen: list[httpx.Request] = []

        def reply(request: httpx.Request) -> httpx.Response:
            request.read()
            seen.append(request)
            return answer or httpx.Response(204)

        options = {"transport": httpx.MockTransport(reply)}
        kind = "AuthenticatedClient" if client and "token" in client else "Client"
        maker = getattr(self.module("client"), kind)
        with maker(base_url="http://api.test/v1", httpx_args=options, **(client or {})) as opened:
            response = self.operation(operation, tag).sync_detailed(client=opened, **arguments)
        return seen[0], response

    def request(self, operation: str, **client: Any) -> httpx.Request:
        """The request of an operation that is called with these credentials."""
        return self.exchange(operation, client=client)[0]


CONFIG = ConfigFile(literal_enums=True, docstrings_on_attributes=True, package_name_override="api")


def api_document(
    schemas: dict[str, Any] | None = None, paths: dict[str, Any] | None = None, **top: Any
) -> dict[str, Any]:
    """A whole document around some schemas and paths."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": paths or {},
        "components": {"schemas": schemas or {}},
        **top,
    }


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Compiled]]:
    """Compiles a document, given by its schemas and paths, into a package; the same document only once.

    Without ruff, which is most of the time that a compilation takes and changes nothing that code does.
    """
    folder = tmp_path_factory.mktemp("packages")
    made: dict[str, Compiled] = {}

    def make(schemas: Any = None, paths: Any = None, *, tidy: bool = False, **top: Any) -> Compiled:
        text = json.dumps(api_document(schemas, paths, **top)) + " " * tidy
        if text not in made:
            name = f"package_{hashlib.sha256(text.encode()).hexdigest()[:12]}"
            prepared = prepare(parse(text.encode(), "openapi.json"), CONFIG)
            (folder / name).mkdir()
            emitted = emit(prepared.content, prepared.config, folder / name, text.encode(), tidy=tidy)
            made[text] = Compiled(folder, name, emitted)
        return made[text]

    sys.path.insert(0, str(folder))
    yield make
    sys.path.remove(str(folder))
