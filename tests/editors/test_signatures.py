"""What editors, notebooks and `help()` show of `create` and of the clients."""

from __future__ import annotations

import inspect
import pydoc
import runpy
import tempfile
from pathlib import Path

import jedi
import pytest
from egp_api.api.inference import create_chat_completion, list_chat_completion_models

import egp
from egp._options import ClientOptions, EngineOptions

# A cache on disk is shared with the processes of other tests, which write it at the same time.
jedi.settings.cache_directory = tempfile.mkdtemp()

ROOT = Path(__file__).parents[2]
FIELDS = create_chat_completion.KEYWORDS
PROGRAM = "import egp\nclient = egp.{client}(api_key='x')\n{call}("
CALLS = {
    "create": ("client.chat.completions.create", FIELDS),
    "raw create": ("client.chat.completions.with_raw_response.create", FIELDS),
    "models": ("client.chat.completions.models", list_chat_completion_models.KEYWORDS),
    "list": ("client.models.list", list_chat_completion_models.KEYWORDS),
}


ENGINE = EngineOptions.__annotations__.keys()
COPIED = ClientOptions.__annotations__.keys()
STARTED = COPIED | ENGINE
CLIENTS = {"Client": egp.Client, "AsyncClient": egp.AsyncClient}


def completed(script: jedi.Script, source: str) -> set[str]:
    lines = source.splitlines()
    found = script.complete(len(lines), len(lines[-1]))
    return {
        each.name_with_symbols.removesuffix("=") for each in found if each.name_with_symbols.endswith("=")
    }


@pytest.mark.parametrize("client", ["Client", "AsyncClient"])
@pytest.mark.parametrize("call", CALLS)
def test_jedi_completes_every_keyword_without_running_anything(client, call):
    place, fields = CALLS[call]
    source = PROGRAM.format(client=client, call=place)
    project = jedi.Project(ROOT / "src", added_sys_path=[str(ROOT / "generated")])

    assert fields <= completed(jedi.Script(source, project=project), source)


@pytest.mark.parametrize("call", CALLS)
def test_jedi_completes_every_keyword_of_a_live_object(call):
    place, fields = CALLS[call]
    source = f"{place}("

    with egp.Client(api_key="x") as client:
        assert fields <= completed(jedi.Interpreter(source, [{"client": client}]), source)


@pytest.mark.parametrize("kind", [egp.Client, egp.AsyncClient])
@pytest.mark.parametrize("call", CALLS)
def test_signatures_have_every_keyword_with_its_type_and_text(kind, call):
    place, fields = CALLS[call]
    method = eval(place, {"client": kind(api_key="x")})

    signature = inspect.signature(method)

    assert fields <= signature.parameters.keys()
    assert all(each.annotation is not each.empty for each in signature.parameters.values())
    assert all(f"\n            {name}: " in (method.__doc__ or "") for name in signature.parameters)
    assert inspect.iscoroutinefunction(method) is (kind is egp.AsyncClient)


def test_help_shows_types_and_texts():
    text = pydoc.render_doc(egp.Client(api_key="x").chat.completions.create, renderer=pydoc.plaintext)

    assert "temperature: 'float | None' = None" in text
    assert "max_completion_tokens: The greatest number of tokens to generate" in text


@pytest.mark.parametrize("client", CLIENTS)
def test_jedi_completes_every_option_of_a_client_without_running_anything(client):
    project = jedi.Project(ROOT / "src", added_sys_path=[str(ROOT / "generated")])
    made = f"import egp\nclient = egp.{client}("
    copied = f"{made})\ncopy = client.with_options("

    assert completed(jedi.Script(made, project=project), made) >= STARTED
    assert completed(jedi.Script(copied, project=project), copied) >= COPIED


