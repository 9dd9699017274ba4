"""What is loaded when: users pay for an import whether they use it or not."""

import json
import subprocess
import sys

import pytest

HEAVY = [
    "httpx",
    "httpcore",
    "h11",
    "attrs",
    "attr",
    "anyio",
    "trio",
    "dataclasses",
    "ssl",
    "importlib.metadata",
]


# What extras install.
OPTIONAL = ["msgspec", "pydantic", "jiter", "docstring_parser", "genai_prices"]


def loaded_after(code):
    """The modules loaded by a piece of code, beyond those of an empty interpreter."""
    lines = (
        "import sys; before = set(sys.modules)",
        code,
        "import json; print(json.dumps(sorted(set(sys.modules) - before)))",
    )
    script = "\n".join(lines)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def test_importing_the_package_loads_nothing_else():
    loaded = loaded_after("import egp")

    assert [name for name in loaded if name.startswith("egp")] == ["egp"]


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
def test_making_a_client_loads_nothing_heavy(kind):
    loaded = loaded_after(
        f"from egp import {kind}\nclient = {kind}(api_key='k')\nclient.chat.completions.create"
    )

    assert not set(loaded) & set(HEAVY)
    assert not [name for name in loaded if name.startswith("egp_api.")]
    assert not [name for name in loaded if name.startswith("egp._io")]


@pytest.mark.parametrize(
    "asked",
    [
        "client.chat.completions.stream(model='m', messages=[])",
        "egp.tool(lambda x: x)",
        "client.chat.completions.parse",
        "client.chat.completions.run_tools",
    ],
)
def test_what_is_not_used_of_structured_output_and_tools_is_not_loaded(asked):
    code = f"import egp\nclient = egp.Client(api_key='k')\ntry: {asked}\nexcept egp.EGPError: pass"
    loaded = loaded_after(code)

    optional = {"pydantic", "jiter", "docstring_parser", "genai_prices", "anyio", "trio"}
    assert not set(loaded) & optional
    assert not [name for name in loaded if name.startswith(("egp.structured.", "egp.tools.run"))]


def test_a_call_over_plain_http_loads_no_http_library():
    loaded = loaded_after(
        "import egp\nfrom egp._core.request import Request\n"
        "client = egp.Client(api_key='k', base_url='http://127.0.0.1:9', max_retries=0)\n"
        "try: client._session.send(Request('GET', '/x'))\nexcept egp.APIConnectionError: pass"
    )

    assert not set(loaded) & {"httpx", "httpcore", "h11", "anyio", "trio", "ssl"}


def test_nothing_of_an_extra_is_loaded_before_it_is_needed():
    # List prices are refused where their package is not there; how that is found out loads nothing either.
    loaded = loaded_after(
        "import contextlib, egp, egp.prices, egp.structured, egp.tools, egp.usage\n"
        "client = egp.Client(api_key='k', usage=egp.usage.UsageMeter())\n"
        "with contextlib.suppress(egp.EGPError): egp.usage.UsageMeter(egp.prices.ListPrices())\n"
        "client.chat.completions.parse, client.chat.completions.stream, client.chat.completions.run_tools\n"
        "egp.tool(len)"
    )

    assert not set(loaded) & set(OPTIONAL)


def test_structured_output_loads_no_pydantic():
    pytest.importorskip("msgspec")

    loaded = loaded_after(
        "import egp.structured\negp.structured.schema_of(list[int]).decode('{\"value\": [1]}')"
    )

    assert "msgspec" in loaded
    assert not set(loaded) & {"pydantic", "jiter"}


def test_a_missing_langchain_is_told_with_its_extra():
    program = (
        "import sys; sys.modules['langchain_core'] = None\n"
        "import egp\ntry: import egp.langchain\nexcept egp.EGPError as error: print(error)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert 'pip install "egp-client[langchain]"' in done.stdout


def test_every_exported_name_is_there():
    code = "import egp\nfor name in egp.__all__: getattr(egp, name)\nassert set(egp.__all__) <= set(dir(egp))"

    loaded_after(code)


def test_every_name_of_the_types_is_there():
    code = "import egp.types\nfor name in egp.types.__all__: getattr(egp.types, name)"

    loaded_after(code)


def test_a_name_that_is_not_exported_is_refused():
    import egp

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = egp.nothing
