"""Each option is declared in `egp._core.options`; types and README say the same of it."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from egp._async.client_signatures import AsyncConfigured
from egp._core.options import CallOptions, StreamOptions

ROOT = Path(__file__).parents[2]


def fields_of(path: str, name: str) -> set[str]:
    """Return the annotated names of a class, read from its source."""
    tree = ast.parse((ROOT / path).read_text())
    (found,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    return {
        node.target.id
        for node in found.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def keys_of(path: str, name: str) -> set[str]:
    """Return the keys of a dictionary that a module declares."""
    tree = ast.parse((ROOT / path).read_text())
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", None) == name:
            assert isinstance(node.value, ast.Dict)
            return {ast.literal_eval(key) for key in node.value.keys if key is not None}
    raise AssertionError(f"{path} declares no {name}")


OPTIONS = "src/egp/_core/options.py"
TYPES = "src/egp/_options.py"
CALL = fields_of(OPTIONS, "CallOptions")
STREAM = fields_of(OPTIONS, "StreamOptions")


def test_each_option_has_its_check() -> None:
    assert keys_of(OPTIONS, "CALL_OPTIONS") == CALL
    assert keys_of(OPTIONS, "STREAM_OPTIONS") == STREAM


def test_calls_take_each_option_by_its_type() -> None:
    own = {"extra_headers", "extra_query", "max_retries"}

    assert fields_of(TYPES, "CallOptions") == CALL | own
    assert fields_of(TYPES, "StreamCallOptions") == STREAM


def test_clients_take_each_option_by_its_type() -> None:
    assert fields_of(TYPES, "ClientOptions") >= CALL | STREAM


def test_the_documents_name_each_option() -> None:
    texts = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    named = set(re.findall(r"`(\w+)`", "".join(path.read_text() for path in texts)))

    assert named >= CALL | STREAM | fields_of(TYPES, "ClientOptions")


def rows_of(page: str) -> dict[str, str]:
    """Return the default that a page's first table gives, by the names in its first column."""
    cells = re.findall(r"^\| (`.*?) \| (.*?) \|", (ROOT / page).read_text(), re.MULTILINE)
    return {", ".join(re.findall(r"`(\w+)`", names)): default for names, default in cells}


def test_the_page_on_configuration_has_a_row_for_each_option_of_a_client() -> None:
    named = {name for names in rows_of("docs/configuration.md") for name in names.split(", ")}

    assert named == fields_of(TYPES, "ClientOptions") | fields_of(TYPES, "EngineOptions")


OF_A_CALL, OF_A_STREAM = CallOptions(), StreamOptions()
TIMEOUT = [f"{seconds:g}" for seconds in OF_A_CALL.timeout]
OF_A_CLIENT = {
    name: parameter.default
    for name, parameter in inspect.signature(AsyncConfigured.__init__).parameters.items()
}


@pytest.mark.parametrize(
    ("names", "default"),
    [
        (
            "timeout",
            "{} s to connect, {} s to read, {} s to send, {} s for a free connection".format(*TIMEOUT),
        ),
        ("deadline", "none" if OF_A_CALL.deadline is None else OF_A_CALL.deadline),
        ("first_token_timeout, idle_timeout", "none" if OF_A_STREAM[:2] == (None, None) else OF_A_STREAM[:2]),
        ("max_retries, retry", f"{OF_A_CALL.retry.max_retries}, `Retry()`"),
        ("on_truncated", f"`{OF_A_STREAM.on_truncated}`"),
        ("max_response_bytes", f"{OF_A_CALL.max_response_bytes >> 20} MiB"),
        ("max_event_bytes", f"{OF_A_STREAM.max_event_bytes >> 20} MiB"),
        (
            "max_connections, keepalive_expiry",
            "{max_connections}, {keepalive_expiry:g} s".format(**OF_A_CLIENT),
        ),
        ("log_bodies", f"`{OF_A_CLIENT['log_bodies']}`"),
    ],
)
def test_the_page_on_configuration_has_the_defaults_of_the_code(names: str, default: object) -> None:
    assert rows_of("docs/configuration.md")[names] == default
