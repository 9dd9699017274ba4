from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class FunctionCallDelta(JSONObject[Any]):
    """A piece of a function call."""

    name: str | None | Unset = UNSET
    """The name of the function. In the first piece."""
    arguments: str | None | Unset = UNSET
    """A piece of the arguments, to be put together before they are read as JSON."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        self.name = d["name"] if "name" in d else ABSENT
        self.arguments = d["arguments"] if "arguments" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.name) is not UNSET:
            d["name"] = v
        if (v := fields.arguments) is not UNSET:
            d["arguments"] = v
        return d


_KNOWN = frozenset(
    (
        "name",
        "arguments",
    )
)
