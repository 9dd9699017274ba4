"""The public Python API of two releases, as far as callers can notice."""

import textwrap

import pytest

pytest.importorskip("griffe", reason="needs the release tools: tox -e release")

from tests.release.interface_sources import ADDING, BREAKING, NEUTRAL, SOURCES
from tools.release.interface.comparison import compare_interfaces
from tools.release.interface.words import compare_words
from tools.release.version import largest

DOOR = """\
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from egp._client import Client, open_client

    __all__ = ["Client", "open_client"]

    def __getattr__(name: str) -> object: ...
"""
CLIENT = """\
    from functools import cached_property

    from egp._chat import Chat

    class Client(Base):
        retries: int = 2

        def __init__(self, *, key: str | None = None, retries: int = 2) -> None: ...

        @cached_property
        def chat(self) -> Chat: ...

        def with_options(self, **options: int) -> "Client": ...

        def _private(self, anything: int) -> None: ...

    def open_client(key: str) -> Client: ...
"""
CHAT = """\
    class Completions:
        def create(self, *, model: str, seed: int | None = None) -> str: ...

    class Chat:
        completions: Completions
"""
API = """\
    class Completion:
        id: str
        usage: int
"""


@pytest.fixture
def compare(tmp_path):
    """Compare the packages above with the same after replacements in one file."""

    def write(root, name, text):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def run(name=None, old="", new=""):
        for root in (tmp_path / "old", tmp_path / "new"):
            files = {
                "src/egp/__init__.py": DOOR,
                "src/egp/_client.py": CLIENT,
                "src/egp/_chat.py": CHAT,
                "generated/egp_api/__init__.py": "",
                "generated/egp_api/completion.py": API,
            }
            for path, text in files.items():
                if path == name and root.name == "new":
                    assert old in text
                    text = text.replace(old, new)
                write(root, path, text)
        return {
            (change.where, change.what, change.step)
            for change in compare_interfaces(tmp_path / "old", tmp_path / "new")
        }

    return run


def test_the_same_sources_are_no_change(compare):
    assert compare() == set()


def test_a_name_that_leaves_the_door_is_breaking(compare):
    assert compare("src/egp/__init__.py", ', "open_client"', "") == {("egp.open_client", "removed", "major")}


def test_a_removed_parameter_is_breaking(compare):
    changes = compare("src/egp/_client.py", "key: str | None = None, ", "")

    assert ("egp.Client.__init__", "parameter was removed (key)", "major") in changes


def test_a_parameter_that_became_required_is_breaking(compare):
    changes = compare("src/egp/_client.py", "key: str | None = None", "key: str | None")

    assert ("egp.Client.__init__", "parameter is now required (key)", "major") in changes


def test_a_removed_base_class_is_breaking(compare):
    changes = compare("src/egp/_client.py", "Client(Base)", "Client")

    assert {step for _, _, step in changes} == {"major"}


def test_what_only_an_annotation_leads_to_is_compared_too(compare):
    changes = compare("src/egp/_chat.py", ", seed: int | None = None", "")

    assert changes == {("egp.Client.chat.completions.create", "parameter was removed (seed)", "major")}


def test_a_removed_field_of_a_generated_model_is_breaking(compare):
    changes = compare("generated/egp_api/completion.py", "        usage: int\n", "")

    assert changes == {("egp_api.completion.Completion.usage", "removed", "major")}


def test_a_new_parameter_is_an_addition_named_as_it_is_typed(compare):
    changes = compare(
        "src/egp/_chat.py", "seed: int | None = None", "seed: int | None = None, top_k: int = 1"
    )

    assert changes == {("egp.Client.chat.completions.create(top_k)", "added", "minor")}


def test_a_new_class_is_one_addition(compare):
    changes = compare(
        "generated/egp_api/completion.py",
        "    class Completion:",
        "    class Chunk:\n        id: str\n\n    class Completion:",
    )

    assert changes == {("egp_api.completion.Chunk", "added", "minor")}


def test_a_changed_default_is_no_break(compare):
    changes = compare(
        "src/egp/_client.py",
        "*, key: str | None = None, retries: int = 2",
        "*, key: str | None = None, retries: int = 3",
    )

    assert {step for _, _, step in changes} == {"minor"}


def test_what_is_private_may_change(compare):
    assert compare("src/egp/_client.py", "_private(self, anything: int)", "_other(self)") == set()


