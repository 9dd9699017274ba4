from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create, encode


@define(eq=False, repr=False, kw_only=True)
class FunctionCall(JSONObject[Any]):
    """A function to call, with its arguments."""

    name: str
    """The name of the function."""
    arguments: str
    """The arguments, as JSON in a string. The model wrote it: it may be broken, or not fit the
    parameters of the function.
    """

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
