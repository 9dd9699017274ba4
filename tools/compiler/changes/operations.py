"""Compares the functions of the generated operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tools.compiler.changes import members
from tools.compiler.changes.renames import member_with_names, with_names
from tools.compiler.changes.report import Change
from tools.compiler.changes.security import compare_security
from tools.compiler.changes.shape import Model, Shape, describe
from tools.compiler.changes.surface import (
    Definition,
    Member,
    Operation,
    Parameter,
    Response,
    Surface,
)
from tools.compiler.changes.variance import Direction
from tools.compiler.media import EVENT_STREAM

_STREAM_SWITCH = "stream"


def compare_operations(
    old: Surface, new: Surface, renamed: Mapping[str, str], definitions: Mapping[str, str]
) -> Iterator[Change]:
    """Yield what differs between two documents' operations. Both mappings lead from old names to new."""
    for name, operation in old.operations.items():
        counterpart = new.operations.get(renamed.get(name, name))
        if counterpart is None:
            yield Change("operation-removed", name, before=f"{operation.method} {operation.path}")
            continue
        if name in renamed:
            yield Change("operation-renamed", name, before=name, after=counterpart.name)
        yield from _Pair(old, new, operation, counterpart, definitions).changes()
    for name in sorted(new.operations.keys() - old.operations.keys() - set(renamed.values())):
        operation = new.operations[name]
        yield Change(
            "operation-added", name, _call_of(operation), after=f"{operation.method} {operation.path}"
        )


def _call_of(operation: Operation) -> str:
    """Return how a user calls an operation, and whether it streams."""
    arguments = [*operation.path_order, "client=…", *(["body=…"] if operation.body else [])]
    told = "streams" if operation.streams else "does not stream"
    return f"{told}, .sync({', '.join(arguments)}) in api.{operation.tag}"


