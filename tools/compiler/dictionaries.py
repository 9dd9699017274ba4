"""The typed dictionaries of requests: one per object that can be sent, one per operation's keywords."""

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import define, evolve, frozen
from attrs import field as attrs_field

from tools.compiler import kinds
from tools.compiler.annotations import annotation, constant, or_none, union
from tools.compiler.fields import description, is_read_only
from tools.compiler.kinds import Model, Models, Property
from tools.compiler.literals import text
from tools.compiler.names import CLASSES_IN_USE, normal, unique
from tools.compiler.unions import find_tag

# The type in the templates of every object that is no dictionary of the document.
OPEN = "AnyObject"
_TYPES_IN_USE = frozenset(("bool", "bytes", "datetime", "float", "int", "object", "str"))


@frozen
class Key:
    """A key of a typed dictionary."""

    key: str
    annotation: str
    description: str
    takes: str = ""
    """`object` or `objects` where its JSON is an object, or a list of them."""


@frozen
class Dictionary:
    """A typed dictionary. `odd` keys cannot be written as attributes of a class."""

    name: str
    description: str
    fields: tuple[Key, ...]
    odd: tuple[Key, ...]


@define
class Dictionaries:
    """The typed dictionaries of a package, named so that none clashes with a model."""

    models: Models
    enums: frozenset[str]
    schemas: Mapping[str, Any]
    """The components of the document, of which unions have types of their own."""
    _names: dict[str, str] = attrs_field(factory=dict)
    _keywords: list[Dictionary] = attrs_field(factory=list)
    _open: set[str] = attrs_field(factory=set)
    """The maps whose values are being spelled out: a JSON value is a map of JSON values."""
    _aliases: dict[str, Key] = attrs_field(factory=dict)
    """The unions that have a name, by their type."""
    _in_use: set[str] = attrs_field(init=False)
    _unnamed: dict[str, list[str]] = attrs_field(factory=dict)
    """The components that are unions of references, and have no type of their own yet."""

    def __attrs_post_init__(self) -> None:
        self._in_use = {*CLASSES_IN_USE, *self.enums, *self.models}
        for name, schema in self.schemas.items():
            references = [branch.get("$ref", "").rpartition("/")[2] for branch in schema.get("anyOf", ())]
            if len(references) > 1 and all(references):
                self._unnamed[name] = references

    def reach(self, *bodies: Property) -> None:
        """Name a dictionary for every model within `bodies`."""
        pending = list(kinds.flatten(*bodies))
        for prop in pending:
            pending += kinds.items_of(prop)
            if isinstance(prop, Model) and prop.class_info.name not in self._names:
                model = self.models[prop.class_info.name]
                self._names[model.class_info.name] = self._unique(f"{model.class_info.name}Param")
                pending += kinds.flatten(*kinds.parts(model))
        self._name_unions()

    def add_keywords(self, name: str, about: str, keys: Iterable[Key]) -> None:
        """Add the keywords of an operation. A keyword that is None is not sent."""
        widened = [
            key
            if key.annotation.startswith("Required[") or key.annotation == "object"
            else evolve(key, annotation=or_none(key.annotation))
            for key in keys
        ]
        self._keywords.append(self._dictionary(self._unique(name), about, widened))

    def keys(self, model: Model, *, without: str = "") -> Iterator[Key]:
        """Yield the keys of a model but for the one called `without`."""
        for prop in kinds.fields(model):
            if text(prop.name) != without:
                kind = self.wide(prop, files=model.is_multipart_body)
                needed = prop.required and not is_read_only(model, prop)
                yield self._key(prop, text(prop.name), kind, description(model, prop), needed=needed)

    def key(self, prop: Property, name: str, about: str) -> Key:
        """Return a key for `prop` by the name `name`."""
        return self._key(prop, name, self.wide(prop), about, needed=prop.required)

    def _key(self, prop: Property, name: str, kind: str, about: str, *, needed: bool) -> Key:
        members = list(kinds.flatten(prop))
        takes = ("object", members), ("objects", list(kinds.items_of(*members)))
        objects = [word for word, each in takes if any(isinstance(one, Model) for one in each)]
        return Key(name, f"Required[{kind}]" if needed else kind, about, next(iter(objects), ""))

    def name_of(self, prop: Property) -> str:
        """Return the dictionary of a model; empty if it has none."""
        if not isinstance(prop, Model) or not kinds.fields(self.models[prop.class_info.name]):
            return ""
        return self._names.get(prop.class_info.name, "")

    def names_in(self, *types: str) -> tuple[str, ...]:
        """Return the dictionaries that types of parameters and bodies mention."""
        return _mentioned(types, {*self._names.values(), *(alias.key for alias in self.aliases), OPEN})

    def classes_in(self, *types: str) -> tuple[str, ...]:
        """Return the models and enums that they mention."""
        return _mentioned(types, {*self.models, *self.enums})

    @cached_property
    def dictionaries(self) -> Sequence[Dictionary]:
        """All of them: keywords first. Not to be asked for before all operations were added."""
        named = [
            self._dictionary(name, text(model.data.description), self.keys(model))
            for class_name, name in self._names.items()
            if kinds.fields(model := self.models[class_name])
        ]
        return [*self._keywords, *named]

    @property
    def aliases(self) -> Sequence[Key]:
        """The named unions."""
        return [*self._aliases.values()]

    @property
    def classes(self) -> Sequence[str]:
        """The classes of the package's models that the dictionaries mention."""
        keys = [key for each in self.dictionaries for key in (*each.fields, *each.odd)]
        return self.classes_in(*(key.annotation for key in (*keys, *self.aliases)))

    def wide(self, prop: Property, *, files: bool = False) -> str:
        """Return the type of what a caller may pass: models, plain dictionaries, iterables, files if so."""
        kind = self._union(list(kinds.flatten(prop)), files=files)
        return self._aliases[kind].key if kind in self._aliases else kind

    def _union(self, members: Sequence[Property], *, files: bool = False) -> str:
        """Return the union of what callers may pass.

        The member that stands for all kinds that the document does not know may be any object: its dictionary
        would take any mistake in those of the known kinds.
        """
        objects = [self.models[each.class_info.name] for each in members if isinstance(each, Model)]
        tag = find_tag(objects) if len(objects) > 1 else None
        other = tag.other.class_info.name if tag and tag.other else ""
        types: list[str] = []
        for member in members:
            is_other = isinstance(member, Model) and member.class_info.name == other
            types += [OPEN] if is_other else self._single(member, files=files)
        return union(types)

    def _name_unions(self) -> None:
        """Name a type for each component that is a union of objects which requests have."""
        for name, references in list(self._unnamed.items()):
            if all(each in self._names for each in references):
                del self._unnamed[name]
                kind = self._union([self.models[each] for each in references])
                if kind not in self._aliases:
                    about = str(self.schemas[name].get("description") or "")
                    self._aliases[kind] = Key(self._unique(f"{name}Param"), kind, about)

    def _single(self, prop: Property, *, files: bool) -> list[str]:
        match prop:
            case kinds.File() if files:
                return ["File", "bytes"]
            case Model():
                return self._model(self.models[prop.class_info.name])
            case kinds.Enum():
                return [prop.class_info.name]
            case kinds.List():
                return [f"Iterable[{self.wide(prop.inner_property, files=files)}]"]
            case kinds.Any():
                return ["object"]
            case kinds.Constant():
                return [constant(prop)]
            case kinds.DateTime() | kinds.Date() | kinds.Uuid():
                return [annotation(prop), "str"]
            case _:
                return [annotation(prop)]

    def _model(self, model: Model) -> list[str]:
        name, extras = model.class_info.name, model.additional_properties
        if kinds.fields(model):
            # Open: what another model has is welcome too, as the message of an answer is in a request.
            return [self._names[name], name if extras is None else OPEN]
        if extras is None or name in self._open:
            return ["Mapping[str, object]", name]
        self._open.add(name)
        values = self.wide(extras)
        self._open.remove(name)
        return [f"Mapping[str, {values}]", name]

    def _unique(self, wanted: str) -> str:
        name = unique(wanted, self._in_use)
        self._in_use.add(name)
        return name

    def _dictionary(self, name: str, about: str, keys: Iterable[Key]) -> Dictionary:
        listed = list(keys)
        plain = [key for key in listed if self._is_attribute(key.key)]
        return Dictionary(name, about, tuple(plain), tuple(key for key in listed if key not in plain))

    def _is_attribute(self, key: str) -> bool:
        """Whether a class can have an annotation by that name.

        Names with two underscores in front are mangled in a class, others are normalised, and a key by the
        name of a type would hide the type from the annotations below it.
        """
        hides = key in _TYPES_IN_USE or key in self._in_use
        odd = keyword.iskeyword(key) or key[:2] == "__" or normal(key) != key
        return key.isidentifier() and not odd and not hides


def _mentioned(types: Iterable[str], names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names.intersection(word for kind in types for word in re.findall(r"\w+", kind))))
