"""Names and text: whatever the document calls things, each has a name of its own, and text stays text."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Callable
from typing import Any

import pytest
from openapi_python_client.strings import RESERVED_WORDS, pascal_case

TEXT = {"type": "string"}
LEAF = {"$ref": "#/components/schemas/Leaf"}
LEAVES = {"type": "array", "items": LEAF}

# Names that generated code has uses for of its own, and names that come to one name in Python.
MEMBERS = [
    *("additional_keys", "additional_properties", "cast", "cls", "copy", "d", "data", "default", "encode"),
    *("field_dict", "fields", "from_dict", "get", "i", "items", "items_item", "k", "prop", "prop_name"),
    *("self", "source", "src_dict", "t0", "to_dict", "v", "value"),
]
PAIRS = [
    ("type", "type_"),
    ("@id", "id"),
    ("a-b", "a_b", "a.b", "aB", "A_B"),
    ("items_item", "items"),
    ("2fa", "fa2", "field_2fa"),
    ("ﬁ", "fi"),
    ("!", "?", " "),
    ("from_dict", "from-dict", "fromDict"),
    ("_private", "private", "__dunder", "__init__", "__class__", "__dict__", "__slots__"),
]
CANARY = "CANARY"
HOSTILE = [
    '"""; CANARY = 1; """',
    "'''; CANARY = 1; '''",
    '"\nCANARY = 1\n"',
    '\\"; CANARY = 1 #',
    "\\",
    'ends with a quote"',
    "ends with a backslash\\",
    "{CANARY} %s %(x)s {{ CANARY }} {% raise %}",
    "new\nline\r\nCANARY = 1",
    "\u2028CANARY = 1",
    "zero\u200bwidth \u202eright to left \x85 \x0c",
    "# noqa\n# type: ignore",
]


@pytest.fixture(scope="module")
def hostile(compiled: Callable[..., Any]) -> Any:
    schemas = {
        f"S{number}": {
            "type": "object",
            "title": text,
            "description": text,
            "example": {"k": text},
            "required": [text, f"const{number}"],
            "properties": {
                text: {**TEXT, "description": text, "default": text, "example": text},
                f"enum{number}": {"type": "string", "enum": [text, "plain"], "description": text},
                f"const{number}": {"const": text},
                f"either{number}": {
                    "oneOf": [
                        {"type": "object", "required": [text], "properties": {text: {"const": "a"}}},
                        {"type": "object", "required": [text], "properties": {text: {"const": "b"}}},
                    ]
                },
            },
            "additionalProperties": {"type": "string", "description": text},
        }
        for number, text in enumerate(HOSTILE)
    }
    paths = {
        f"/p{number}": {
            "post": {
                "operationId": f"op {number} {text}",
                "tags": [f"tag {text}"],
                "summary": text,
                "description": text,
                "parameters": [
                    {"name": f"q{text}", "in": "query", "schema": TEXT, "description": text},
                    {"name": f"h{number}", "in": "header", "schema": TEXT, "description": text},
                ],
                "requestBody": {
                    "description": text,
                    "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/S{number}"}}},
                },
                "responses": {
                    "200": {"description": text, "content": {"application/json": {"schema": TEXT}}},
                },
            }
        }
        for number, text in enumerate(HOSTILE)
    }
    key = {"type": "apiKey", "in": "header", "name": "x-key", "description": HOSTILE[3]}
    return compiled(
        None,
        paths,
        tidy=True,
        components={"schemas": schemas, "securitySchemes": {HOSTILE[2]: key}},
        info={"title": HOSTILE[0] + HOSTILE[2], "version": HOSTILE[1], "description": HOSTILE[3]},
        servers=[{"url": "https://api.test/'\"\\", "x-environment": HOSTILE[0], "description": HOSTILE[2]}],
        security=[{HOSTILE[2]: []}],
    )


GROUPS = {
    "members": MEMBERS,
    "keywords": sorted(keyword.kwlist),
    "soft_keywords": sorted(keyword.softkwlist),
    "builtins": sorted(RESERVED_WORDS - {"__name__"}),
    **{f"pair{number}": names for number, names in enumerate(PAIRS)},
}
KINDS = {"text": (TEXT, "x"), "model": (LEAF, {"a": "x"}), "list": (LEAVES, [{"a": "x"}])}


@pytest.fixture(scope="module")
def things(compiled: Callable[..., Any]) -> Any:
    schemas = {
        f"{group}_{kind}": {"type": "object", "properties": dict.fromkeys(names, schema)}
        for group, names in GROUPS.items()
        for kind, (schema, _) in KINDS.items()
    }
    return compiled({"Leaf": {"type": "object", "properties": {"a": TEXT}}, **schemas}).models


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("group", GROUPS)
def test_a_field_by_any_name_works(things: Any, group: str, kind: str) -> None:
    names = GROUPS[group]
    document = dict.fromkeys(names, KINDS[kind][1])
    model = getattr(things, pascal_case(f"{group}_{kind}"))

    decoded = model.from_dict({**document, "unknown": 1})

    fields = [attribute.name for attribute in decoded.__attrs_attrs__[1:]]
    assert len(set(fields)) == len(names)
    assert all(name.isidentifier() and not keyword.iskeyword(name) for name in fields)
    assert decoded.to_dict() == {**document, "unknown": 1}
    built = model(**{name: getattr(decoded, name) for name in fields})
    assert built.to_dict() == document


def test_names_that_need_no_change_keep_it(compiled: Callable[..., Any]) -> None:
    names = ["type", "object", "id", "bytes", "format", "index", "type_", "model", "none"]
    thing = compiled({"Thing": {"type": "object", "properties": dict.fromkeys(names, TEXT)}}).models.Thing

    assert {attribute.name for attribute in thing.__attrs_attrs__[1:]} == set(names)


CLASSES = [
    ("HTTPError", "HttpError"),
    ("Foo.Bar", "FooBar", "foo_bar"),
    ("Any", "Literal", "Mapping", "Self", "UUID", "UNSET", "Unset", "File", "JSONObject", "Iterable"),
    ("TypedDict", "Required", "METHOD", "PATH", "TYPE_CHECKING", "Client", "Response", "EventStream"),
    ("Exception", "None", "True", "Type", "List", "Dict", "str", "int", "list", "object"),
    ("class", "import", "datetime", "DateTime", "types", "models", "client", "errors", "UUIDs"),
    ("a", "A"),
    ("Thing", "ThingParam", "OpKeywords", "Op"),
    ("日本", "données"),
]


@pytest.mark.parametrize("names", CLASSES, ids=lambda names: names[0])
def test_schemas_by_any_names_are_all_there_and_apart(
    compiled: Callable[..., Any], names: tuple[str, ...]
) -> None:
    schemas = {
        name: {
            "type": "object",
            "required": [f"f{number}"],
            "properties": {f"f{number}": TEXT, "self": {"$ref": f"#/components/schemas/{name}"}},
        }
        for number, name in enumerate(names)
    }
    member = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}
    paths = {
        "/x": {
            "post": {
                "operationId": "op",
                "requestBody": {"content": {"application/json": {"schema": member}}},
                "responses": {
                    "200": {"description": "", "content": {"application/json": {"schema": member}}}
                },
            }
        }
    }
    api = compiled(schemas, paths)

    found = [api.operation("op").parse({f"f{number}": "x", "self": {}}) for number in range(len(names))]

    assert len({type(value) for value in found}) == len(names)
    assert all(type(value.self_) is type(value) for value in found)
    assert {type(value).__name__ for value in found} <= set(api.models.__all__)
    assert api.module("params")


def test_inline_schemas_and_titles_that_take_a_components_name_are_apart(
    compiled: Callable[..., Any],
) -> None:
    models = compiled(
        {
            "Parent": {
                "type": "object",
                "properties": {
                    "child": {"type": "object", "properties": {"inline": TEXT}},
                    "kind": {"type": "string", "enum": ["a"]},
                },
            },
            "ParentChild": {"type": "object", "title": "Same", "properties": {"component": TEXT}},
            "ParentKind": {"type": "string", "enum": ["b", "c"]},
            "Second": {"type": "object", "title": "Same", "properties": {"second": TEXT}},
            "Same": {"type": "object", "properties": {"same": TEXT}},
        }
    ).models

    parent = models.Parent.from_dict({"child": {"inline": "x"}, "kind": "a"})

    assert parent.child.inline == "x"
    assert type(parent.child) is not models.ParentChild
    assert hasattr(models.ParentChild(), "component")


def test_operations_whose_names_come_to_one_are_both_there(compiled: Callable[..., Any]) -> None:
    answer = {"responses": {"200": {"description": ""}}}
    paths = {
        "/x": {"get": {"operationId": "find", **answer}},
        "/y": {"get": {"operationId": "find2", **answer}},
    }
    api = compiled({}, paths)

    assert {api.operation("find").PATH, api.operation("find2").PATH} == {"/x", "/y"}


class TestHostileText:
    def test_no_text_becomes_code(self, hostile: Any) -> None:
        for path in hostile.folder.rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert CANARY not in names, path

    def test_every_module_imports(self, hostile: Any) -> None:
        modules = []
        for path in sorted(hostile.folder.rglob("*.py")):
            name = ".".join(path.relative_to(hostile.folder).with_suffix("").parts).removesuffix("__init__")
            modules.append(hostile.module(name.strip(".")) if name else hostile.module("types"))

        assert not any(hasattr(module, CANARY) for module in modules)

    @pytest.mark.parametrize("number", range(len(HOSTILE)))
    def test_names_and_values_are_exact(self, hostile: Any, number: int) -> None:
        text = HOSTILE[number]
        document = {text: "x", f"enum{number}": text, f"const{number}": text, f"either{number}": {text: "b"}}
        model = getattr(hostile.models, f"S{number}")

        decoded = model.from_dict(document)

        assert decoded.to_dict() == document
        assert getattr(decoded, f"const{number}") == text
        assert hasattr(getattr(decoded, f"either{number}"), "to_dict")
        assert model(**{decoded.__attrs_attrs__[1].name: "y"}).to_dict() == {
            text: "y",
            f"const{number}": text,
        }

    def test_the_constants_of_the_package_are_exact(self, hostile: Any) -> None:
        package = __import__(hostile.name)

        assert HOSTILE[0] + HOSTILE[2] == package.SPEC_TITLE
        assert HOSTILE[1] == package.SPEC_VERSION
        assert dict(package.SERVERS) == {HOSTILE[0]: "https://api.test/'\"\\"}
