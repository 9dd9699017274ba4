"""A document that cannot be compiled is refused: exit code 1, one screen, the place, and nothing written."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema_specifications import REGISTRY

from tools.compiler.cli import main
from tools.compiler.typos import SCHEMA, misspelt

LINES_OF_A_SCREEN = 24

HEAD = """\
openapi: 3.1.0
info: {title: Broken, version: 1.0.0}
"""


def operation(path: str = "/x", more: str = "operationId: op") -> str:
    return f"""\
  {path}:
    get:
      {more}
      responses: {{200: {{description: ok}}}}
"""


def schemas(text: str) -> str:
    return f"{HEAD}paths: {{}}\ncomponents:\n  schemas:\n{textwrap.indent(textwrap.dedent(text), '    ')}"


def schemes(text: str) -> str:
    return f"{HEAD}paths: {{}}\ncomponents:\n  securitySchemes:\n    key: {text}\n"


def aliases() -> str:
    lines = ["x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"x-{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    return HEAD + "\n".join(lines) + "\npaths: {}\n"


def chain(length: int) -> str:
    parts = [
        f"S{i}: {{allOf: [{{$ref: '#/components/schemas/S{(i + 1) % length}'}}]}}" for i in range(length)
    ]
    return schemas("\n".join(parts))


# What is wrong, the document, part of the message, the line that it names.
BROKEN: dict[str, tuple[str | bytes, str, int | None]] = {
    "empty": ("", "the document is empty", 1),
    "only a comment": ("# nothing\n", "the document is empty", 1),
    "a list at the top": ("- a\n- b\n", "the top of the document is a list", 1),
    "text at the top": ("just words\n", "the top of the document is a str", 1),
    "not UTF-8": (HEAD.encode() + b"paths:\n  /caf\xe9: {}\n", "0xe9 is not UTF-8", 4),
    "UTF-16": ((HEAD + "paths: {}\n").encode("utf-16"), "the file is in UTF-16", 1),
    "UTF-16 without a mark": ((HEAD + "paths: {}\n").encode("utf-16-le"), "the file is in UTF-16", 1),
    "a fault behind an alias": (
        HEAD + "x-schema: &a\n  type: strnig\npaths: {}\ncomponents:\n  schemas:\n    A: *a\n",
        "'strnig' is not a type",
        4,
    ),
    "a control character": (HEAD + "paths: {}\nx-a: \x07\n", "U+0007 is not allowed", 4),
    "a tab": (HEAD + "paths:\n\t/x: {}\n", "a tab in the indentation", 4),
    "a merge conflict": (
        HEAD + "<<<<<<< HEAD\npaths: {}\n=======\npaths: {/x: {}}\n>>>>>>> other\n",
        "a merge conflict is not resolved",
        3,
    ),
    "cut off": (HEAD + "paths:\n  /x: {get: {responses: {200: {desc", "The file ends in the middle", None),
    "a quote that does not end": (HEAD + "paths:\n  /x: 'a\n", "not YAML", None),
    "wrong indentation": (HEAD + "paths:\n  /x: {}\n /y: {}\n", "not YAML", 5),
    "a colon in text": (schemas("A:\n  description: One thing: another"), "Quote text that has a colon", 7),
    "a sign before text": (schemas("A:\n  description: `a` is it"), "Quote text that begins with a sign", 7),
    "a key that is indented less than its neighbour": (
        schemas("A:\n  type: object\n description: A"),
        "Indent the keys of one mapping alike",
        8,
    ),
    "an escape that is none": (schemas('A:\n  pattern: "\\d"'), "Write single quotes", 7),
    "a key twice": (HEAD + "paths: {}\npaths: {}\n", "'paths' is here a second time, first on line 3", 4),
    "a status code twice": (
        HEAD + "paths:\n  /x:\n    get:\n      responses:\n        200: {}\n        '200': {}\n",
        "'200' is here a second time, first on line 7",
        8,
    ),
    "a Python object": (HEAD + "x-a: !!python/object/apply:os.system [id]\npaths: {}\n", "is not allowed", 3),
    "an alias bomb": (aliases(), "aliases of the document unfold to more than", None),
    "an alias of itself": (HEAD + "paths: {}\nx-a: &a [*a]\n", "has no anchor before it", 4),
    "nested too deeply": (HEAD + "x-a: " + "[" * 5000 + "]" * 5000 + "\n", "nested deeper than", 3),
    "schemas nested too deeply": (
        schemas("A: " + "{type: array, items: " * 300 + "{}" + "}" * 300),
        "nested deeper than",
        6,
    ),
    "two documents": (HEAD + "paths: {}\n---\na: 1\n", "a second document starts here", 4),
    "infinity": (schemas("A: {type: number, maximum: .inf}"), ".inf cannot be written in JSON", 6),
    "an integer that is infinite": (schemas("A: {type: integer, maximum: .inf}"), ".inf cannot be", 6),
    "a number out of range in JSON": ('{"openapi": "3.1.0",\n"x-a": 1e400}', "'1e400' is out of range", 2),
    "a key twice in JSON": ('{"openapi": "3.1.0",\n"x-\\/": 1,\n"x-\\/": 2}', "second time", 3),
    "not a number": (schemas("A: {const: .nan}"), ".nan cannot be written in JSON", 6),
    "no openapi": ("info: {title: A, version: 1}\npaths: {}\n", "there is no `openapi`", None),
    "OpenAPI 3.2": (HEAD.replace("3.1.0", "3.2.0") + "paths: {}\n", "OpenAPI 3.2.0 is not supported", 1),
    "Swagger 2": ("swagger: '2.0'\npaths: {}\n", "Swagger 2.0 is not supported", 1),
    "no info": ("openapi: 3.1.0\npaths: {}\n", "`info` is missing", None),
    "neither paths nor components": (HEAD, "neither `paths` nor `components`", None),
    "paths, misspelt": (HEAD + "pahts: {}\ncomponents: {}\n", "`pahts` means nothing here", 3),
    "schemas, misspelt": (HEAD + "components:\n  schema: {}\n", "Did you mean `schemas`?", 4),
    "a method, misspelt": (HEAD + "paths:\n  /x:\n    pst: {}\n", "Did you mean `post`?", 5),
    "a body, misspelt": (
        HEAD + "paths:\n" + operation(more="requestBdy: {}"),
        "Did you mean `requestBody`?",
        6,
    ),
    "properties, misspelt": (schemas("A:\n  propertis: {}"), "Did you mean `properties`?", 7),
    "paths that are a list": (HEAD + "paths: []\n", "`paths` must be a mapping", 3),
    "properties that are a list": (schemas("A:\n  type: object\n  properties: [a]"), "must be a mapping", 8),
    "a type that is none": (schemas("A:\n  type: strnig"), "'strnig' is not a type", 7),
    "an empty enum": (schemas("A:\n  enum: []"), "`enum` must be a list with at least one value", 7),
    "an empty union": (schemas("A:\n  anyOf: []"), "`anyOf` is empty", 7),
    "a dangling reference": (schemas("A:\n  $ref: '#/components/schemas/B'"), "is not in the document", 7),
    "a remote reference": (schemas("A:\n  $ref: 'https://x.example/a#/A'"), "is outside the document", 7),
    "a reference to another file": (schemas("A:\n  $ref: 'b.yaml#/A'"), "is outside the document", 7),
    "a reference that is a number": (schemas("A:\n  $ref: 1"), "`$ref` must be text", 7),
    "a reference to a section that is none": (
        schemas("A:\n  $ref: '#/components/schema/Z'"),
        "Did you mean schemas?",
        7,
    ),
    "two servers of one environment": (
        HEAD + "servers:\n- {url: https://a.example, x-environment: main}\n"
        "- {url: https://b.example, x-environment: main}\npaths: {}\n",
        "a second server is called main",
        5,
    ),
    "a security scheme of a type that is none": (
        schemes("{type: apikey, in: header, name: x-api-key}"),
        "The types are apiKey, http",
        6,
    ),
    "a key without a name": (schemes("{type: apiKey, in: header}"), "the security scheme has no `name`", 6),
    "a key in the body": (schemes("{type: apiKey, in: body, name: k}"), "in header, query or cookie", 6),
    "a scheme of HTTP without its name": (schemes("{type: http}"), "the security scheme has no `scheme`", 6),
    "a body without a media type": (
        HEAD + "paths:\n" + operation(more="requestBody: {content: {schema: {type: object}}}"),
        "Write one around it, such as application/json.",
        6,
    ),
    "a parameter in the body": (
        HEAD + "paths:\n" + operation(more="parameters: [{name: a, in: body, schema: {}}]"),
        "A body is described by `requestBody`.",
        6,
    ),
    "a parameter with text for true": (
        HEAD + "paths:\n" + operation(more="parameters: [{name: a, in: query, required: yes, schema: {}}]"),
        "`required` must be true or false, not 'yes'",
        6,
    ),
    "text for false": (
        HEAD + "paths:\n" + operation(more="parameters: [{name: a, in: query, explode: no, schema: {}}]"),
        "`explode` must be true or false, not 'no'",
        6,
    ),
    "names in place of schemas": (schemas("A:\n  oneOf: [B]\nB: {}"), "`oneOf/0` must be a mapping", 7),
    "a reference of Swagger 2": (
        schemas("A:\n  $ref: '#/definitions/B'\nB: {}"),
        "Did you mean #/components/schemas/B?",
        7,
    ),
    "a reference that is a name": (
        schemas("A:\n  $ref: B\nB: {}"),
        "Did you mean #/components/schemas/B?",
        7,
    ),
    "a discriminator of a property, misspelt": (
        schemas(
            "A: {type: object, properties: {type: {type: string}}}\n"
            "B:\n  oneOf: [{$ref: '#/components/schemas/A'}]\n  discriminator: {propertyName: tpye}"
        ),
        "Did you mean type?",
        9,
    ),
    "a security scheme that is not described": (
        HEAD + "paths:\n" + operation(more="security: [{token: []}]"),
        "#/components/securitySchemes/token is not in the document",
        6,
    ),
    "a security scheme, misspelt": (
        HEAD + "security:\n- APIKey: []\npaths: {}\ncomponents:\n  securitySchemes:\n"
        "    ApiKey: {type: apiKey, in: header, name: x-api-key}\n",
        "Did you mean ApiKey?",
        4,
    ),
    "cyclic allOf": (schemas("A:\n  allOf: [{$ref: '#/components/schemas/A'}]"), "made from itself", 6),
    "a long cycle of allOf": (chain(400), "made from itself", None),
    "cyclic references": (
        schemas("A: {$ref: '#/components/schemas/B'}\nB: {$ref: '#/components/schemas/A'}"),
        "leads back to itself",
        6,
    ),
    "the same operationId twice": (
        HEAD + "paths:\n" + operation("/x") + operation("/y"),
        "GET /y and GET /x would both be called op",
        10,
    ),
    "operationIds that differ in spelling": (
        HEAD
        + "paths:\n"
        + operation("/x", "operationId: getUser")
        + operation("/y", "operationId: get_user"),
        "would both be called get_user",
        10,
    ),
    "a path parameter that is not declared": (
        HEAD + "paths:\n" + operation("/x/{id}"),
        "the path parameter {id} of /x/{id} is not declared",
        5,
    ),
    "a path parameter that is not in the path": (
        HEAD
        + "paths:\n"
        + operation(
            more="parameters:\n        - {name: id, in: path, required: true, schema: {type: string}}"
        ),
        "the path /x has no {id}",
        7,
    ),
    "a parameter twice": (
        HEAD + "paths:\n" + operation(more="parameters: [&p {name: a, in: query, schema: {}}, *p]"),
        "the parameter a is here twice",
        6,
    ),
    "braces that do not fit": (HEAD + "paths:\n" + operation("'/q/{{a}}'"), "the braces of the path", 5),
    "no responses": (
        HEAD + "paths:\n  /x:\n    get: {operationId: op, responses: {}}\n",
        "has no `responses`",
        5,
    ),
    "a status code that is none": (
        HEAD + "paths:\n  /x:\n    get:\n      responses:\n        ok: {description: ok}\n",
        "'ok' is not a status code",
        7,
    ),
    "an operationId too long for a file": (
        HEAD + "paths:\n" + operation(more=f"operationId: {'a' * 300}"),
        "is too long for a file",
        6,
    ),
    "a schema name too long for a file": (
        schemas(f"{'A' * 300}: {{type: object}}"),
        "is too long for a file",
        6,
    ),
    "a schema name that its underscores make too long": (
        schemas(f"B: {{}}\n{'Ab' * 90}: {{type: object}}"),
        "is too long for a file",
        7,
    ),
    "an enum's name that is long in bytes": (
        schemas(f"{'日' * 80}: {{enum: [a]}}"),
        "is too long for a file",
        6,
    ),
    "a tag too long for a file": (
        HEAD + "paths:\n" + operation(more=f"tags: [{'a' * 300}]"),
        "is too long for a file",
        5,
    ),
    "a range of status codes twice": (
        HEAD + "paths:\n  /x:\n    get:\n      responses:\n        4XX: {description: a}\n"
        "        4xx: {description: b}\n",
        "4xx is here a second time",
        8,
    ),
    "a parameter in a list": (
        HEAD + "paths:\n" + operation(more="parameters: [{name: a, in: [query], schema: {}}]"),
        "`in` must be query, path, header or cookie",
        6,
    ),
    "a server that is text": (
        HEAD + "paths:\n" + operation(more="servers: ['https://x.example']"),
        "must be a mapping",
        6,
    ),
    "a server without a URL": (HEAD + "servers: [{}]\npaths: {}\n", "the server has no `url`", 3),
    "a schema that is made from a part of itself": (
        schemas(
            "A:\n  properties:\n    b: {allOf: [{$ref: '#/components/schemas/A/properties/b/properties/c'}],"
            " properties: {c: {allOf: [{$ref: '#/components/schemas/A/properties/b'}]}}}"
        ),
        "made from itself",
        None,
    ),
    "an operation with a server of its own, not a whole URL": (
        HEAD + "paths:\n" + operation(more="servers: [{url: /other}]"),
        "is not a whole URL",
        6,
    ),
}


@pytest.fixture
def compile_text(tmp_path: Path) -> Callable[[str | bytes], int]:
    """Compiles a document over an existing package; returns the exit code."""
    package = tmp_path / "out" / "egp_api"
    package.mkdir(parents=True)
    (package / "openapi.yaml").write_text("openapi: 3.1.0\ninfo: {title: Old, version: 1}\npaths: {}\n")
    (package / "__init__.py").write_text("OLD = True\n")

    def compile_text(text: str | bytes) -> int:
        spec = tmp_path / "spec.yaml"
        spec.write_bytes(text if isinstance(text, bytes) else text.encode())
        return main(["--spec", str(spec), "--output", str(tmp_path / "out")])

    return compile_text


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_document_is_refused_with_its_place(
    name: str, compile_text: Callable[[str | bytes], int], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text, message, line = BROKEN[name]

    status = compile_text(text)

    said = capfd.readouterr()
    place = f"spec.yaml:{line}: " if line is not None else "spec.yaml"
    assert status == 1
    assert message in said.err
    assert place in said.err
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) <= LINES_OF_A_SCREEN
    assert max(map(len, said.err.splitlines())) < 800
    assert sorted(path.name for path in (tmp_path / "out").rglob("*")) == [
        "__init__.py",
        "egp_api",
        "openapi.yaml",
    ]
    assert (tmp_path / "out" / "egp_api" / "__init__.py").read_text() == "OLD = True\n"


def test_no_keyword_of_any_draft_of_json_schema_is_taken_for_a_misspelt_one() -> None:
    keywords = {key for uri in REGISTRY for key in dict(REGISTRY.contents(uri)).get("properties", {})}

    refused = {key for key in keywords if [*misspelt({key: None}, SCHEMA, "")]}

    assert len(keywords) > 50
    assert not refused
