"""The names that are compared are the names that the compiler gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openapi_python_client.config import ConfigFile

from tools.compiler.changes.survey import desugared, survey
from tools.compiler.emit import Emitted, emit

TEXT = {"type": "string"}
LETTER = {"type": "string", "enum": ["a", "b"]}
OBJECT = {"type": "object", "properties": {"x": TEXT}}


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def content(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def document(schemas: dict[str, Any], **operation: Any) -> dict[str, Any]:
    responses = {"200": {"description": "", **content(reference(next(iter(schemas))))}}
    node = {"operationId": "doThing", "tags": ["Some Tag"], "responses": responses, **operation}
    return {
        "openapi": "3.1.0",
        "info": {"title": "API", "version": "1"},
        "paths": {"/things/{id}": {"parameters": [path_parameter("id")], "post": node}},
        "components": {"schemas": schemas},
    }


def path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def compiled(spec: dict[str, Any], folder: Path) -> Emitted:
    package = folder / "egp_api"
    package.mkdir()
    return emit(desugared(spec).content, ConfigFile(literal_enums=True), package, b"{}", tidy=False)


def model(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def answer(schema: Any, kind: str = "application/json") -> dict[str, Any]:
    return {"description": "", "content": {kind: {"schema": schema}}}


DOCUMENTS = {
    "fields": document({"A": model(b=OBJECT, c=LETTER, d_e=array(OBJECT))}),
    "nullable fields": document(
        {
            "A": model(
                b={**OBJECT, "type": ["object", "null"]},
                c={"anyOf": [LETTER, {"type": "null"}]},
                d={"enum": ["a", None]},
                e={**OBJECT, "nullable": True},
                f={"anyOf": [reference("B"), {"type": "null"}]},
            ),
            "B": OBJECT,
        }
    ),
    "unions": document(
        {
            "A": model(
                b={"anyOf": [OBJECT, array(OBJECT), TEXT]},
                c={"oneOf": [LETTER, TEXT]},
                d={"oneOf": [LETTER, {"type": "string", "enum": ["c"]}]},
                e={"oneOf": [{"const": "p"}, {"const": "q"}]},
                f={"enum": [1, "a", None]},
            )
        }
    ),
    "maps": document(
        {
            "A": {"type": "object", "additionalProperties": OBJECT},
            "B": model(m={"type": "object", "additionalProperties": LETTER}),
        }
    ),
    "allOf": document(
        {
            "A": {"allOf": [reference("B"), model(c=OBJECT)]},
            "B": model(b=OBJECT),
            "C": model(only={"allOf": [reference("B")], "description": "One."}),
        }
    ),
    "aliases": document(
        {"A": model(b=reference("B"), c=reference("C")), "B": reference("D"), "C": TEXT, "D": OBJECT}
    ),
    "titles": document({"A": {**OBJECT, "title": "Another"}, "B": model(c={**OBJECT, "title": "C C"})}),
    "names": document({"HTTP_error": OBJECT, "user-name": LETTER, "a.b": OBJECT, "list": OBJECT}),
    "inline bodies": document({"A": OBJECT}, requestBody=content(OBJECT)),
    "inline answers": document(
        {"A": OBJECT}, responses={"200": answer(array(OBJECT)), "404": answer(OBJECT)}
    ),
    "parameters": document(
        {"A": OBJECT},
        parameters=[
            {"name": "sort_by", "in": "query", "schema": LETTER},
            {"name": "n", "in": "query", "schema": array(LETTER)},
        ],
    ),
    "streams": document({"A": OBJECT}, responses={"200": answer(OBJECT, "text/event-stream")}),
    "recursion": document({"A": model(a=reference("A"), b=array(model(a=reference("A"))))}),
}


@pytest.mark.parametrize("spec", [pytest.param(spec, id=name) for name, spec in DOCUMENTS.items()])
def test_the_classes_that_are_compared_are_those_that_are_compiled(
    spec: dict[str, Any], tmp_path: Path
) -> None:
    emitted = compiled(spec, tmp_path)

    surface = survey(desugared(spec))

    assert set(surface.definitions) == {*emitted.models, *emitted.enums}
    operations = {f"{operation.tag}.{operation.name}" for operation in surface.operations.values()}
    assert operations == set(emitted.operations)


def test_the_classes_of_our_own_contract_are_those_that_are_compiled(
    contract: dict[str, Any], tmp_path: Path
) -> None:
    emitted = compiled(contract, tmp_path)

    definitions = survey(desugared(contract)).definitions

    assert set(definitions) == {*emitted.models, *emitted.enums}


def test_our_own_contract_reads_the_same_beside_parts_that_cannot_be_compiled(
    contract: dict[str, Any],
) -> None:
    schemas = {**contract["components"]["schemas"], "Bad": {"allOf": [reference("Bad")]}, "Worse": 3}
    components = {**contract["components"], "schemas": schemas}
    broken = {**contract, "components": components, "servers": [*contract["servers"], {}], "tags": {}}

    read, terms = survey(desugared(broken)), survey(desugared(contract))

    def fields(surface: Any) -> dict[str, tuple[str | None, bool]]:
        return {
            f"{name}.{field.name}": (field.told, field.required)
            for name, definition in surface.definitions.items()
            for field in definition.parts.values()
        }

    assert fields(read) == fields(terms)
    assert read.environments == terms.environments
    assert read.api_key_header == terms.api_key_header == "x-api-key"
