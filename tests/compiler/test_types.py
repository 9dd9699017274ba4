"""Generated packages pass mypy --strict and pyright in strict mode, whatever the document has."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.compiler.conftest import CONFIG, api_document
from tests.compiler.test_constructs import document_of_all
from tools.compiler.compilation import compile_into, prepare
from tools.compiler.document import parse

TEXT = {"type": "string"}
MOMENT = {"type": "string", "format": "date-time"}
JSON = "application/json"


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def map_of(schema: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": schema}


def list_of(schema: Any) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def model(required: str = "", **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        **({"required": required.split()} if required else {}),
    }


def media(**content: Any) -> dict[str, Any]:
    kinds = {
        kind.replace("__", "/").replace("_", "-"): {"schema": schema} for kind, schema in content.items()
    }
    return {"description": "", "content": kinds}


SCHEMAS: dict[str, Any] = {
    "Light": {"type": "string", "enum": ["red", "green"]},
    "Lights": map_of(ref("Light")),
    "Dates": map_of(MOMENT),
    "Ids": map_of({"type": "string", "format": "uuid"}),
    "Mixed": map_of({"anyOf": [ref("A"), ref("Light"), MOMENT]}),
    "Deep": map_of(map_of(list_of(ref("Light")))),
    "A": model("a", a=TEXT),
    "B": model("b", b=TEXT, when=MOMENT),
    "Lists": model(v={"anyOf": [list_of(ref("A")), list_of(ref("B"))]}),
    "Either": model(v={"anyOf": [ref("A"), ref("B")]}, w=list_of({"oneOf": [ref("A"), ref("B")]})),
    "Effort": {"type": ["string", "null"], "enum": ["low", None]},
    "Pet": {**model("kind", kind=TEXT, effort=ref("Effort")), "discriminator": {"propertyName": "kind"}},
    "Cat": {"allOf": [ref("Pet"), model(lives={"type": "integer"})]},
    "Home": model(pets=list_of(ref("Pet")), first=ref("Pet")),
    "User": model("id name", id={**TEXT, "readOnly": True}, name=TEXT),
    "Upload": model("file", file={"type": "string", "contentMediaType": "image/png"}, tags=list_of(TEXT)),
    "Client": model(type=TEXT, type_=TEXT),
    "ABSENT": model(i=TEXT),
}
DEEP = map_of(map_of({"anyOf": [TEXT, list_of({"type": "string", "format": "date"})]}))
PATHS: dict[str, Any] = {
    "/query/{id}": {
        "get": {
            "operationId": "query",
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": TEXT},
                {"name": "deep", "in": "query", "style": "deepObject", "schema": DEEP},
                {"name": "map", "in": "query", "schema": ref("Deep")},
                {"name": "From", "in": "query", "schema": TEXT},
                {"name": "From<", "in": "query", "schema": TEXT},
                {"name": "X-List", "in": "header", "schema": list_of(TEXT)},
                {"name": "sid", "in": "cookie", "schema": TEXT},
            ],
            "security": [{"key": []}, {}],
            "responses": {
                "200": media(application__json=ref("Mixed"), image__png={}, text__csv=TEXT),
                "204": {"description": ""},
                "4XX": media(application__json=ref("A")),
                "default": media(application__json=ref("B")),
            },
        }
    },
    "/lines": {
        "post": {
            "operationId": "lines",
            "servers": [{"url": "https://up.example.test"}],
            "requestBody": media(application__json={"anyOf": [ref("Either"), {"type": "null"}]}),
            "responses": {"200": media(application__x_ndjson=ref("Either"))},
        }
    },
    "/events": {
        "post": {
            "operationId": "events",
            "requestBody": media(application__json=ref("User"), multipart__form_data=ref("Upload")),
            "responses": {"200": media(text__event_stream=ref("Home"), application__json=ref("Lists"))},
        }
    },
    "/form": {
        "post": {
            "operationId": "form",
            "requestBody": {
                "content": {
                    "application/x-www-form-urlencoded": {
                        "schema": ref("B"),
                        "encoding": {"b": {"style": "form", "explode": False}},
                    }
                }
            },
        }
    },
}
SERVERS = [
    {"url": "https://{region}.x.test", "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}}}
]
SCHEMES = {"key": {"type": "apiKey", "in": "query", "name": "key"}}


@pytest.fixture(scope="module", params=["mixed", "constructs"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    components = {"schemas": SCHEMAS, "securitySchemes": SCHEMES}
    content = api_document(paths=PATHS, components=components, servers=SERVERS)
    document = parse(json.dumps(content, indent=1).encode(), "openapi.json")
    if request.param == "constructs":
        document = document_of_all()
    folder = tmp_path_factory.mktemp("typed") / "typed_api"
    folder.mkdir()
    compile_into(folder, document, prepare(document, CONFIG))
    return folder


def run(*command: str, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_passes_strictly(package: Path) -> None:
    run(sys.executable, "-m", "mypy", "--strict", "-p", package.name, folder=package.parent)


def test_pyright_passes_strictly(package: Path) -> None:
    settings = {"typeCheckingMode": "strict", "reportPrivateUsage": False}
    (package.parent / "pyrightconfig.json").write_text(json.dumps(settings))

    run(sys.executable, "-m", "pyright", "--pythonpath", sys.executable, folder=package.parent)
