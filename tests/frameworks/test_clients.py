"""The recipes of docs/frameworks.md: frameworks on the service, and on a client of ours."""

import re

import pytest

from egp.testing import Server
from tests.frameworks.environments import REQUIREMENTS, ROOT
from tests.frameworks.recipes import recipe, run_node, run_python
from tests.frameworks.test_doubles import EXPECTED, HEADINGS, SAID, script_dspy

# The first test of a framework also waits for its environment.
pytestmark = pytest.mark.timeout(900)

DOCUMENT = "docs/frameworks.md"
KEY = "a-key-of-tests"
PERSON = EXPECTED["structured"]
IN_PARTS = {"whole": SAID, "structured": PERSON, "streamed": PERSON, "several": [PERSON]}
# By the heading of the recipe: the framework, the program, what it reports.
ON_A_CLIENT = {
    "LangChain, on a client": ("langchain", "langchain.py", EXPECTED),
    "ChatOpenAI, on a client": ("langchain", "chat-openai.py", EXPECTED),
    "LlamaIndex, on a client": ("llama-index", "llama-index.py", EXPECTED),
    "instructor, on a client": ("instructor", "instructor-patch.py", {"whole": SAID, "structured": PERSON}),
    "instructor, with parts of objects": ("instructor", "instructor.py", IN_PARTS),
}
OTHERS = {"openai (Node)", "scale-gp-beta", "instructor", "DSPy"}


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.mark.parametrize("heading", ON_A_CLIENT)
def test_a_framework_has_its_answers_from_a_client(heading, server, tmp_path):
    framework, program, expected = ON_A_CLIENT[heading]
    code = recipe(DOCUMENT, heading)

    reported = run_python(
        framework, code, program, server, tmp_path, EGP_BASE_URL=server.url, EGP_API_KEY=KEY
    )

    assert reported == expected
    # All requests are ours.
    assert {request.headers["user-agent"].partition("/")[0] for request in server.requests} == {"egp-client"}


@pytest.mark.parametrize("framework", HEADINGS)
def test_a_framework_has_its_answers_by_configuration(framework, server, tmp_path):
    code = recipe(DOCUMENT, HEADINGS[framework])

    reported = run_python(framework, code, f"{framework}.py", server, tmp_path, EGP_API_KEY=KEY)

    assert reported == EXPECTED
    assert_that_all_have_the_key(server)


def test_openai_for_node_has_its_answers_by_configuration(server, tmp_path):
    code = recipe(DOCUMENT, "openai (Node)", "js")

    reported = run_node(code, "openai.mjs", server, tmp_path, EGP_API_KEY=KEY)

    assert reported == EXPECTED
    assert_that_all_have_the_key(server)


def test_instructor_has_its_answers_by_configuration(server, tmp_path):
    code = recipe(DOCUMENT, "instructor")

    reported = run_python("instructor", code, "instructor.py", server, tmp_path, EGP_API_KEY=KEY)

    assert reported == IN_PARTS
    assert_that_all_have_the_key(server)


def test_scale_gp_beta_has_its_answers_by_configuration(tmp_path):
    code = recipe(DOCUMENT, "scale-gp-beta")
    given = {"EGP_API_KEY": KEY, "EGP_ACCOUNT_ID": "an-account"}

    with Server(end="eof") as server:
        reported = run_python("scale-gp-beta", code, "scale-gp-beta.py", server, tmp_path, **given)

    assert reported == {name: EXPECTED[name] for name in ("whole", "streamed", "tool", "after_the_tool")}
    assert_that_all_have_the_key(server)


def test_dspy_has_its_answers_by_configuration(server, tmp_path):
    expected = script_dspy(server)
    code = recipe(DOCUMENT, "DSPy")

    reported = run_python("dspy", code, "dspy.py", server, tmp_path, EGP_API_KEY=KEY)

    assert reported == expected
    assert_that_all_have_the_key(server)


def test_every_recipe_of_the_document_is_run():
    headings = set(re.findall(r"^## (.+)$", (ROOT / DOCUMENT).read_text("utf-8"), re.MULTILINE))

    assert headings == ON_A_CLIENT.keys() | set(HEADINGS.values()) | OTHERS
    assert {framework for framework, *_ in ON_A_CLIENT.values()} | HEADINGS.keys() <= REQUIREMENTS.keys()


def assert_that_all_have_the_key(server):
    """The service reads it there."""
    assert {request.headers.get("x-api-key") for request in server.requests} == {KEY}
