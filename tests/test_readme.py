"""The README shows what works: its code runs, and its tables say what the code says."""

import inspect
import re
import shlex
from pathlib import Path

import pytest

import egp
from egp import Client
from egp._options import ClientOptions
from egp.cli import make_parser
from tools.snippets import snippets

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DOCUMENTS = [ROOT / "README.md", *sorted(DOCS.rglob("*.md")), ROOT / "CONTRIBUTING.md"]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("snippet", snippets(), ids=lambda snippet: snippet.name)
def test_the_code_runs(snippet, egp_server, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)  # where cassettes are not recorded
    if any(word in snippet.code for word in ("egp.tool", "egp.structured", "response_format=")):
        pytest.importorskip("msgspec", reason="the page needs an extra")
    # Blank lines before it give a traceback the line numbers of the document.
    program = compile("\n" * (snippet.line - 1) + snippet.code, snippet.document, "exec")
    namespace = {"__name__": "__main__"}

    exec(program, namespace)
    for name in [name for name in namespace if name.startswith("test_")]:
        namespace[name](egp_server)
    for value in namespace.values():
        # Programs end here. In a test, their functions keep the namespace in a circle until later.
        if isinstance(value, egp.Client):
            value.close()

    # What makes a server of its own asks that one.
    assert egp_server.requests or "with Server(" in snippet.code
    assert egp_server.pending == 0


# Pages with blocks that are marked `notest`, since the packages of this environment do not suffice for them.
RUN_ELSEWHERE = {
    "bulk.md": "tests/bulk/test_ray.py",
    "doubles.md": "tests/frameworks/test_doubles.py",
    "frameworks.md": "tests/frameworks/test_clients.py",
    "langchain.md": "tests/langchain/test_page.py",
    "telemetry.md": "tests/telemetry/test_page.py",
    "testing.md": "tests/testing/test_marker.py",
}


def test_what_is_not_run_here_is_run_by_a_test_of_its_own():
    marked = {path.name for path in DOCUMENTS if "\n```python notest\n" in path.read_text()}

    assert marked == RUN_ELSEWHERE.keys()
    for name, test in RUN_ELSEWHERE.items():
        assert f'"{name}"' in (text := (ROOT / test).read_text()) or f"docs/{name}" in text


def test_every_command_line_that_is_shown_is_one():
    text = "\n".join(path.read_text() for path in DOCUMENTS)
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    shown = re.findall(r"^(?:.*\| )?egp (.*)$", "".join(blocks).replace("\\\n", " "), re.MULTILINE)

    for line in shown:
        make_parser().parse_args(shlex.split(line, comments=True))
    assert {shlex.split(line)[0] for line in shown} >= {"chat", "doctor", "bulk"}


def test_the_tree_of_the_errors_is_the_one_of_the_code():
    (tree,) = [
        block for block in (DOCS / "errors.md").read_text().split("```") if block.startswith("\nEGPError")
    ]
    named = set(re.findall(r"\w+Error", tree))

    assert named == {name for name in egp.__all__ if name.endswith("Error")}


def test_the_table_of_options_has_each_option():
    table = (DOCS / "configuration.md").read_text().partition("| option of `Client`")[2].partition("\n\n")[0]
    first_column = [row.split("|")[1] for row in table.splitlines()[2:]]
    named = set(re.findall(r"`(\w+)`", " ".join(first_column)))

    assert named == {*ClientOptions.__annotations__, *inspect.signature(Client).parameters}


def test_the_readme_is_short_enough_to_be_read():
    assert len(README.splitlines()) <= 130


def test_every_page_is_reachable_from_the_readme():
    found, left = set(), [ROOT / "README.md"]
    while left:
        page = left.pop()
        if page in found:
            continue
        found.add(page)
        for target in re.findall(r"\]\(([^)#]+\.md)[^)]*\)", page.read_text()):
            if "://" not in target:
                left.append((page.parent / target).resolve())

    assert found >= set(DOCS.rglob("*.md"))


def test_the_scripts_that_are_shown_exist_and_can_be_run():
    shown = set(re.findall(r"\bscripts/\w+", README))

    assert shown
    assert all((ROOT / name).stat().st_mode & 0o111 for name in shown)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_within_the_repository_lead_somewhere(path):
    text = path.read_text()
    anchors = {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }

    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        if "://" in target:
            continue
        assert (path.parent / file).exists(), target
        assert file or anchor in anchors, target
