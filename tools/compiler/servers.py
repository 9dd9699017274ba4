"""The servers of a document: URLs, and the variables in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.compiler.walk import mapping, sequence


def server_url(server: Mapping[str, Any]) -> str:
    """Return the URL of a server, each variable at its default."""
    url = str(server.get("url", ""))
    for name, variable in variables(server).items():
        url = url.replace(f"{{{name}}}", variable[0])
    return url


def variables(server: Mapping[str, Any]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the default and the allowed values of each variable of a server; no values where any will do."""
    return {
        str(name): (str(variable.get("default", "")), tuple(map(str, sequence(variable.get("enum")))))
        for name, variable in mapping(server.get("variables")).items()
        if isinstance(variable, dict)
    }


def by_environment(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the servers by environment; one without the extension `x-environment` goes by its URL."""
    named: dict[str, Mapping[str, Any]] = {}
    for server in map(mapping, sequence(document.get("servers"))):
        named.setdefault(str(server.get("x-environment") or server_url(server)), server)
    return named