def test_jedi_completes_every_option_of_a_live_client():
    with egp.Client(api_key="x") as client:
        made, copied = "egp.Client(", "client.with_options("

        assert completed(jedi.Interpreter(made, [{"egp": egp}]), made) >= STARTED
        assert completed(jedi.Interpreter(copied, [{"client": client}]), copied) >= COPIED


@pytest.mark.parametrize("kind", CLIENTS.values())
def test_the_signature_of_a_client_has_every_option_with_its_type_and_text(kind):
    for shown, text, options in (
        (kind, kind.__init__.__doc__, STARTED),
        (kind(api_key="x").with_options, kind.with_options.__doc__, COPIED),
    ):
        parameters = inspect.signature(shown).parameters

        assert parameters.keys() == options
        assert all(each.kind is each.KEYWORD_ONLY for each in parameters.values())
        assert all(each.annotation is not each.empty for each in parameters.values())
        assert all(f"\n            {name}: " in text for name in parameters)


def test_the_signature_of_each_kind_of_client_has_its_own_types():
    sync, asynchronous = (inspect.signature(kind).parameters for kind in CLIENTS.values())

    assert (sync["http_client"].annotation, asynchronous["http_client"].annotation) == (
        "httpx.Client | None",
        "httpx.AsyncClient | None",
    )
    assert "Awaitable" in asynchronous["api_key"].annotation
    assert sync["api_key"].annotation == "str | Callable[[], str] | None"


def test_help_shows_the_options_of_a_client():
    text = pydoc.render_doc(egp.Client, renderer=pydoc.plaintext)

    assert "max_connections: 'int' = 1000" in text
    assert "keepalive_expiry: Seconds for which an unused connection is kept; the default is 30." in text


@pytest.fixture
def script_with(tmp_path):
    """Return scripts/signatures where the contract has one more field of the request."""

    def script_with(declared, imports=""):
        params = ROOT / "generated/egp_api/params.py"
        field = '    model: Required[str]\n    """'
        grown = params.read_text(encoding="utf-8").replace(
            field, f'    {declared}\n    """The least likely token."""\n{field}', 1
        )
        script = runpy.run_path(str(ROOT / "scripts/signatures"))
        grown = grown.replace("\nfrom collections", f"\n{imports}from collections", 1)
        (tmp_path / "params.py").write_text(grown, encoding="utf-8")
        script["text"].__globals__["PARAMS"] = tmp_path / "params.py"
        return script

    return script_with


def test_a_field_that_callers_must_give_has_no_default(script_with):
    script = script_with("min_p: Required[float]")

    assert script["text"]().count("min_p: float,") == 6
    assert "    min_p: float\n" in script["langchain"]()


@pytest.mark.parametrize(
    ("kind", "needed"), [("datetime.date", "import datetime\n"), ("UUID", "    from uuid import UUID\n")]
)
def test_the_modules_of_a_type_are_imported(script_with, kind, needed):
    script = script_with(f"min_p: {kind} | None", imports="import datetime\nfrom uuid import UUID\n")

    assert needed in script["text"]()
    assert needed in script["langchain"]()
    exec(script["langchain"](), {})


@pytest.mark.parametrize("name", ["timeout", "extra_body", "idle_timeout", "self"])
def test_a_field_with_the_name_of_an_option_is_refused_with_the_way_out(script_with, name):
    script = script_with(f"{name}: str")

    with pytest.raises(SystemExit, match=rf"`{name}` is an option of every call.*\n.*extra_body"):
        script["text"]()


def test_a_field_that_the_contract_gains_is_a_keyword_by_regeneration_alone(script_with):
    script = script_with("min_p: float | None")

    text = script["text"]()

    assert text.count("min_p: float | None = None,") == 6
    assert "min_p: The least likely token." in text
    assert "min_p: float | None = None" in script["langchain"]()


def test_what_is_spelled_out_is_what_the_dictionaries_say():
    script = runpy.run_path(str(ROOT / "scripts/signatures"))

    assert script["main"](["--check"]) == 0