class _Pair:
    """An operation before and after."""

    def __init__(
        self, before: Surface, after: Surface, old: Operation, new: Operation, renamed: Mapping[str, str]
    ) -> None:
        self._before, self._after = before, after
        self._old, self._new = old, new
        self._renamed = renamed
        self._where = new.name

    def changes(self) -> Iterator[Change]:
        old, new = self._old, self._new
        if old.tag != new.tag:
            yield Change("operation-moved", self._where, before=f"api.{old.tag}", after=f"api.{new.tag}")
        if old.method != new.method:
            yield Change("operation-method-changed", self._where, before=old.method, after=new.method)
        if _without_names(old.path) != _without_names(new.path):
            yield Change("operation-path-changed", self._where, before=old.path, after=new.path)
        yield from members.compare_notes("operation", self._where, old.notes, new.notes)
        yield from self._parameters()
        yield from self._body()
        yield from self._keywords()
        yield from self._responses()
        yield from compare_security(self._where, old.security, new.security)

    def _now(self, name: str) -> str:
        return self._renamed.get(name, name)

    def _parameters(self) -> Iterator[Change]:
        gone = {key: value for key, value in self._old.parameters.items() if key not in self._new.parameters}
        come = {key: value for key, value in self._new.parameters.items() if key not in self._old.parameters}
        for (location, name), parameter in gone.items():
            target = next((key for key in come if key[1] == name), None)
            if target is None:
                old, new = _by_name(self._old, location), _by_name(self._new, location)
                now = members.renamed(member_with_names(parameter.member, self._now), old, new)
                yield members.removed("parameter", self._place(parameter.member), parameter.member, now)
                continue
            arrived = come.pop(target)
            where = self._place(arrived.member)
            yield Change("parameter-moved", where, before=f"in {location}", after=f"in {target[0]}")
            yield from self._parameter(parameter, arrived, moved=True)
        for parameter in come.values():
            yield members.added("parameter", self._place(parameter.member), parameter.member)
        for key, parameter in self._old.parameters.items():
            if key in self._new.parameters:
                yield from self._parameter(parameter, self._new.parameters[key], moved=False)
        order = [name for name in self._old.path_order if name in self._new.path_order]
        if order != [name for name in self._new.path_order if name in order]:
            yield Change(
                "path-parameters-reordered",
                self._where,
                before=", ".join(self._old.path_order),
                after=", ".join(self._new.path_order),
            )

    def _parameter(self, old: Parameter, new: Parameter, *, moved: bool) -> Iterator[Change]:
        where = self._place(new.member)
        yield from members.compare_inputs(
            "parameter", where, member_with_names(old.member, self._now), new.member
        )
        if old.serialization != new.serialization and not moved:
            yield Change(
                "parameter-serialization-changed", where, before=old.serialization, after=new.serialization
            )

    def _place(self, member: Member) -> str:
        return f"{self._where}({member.name})"

    def _body(self) -> Iterator[Change]:
        old, new, where = self._old.body, self._new.body, f"{self._where} body"
        if old is None or new is None:
            if old is not None:
                yield Change("body-removed", where, before=", ".join(old.media))
            if new is not None:
                kind = "required-body-added" if new.required else "body-added"
                yield Change(kind, where, after=", ".join(new.media))
            return
        if old.required != new.required:
            yield Change(f"body-made-{'required' if new.required else 'optional'}", where)
        yield from members.compare_notes("body", where, old.notes, new.notes)
        yield from _compare_media("body-media-type", where, old.media, new.media)
        for kind in old.media.keys() & new.media.keys():
            before = with_names(old.media[kind], self._now)
            yield from members.compare_shapes(
                "body-type", f"{where} {kind}", before, new.media[kind], Direction.REQUEST
            )

    def _keywords(self) -> Iterator[Change]:
        """Yield the keywords that a wrapper of the operation takes.

        Those of an operation without a body are its query parameters, which are compared as such. The stream
        switch is no keyword of an operation that streams, whether it did so before or does so now.
        """
        old = _keywords(self._before.definitions, self._old, self._now)
        new = _keywords(self._after.definitions, self._new, _unchanged) or {}
        if old is None or (self._old.body is None and self._new.body is None):
            return
        hidden = {_STREAM_SWITCH} if self._old.streams or self._new.streams else set[str]()
        for name, keyword in old.items():
            if name in hidden:
                continue
            where = self._place(keyword)
            if name in new:
                yield from members.compare_inputs("keyword", where, keyword, new[name])
            else:
                yield members.removed("keyword", where, keyword, members.renamed(keyword, old, new))
        for name, keyword in new.items():
            if name not in old and name not in hidden:
                yield members.added("keyword", self._place(keyword), keyword)

    def _responses(self) -> Iterator[Change]:
        for status, response in self._old.responses.items():
            where = f"{self._where} {status}"
            if status in self._new.responses:
                yield from self._response(where, response, self._new.responses[status])
            else:
                yield Change("response-removed", where, before=", ".join(response.media))
        for status in sorted(self._new.responses.keys() - self._old.responses.keys()):
            yield Change(
                "response-added",
                f"{self._where} {status}",
                after=", ".join(self._new.responses[status].media),
            )

    def _response(self, where: str, old: Response, new: Response) -> Iterator[Change]:
        yield from members.compare_notes("response", where, old.notes, new.notes)
        yield from _compare_media("response-media-type", where, old.media, new.media)
        for kind in old.media.keys() & new.media.keys():
            before, after = old.media[kind], new.media[kind]
            if before is not None and after is not None:
                yield from members.compare_shapes(
                    "response-type",
                    f"{where} {kind}",
                    with_names(before, self._now),
                    after,
                    Direction.RESPONSE,
                )
            elif before is not None:
                yield Change("response-type-widened", f"{where} {kind}", before=describe(before), after="any")
            elif after is not None:
                yield Change("response-type-narrowed", f"{where} {kind}", before="any", after=describe(after))


def _compare_media(
    noun: str, where: str, old: Mapping[str, Shape | None], new: Mapping[str, Shape | None]
) -> Iterator[Change]:
    for kind in old.keys() - new.keys():
        stream = kind == EVENT_STREAM and noun.startswith("response")
        yield Change("stream-removed" if stream else f"{noun}-removed", where, before=kind)
    for kind in new.keys() - old.keys():
        stream = kind == EVENT_STREAM and noun.startswith("response")
        yield Change("stream-added" if stream else f"{noun}-added", where, after=kind)


def _by_name(operation: Operation, location: str) -> dict[str, Member]:
    return {p.member.name: p.member for p in operation.parameters.values() if p.location == location}


def _without_names(path: str) -> str:
    """Return a path with its placeholders alike, whose names are compared as parameters."""
    parts = path.split("{")
    return "{}".join([parts[0], *(part.partition("}")[2] for part in parts[1:])])


def _unchanged(name: str) -> str:
    return name


def _keywords(
    definitions: Mapping[str, Definition], operation: Operation, named: Callable[[str], str]
) -> dict[str, Member] | None:
    """Return the fields of a JSON object that is sent, or the query parameters where nothing is sent.

    None for an operation that sends something else.
    """
    if operation.body is None:
        return {
            parameter.member.name: member_with_names(parameter.member, named)
            for parameter in operation.parameters.values()
            if parameter.location == "query"
        }
    for kind, shape in operation.body.media.items():
        if kind == "application/json" or kind.endswith("+json"):
            atoms = [*shape]
            if len(atoms) == 1 and isinstance(atoms[0], Model):
                fields = definitions[atoms[0].name].fields
                return {key: member_with_names(field, named) for key, field in fields.items()}
    return None
