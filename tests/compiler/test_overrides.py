"""Templates: each of ours against the generator's original, so that an update says what to look at.

When the generator is updated and a hash differs: read what changed in its template, take into ours what ours
lacks, and write the new hash down here.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import openapi_python_client
import pytest
from openapi_python_client.config import Config, MetaType
from openapi_python_client.parser import GeneratorData

from tests.compiler.conftest import CONFIG, api_document
from tools.compiler.compilation import prepare
from tools.compiler.document import parse
from tools.compiler.emit import TEMPLATES, outline

ORIGINALS = Path(openapi_python_client.__file__).parent / "templates"
PINNED = "0.29.1"

OVERRIDES = {
    "api_init.py.jinja": "f3b0290732b219be73b204cc3a44170eab0b64299a485a093306c6cc20d064cc",
    "client.py.jinja": "4eac65762f21014a7fbf59e730f1be6d28c9c85ddc1c40b458b6ff5f67a64c9e",
    "endpoint_init.py.jinja": "c1837a037fdbbd85b5dc1d49f58bd80a672fe4496cfaaf84d3b91927027b56da",
    "endpoint_module.py.jinja": "c1b2628053eb4875ba59566baa5ae907666f9cbfafa308d93f970a4404b7cd52",
    "errors.py.jinja": "b6ba7ea79aa7d7f24b47119985d1ed20268d3da0ab70309ee138088a106b6af9",
    "literal_enum.py.jinja": "04f2eb9334dd543ab7fa91a1fe3a73e7d5f2cf50e09d864429ddb58e506c8b68",
    "model.py.jinja": "fd1c79680d51c06cfbb89809ad123750ba9add98b688036c04cabbf1f8ba40a0",
    "models_init.py.jinja": "4f64a3d6e1b15a561be5573c1b7702eb928c0e4fa6b67107d20e57a74c44d51a",
    "package_init.py.jinja": "ac15907e32dc39bd9b83ea6f2002fb87514f2182b97f88231b5a9c47321f6210",
    "types.py.jinja": "93df9d75883a4eafac77dd21bc6907f3ef612e3f7841e08656618dcf6c4ce494",
}
OWN = {"dates.py.jinja", "dump.py.jinja", "params.py.jinja", "serialization.py.jinja", "unions.py.jinja"}


def config() -> Config:
    return Config.from_sources(
        CONFIG, MetaType.NONE, document_source=Path(), file_encoding="utf-8", overwrite=True, output_path=None
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_generator_is_the_one_that_the_templates_were_written_for() -> None:
    assert version("openapi-python-client") == PINNED


@pytest.mark.parametrize("name", sorted(OVERRIDES))
def test_the_original_of_an_override_is_the_one_that_it_was_written_against(name: str) -> None:
    assert digest(ORIGINALS / name) == OVERRIDES[name]


def test_every_template_of_ours_is_an_override_or_a_module_of_our_own() -> None:
    ours = {path.name for path in TEMPLATES.iterdir()}

    assert ours == OVERRIDES.keys() | OWN
    assert not [name for name in OWN if (ORIGINALS / name).exists()]


@pytest.mark.parametrize("name", sorted(OVERRIDES))
def test_an_override_says_why_it_is_there(name: str) -> None:
    assert (TEMPLATES / name).read_text(encoding="utf-8").startswith("{# Overridden: ")


def test_the_generator_is_used_as_it_is() -> None:
    sources = [path.read_text("utf-8") for path in (TEMPLATES.parent / "tools" / "compiler").rglob("*.py")]

    assert not any("mock" in source or "setattr(model_property" in source for source in sources)


def test_the_operations_that_the_generator_copies_hold_no_models() -> None:
    reference = {"$ref": "#/components/schemas/M"}
    content = {"content": {"application/json": {"schema": reference}}}
    operation = {
        "operationId": "op",
        "parameters": [{"name": "q", "in": "query", "schema": reference}],
        "requestBody": content,
        "responses": {"200": {"description": "", **content}},
    }
    schemas = {"M": {"type": "object", "properties": {"a": {"type": "string"}, "m": reference}}}
    source = json.dumps(api_document(schemas, {"/x": {"post": operation}})).encode()

    data = GeneratorData.from_dict(
        outline(prepare(parse(source, "openapi.json"), CONFIG).content), config=config()
    )

    assert isinstance(data, GeneratorData)
    [endpoint] = data.endpoint_collections_by_tag["default"].endpoints
    assert endpoint.name == "op"
    assert not endpoint.list_all_parameters()
    assert not list(endpoint.responses)
    assert [model.required_properties for model in data.models] == [[]]
    assert [model.optional_properties for model in data.models] == [[]]
