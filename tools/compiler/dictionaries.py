"""The typed dictionaries of requests: one per object that can be sent, one per operation's keywords."""

import keyword
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import define, evolve, frozen
from attrs import field as attrs_field
from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.uuid import UuidProperty

from tools.compiler.annotations import annotation, constant, union
from tools.compiler.fields import description, is_read_only
from tools.compiler.literals import text
from tools.compiler.names import CLASSES_IN_USE, normal, unique
from tools.compiler.unions import Models, fields, find_tag, flatten

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
    _mentioned: dict[str, None] = attrs_field(factory=dict)
    _open: set[str] = attrs_field(factory=set)
    """The maps whose values are being spelled out: a JSON value is a map of JSON values."""
    _aliases: dict[str, str] = attrs_field(factory=dict)
    """The unions that have a name: their type → the name."""
    _about: dict[str, str] = attrs_field(factory=dict)
    _in_use: set[str] = attrs_field(init=False)

    def __attrs_post_init__(self) -> None:
        self._in_use = {*CLASSES_IN_USE, *self.enums, *self.models}

    def reach(self, *bodies: Property) -> None:
        """Name a dictionary for every model within `bodies`."""
        pending = deque(flatten(*bodies))
        while pending:
            prop = pending.popleft()
            if isinstance(prop, ListProperty):
                pending += flatten(prop.inner_property)
            elif isinstance(prop, ModelProperty) and prop.class_info.name not in self._names:
                model = self.models[prop.class_info.name]
                self._names[model.class_info.name] = self._unique(f"{model.class_info.name}Param")
                pending += flatten(*fields(model))
                if model.additional_properties is not None:
                    pending += flatten(model.additional_properties)
        self._name_unions()

    def add_keywords(self, name: str, about: str, keys: Iterable[Key]) -> str:
        """Add the keywords of an operation; the name that they got."""
        taken = self._unique(name)
        # A keyword that is None is not sent.
        widened = (evolve(key, annotation=_or_none(key.annotation)) for key in keys)
        self._keywords.append(self._dictionary(taken, about, widened))
        return taken

    def keys(self, model: ModelProperty, *, without: str = "") -> Iterator[Key]:
        """Yield the keys of a model but for the one called `without`."""
        for prop in fields(model):
            if text(prop.name) != without:
                needed = prop.required and not is_read_only(model, prop)
                kind = self.wide(prop, files=model.is_multipart_body)
                yield Key(text(prop.name), self._kind(kind, needed), description(model, prop), _takes(prop))

    def key(self, prop: Property, name: str, about: str) -> Key:
        """Return a key for `prop` by the name `name`."""
        return Key(name, self._kind(self.wide(prop), prop.required), about, _takes(prop))

    def _kind(self, kind: str, required: bool) -> str:
        return f"Required[{kind}]" if required else kind

    def name_of(self, prop: Property) -> str:
        """Return the dictionary of a model; empty if it has none."""
        if not isinstance(prop, ModelProperty) or not fields(self.models[prop.class_info.name]):
            return ""
        return self._names.get(prop.class_info.name, "")

    def names_in(self, *types: str) -> tuple[str, ...]:
        """Return the dictionaries that types of parameters and bodies mention."""
        return _mentioned(types, {*self._names.values(), *self._aliases.values(), OPEN})

    def classes_in(self, *types: str) -> tuple[str, ...]:
        """Return the models and enums that they mention."""
        return _mentioned(types, {*self.models, *self.enums})

    @cached_property
    def dictionaries(self) -> Sequence[Dictionary]:
        """All of them: keywords first. Not to be asked for before all operations were added."""
        named = [
            self._dictionary(name, text(model.data.description), self.keys(model))
            for class_name, name in self._names.items()
            if fields(model := self.models[class_name])
        ]
        return [*self._keywords, *named]

    @property
    def classes(self) -> Sequence[str]:
        """The classes of the package's models that the dictionaries mention."""
        _ = self.dictionaries
        return sorted(self._mentioned)

    def wide(self, prop: Property, *, files: bool = False) -> str:
        """Return the type of what a caller may pass: models, plain dictionaries, iterables, files if so."""
        kind = self._union(list(flatten(prop)), files=files)
        return self._aliases.get(kind, kind)

    def _union(self, members: Sequence[Property], *, files: bool = False) -> str:
        other = self._other(members)
        return union(
            kind
            for member in members
            for kind in ((OPEN,) if member is other else self._single(member, files=files))
        )

    def _name_unions(self) -> None:
        """Name a type for each component that is a union of objects which requests have."""
        for name, schema in self.schemas.items():
            branches = schema.get("oneOf") or schema.get("anyOf") or ()
            references = [str(branch.get("$ref", "")).rpartition("/")[2] for branch in branches]
            if len(references) < 2 or not all(each in self._names for each in references):
                continue
            kind = self._union([self.models[each] for each in references])
            if kind not in self._aliases:
                self._aliases[kind] = self._unique(f"{name}Param")
                self._about[kind] = str(schema.get("description") or "")

    @property
    def aliases(self) -> Sequence[Key]:
        """The named unions."""
        return [Key(name, kind, self._about[kind]) for kind, name in self._aliases.items()]

    def _other(self, members: Sequence[Property]) -> Property | None:
        """Return the member of a union that stands for all kinds that the document does not know.

        Its dictionary would take any mistake in those of the known kinds.
        """
        objects = [member for member in members if isinstance(member, ModelProperty)]
        tag = find_tag([self.models[each.class_info.name] for each in objects]) if len(objects) > 1 else None
        last = tag.other.class_info.name if tag and tag.other else ""
        return next((member for member in objects if member.class_info.name == last), None)

    def _single(self, prop: Property, *, files: bool) -> Iterator[str]:
        match prop:
            case FileProperty() if files:
                yield "File"
                yield "bytes"
            case ModelProperty():
                yield from self._model(self.models[prop.class_info.name])
            case LiteralEnumProperty():
                self._mentioned[prop.class_info.name] = None
                yield prop.class_info.name
            case ListProperty():
                yield f"Iterable[{self.wide(prop.inner_property, files=files)}]"
            case AnyProperty():
                yield "object"
            case ConstProperty():
                yield constant(prop)
            case DateTimeProperty() | DateProperty() | UuidProperty():
                yield annotation(prop)
                yield "str"
            case _:
                yield annotation(prop)

    def _model(self, model: ModelProperty) -> Iterator[str]:
        name = model.class_info.name
        self._mentioned[name] = None
        extras = model.additional_properties
        if not fields(model):
            if extras is None or name in self._open:
                yield "Mapping[str, object]"
            else:
                self._open.add(name)
                yield f"Mapping[str, {self.wide(extras)}]"
                self._open.remove(name)
            yield name
            return
        yield self._names[name]
        # Open: what another model has is welcome too, as the message of an answer is in a request.
        yield name if extras is None else OPEN

    def _unique(self, wanted: str) -> str:
        name = unique(wanted, self._in_use)
        self._in_use.add(name)
        return name

    def _dictionary(self, name: str, about: str, keys: Iterable[Key]) -> Dictionary:
        plain: list[Key] = []
        odd: list[Key] = []
        for key in keys:
            (plain if self._is_attribute(key.key) else odd).append(key)
        return Dictionary(name, about, tuple(plain), tuple(odd))

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


def _or_none(kind: str) -> str:
    is_wide = kind.startswith("Required[") or kind == "object" or kind.endswith("None")
    return kind if is_wide else f"{kind} | None"


def _takes(prop: Property) -> str:
    members = list(flatten(prop))
    if any(isinstance(member, ModelProperty) for member in members):
        return "object"
    items = flatten(*(member.inner_property for member in members if isinstance(member, ListProperty)))
    return "objects" if any(isinstance(item, ModelProperty) for item in items) else ""
