"""The reference has every public name: of the packages, of the command and of the contract."""

import argparse
import inspect
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import griffe
import pytest
import yaml

from egp import Client
from egp.cli import make_parser

ROOT = Path(__file__).parents[2]
FOLDERS = {"egp": ROOT / "src", "egp_api": ROOT / "generated"}
OPERATION = {"sync", "sync_detailed", "asyncio", "asyncio_detailed", "stream", "request_kwargs", "parse"}


def _public_names() -> dict[str, set[str]]:
    """What the sources say is public, by its module: a door is a module whose names are listed."""
    loader = griffe.GriffeLoader(search_paths=list(FOLDERS.values()), allow_inspection=False)
    packages = [loader.load(name) for name in FOLDERS]
    loader.resolve_aliases(implicit=True, external=False)
    found = {package.path: set(package.exports) for package in packages}
    for package in packages:
        for module in package.modules.values():
            if module.is_public and module.exports is not None:
                found[module.path] = {str(name) for name in module.exports}
    found["egp.bulk.ray"] = set(loader.modules_collection["egp.bulk.ray"].exports)
    for tag in loader.modules_collection["egp_api.api"].modules.values():
        for operation in tag.modules.values():
            found[operation.path] = {name for name in OPERATION if name in operation.functions}
    types = loader.modules_collection["egp.types"]
    own = {name for name, member in types.members.items() if _is_ours(name, member)}
    found["egp.types"] = own | found["egp_api.models"] | found["egp_api.params"]
    return found


def _is_ours(name: str, member: griffe.Object | griffe.Alias) -> bool:
    foreign = member.is_alias and not member.target_path.startswith(("egp._models.", "egp_api."))
    return name[0].isupper() and name != "TYPE_CHECKING" and not foreign


PUBLIC = _public_names()


def _of_python(index) -> set[str]:
    return {name for kind, names in index.items() if kind.startswith("py:") for name in names}


def test_the_index_has_every_public_name_and_no_other(index):
    public = {f"{module}.{name}" for module, names in PUBLIC.items() for name in names}
    kinds = ("py:class", "py:exception", "py:function", "py:data", "py:type")
    listed = {name for kind in kinds for name in index.get(kind, ()) if "._" not in name}
    # A name is also known by the module that it is written in.
    at_their_doors = {name for name in listed if name.rpartition(".")[0] in PUBLIC}
    words = {name.rpartition(".")[2] for name in public}

    assert public - _of_python(index) == set()
    assert at_their_doors - public == set()
    assert {name for name in listed if name.rpartition(".")[2] not in words} == set()
    assert set(index["py:module"]) == PUBLIC.keys()


@pytest.mark.parametrize("module", sorted(PUBLIC))
def test_every_member_of_a_public_class_is_on_a_page(module, index):
    listed = _of_python(index)
    missing = []
    for name in PUBLIC[module]:
        value = getattr(import_module(module), name)
        homes = [f"{home}.{name}" for home in PUBLIC if name in PUBLIC[home] and _is(value, home, name)]
        if inspect.isclass(value):
            missing += [
                f"{module}.{name}.{member}"
                for member in _members(value)
                if not any(f"{home}.{member}" in listed for home in homes)
            ]

    assert missing == []


def _is(value, module, name) -> bool:
    return getattr(import_module(module), name) is value


def _members(value: type) -> Iterator[str]:
    """What the class has of its own, or of a class that has no public name."""
    for name in dir(value):
        if name.startswith("_"):
            continue
        home = next((base for base in value.__mro__ if name in vars(base)), value)
        is_private = any(part.startswith("_") for part in home.__module__.split("."))
        if home is value or (home.__module__.startswith("egp.") and is_private):
            yield name


def test_every_keyword_of_create_is_written_out(site):
    page = (site / "reference/client.html").read_text(encoding="utf-8")
    create = page.partition('id="egp.Client.chat.completions.create"')[2].partition("</dl>\n</section>")[0]
    keywords = inspect.signature(Client(api_key="none").chat.completions.create).parameters

    assert len(keywords) > 40
    assert [
        name for name in keywords if f'<span class="n"><span class="pre">{name}</span></span>' not in create
    ] == []
    assert [name for name in keywords if f"<strong>{name}</strong>" not in create] == []


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from _parsers(child)


@pytest.mark.parametrize("parser", list(_parsers(make_parser())), ids=lambda parser: parser.prog)
def test_every_option_of_the_command_is_in_the_index(parser, index):
    options = [name for action in parser._actions for name in action.option_strings]
    program = parser.prog.replace(" ", "-")

    assert options
    assert [name for name in options if f"{program}.{name}" not in index["std:cmdoption"]] == []


def test_the_contract_is_there_with_its_examples(site):
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    components = document["components"]
    operations = (site / "reference/operations.html").read_text(encoding="utf-8")
    schemas = (site / "reference/schemas.html").read_text(encoding="utf-8")
    ids = [item[method]["operationId"] for item in document["paths"].values() for method in item]

    assert [name for name in ids if name not in operations] == []
    assert [name for name in components["schemas"] if f'id="schema-{name.lower()}"' not in schemas] == []
    assert [
        name
        for name, example in components["examples"].items()
        if f"<summary>{example['summary']}</summary>" not in operations
    ] == []


def test_the_test_looks_at_the_site_of_this_tree(site):
    from egp import __version__

    assert f"egp-client {__version__}" in (site / "index.html").read_text(encoding="utf-8")
    assert os.fspath(site).endswith("html")
