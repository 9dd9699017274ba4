"""What users of the generated code see of a document, as values."""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias, get_args

import attrs

from tools.compiler.changes.shape import Direction, Shape, describe
from tools.compiler.desugar.merging import LIMITS
from tools.compiler.kinds import every
from tools.compiler.media import EVENT_STREAM

PROSE = frozenset({"title", "summary", "description", "example", "examples", "externalDocs"})
CONSTRAINTS = LIMITS | {
    "contentEncoding", "contentMediaType", "format", "not", "nullable", "readOnly", "writeOnly"
}  # fmt: skip
_NOTES = PROSE | CONSTRAINTS
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
# The ways that the parts of an operation travel; those of a class travel as it does.
WAYS: Mapping[str, frozenset[Direction]] = {
    "parameter": frozenset({"request"}),
    "body": frozenset({"request"}),
    "keyword": frozenset({"request"}),
    "response": frozenset({"response"}),
}
_LABELS = {
    "parameter": "({})", "keyword": "({})", "field": ".{}", "body": " body", "response": " {}",
    "stream": " {}", "body-media-type": " {}", "response-media-type": " {}",
}  # fmt: skip
# What comes and goes beside the name of what they are part of.
_BESIDE = frozenset({"enum-value", "stream", "body-media-type", "response-media-type"})

Key: TypeAlias = tuple[str, ...]
Alternative: TypeAlias = frozenset[tuple[str, frozenset[str]]]
"""Schemes that together prove who calls: what each demands, and the scopes that are needed."""
ANYONE: frozenset[Alternative] = frozenset({frozenset()})
"""The one alternative that demands nothing."""


def notes_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an object of the document says of a thing without changing its type."""
    notes = {key: node[key] for key in node.keys() & _NOTES}
    return {**notes, "deprecated": True} if node.get("deprecated") is True else notes


@attrs.frozen(kw_only=True)
class Part:
    """Something that users see, with its own parts: an operation, a parameter, a class, a field, ….

    `noun` is what the kinds of the report call it. `text` says what it is, where its type, `shape`, does not.
    `facts` are by what a report says of another fact, such as `default-changed`.
    """

    noun: str
    name: str
    text: str | None = None
    shape: Shape | None = None
    required: bool = False
    notes: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    facts: Mapping[str, str | None] = attrs.field(factory=dict[str, str | None])
    parts: Mapping[Key, "Part"] = attrs.field(factory=dict[Key, "Part"])

    @property
    def label(self) -> str:
        """Its name in a report, behind that of what it is in."""
        return _LABELS.get(self.noun, "{}").format(self.name)

    @property
    def place(self) -> str:
        """What a report puts behind the name of what it is in, when it comes or goes."""
        return "" if self.noun in _BESIDE else self.label

    @property
    def told(self) -> str | None:
        """What a report says of it when it comes or goes."""
        return describe(self.shape) if self.text is None and self.shape is not None else self.text

    @property
    def call(self) -> str | None:
        """How a user calls it; None for what is not called."""
        return None

    def having(self, *nouns: str) -> dict[Key, "Part"]:
        """Return the parts of these kinds."""
        return {key: part for key, part in self.parts.items() if part.noun in nouns}

    def mentions(self) -> set[str]:
        """Return the definitions that its types and those of its parts name."""
        own = {str(kind.value) for kind in every(self.shape or ()) if kind.name in ("model", "enum")}
        return own.union(*(part.mentions() for part in self.parts.values()))


@attrs.frozen(kw_only=True)
class Definition(Part):
    """A name that can be imported from the models, and what is behind it.

    `kind` is `object` or `enum`. Its parts are its fields, by their names alone, or its values. `demanded`
    are the names that are required and are no fields, `bases` the classes that it is made from by allOf.
    """

    kind: str
    demanded: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Operation(Part):
    """A function of `egp_api.api`. Its parts are its parameters, body and responses.

    Its name is that of the function, behind its tag where another tag has a function of this name. Any
    alternative of `security` lets a caller in.
    """

    tag: str
    path: str
    security: frozenset[Alternative]

    @property
    def streams(self) -> bool:
        """Whether the answer may come as server-sent events."""
        responses = self.having("response").values()
        return any(("stream", EVENT_STREAM) in each.parts for each in responses if each.name.startswith("2"))

    @property
    def call(self) -> str:
        """How a user calls it, and whether it streams."""
        arguments = [*PLACEHOLDER.findall(self.path), "client=…", *["body=…"] * len(self.having("body"))]
        told = "streams" if self.streams else "does not stream"
        return f"{told}, .sync({', '.join(arguments)}) in api.{self.tag}"


@attrs.frozen(kw_only=True)
class Surface:
    """Everything in a document that a user of the generated code can notice.

    `orders` are the members of each union of objects that no tag tells apart, in the order of the document.
    """

    operations: Mapping[str, Operation]
    definitions: Mapping[str, Definition]
    environments: Mapping[str, Part]
    api_key_header: str
    """Empty where no key goes into a header."""
    texts: Mapping[str, str]
    orders: Mapping[str, tuple[str, ...]]

    def directions(self) -> dict[str, frozenset[Direction]]:
        """Return the ways that each definition travels.

        A base of others, by allOf, goes where they go. One that no operation reaches at all can still be
        imported, built and read: it counts in both.
        """
        inner = {
            name: definition.mentions() | definition.bases for name, definition in self.definitions.items()
        }
        parts = [part for operation in self.operations.values() for part in operation.parts.values()]
        reached: dict[Direction, set[str]] = {}
        for way in get_args(Direction):
            waiting = [name for part in parts if way in WAYS[part.noun] for name in part.mentions()]
            reached[way] = set()
            while waiting:
                if (name := waiting.pop()) not in reached[way]:
                    reached[way].add(name)
                    waiting += inner.get(name, ())
        return {
            name: frozenset(way for way, found in reached.items() if name in found) or frozenset(reached)
            for name in self.definitions
        }
