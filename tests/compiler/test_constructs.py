"""Every construct of constructs.yaml works in the generated package and over a server, or is refused."""

from __future__ import annotations

import json
import pkgutil
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import attrs
import pytest
from openapi_python_client.config import ConfigFile

from tools.compiler.compilation import compile_into, prepare
from tools.compiler.document import Document, parse
from tools.compiler.errors import CompileError
from tools.compiler.reader import read_yaml

ROWS: dict[str, dict[str, Any]] = read_yaml(Path(__file__).with_name("constructs.yaml").read_text("utf-8"))
WORKING = {name: row for name, row in ROWS.items() if "instances" in row}
CALLED = {name: row for name, row in ROWS.items() if "calls" in row}
REFUSED = {name: row for name, row in ROWS.items() if "refused" in row}
CASES = [
    pytest.param(name, index, id=f"{name} [{index}]")
    for name, row in WORKING.items()
    for index in range(len(row["instances"]))
]
CALLS = [
    pytest.param(name, index, id=f"{name} [{index}]")
    for name, row in CALLED.items()
    for index in range(len(row["calls"]))
]
PACKAGE = "constructs_package"
PAGE = Path(__file__).parents[2] / "docs" / "contract.md"


def prefix(name: str) -> str:
    return "" if WORKING[name].get("keep_names") else f"R{[*WORKING].index(name)}"


def renamed(node: Any, before: str, names: set[str]) -> Any:
    """The schemas with `before` put before the name of every component, references and mappings included."""
    if isinstance(node, dict):
        return {key: renamed(value, before, names) for key, value in node.items()}
    if isinstance(node, list):
        return [renamed(item, before, names) for item in node]
    if isinstance(node, str) and node.startswith("#/components/schemas/"):
        return node.replace("#/components/schemas/", f"#/components/schemas/{before}")
    return f"{before}{node}" if isinstance(node, str) and node in names else node


def path_of(name: str) -> str:
    return f"/r{[*CALLED].index(name)}" if name in CALLED else ""


def paths_of(name: str) -> dict[str, Any]:
    """The paths of a row that describes an operation, each below the row's own."""
    described = ROWS[name].get("operation", {})
    shared = {"parameters": described["parameters"]} if "parameters" in described else {}
    paths: dict[str, Any] = {}
    for key, operation in described.items():
        method, separator, path = key.partition(" ")
        if separator:
            whole = {"responses": {"200": {"description": "ok"}}, **operation}
            kept = {each: value for each, value in whole.items() if value is not None}
            paths[path_of(name) + path] = {method: kept, **shared}
    return paths


def document_of(schemas: dict[str, Any], top: list[str], paths: dict[str, Any]) -> Document:
    """A document with an operation for each of the schemas `top`, which takes and answers one."""

    def holding(name: str) -> dict[str, Any]:
        return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}

    echoes = {
        f"/echo/{name}": {
            "post": {
                "operationId": f"echo_{name}",
                "requestBody": {"required": True, **holding(name)},
                "responses": {"200": {"description": "", **holding(name)}},
            }
        }
        for name in top
    }
    content = {
        "openapi": "3.1.0",
        "info": {"title": "Constructs", "version": "1"},
        "paths": echoes | paths,
        "components": {"schemas": schemas},
    }
    return parse(json.dumps(content, indent=1).encode(), "openapi.json")


def document_of_row(name: str) -> Document:
    row = ROWS[name]
    schemas = row.get("schemas", {})
    top = [row.get("of", "M")] if name in WORKING else []
    return document_of(schemas, top, paths_of(name))


def document_of_all() -> Document:
    """One document of all the constructs that work."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for name, row in WORKING.items():
        before, names = prefix(name), {key for key in row["schemas"] if len(key) == 1 and key.isupper()}
        schemas |= {f"{before}{key}": renamed(value, before, names) for key, value in row["schemas"].items()}
    for name in CALLED:
        paths |= paths_of(name)
    top = [f"{prefix(name)}{row.get('of', 'M')}" for name, row in WORKING.items()]
    return document_of(schemas, top, paths)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One package made from all the constructs that work."""
    document = document_of_all()
    folder = tmp_path_factory.mktemp("constructs")
    (folder / PACKAGE).mkdir()
    settings = ConfigFile(package_name_override=PACKAGE, literal_enums=True, docstrings_on_attributes=True)
    compile_into(folder / PACKAGE, document, prepare(document, settings))
    sys.path.insert(0, str(folder))
    try:
        yield PACKAGE
    finally:
        sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def models(package: str) -> ModuleType:
    return import_module(f"{package}.models")


@pytest.fixture(scope="module")
def operations(package: str) -> dict[str, ModuleType]:
    """The module of each operation, by its path."""
    folder = import_module(f"{package}.api.default")
    modules = [
        import_module(f"{folder.__name__}.{module.name}") for module in pkgutil.iter_modules(folder.__path__)
    ]
    return {module.PATH: module for module in modules}


@attrs.frozen
class Request:
    target: str
    headers: dict[str, str]
    body: str


