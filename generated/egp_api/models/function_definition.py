from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class FunctionDefinition(JSONObject[Any]):
    """A function that the model may call."""

    name: str
    """The name to call it by."""
    description: str | None = ABSENT
    """What it does and when to call it, for the model to read."""
    parameters: JSONSchema | None = ABSENT
    """The arguments that it takes. Absent, it takes none."""
    strict: bool | None = ABSENT
    """Whether the arguments must fit `parameters` exactly."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "name" in d:
            known += 1
            self.name = d["name"]
        if "description" in d:
            known += 1
            self.description = d["description"]
        if "parameters" in d:
            known += 1
            v = d["parameters"]
            self.parameters = JSONSchema.from_dict(v) if v.__class__ is dict else v
        if "strict" in d:
            known += 1
            self.strict = d["strict"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "name",
        "description",
        "parameters",
        "strict",
    )
)

from .json_schema import JSONSchema
