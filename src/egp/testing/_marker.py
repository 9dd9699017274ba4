"""The pytest marker `egp_cassette`: which cassette a test plays, or records."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from egp.testing._cassette import CassetteError
from egp.testing._document import load
from egp.testing._matching import Matching
from egp.testing._server import Server

if TYPE_CHECKING:
    from collections.abc import Iterable

Mode = Literal["none", "missing", "all"]
"""Which tests record: none (all play), those without a cassette, or all."""


@frozen
class CassetteOptions:
    """The arguments of `@pytest.mark.egp_cassette`."""

    path: str | None = None
    upstream: str | None = None
    ignore_fields: Iterable[str] = ()
    ignore_query: Iterable[str] = ()
    ignore_text: Iterable[str] = ()
    secrets: Iterable[str] = ()
    timing: bool = field(default=False, kw_only=True)
    repeat: bool = field(default=False, kw_only=True)


def cassette_server(node: Any, mode: Mode) -> Server:
    """Make the server of a marked test: it plays the test's cassette, or records it.

    Raises:
        CassetteError: The marker has unknown arguments, or there is no cassette to play.
    """
    marker = node.get_closest_marker("egp_cassette")
    try:
        options = CassetteOptions() if marker is None else CassetteOptions(*marker.args, **marker.kwargs)
    except TypeError as error:
        raise CassetteError(f"@pytest.mark.egp_cassette: {error}") from None
    path = Path(node.path).parent / (options.path or _default_path(node))
    if mode == "all" or (mode == "missing" and not path.exists()):
        return Server(record=path, upstream=options.upstream or _service(), secrets=options.secrets)
    if not path.exists():
        raise CassetteError(
            f"There is no cassette at {path}. Record it from the service with: pytest --egp-record=missing"
        )
    matching = Matching(
        ignore_fields=options.ignore_fields,
        ignore_query=options.ignore_query,
        ignore_text=options.ignore_text,
    )
    return Server(replay=path, matching=matching, timing=options.timing, repeat=options.repeat)


def _default_path(node: Any) -> str:
    """Return `cassettes/<module>/<test>.jsonl`."""
    test = node.nodeid.partition("::")[2] or node.name
    return f"cassettes/{Path(node.path).stem}/{re.sub(r'[^0-9A-Za-z_.]+', '-', test).strip('-')}.jsonl"


def _service() -> str:
    for name in ("EGP_BASE_URL", "SGP_CLIENT_BASE_URL"):
        if os.environ.get(name):
            return os.environ[name]
    url: str = load(None)["servers"][0]["url"]
    return url
