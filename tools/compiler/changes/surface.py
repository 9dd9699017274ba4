"""What users of the generated code see of a document, as values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Self, TypeAlias, get_args

import attrs

from tools.compiler.changes.shape import Direction, Shape, definitions_in, describe, with_names
from tools.compiler.desugar.merging import LIMITS
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
_LABELS = {"parameter": "({})", "keyword": "({})", "field": ".{}", "body": " body", "response": " {}"}

Names: TypeAlias = Mapping[str, str]
"""New names by old ones, where they differ."""
Key: TypeAlias = tuple[str, ...]
Alternative: TypeAlias = frozenset[tuple[str, frozenset[str]]]
"""Schemes that together prove who calls: what each demands, and the scopes that are needed."""


def notes_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an object of the document says of a thing without changing its type."""
    notes = {key: node[key] for key in node.keys() & _NOTES}
    return {**notes, "deprecated": True} if node.get("deprecated") is True else notes


@attrs.frozen(kw_only=True)
class Part:
    """Something that users see, with its own parts: an operation, a parameter, a class, a field, ….

    `noun` is what the kinds of the report call it. `text` says what it is, where its type does not. `shapes`
    are its types by what a report puts behind its name: nothing for the type of a value. `facts` are by the
    kind of the change that another fact is, sets of `values` by their noun in such kinds.
    """

    noun: str
    name: str
    text: str | None = None
    shapes: Mapping[str, Shape] = attrs.field(factory=dict[str, Shape])
    required: bool = False
    default: str | None = None
    notes: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    facts: Mapping[str, str] = attrs.field(factory=dict[str, str])
    values: Mapping[str, frozenset[str]] = attrs.field(factory=dict[str, frozenset[str]])
    parts: Mapping[Key, Part] = attrs.field(factory=dict[Key, "Part"])

    @property
    def label(self) -> str:
        """Its name in a report, behind that of what it is in."""
        return _LABELS.get(self.noun, "{}").format(self.name)

    @property
    def told(self) -> str | None:
        """What a report says of it when it comes or goes."""
        return describe(self.shapes[""]) if self.text is None and "" in self.shapes else self.text

    @property
    def call(self) -> str:
        """How a user calls it; empty for what is not called."""
        return ""

    def having(self, *nouns: str) -> dict[Key, Part]:
        """Return the parts of these kinds."""
        return {key: part for key, part in self.parts.items() if part.noun in nouns}

    def mentions(self) -> set[str]:
        """Return the definitions that its types and those of its parts name."""
        own = {name for shape in self.shapes.values() for name in definitions_in(shape)}
        return own.union(*(part.mentions() for part in self.parts.values()))

    def renamed(self, names: Names, name: str | None = None) -> Self:
        """Return the same part, by the name `name` if one is given, with definitions by their new names."""
        return attrs.evolve(
            self,
            name=name or self.name,
            shapes={label: with_names(shape, names) for label, shape in self.shapes.items()},
            parts={key: part.renamed(names) for key, part in self.parts.items()},
        )


@attrs.frozen(kw_only=True)
class Definition(Part):
    """A name that can be imported from the models, and what is behind it. Its parts are its fields.

    `kind` is `object` or `enum`. `demanded` are the names that are required and are no fields.
    """

    kind: str
    demanded: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Operation(Part):
    """A function of `egp_api.api`. Its parts are its parameters, body and responses.

    Its name is that of the function, behind its tag where another tag has a function of this name.
    """

    tag: str
    path: str
    security: frozenset[Alternative]

    @property
    def streams(self) -> bool:
        """Whether the answer may come as server-sent events."""
        responses = self.having("response").values()
        return any(EVENT_STREAM in each.values["stream"] for each in responses if each.name.startswith("2"))

    @property
    def call(self) -> str:
        """How a user calls it, and whether it streams."""
        arguments = [*PLACEHOLDER.findall(self.path), "client=…", *["body=…"] * len(self.having("body"))]
        told = "streams" if self.streams else "does not stream"
        return f"{told}, .sync({', '.join(arguments)}) in api.{self.tag}"


@attrs.frozen(kw_only=True)
class Surface:
    """Everything in a document that a user of the generated code can notice.

    `bases` are the classes that each class is made from by allOf. `orders` are the members of each union of
    objects that no tag tells apart, in the order of the document.
    """

    operations: Mapping[str, Operation]
    definitions: Mapping[str, Definition]
    environments: Mapping[str, str]
    api_key_header: str | None
    texts: Mapping[str, str]
    bases: Mapping[str, frozenset[str]]
    orders: Mapping[str, tuple[str, ...]]

    def directions(self) -> dict[str, frozenset[Direction]]:
        """Return the ways that each definition travels.

        A base of others, by allOf, goes where they go. One that no operation reaches at all can still be
        imported, built and read: it counts in both.
        """
        inner = {name: definition.mentions() for name, definition in self.definitions.items()}
        parts = [part for operation in self.operations.values() for part in operation.parts.values()]
        reached: dict[Direction, set[str]] = {}
        for way in get_args(Direction):
            sent = set[str]().union(*(part.mentions() for part in parts if way in WAYS[part.noun]))
            reached[way] = _reached(_reached(sent, inner), self.bases)
        return {
            name: frozenset(way for way, found in reached.items() if name in found) or frozenset(reached)
            for name in self.definitions
        }

    def renamed(self, operations: Names, definitions: Names) -> Surface:
        """Return the same surface under new names."""
        if not operations and not definitions:
            return self

        def now(name: str) -> str:
            return definitions.get(name, name)

        called = [it.renamed(definitions, operations.get(name, name)) for name, it in self.operations.items()]
        defined = [it.renamed(definitions, now(name)) for name, it in self.definitions.items()]
        return attrs.evolve(
            self,
            operations={operation.name: operation for operation in called},
            definitions={definition.name: definition for definition in defined},
            bases={now(name): frozenset(map(now, found)) for name, found in self.bases.items()},
            orders={place: tuple(map(now, found)) for place, found in self.orders.items()},
        )


def _reached(names: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Return the names and what they lead to, however far."""
    reached: set[str] = set()
    waiting = [*names]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += edges.get(name, ())
    return reached
