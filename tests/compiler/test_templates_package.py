"""The package as a whole: light to import, and it knows the document that it was made from."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

TEXT = {"type": "string"}
SCHEMAS = {
    "Leaf": {"type": "object", "properties": {"a": TEXT}},
    "Dated": {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}},
    "Ask": {"type": "object", "properties": {"leaf": {"$ref": "#/components/schemas/Leaf"}}},
}
PATHS = {
    "/ask": {
        "post": {
            "operationId": "ask",
            "requestBody": {
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ask"}}}
            },
            "responses": {
                "200": {
                    "description": "",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Leaf"}}},
                }
            },
        }
    }
}
TOP: dict[str, Any] = {
    "servers": [
        {"url": "https://one.test", "x-environment": "one"},
        {"url": "https://two.test/base", "x-environment": "two"},
        {"url": "https://three.test"},
    ],
}


@pytest.fixture(scope="module")
def api(compiled: Callable[..., Any]) -> Any:
    return compiled(SCHEMAS, PATHS, tidy=True, **TOP)


def imported_by(api: Any, statement: str) -> set[str]:
    """The modules that a fresh interpreter loads for `statement`; `.` stands for the package."""
    code = f"import sys; sys.path.insert(0, {str(api.folder.parent)!r}); {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.replace(f"{api.name}.", ".") for name in done.stdout.split()}


def test_importing_the_package_imports_next_to_nothing(api: Any) -> None:
    loaded = imported_by(api, f"import {api.name}, {api.name}.models")

    assert not loaded & {"attr", "httpx", "dateutil", ".types", ".client", ".models.leaf"}


def test_a_model_is_imported_when_it_is_used_with_what_it_refers_to(api: Any) -> None:
    loaded = imported_by(api, f"from {api.name}.models import Ask")

    assert {".models.ask", ".models.leaf"} <= loaded
    assert not loaded & {".models.dated", ".dates", "dateutil", "httpx", ".client"}


def test_an_operation_imports_what_it_decodes_and_no_request_models(api: Any) -> None:
    loaded = imported_by(api, f"import {api.name}.api.default.ask")

    assert ".models.leaf" in loaded
    assert not loaded & {".models.ask", ".params", ".client", "httpx"}


def test_only_models_with_dates_import_dateutil(api: Any) -> None:
    assert "dateutil" in imported_by(api, f"from {api.name}.models import Dated")


def test_the_package_knows_its_document(api: Any) -> None:
    package = __import__(api.name)
    source = (api.folder / "openapi.yaml").read_bytes()

    assert json.loads(source)["info"]["title"] == package.SPEC_TITLE == "T"
    assert package.SPEC_VERSION == "1"
    assert hashlib.sha256(source).hexdigest() == package.SPEC_SHA256
    assert list(package.SERVERS.items()) == [
        ("one", "https://one.test"),
        ("two", "https://two.test/base"),
        ("https://three.test", "https://three.test"),
    ]
    assert (api.folder / "py.typed").exists()


def test_the_header_of_the_key_is_that_of_the_security_scheme(compiled: Callable[..., Any]) -> None:
    schemes = {
        "Token": {"type": "http", "scheme": "bearer"},
        "Key": {"type": "apiKey", "in": "header", "name": "x-key"},
    }
    keyed = compiled({}, {}, components={"securitySchemes": schemes})
    bare = compiled({}, {})

    assert __import__(keyed.name).API_KEY_HEADER == "x-key"
    assert __import__(bare.name).API_KEY_HEADER == "Authorization"


def test_all_public_names_of_the_package_resolve(api: Any) -> None:
    package = __import__(api.name)

    assert all(hasattr(package, name) for name in package.__all__)
    assert all(hasattr(api.models, name) for name in api.models.__all__)
    assert set(api.models.__all__) <= set(dir(api.models))


@pytest.mark.parametrize("module", ["", "models"])
def test_a_name_that_is_not_there_is_an_attribute_error(api: Any, module: str) -> None:
    package = api.models if module else __import__(api.name)

    with pytest.raises(AttributeError, match="nothing"):
        _ = package.nothing


def test_the_committed_package_is_as_light() -> None:
    code = (
        "import sys; import egp_api, egp_api.models; "
        "print({'attr', 'httpx', 'dateutil', 'json', 'dataclasses'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


# Threads that begin at once, each with another model or operation of a circle, and use it right away.
RACE = """
import importlib, sys, threading, attrs
folder, package, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.path.insert(0, folder)
sys.setswitchinterval(1e-6)
start = threading.Barrier(6)
document = {}
for _ in range(20):
    document = {"next": document, "all": [{"next": {}}]}

def use(number):
    start.wait()
    if number % 2:
        decode = importlib.import_module(f"{package}.api.default.op{number}").parse
    else:
        decode = getattr(importlib.import_module(f"{package}.models"), f"S{number}").from_dict
    if decode(document).to_dict() == document:
        done.append(number)

done = []
threads = [threading.Thread(target=use, args=(number * count // 6,)) for number in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(60)
print(len(done))
"""


@pytest.mark.parametrize("count", [30, 210])
def test_threads_may_import_models_that_refer_to_each_other_in_circles(
    compiled: Callable[..., Any], count: int
) -> None:
    def reference(number: int) -> dict[str, str]:
        return {"$ref": f"#/components/schemas/S{number % count}"}

    schemas = {
        f"S{number}": {
            "type": "object",
            "properties": {
                "next": reference(number + 1),
                "all": {"type": "array", "items": reference(number * 7 + 3)},
            },
        }
        for number in range(count)
    }
    paths = {
        f"/{number}": {
            "get": {
                "operationId": f"op{number}",
                "responses": {
                    "200": {
                        "description": "",
                        "content": {"application/json": {"schema": reference(number)}},
                    }
                },
            }
        }
        for number in range(0, count, 5)
    }
    api = compiled(schemas, paths)
    command = [sys.executable, "-B", "-c", RACE, str(api.folder.parent), api.name, str(count)]

    finished = subprocess.run(command, capture_output=True, text=True, check=True)

    assert finished.stdout.strip() == "6", finished.stderr
