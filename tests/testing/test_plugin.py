"""The pytest fixture, in a test run of its own, and the cost of the plugin where it is not used."""

import os
import re
import subprocess
import sys

import pytest

import egp.testing

LIGHT = """
import sys, pytest
before = set(sys.modules)
import egp.testing, egp.testing.plugin
added = {name.partition(".")[0] for name in set(sys.modules) - before}
heavy = {"asyncio", "attrs", "egp_api", "httpx", "jsonschema", "starlette", "uvicorn", "yaml"}
assert not added & heavy, added & heavy
"""

WITHOUT = """
import sys

def forget_the_server():
    for name in [name for name in sys.modules if name.startswith("egp.testing._")]:
        del sys.modules[name]

for missing in ("starlette", "uvicorn", "jsonschema", "yaml"):
    forget_the_server()
    sys.modules[missing] = None
    try:
        from egp.testing import Server
    except ImportError as error:
        assert error.name == missing, error
        assert "pip install egp-client[testing]" in str(error), error
    else:
        raise AssertionError(f"imported without {missing}")
    del sys.modules[missing]
"""

INNER = """
import os

import httpx
import pytest

urls = set()


def test_there(egp_server):
    egp_server.reply("Paris")
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "Capital of France?"}]}
    url, key = f"{egp_server.url}/v5/chat/completions", {"x-api-key": egp_server.api_key}

    answer = httpx.post(url, json=body, headers=key, trust_env=False).json()

    assert answer["choices"][0]["message"]["content"] == "Paris"
    assert egp_server.requests[0].json == body


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_new(egp_server, turn):
    assert egp_server.requests == []
    assert egp_server.pending == 0
    egp_server.fail(500)
    urls.add(egp_server.url)
    assert len(urls) == 1


def test_environment_during(egp_server):
    assert os.environ["EGP_BASE_URL"] == egp_server.url
    assert os.environ["EGP_API_KEY"] == egp_server.api_key


def test_environment_after():
    assert os.environ["EGP_API_KEY"] == "real"
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Run the inner tests once; give the outcomes by the name of the test."""
    folder = tmp_path_factory.mktemp("inner")
    (folder / "test_inner.py").write_text(INNER)
    command = [sys.executable, "-m", "pytest", "-v", "-W", "error", "-p", "no:cacheprovider", "test_inner.py"]
    environment = {**os.environ, "EGP_BASE_URL": "https://real.example.com", "EGP_API_KEY": "real"}

    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100)

    return dict(re.findall(r"::(\S+) (PASSED|FAILED|ERROR)", done.stdout))


def test_the_fixture_is_there_without_being_asked_for(outcomes):
    assert outcomes["test_there"] == "PASSED"


def test_each_test_finds_the_one_server_as_new(outcomes):
    assert [outcomes[f"test_new[{turn}]"] for turn in (1, 2, 3)] == ["PASSED"] * 3


def test_a_client_made_by_the_code_under_test_reaches_the_server(outcomes):
    assert outcomes["test_environment_during"] == "PASSED"


def test_the_environment_is_restored_after_the_test(outcomes):
    assert outcomes["test_environment_after"] == "PASSED"


def test_the_plugin_imports_nothing_heavy():
    subprocess.run([sys.executable, "-c", LIGHT], check=True)


def test_without_the_extra_the_error_says_how_to_install_it():
    subprocess.run([sys.executable, "-c", WITHOUT], check=True)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Serve"):
        _ = egp.testing.Serve


def test_every_public_name_is_there():
    assert all(getattr(egp.testing, name) for name in egp.testing.__all__)
    assert dir(egp.testing) == sorted(egp.testing.__all__)