def test_bodies_and_docstrings_are_no_change(compare):
    assert (
        compare("src/egp/_chat.py", "-> str: ...", '-> str:\n            """New."""\n            return ""')
        == set()
    )


def test_a_package_that_is_gone_is_breaking(compare, tmp_path):
    compare()
    (tmp_path / "new/generated/egp_api/__init__.py").unlink()

    changes = compare_interfaces(tmp_path / "old", tmp_path / "new")

    assert [(change.where, change.step) for change in changes] == [("egp_api", "major")]


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """The packages and the metadata of the last release."""
    root = tmp_path_factory.mktemp("last")
    for name, text in SOURCES.items():
        write(root, name, text)
    return root


@pytest.fixture
def judge(before, tmp_path):
    """Judge a release whose sources are these."""

    def run(sources):
        for name, text in sources.items():
            write(tmp_path, name, text)
        return [*compare_interfaces(before, tmp_path), *compare_words(before, tmp_path)]

    return run


def edited(name, old, new):
    assert SOURCES[name].count(old) >= 1, f"{old!r} is not in {name}"
    return SOURCES | {name: SOURCES[name].replace(old, new, 1)}


def test_sixty_changes_and_a_dozen_that_nobody_notices_are_tried():
    assert len(BREAKING) + len(ADDING) >= 60
    assert len(NEUTRAL) >= 12


@pytest.mark.parametrize("change", BREAKING)
def test_what_breaks_programs_is_major(judge, change):
    assert largest(judge(edited(*BREAKING[change]))) == "major"


@pytest.mark.parametrize("change", ADDING)
def test_what_adds_to_what_users_have_is_minor(judge, change):
    assert largest(judge(edited(*ADDING[change]))) == "minor"


@pytest.mark.parametrize("change", NEUTRAL)
def test_what_nobody_notices_is_no_change(judge, change):
    name, old, new = NEUTRAL[change]
    sources = {file: text.replace(old, new) if file == name else text for file, text in SOURCES.items()}

    assert sources != SOURCES
    assert judge(sources) == []


def test_a_private_module_that_moves_is_no_change(judge):
    moved = {name.replace("_chat", "_async/chat"): text for name, text in SOURCES.items()}
    moved["src/egp/_async/__init__.py"] = ""
    moved = {name: text.replace("egp._chat", "egp._async.chat") for name, text in moved.items()}

    assert judge(moved) == []


def test_a_public_class_that_moves_into_a_private_module_is_no_change(judge):
    names = "APIConnectionError, APIError, APITimeoutError, EGPError"
    door = f"from egp._faults import {names}\n\n__all__ = {names.split(', ')}\n"

    assert (
        judge(SOURCES | {"src/egp/_faults.py": SOURCES["src/egp/errors.py"], "src/egp/errors.py": door}) == []
    )


def test_a_method_that_moves_into_a_private_base_is_no_change(judge):
    client = SOURCES["src/egp/_client.py"]
    method = "    def names(self) -> list[str] | None: ...\n"
    moved = client.replace(method, "").replace("class _Base:\n", f"class _Base:\n{method}\n")

    changes = judge(SOURCES | {"src/egp/_client.py": moved})

    assert [change.where for change in changes] == ["egp.AsyncClient.names"]
    assert largest(changes) == "minor"


def test_a_class_that_the_door_hands_on_as_well_is_an_addition_and_nothing_else(judge):
    door = SOURCES["src/egp/__init__.py"].replace(
        "import APIConnectionError", "import APIConnectionError, APIError"
    )
    door = door.replace('"LIMIT",', '"LIMIT", "APIError",')

    changes = judge(SOURCES | {"src/egp/__init__.py": door})

    assert [(change.where, change.what) for change in changes] == [("egp.APIError", "added")]


def test_a_module_that_is_gone_is_breaking(judge):
    sources = {name: text for name, text in SOURCES.items() if name != "src/egp/content.py"}

    assert [(change.where, change.step) for change in judge(sources)] == [("egp.content", "major")]


def test_a_module_that_is_added_is_an_addition(judge):
    assert largest(judge(SOURCES | {"src/egp/usage.py": "def count() -> int: ...\n"})) == "minor"


def test_a_change_is_said_as_users_reach_it(judge):
    changes = judge(edited(*BREAKING["a keyword of create() is narrower"]))

    assert "egp.Client.chat.completions.create" in {change.where for change in changes}
    assert "type of seed was None | int and is int" in {change.what for change in changes}
