"""What users of the generated code see of a document, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from tools.compiler.changes.shape import Shape
from tools.compiler.desugar.merging import LIMITS
from tools.compiler.media import EVENT_STREAM

_PROSE = ("title", "summary", "description", "example", "examples", "externalDocs")
_CONSTRAINTS = LIMITS | {
    "contentEncoding", "contentMediaType", "format", "not", "nullable", "readOnly", "writeOnly"
}  # fmt: skip


@attrs.frozen
class Notes:
    """What is said of a thing without changing its type."""

    prose: dict[str, Any] = attrs.field(factory=dict[str, Any])
    constraints: dict[str, Any] = attrs.field(factory=dict[str, Any])
    deprecated: bool = False

    @classmethod
    def of(cls, node: Mapping[str, Any]) -> Notes:
        """Return the notes that are written on an object of the document."""
        return cls(
            prose={key: node[key] for key in _PROSE if key in node},
            constraints={key: node[key] for key in _CONSTRAINTS if key in node},
            deprecated=node.get("deprecated") is True,
        )


@attrs.frozen
class Member:
    """A named value of some shape: a field of a model, a keyword, a parameter."""

    name: str
    shape: Shape
    required: bool
    default: Any
    notes: Notes


@attrs.frozen
class Parameter:
    """A value that goes into the path, the query, a header or a cookie."""

    member: Member
    location: str
    serialization: str


@attrs.frozen
class Definition:
    """A name that can be imported from the models, and what is behind it.

    `kind` is `object`, `enum` or `alias`. An alias is no name to import: a component without a class that is
    met inside itself. `extra` is the shape of the fields that are not named; empty where there may be none.
    """

    name: str
    kind: str
    notes: Notes
    fields: Mapping[str, Member] = attrs.field(factory=dict[str, Member])
    extra: Shape = frozenset()
    values: frozenset[str] = frozenset()
    shape: Shape = frozenset()
    demanded: frozenset[str] = frozenset()
    """Names that are required and are no fields."""


@attrs.frozen
class Body:
    """What an operation sends, by media type."""

    required: bool
    media: Mapping[str, Shape]
    notes: Notes


@attrs.frozen
class Response:
    """What an operation answers with one status, by media type; None where the media type has no schema."""

    media: Mapping[str, Shape | None]
    notes: Notes


@attrs.frozen
class Scheme:
    """One way to prove who calls, with the scopes that are needed."""

    definition: str
    scopes: frozenset[str]


Alternative = frozenset[Scheme]


@attrs.frozen
class Operation:
    """A function of `egp_api.api`."""

    name: str
    """Its function, behind its tag where another tag has a function of this name."""
    function: str
    tag: str
    method: str
    path: str
    parameters: Mapping[tuple[str, str], Parameter]
    path_order: tuple[str, ...]
    body: Body | None
    responses: Mapping[str, Response]
    security: frozenset[Alternative]
    notes: Notes

    @property
    def streams(self) -> bool:
        """Whether the answer may come as server-sent events."""
        return any(
            EVENT_STREAM in response.media
            for status, response in self.responses.items()
            if status.startswith("2")
        )


@attrs.frozen
class Surface:
    """Everything in a document that a user of the generated code can notice."""

    operations: Mapping[str, Operation]
    definitions: Mapping[str, Definition]
    environments: Mapping[str, str]
    api_key_header: str | None
    texts: Mapping[str, str]
    bases: Mapping[str, frozenset[str]] = attrs.field(factory=dict[str, frozenset[str]])
    """The classes that each class is made from by allOf."""
    orders: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
    """The members of each union of objects that no tag tells apart, in the order of the document."""
