"""The security schemes of a document: where each credential goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from attrs import frozen


class Scheme(NamedTuple):
    """Where a credential goes: `header`, `query` or `cookie` (empty for none), its name, its prefix."""

    location: str
    name: str
    prefix: str


BEARER = Scheme("header", "Authorization", "Bearer")


@frozen
class Security:
    """The schemes by name, and the one that operations use which name none."""

    schemes: Mapping[str, Scheme]
    default: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Security:
        """Read the schemes of a document."""
        written = (document.get("components") or {}).get("securitySchemes") or {}
        schemes = {name: _scheme(node) for name, node in written.items()}
        used = [name for way in document.get("security") or () for name in way if name in schemes]
        return cls(schemes, next(iter([*used, *schemes]), ""))

    @property
    def api_key_header(self) -> str:
        """The header of the first scheme that is a key in a header; empty where there is none."""
        schemes = self.schemes.values()
        return next((each.name for each in schemes if each.location == "header" and not each.prefix), "")

    @property
    def first(self) -> Scheme:
        """The scheme of credentials that name none; its own name is empty where that is no header."""
        found = self.schemes.get(self.default, BEARER)
        return found if found.location == "header" else found._replace(name="")


def _scheme(node: Mapping[str, Any]) -> Scheme:
    match node.get("type"), str(node.get("scheme", "")).lower():
        case "apiKey", _:
            return Scheme(str(node.get("in", "header")), str(node.get("name", "")), "")
        case "http", "bearer":
            return BEARER
        case "http", scheme:
            return Scheme("header", "Authorization", scheme.title())
        case "mutualTLS", _:
            return Scheme("", "", "")
        case _:
            return BEARER