@attrs.define
class Echo:
    """A server on loopback that answers as it is told, or with what was sent."""

    url: str = ""
    answer: dict[str, Any] | None = None
    requests: list[Request] = attrs.field(factory=list)

    @contextmanager
    def running(self) -> Iterator[Echo]:
        echo = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                named = {key.lower(): value for key, value in self.headers.items()}
                echo.requests.append(Request(self.path, named, sent))
                answer = {"text": sent} if echo.answer is None else echo.answer
                content = answer["text"].encode()
                self.send_response(answer.get("status", 200))
                self.send_header("content-type", answer.get("type", "application/json"))
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_port}"
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo().running() as echo:
        yield echo


def found_at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value[int(step)] if step.isdecimal() else getattr(value, step)
    return value


@pytest.mark.parametrize(("name", "index"), CASES)
def test_a_document_of_the_construct_comes_through_unchanged(
    models: ModuleType, name: str, index: int
) -> None:
    row = WORKING[name]
    model = getattr(models, f"{prefix(name)}{row.get('of', 'M')}")
    instance = row["instances"][index]

    decoded = model.from_dict(json.loads(json.dumps(instance)))

    assert decoded.to_dict() == instance


@pytest.mark.parametrize(("name", "index"), CASES)
def test_a_document_of_the_construct_goes_to_a_server_and_comes_back(
    package: str,
    models: ModuleType,
    operations: dict[str, ModuleType],
    server: Echo,
    name: str,
    index: int,
) -> None:
    row = WORKING[name]
    named = f"{prefix(name)}{row.get('of', 'M')}"
    instance = row["instances"][index]
    body = getattr(models, named).from_dict(json.loads(json.dumps(instance)))

    with import_module(f"{package}.client").Client(base_url=server.url) as client:
        answer = operations[f"/echo/{named}"].sync(client=client, body=body)

    assert json.loads(server.requests[0].body) == instance
    assert answer.to_dict() == instance


def argument(package: str, value: Any) -> Any:
    """The argument that a row writes: {file: text} is a file."""
    if isinstance(value, dict):
        if value.keys() == {"file"} and isinstance(value["file"], str):
            return import_module(f"{package}.types").File(value["file"].encode())
        return {key: argument(package, each) for key, each in value.items()}
    return value


def written(value: Any) -> Any:
    """A parsed answer as a row writes it."""
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, bytes):
        return {"file": value.decode()}
    return value.to_dict() if hasattr(value, "to_dict") else value


@pytest.mark.parametrize(("name", "index"), CALLS)
def test_the_operation_is_called_over_a_server(
    package: str, operations: dict[str, ModuleType], server: Echo, name: str, index: int
) -> None:
    call = CALLED[name]["calls"][index]
    arguments = {key: argument(package, value) for key, value in call.get("arguments", {}).items()}
    server.answer = call.get("answer", {"text": "{}"})
    [path] = paths_of(name)

    with import_module(f"{package}.client").Client(base_url=server.url) as client:
        response = operations[path].sync_detailed(client=client, **arguments)

    [request] = server.requests
    assert request.target.removeprefix(path_of(name)) == call["sent"]
    assert request.body == call.get("body", request.body)
    assert call.get("headers", {}).items() <= request.headers.items()
    assert all(part in request.body for part in call.get("contains", []))
    assert "parsed" not in call or written(response.parsed) == call["parsed"]


@pytest.mark.parametrize(("name", "index"), [case for case in CASES if "kinds" in WORKING[case.values[0]]])
def test_the_parts_of_the_construct_have_their_types(models: ModuleType, name: str, index: int) -> None:
    row = WORKING[name]
    model = getattr(models, f"{prefix(name)}{row.get('of', 'M')}")

    decoded = model.from_dict(json.loads(json.dumps(row["instances"][index])))

    kinds = {
        path: re.sub(r"^R\d+", "", type(found_at(decoded, path)).__name__) for path in row["kinds"][index]
    }
    assert kinds == row["kinds"][index]


@pytest.mark.parametrize("name", REFUSED)
def test_the_construct_is_refused_with_its_place(name: str) -> None:
    row = REFUSED[name]
    document = document_of_row(name)
    part = "components" if "schemas" in row else "paths"

    with pytest.raises(CompileError) as caught:
        prepare(document, ConfigFile(literal_enums=True))

    problem = caught.value.problems[0]
    assert row["refused"] in problem.message
    assert problem.pointer is not None
    assert (document.line(problem.pointer) or 0) > document.text.count(
        "\n", 0, document.text.index(f'"{part}"')
    )


@pytest.mark.parametrize("name", REFUSED)
def test_the_reason_of_a_refusal_stands_in_the_documentation(name: str) -> None:
    because = REFUSED[name]["because"]

    assert [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| {because}")]


def test_seventy_of_a_hundred_constructs_and_more_work() -> None:
    assert len(ROWS) >= 100
    assert len(WORKING) + len(CALLED) >= 70
    assert len(WORKING) + len(CALLED) + len(REFUSED) == len(ROWS)


@pytest.mark.parametrize("name", [name for name in WORKING if "noted" in WORKING[name]])
def test_the_construct_is_noted(name: str) -> None:
    row = WORKING[name]
    document = document_of_row(name)

    notes = prepare(document, ConfigFile(literal_enums=True)).notes

    assert [note for note in notes if row["noted"] in note.message]
