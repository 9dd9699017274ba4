"""The pytest fixture, in a test run of its own."""

import subprocess
import sys
import textwrap

import pytest

LIGHT = """
import sys
import egp.testing, egp.testing.plugin
heavy = {"httpx", "jsonschema", "starlette", "uvicorn", "yaml", "attrs", "asyncio"} & set(sys.modules)
assert not heavy - already, heavy - already
"""


def test_the_plugin_imports_nothing_heavy():
    program = f"import sys, pytest; already = set(sys.modules){textwrap.dedent(LIGHT)}"

    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_fixture_is_there_without_being_asked_for(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        import httpx

        def test_it(egp_server):
            egp_server.reply("Paris")
            body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "Capital of France?"}]}
            url = f"{egp_server.url}/v5/chat/completions"

            key = {"x-api-key": egp_server.api_key}
            answer = httpx.post(url, json=body, headers=key, trust_env=False).json()

            assert answer["choices"][0]["message"]["content"] == "Paris"
            assert egp_server.requests[0].json == body
        """
    )

    pytester.runpytest_subprocess("-W", "error").assert_outcomes(passed=1)


def test_each_test_finds_the_server_as_new(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        import pytest

        urls = set()

        @pytest.mark.parametrize("turn", [1, 2, 3])
        def test_it(egp_server, turn):
            assert egp_server.requests == []
            assert egp_server.pending == 0
            urls.add(egp_server.url)
            egp_server.fail(500)
            assert len(urls) == 1
        """
    )

    pytester.runpytest_inprocess("-W", "error").assert_outcomes(passed=3)


def test_a_client_made_by_the_code_under_test_reaches_the_server(pytester: pytest.Pytester, monkeypatch):
    monkeypatch.setenv("EGP_BASE_URL", "https://real.example.com")
    monkeypatch.setenv("EGP_API_KEY", "real")
    pytester.makepyfile(
        """
        import os

        def test_during(egp_server):
            assert os.environ["EGP_BASE_URL"] == egp_server.url
            assert os.environ["EGP_API_KEY"] == egp_server.api_key

        def test_after():
            assert os.environ["EGP_API_KEY"] == "real"
        """
    )

    pytester.runpytest_inprocess("-W", "error").assert_outcomes(passed=2)


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


def test_without_the_extra_the_error_says_how_to_install_it():
    subprocess.run([sys.executable, "-c", WITHOUT], check=True)


def test_an_unknown_name_is_an_attribute_error():
    import egp.testing

    with pytest.raises(AttributeError, match="Serve"):
        _ = egp.testing.Serve  # type: ignore[attr-defined]


def test_every_public_name_is_there():
    import egp.testing

    assert all(getattr(egp.testing, name) for name in egp.testing.__all__)
    assert dir(egp.testing) == sorted(egp.testing.__all__)
