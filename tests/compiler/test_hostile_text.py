"""Text of the document lands in the package as data, wherever it stands: it is never run."""

from __future__ import annotations

import importlib
import json
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tools.compiler.cli import main

PACKAGE = "hostile_package"


def attacks(canary: Path) -> list[str]:
    run = f"__import__('pathlib').Path({str(canary)!r}).touch()"
    return [
        f'"""\n{run}\n"""',
        f"'''\n{run}\n'''",
        f'" + {run} + "',
        f"' + {run} + '",
        f"{{{run}}}",
        f"{{{{ {run} }}}}",
        f"{{% set x = {run} %}}",
        f'\\"""\n{run}\n\\"""',
        f'\\\\"); {run} #',
        f"\n{run}\n",
        f"\r{run}\r",
        f"\u2028{run}\u2029",
        f"\\N{{BULLET}}\\x00\\u0041 {run}",
        f"] = 1\n{run}\nx = [1",
        f"): pass\n{run}\ndef f(",
        "ends in a backslash\\",
        'quotes at the end\'"""',
        "%s {0} ${x} \\g<1>",
        "\u200b\u202e\ufeffinvisible",
    ]


def hostile_document(texts: list[str]) -> dict[str, Any]:
    everything = "\n".join(texts)

    def said(i: int) -> dict[str, Any]:
        return {"description": texts[i % len(texts)], "title": texts[(i + 1) % len(texts)]}

    properties: dict[str, Any] = {
        text: {"type": "string", "default": text, "example": text, **said(i)} for i, text in enumerate(texts)
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": everything, "version": everything, "description": everything},
        "servers": [
            {"url": f"https://h.example/{i}{text}", "description": text, "x-environment": text}
            for i, text in enumerate(texts)
        ],
        "tags": [{"name": text, "description": text} for text in texts],
        "paths": {
            f"/{i}/{text.replace('{', '').replace('}', '')}": {
                "summary": text,
                "post": {
                    "operationId": f"{text} {i}",
                    "summary": text,
                    "description": text,
                    "tags": [text],
                    "parameters": [
                        {
                            "name": f"{text}",
                            "in": "query",
                            "schema": {"type": "string", "default": text},
                            **said(i),
                        },
                        {"name": f"h{i}", "in": "header", "schema": {"enum": [text]}, "description": text},
                        {
                            "name": f"c{text}",
                            "in": "query",
                            "schema": {"type": "integer"},
                            "description": text,
                        },
                    ],
                    "requestBody": {
                        "description": text,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/M"}}},
                    },
                    "responses": {
                        "200": {
                            "description": text,
                            "content": {
                                "application/json": {"schema": {"$ref": "#/components/schemas/M"}},
                                "text/event-stream": {"schema": {"$ref": "#/components/schemas/M"}},
                            },
                        },
                        "default": {"description": text},
                    },
                },
            }
            for i, text in enumerate(texts)
        },
        "components": {
            "schemas": {
                "M": {
                    "type": "object",
                    "properties": {
                        **properties,
                        "an_enum": {"enum": texts, **said(0)},
                        "constants": {"anyOf": [{"const": text} for text in texts] + [{"type": "object"}]},
                    },
                    "example": {text: text for text in texts},
                    **said(3),
                },
                **{
                    f"S{i} {text}": {"type": "object", "properties": {"x": {"type": "string"}}, **said(i)}
                    for i, text in enumerate(texts)
                },
            },
            "securitySchemes": {
                everything: {"type": "apiKey", "in": "header", "name": texts[0], "description": everything}
            },
        },
        "security": [{everything: []}],
    }


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canary") / "sings"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, canary: Path) -> Iterator[ModuleType]:
    """The package made from a document that is hostile wherever text may stand; every module is imported."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "openapi.json").write_text(json.dumps(hostile_document(attacks(canary))), encoding="utf-8")
    (folder / "config.yaml").write_text(f"package_name_override: {PACKAGE}\ndocstrings_on_attributes: true\n")
    arguments = ["--spec", "openapi.json", "--config", "config.yaml", "--output", "out"]
    assert main([part if part.startswith("--") else str(folder / part) for part in arguments]) == 0
    sys.path.insert(0, str(folder / "out"))
    try:
        for path in sorted((folder / "out" / PACKAGE).rglob("*.py")):
            name = ".".join(path.relative_to(folder / "out").with_suffix("").parts)
            importlib.import_module(name.removesuffix(".__init__"))
        yield importlib.import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder / "out"))


def test_no_text_is_run_when_the_package_is_made_and_imported(package: ModuleType, canary: Path) -> None:
    assert package.SPEC_SHA256

    assert not canary.exists()


def test_no_text_is_run_when_operations_and_models_are_used(package: ModuleType, canary: Path) -> None:
    texts = attacks(canary)
    instance = {text: text for text in texts} | {"an_enum": texts[0], "constants": texts[1]}
    model = importlib.import_module(f"{PACKAGE}.models").M
    decoded = model.from_dict(instance)

    for name, module in list(sys.modules.items()):
        if name.startswith(f"{PACKAGE}.api.") and hasattr(module, "request_kwargs"):
            assert module.parse(instance).to_dict() == instance
            assert module.parse_event(instance).to_dict() == instance
            assert "url" in module.request_kwargs(body=decoded)

    assert decoded.to_dict() == instance
    assert not canary.exists()


def test_the_text_is_there_as_data(package: ModuleType, canary: Path) -> None:
    texts = attacks(canary)
    models = importlib.import_module(f"{PACKAGE}.models")

    values = typing.get_args(typing.get_args(models.MAnEnum)[0])

    assert sorted(values) == sorted(texts)
    assert sorted(package.SERVERS) == sorted(texts)
    title, header = package.SPEC_TITLE, package.API_KEY_HEADER
    assert (title, header) == ("\n".join(texts), texts[0])
