"""The typed dictionaries of requests: one per object that can be sent, one per operation's keywords."""

import keyword
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from attrs import define, frozen
from attrs import field as attrs_field
from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.uuid import UuidProperty

from tools.compiler.alternatives import Models, fields, flatten
from tools.compiler.annotations import annotation, constant, union
from tools.compiler.fields import description
from tools.compiler.literals import text
from tools.compiler.names import normal, unique

_TYPES_IN_USE = frozenset(("bool", "bytes", "datetime", "float", "int", "object", "str"))


@frozen
class Key:
    """A key of a typed dictionary."""

    key: str
    annotation: str
    description: str


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
    classes_in_use: frozenset[str]
    _names: dict[str, str] = attrs_field(factory=dict)
    _keywords: list[Dictionary] = attrs_field(factory=list)
    _mentioned: dict[str, None] = attrs_field(factory=dict)
    _open: set[str] = attrs_field(factory=set)
    """The maps whose values are being spelled out: a JSON value is a map of JSON values."""
    _in_use: set[str] = attrs_field(init=False)

    def __attrs_post_init__(self) -> None:
        self._in_use = {*self.classes_in_use, *self.models}

    def reach(self, *bodies: Property) -> None:
        """Names a dictionary for every model within `bodies`."""
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

    def add_keywords(self, name: str, about: str, keys: Iterable[Key]) -> str:
        """Adds the keywords of an operation; the name that they got."""
        taken = self._unique(name)
        self._keywords.append(self._dictionary(taken, about, keys))
        return taken

    def keys(self, model: ModelProperty, *, without: str = "") -> Iterator[Key]:
        """The keys of a model but for the one called `without`."""
        for prop in fields(model):
            if text(prop.name) != without:
                yield self.key(prop, text(prop.name), description(model, prop))

    def key(self, prop: Property, name: str, about: str) -> Key:
        """A key for `prop` by the name `name`."""
        kind = self.wide(prop)
        return Key(name, f"Required[{kind}]" if prop.required else kind, about)

    def name_of(self, prop: Property) -> str:
        """The dictionary of a model; empty if it has none."""
        if not isinstance(prop, ModelProperty) or not fields(self.models[prop.class_info.name]):
            return ""
        return self._names.get(prop.class_info.name, "")

    def within(self, *properties: Property) -> set[str]:
        """The dictionaries that the wide types of `properties` mention."""
        names: set[str] = set()
        maps: set[str] = set()
        pending = deque(flatten(*properties))
        while pending:
            prop = pending.popleft()
            if isinstance(prop, ListProperty):
                pending += flatten(prop.inner_property)
            elif isinstance(prop, ModelProperty) and (name := self.name_of(prop)):
                names.add(name)
            elif isinstance(prop, ModelProperty) and prop.class_info.name not in maps:
                maps.add(prop.class_info.name)
                extras = self.models[prop.class_info.name].additional_properties
                pending += flatten(extras) if extras else ()
        return names

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

    def wide(self, prop: Property) -> str:
        """The type of what a caller may pass for `prop`: models, plain dictionaries, any iterable."""
        return union(kind for member in flatten(prop) for kind in self._single(member))

    def _single(self, prop: Property) -> Iterator[str]:
        match prop:
            case ModelProperty():
                yield from self._model(self.models[prop.class_info.name])
            case LiteralEnumProperty():
                self._mentioned[prop.class_info.name] = None
                yield prop.class_info.name
            case ListProperty():
                yield f"Iterable[{self.wide(prop.inner_property)}]"
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
        yield name
        if extras is not None:
            # Open: what another model has is welcome too, as the message of an answer is in a request.
            yield "Mapping[str, object]"
            yield "JSONObject[Any]"

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
