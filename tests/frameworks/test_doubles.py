"""The recipes of docs/doubles.md: by configuration alone, each framework is answered by the local server."""

import pytest

from egp.testing import Server
from tests.frameworks.recipes import recipe, run_node, run_python

# The first test of a framework also waits for its environment.
pytestmark = pytest.mark.timeout(900)

DOCUMENT = "docs/doubles.md"
SAID = "You said: Hello there"
EXPECTED = {
    "whole": SAID,
    "streamed": SAID,
    "tool": {"city": "string"},
    "after_the_tool": "The tool said: sunny",
    "structured": {"name": "string", "age": 0},
}
HEADINGS = {
    "openai": "openai (Python)",
    "langchain": "LangChain",
    "llama-index": "LlamaIndex",
    "pydantic-ai": "pydantic-ai",
    "litellm": "litellm",
    "openai-agents": "openai-agents",
    "inspect-ai": "inspect-ai",
}


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.mark.parametrize("framework", HEADINGS)
def test_a_framework_has_its_answers_whole_streamed_with_tools_and_structured(framework, server, tmp_path):
    code = recipe(DOCUMENT, HEADINGS[framework])

    reported = run_python(framework, code, f"{framework}.py", server, tmp_path)

    assert reported == EXPECTED
    assert any(request.wants_stream for request in server.requests)


def test_openai_for_node_has_its_answers(server, tmp_path):
    code = recipe(DOCUMENT, "openai (Node)", "js")

    reported = run_node(code, "openai.mjs", server, tmp_path)

    assert reported == EXPECTED


def test_instructor_has_objects_and_parts_of_them(server, tmp_path):
    code = recipe(DOCUMENT, "instructor")

    reported = run_python("instructor", code, "instructor.py", server, tmp_path)

    person = EXPECTED["structured"]
    assert reported == {"whole": SAID, "structured": person, "streamed": person, "several": [person]}


def test_scale_gp_beta_has_its_answers_from_a_server_without_done(tmp_path):
    code = recipe(DOCUMENT, "scale-gp-beta")

    with Server(end="eof") as server:
        reported = run_python("scale-gp-beta", code, "scale-gp-beta.py", server, tmp_path)

    assert reported == {name: EXPECTED[name] for name in ("whole", "streamed", "tool", "after_the_tool")}


def script_dspy(server):
    """Script the answers that DSPy asks for; return what its program reports then."""
    server.reply(times=2)  # what the server says by itself
    server.reply("[[ ## answer ## ]]\nBlue light is scattered.\n\n[[ ## completed ## ]]")
    server.reply('{"person": {"name": "string", "age": 0}}')
    return {
        "whole": SAID,
        "tool": EXPECTED["tool"],
        "streamed": "Blue light is scattered.",
        "structured": EXPECTED["structured"],
    }


def test_dspy_has_its_answers_by_script(server, tmp_path):
    expected = script_dspy(server)
    code = recipe(DOCUMENT, "DSPy")

    reported = run_python("dspy", code, "dspy.py", server, tmp_path)

    assert reported == expected
