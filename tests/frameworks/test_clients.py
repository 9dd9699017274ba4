"""The recipes of docs/frameworks.md: frameworks that take a client of ours."""

import pytest

from egp.testing import Server
from tests.frameworks.recipes import recipe, run_python
from tests.frameworks.test_doubles import EXPECTED, SAID

# The first test of a framework also waits for its environment.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def server():
    with Server() as server:
        yield server


def reported(framework, heading, program, server, folder):
    """What a program reports that follows a recipe, whose client finds the server by the environment."""
    found = f"import os\n\nos.environ.update(EGP_BASE_URL={server.url!r}, EGP_API_KEY='any')\n"
    code = found + recipe("docs/frameworks.md", heading)
    result = run_python(framework, code, program, server, folder)
    # All requests are ours.
    assert {request.headers["user-agent"].partition("/")[0] for request in server.requests} == {"egp-client"}
    return result


def test_instructor_patches_a_client(server, tmp_path):
    result = reported("instructor", "instructor", "instructor-patch.py", server, tmp_path)

    assert result == {"whole": SAID, "structured": EXPECTED["structured"]}


def test_instructor_has_parts_of_objects_from_a_client(server, tmp_path):
    result = reported("instructor", "instructor, with parts of objects", "instructor.py", server, tmp_path)

    person = EXPECTED["structured"]
    assert result == {"whole": SAID, "structured": person, "streamed": person, "several": [person]}


def test_llama_index_has_its_answers_from_a_client(server, tmp_path):
    result = reported("llama-index", "LlamaIndex", "llama-index.py", server, tmp_path)

    assert result == EXPECTED
    assert any(request.wants_stream for request in server.requests)
