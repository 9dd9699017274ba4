"""The public Python API of two releases, as far as callers can notice."""

import textwrap

import pytest

pytest.importorskip("griffe", reason="needs the release tools: tox -e release")

from tools.release.interface.comparison import compare_interfaces

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
