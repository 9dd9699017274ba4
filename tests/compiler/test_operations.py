"""Operations as real documents write them: what is legal compiles, whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from openapi_python_client.config import ConfigFile

from tools.compiler.compilation import compile_into, prepare
from tools.compiler.desugar import Desugared
from tools.compiler.document import parse
from tools.compiler.errors import CompileError

PACKAGE = "operations_package"
DOCUMENT = """\
openapi: '3.1'
info: {title: 7, version: 1.0}
security: [{key: []}]
x-top: {a: 1}
paths:
  x-owner: nobody
  /codes:
    get:
      operationId: codes
      responses:
        200: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/M'}}}}
        4xx: {description: no, content: {application/json: {schema: {$ref: '#/components/schemas/M'}}}}
        529: {description: busy}
        default: {description: other}
  /nested:
    get:
      operationId: nested
      responses: {200: {$ref: '#/components/responses/First'}}
  '/x/{a.b}:run':
    post:
      operationId: dotted
      parameters: [{name: a.b, in: path, required: true, schema: {type: string}}]
      responses: {200: {description: ok}}
  /shared/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
      - {name: q, in: query, schema: {type: string}}
    get:
      parameters: [{name: q, in: query, schema: {type: integer}}, {$ref: '#/components/parameters/Page'}]
      responses: {200: {description: ok}}
  /item: {$ref: '#/components/pathItems/Item'}
  /filter:
    get:
      operationId: filtered
      parameters:
        - {name: where, in: query, content: {application/json: {schema: {$ref: '#/components/schemas/M'}}}}
      responses: {200: {description: ok}}
  /text:
    post:
      operationId: text
      requestBody: {content: {text/plain: {schema: {type: string}}}}
      responses: {200: {description: ok, content: {text/plain: {schema: {type: string}}}}}
  /many:
    post:
      operationId: many
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/M'}}
          multipart/form-data: {schema: {type: object, properties: {file: {type: string, format: binary}}}}
      responses: {200: {description: ok}}
  /inline:
    post:
      operationId: inline
      requestBody: {content: {application/json: {schema: {type: object, properties: {x: {type: integer}}}}}}
      responses:
        200:
          description: ok
          content: {application/json: {schema: {type: object, properties: {y: {enum: [a]}}}}}
components:
  pathItems:
    Item: {get: {operationId: item, security: [], responses: {200: {description: ok}}}}
  parameters:
    Page: {$ref: '#/components/parameters/RealPage'}
    RealPage: {name: page, in: query, schema: {type: integer, default: 1}}
  responses:
    First: {$ref: '#/components/responses/Second'}
    Second: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/M'}}}}
  securitySchemes: {key: {type: apiKey, in: header, name: x-key}}
  schemas:
    M: {type: object, properties: {a: {type: string}}}
"""


@pytest.fixture(scope="module")
def prepared() -> Desugared:
    settings = ConfigFile(package_name_override=PACKAGE, literal_enums=True)
    return prepare(parse(DOCUMENT.encode(), "openapi.yaml"), settings)


@pytest.fixture(scope="module")
def package(prepared: Desugared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("operations")
    (folder / PACKAGE).mkdir()
    compile_into(folder / PACKAGE, parse(DOCUMENT.encode(), "openapi.yaml"), prepared)
    sys.path.insert(0, str(folder))
    try:
        yield import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder))


def operation(name: str) -> Any:
    return import_module(f"{PACKAGE}.api.default.{name}")


def test_no_operation_is_left_out(prepared: Desugared) -> None:
    names = {name.removeprefix("default.") for name in prepared.operations}

    assert names == {
        "codes", "nested", "dotted", "get_shared_id", "item", "filtered", "text", "many", "inline",
    }  # fmt: skip


@pytest.mark.parametrize(("number", "text"), [("version", "1.0"), ("title", "7")])
def test_numbers_are_text_where_text_belongs_as_the_source_has_them(
    prepared: Desugared, number: str, text: str
) -> None:
    assert prepared.content["info"][number] == text


def test_security_of_the_document_applies_to_operations_that_say_nothing(prepared: Desugared) -> None:
    paths = prepared.content["paths"]

    assert paths["/codes"]["get"]["security"] == [{"key": []}]
    assert paths["/item"]["get"]["security"] == []


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("name", ["codes", "nested"])
def test_an_answer_behind_references_and_beside_ranges_is_typed(name: str) -> None:
    assert type(operation(name).parse({"a": "x"})).__name__ == "M"


@pytest.mark.usefixtures("package")
def test_a_path_parameter_with_a_dot_is_put_in_the_path() -> None:
    assert operation("dotted").request_kwargs("1")["url"] == "/x/1:run"


@pytest.mark.usefixtures("package")
def test_parameters_of_the_path_and_of_the_operation_are_all_sent() -> None:
    sent = operation("get_shared_id").request_kwargs(3, q=5, page=2)

    assert sent["url"] == "/shared/3"
    assert sorted((key, str(value)) for key, value in dict(sent["params"]).items()) == [
        ("page", "2"),
        ("q", "5"),
    ]


@pytest.mark.usefixtures("package")
def test_a_parameter_with_content_is_sent_as_that_content() -> None:
    sent = operation("filtered").request_kwargs(where={"a": "x"})

    assert dict(sent["params"])["where"].replace(" ", "") == '{"a":"x"}'


@pytest.mark.usefixtures("package")
def test_inline_bodies_have_classes_that_are_named_for_their_operation() -> None:
    models = import_module(f"{PACKAGE}.models")

    assert models.InlineBody.from_dict({"x": 1}).to_dict() == {"x": 1}
    assert type(operation("inline").parse({"y": "a"})).__name__ == "InlineResponse200"


@pytest.mark.parametrize("version", ["1.10", "2024-01-01", "1e3", "0x10", "true", "007"])
def test_a_version_without_quotes_keeps_its_spelling(version: str) -> None:
    source = DOCUMENT.replace("version: 1.0}", f"version: {version}}}").encode()

    content = prepare(parse(source, "openapi.yaml"), ConfigFile(literal_enums=True)).content

    assert content["info"]["version"] == version


@pytest.mark.parametrize("kind", ["parameters", "responses"])
def test_a_reference_to_a_component_of_another_kind_is_refused(kind: str) -> None:
    source = DOCUMENT.replace(f"$ref: '#/components/{kind}/", "$ref: '#/components/schemas/").encode()
    document = parse(source, "openapi.yaml")

    with pytest.raises(CompileError) as caught:
        prepare(document, ConfigFile(literal_enums=True))

    assert f"is not one of #/components/{kind}/" in caught.value.problems[0].message
