"""Every construct of constructs.yaml either works in the generated package, or is refused with its place."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openapi_python_client.config import ConfigFile

from tools.compiler.compilation import compile_into, prepare
from tools.compiler.document import Document, parse
from tools.compiler.errors import CompileError
from tools.compiler.reader import read_yaml

ROWS: dict[str, dict[str, Any]] = read_yaml(Path(__file__).with_name("constructs.yaml").read_text("utf-8"))
WORKING = {name: row for name, row in ROWS.items() if "refused" not in row}
REFUSED = {name: row for name, row in ROWS.items() if "refused" in row}
CASES = [
    pytest.param(name, index, id=f"{name} [{index}]")
    for name, row in WORKING.items()
    for index in range(len(row["instances"]))
]
PACKAGE = "constructs_package"


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


def document_of(schemas: dict[str, Any], top: list[str]) -> Document:
    paths = {
        f"/{i}": {
            "post": {
                "operationId": f"operation_{i}",
                "responses": {
                    "200": {
                        "description": "",
                        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
                    }
                },
            }
        }
        for i, name in enumerate(top)
    }
    content = {
        "openapi": "3.1.0",
        "info": {"title": "Constructs", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }
    return parse(json.dumps(content, indent=1).encode(), "openapi.json")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The models of one package made from all the constructs that work."""
    schemas: dict[str, Any] = {}
    for name, row in WORKING.items():
        before, names = prefix(name), {key for key in row["schemas"] if len(key) == 1 and key.isupper()}
        schemas |= {f"{before}{key}": renamed(value, before, names) for key, value in row["schemas"].items()}
    document = document_of(schemas, [f"{prefix(name)}{row.get('of', 'M')}" for name, row in WORKING.items()])
    folder = tmp_path_factory.mktemp("constructs")
    (folder / PACKAGE).mkdir()
    settings = ConfigFile(package_name_override=PACKAGE, literal_enums=True, docstrings_on_attributes=True)
    compile_into(folder / PACKAGE, document, prepare(document, settings))
    sys.path.insert(0, str(folder))
    try:
        yield import_module(f"{PACKAGE}.models")
    finally:
        sys.path.remove(str(folder))


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
    document = document_of(row["schemas"], [*row["schemas"]][:1])

    with pytest.raises(CompileError) as caught:
        prepare(document, ConfigFile(literal_enums=True))

    problem = caught.value.problems[0]
    assert row["refused"] in problem.message
    assert problem.pointer is not None
    assert (document.line(problem.pointer) or 0) > document.text.count(
        "\n", 0, document.text.index("components")
    )


@pytest.mark.parametrize("name", [name for name in WORKING if "noted" in WORKING[name]])
def test_the_construct_is_noted(name: str) -> None:
    row = WORKING[name]
    document = document_of(row["schemas"], [row.get("of", "M")])

    notes = prepare(document, ConfigFile(literal_enums=True)).notes

    assert [note for note in notes if row["noted"] in note.message]
