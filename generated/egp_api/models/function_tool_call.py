from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class FunctionToolCall(JSONObject[Any]):
    """A call of a function."""

    id: str
    """The id of the call, for the tool message that answers it."""
    type: Literal["function"] = "function"
    """The kind of tool called."""
    function: FunctionCall
    """The function, and its arguments."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "id" in d:
            known += 1
            self.id = d["id"]
        if "type" in d:
            known += 1
            self.type = d["type"]
        if "function" in d:
            known += 1
            v = d["function"]
            self.function = FunctionCall.from_dict(v) if v.__class__ is dict else v
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "id",
        "type",
        "function",
    )
)

from .function_call import FunctionCall
