"""Which definitions travel which way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.compiler.changes.shape import Alias, Array, Enum, Model, Shape
from tools.compiler.changes.surface import Definition, Surface
from tools.compiler.changes.variance import Direction

_BOTH = frozenset(Direction)


def directions(surface: Surface) -> dict[str, frozenset[Direction]]:
    """Return the directions of each definition.

    A base of others, by allOf, goes where they go. One that no operation reaches at all can still be
    imported, built and read: it counts in both.
    """
    reached = {
        Direction.REQUEST: _reached(surface, _request_shapes(surface)),
        Direction.RESPONSE: _reached(surface, _response_shapes(surface)),
    }
    for names_reached in reached.values():
        pending = list(names_reached)
        while pending:
            for base in surface.bases.get(pending.pop(), frozenset()) - names_reached:
                names_reached.add(base)
                pending.append(base)
    return {
        name: frozenset(direction for direction, found in reached.items() if name in found) or _BOTH
        for name in surface.definitions
    }


def names(shape: Shape) -> Iterator[str]:
    """Yield the definitions that a shape names."""
    for atom in shape:
        if isinstance(atom, Array):
            yield from names(atom.items)
        elif isinstance(atom, Model | Enum | Alias):
            yield atom.name


def inner_shapes(definition: Definition) -> Iterator[Shape]:
    """Yield the shapes that a definition is made of."""
    yield definition.shape
    yield definition.extra
    for field in definition.fields.values():
        yield field.shape


def _request_shapes(surface: Surface) -> Iterator[Shape]:
    for operation in surface.operations.values():
        for parameter in operation.parameters.values():
            yield parameter.member.shape
        if operation.body:
            yield from operation.body.media.values()


def _response_shapes(surface: Surface) -> Iterator[Shape]:
    for operation in surface.operations.values():
        for response in operation.responses.values():
            yield from (shape for shape in response.media.values() if shape is not None)


def _reached(surface: Surface, shapes: Iterable[Shape]) -> set[str]:
    reached: set[str] = set()
    waiting = [name for shape in shapes for name in names(shape)]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in surface.definitions:
            continue
        reached.add(name)
        waiting += [inner for shape in inner_shapes(surface.definitions[name]) for inner in names(shape)]
    return reached
