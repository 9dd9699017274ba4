"""The typed dictionaries of requests: one per object that can be sent, one per operation's keywords."""

import keyword
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from attrs import define, evolve, frozen
from attrs import field as attrs_field

from tools.compiler.classes import Classes, Model
from tools.compiler.kinds import Kind, Type, annotation, items_of, or_none, union
from tools.compiler.literals import words
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

    classes: Classes
    _names: dict[str, str] = attrs_field(factory=dict)
    _keywords: list[Dictionary] = attrs_field(factory=list)
    _open: set[str] = attrs_field(factory=set)
    """The maps whose values are being spelled out: a JSON value is a map of JSON values."""
    aliases: dict[str, Key] = attrs_field(factory=dict)
    """The unions that have a name, by their type."""
    _in_use: set[str] = attrs_field(init=False)
    _unnamed: dict[str, Type] = attrs_field(init=False)
    """The components that are unions of models, and have no type of their own yet."""

    def __attrs_post_init__(self) -> None:
        self._in_use = {*CLASSES_IN_USE, *self.classes.modules}
        self._unnamed = {
            name: kinds
            for name, schema in self.classes.schemas.items()
            if "anyOf" in schema and len(kinds := self.classes.type_of(schema)) > 1
            if all(kind.name == "model" for kind in kinds)
        }

    def reach(self, *types: Type) -> None:
        """Name a dictionary for every model within types of requests."""
        pending = [kind for each in types for kind in each]
        for kind in pending:
            pending += kind.items
            if kind.name == "model" and kind.value not in self._names:
                model = self.classes.models[kind.value]
                self._names[model.name] = self._unique(f"{model.name}Param")
                pending += [part for each in model.parts for part in each]
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
        for field in model.fields:
            if field.name != without:
                needed = field.required and not field.read_only
                yield self.key(field.type, field.name, field.description, needed=needed, files=model.is_form)

    def key(self, allowed: Type, name: str, about: str, *, needed: bool, files: bool = False) -> Key:
        """Return a key with the name `name`."""
        kind = self.wide(allowed, files=files)
        takes = {"object": allowed, "objects": items_of(allowed)}
        word = next(
            (word for word, kinds in takes.items() if any(each.name == "model" for each in kinds)), ""
        )
        return Key(name, f"Required[{kind}]" if needed else kind, about, word)

    def name_of(self, kind: Kind) -> str:
        """Return the dictionary of a model; empty if it has none."""
        model = self.classes.models.get(kind.value) if kind.name == "model" else None
        return self._names.get(model.name, "") if model and model.fields else ""

    def names_in(self, *types: str) -> tuple[str, ...]:
        """Return the dictionaries that types of parameters and bodies mention."""
        return _mentioned(
            types, {*self._names.values(), *(alias.key for alias in self.aliases.values()), OPEN}
        )

    def classes_in(self, *types: str) -> tuple[str, ...]:
        """Return the models and enums that they mention."""
        return _mentioned(types, {*self.classes.modules})

    @cached_property
    def dictionaries(self) -> Sequence[Dictionary]:
        """All of them: keywords first. Not to be asked for before all operations were added."""
        named = [
            self._dictionary(name, model.description, self.keys(model))
            for class_name, name in self._names.items()
            if (model := self.classes.models[class_name]).fields
        ]
        return [*self._keywords, *named]

    @property
    def mentioned(self) -> Sequence[str]:
        """The classes of the package's models that the dictionaries mention."""
        keys = [key for each in self.dictionaries for key in (*each.fields, *each.odd)]
        return self.classes_in(*(key.annotation for key in (*keys, *self.aliases.values())))

    def wide(self, allowed: Type, *, files: bool = False) -> str:
        """Return the type of what a caller may pass: models, plain dictionaries, iterables, files if so."""
        kind = self._union(allowed, files=files)
        return self.aliases[kind].key if kind in self.aliases else kind

    def _union(self, allowed: Type, *, files: bool = False) -> str:
        """Return the union of what callers may pass.

        The member that stands for all kinds that the document does not know may be any object: its dictionary
        would take any mistake in those of the known kinds.
        """
        objects = [self.classes.models[kind.value] for kind in allowed if kind.name == "model"]
        tag = find_tag(objects) if len(objects) > 1 else None
        other = Kind("model", tag.other.name) if tag and tag.other else None
        types: list[str] = []
        for kind in allowed:
            types += [OPEN] if kind == other else self._single(kind, files=files)
        return union(types)

    def _name_unions(self) -> None:
        """Name a type for each component that is a union of objects which requests have."""
        for name, kinds in list(self._unnamed.items()):
            if all(kind.value in self._names for kind in kinds):
                del self._unnamed[name]
                kind = self._union(kinds)
                if kind not in self.aliases:
                    about = str(self.classes.schemas[name].get("description") or "")
                    self.aliases[kind] = Key(self._unique(f"{name}Param"), kind, about)

    def _single(self, kind: Kind, *, files: bool) -> list[str]:
        match kind.name:
            case "binary" if files:
                return ["File", "bytes"]
            case "model":
                return self._model(self.classes.models[kind.value])
            case "array":
                return [f"Iterable[{self.wide(kind.items, files=files)}]"]
            case "any":
                return ["object"]
            case "date-time" | "date" | "uuid":
                return [annotation((kind,)), "str"]
            case _:
                return [annotation((kind,))]

    def _model(self, model: Model) -> list[str]:
        name, extras = model.name, model.extras
        if model.fields:
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
    return tuple(sorted(names.intersection(word for kind in types for word in words(kind))))
