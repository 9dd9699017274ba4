"""Schemas and values of types that hold unions of classes, which msgspec cannot tell apart.

The members of such a union are told apart by the names of their fields. Whatever is inside and holds no such
union is left to msgspec.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from egp._core.json_types import is_array, is_object
from egp._loading import LOADING
from egp.errors import InvalidJSONError, OutputValidationError
from egp.structured.backend import WRAPPER, UnsupportedTypeError
from egp.structured.documents import REF, hoisted
from egp.structured.fields import description_of, has_fields, parts_of
from egp.structured.msgspec_backend import MsgspecBackend
from egp.structured.names import schema_name, type_name

__all__ = ["CompositeBackend"]


class _Field(NamedTuple):
    name: str
    """Its name in JSON."""
    argument: str
    """Its name where the class is called."""
    type: Any
    is_required: bool


class CompositeBackend:
    """The backend for unions of classes, and for what holds them."""

    def __init__(self, type_: Any) -> None:
        self._type = type_
        self._backends: dict[Any, MsgspecBackend | None] = {}
        self._definitions: dict[str, Any] = {}
        self._classes: dict[str, Any] = {}
        schema = self._schema(type_)
        self.json_schema = hoisted(schema, self._definitions)

    def decode(self, raw: bytes, *, is_wrapped: bool) -> Any:
        """See `Backend`."""
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise InvalidJSONError(f"the answer is not JSON: {error}") from error
        if is_wrapped:
            if not is_object(value) or WRAPPER not in value:
                raise OutputValidationError(f"Object missing `{WRAPPER}` (at $)", path="$")
            value = value[WRAPPER]
        return self._value(self._type, value, "$")

    def _backend(self, type_: Any) -> MsgspecBackend | None:
        """Return msgspec's backend for a type that it can do."""
        try:
            if type_ not in self._backends:
                self._backends[type_] = _backend_of(type_)
            return self._backends[type_]
        except TypeError:
            # The type cannot be hashed.
            return _backend_of(type_)

    # Schemas

    def _schema(self, type_: Any) -> dict[str, Any]:
        backend = self._backend(type_)
        if backend is not None:
            return backend.json_schema
        kind, parts = _kind_of(type_), parts_of(type_)
        if kind == "union":
            return {"anyOf": [self._schema(part.type) for part in parts]}
        if kind == "class":
            return self._reference(type_)
        if kind == "array":
            return {"type": "array", "items": self._schema(parts[0].type)}
        if kind == "map":
            return {"type": "object", "additionalProperties": self._schema(parts[1].type)}
        if kind == "same":
            return self._schema(parts[0].type)
        # Its own words for why not.
        MsgspecBackend(type_)
        raise UnsupportedTypeError(f"{type_name(type_)} is not supported")

    def _reference(self, cls: Any) -> dict[str, Any]:
        name = schema_name(cls)
        while self._classes.setdefault(name, cls) != cls:
            name += "_"
        if name not in self._definitions:
            # Taken before the fields are looked at, which may hold the class itself.
            made: dict[str, Any] = {"title": type_name(cls), "type": "object"}
            self._definitions[name] = made
            if described := _docstring(cls):
                made["description"] = described
            every = _fields_of(cls)
            made["properties"] = {each.name: self._property(each) for each in every}
            made["required"] = [each.name for each in every if each.is_required]
        return {"$ref": f"{REF}{name}"}

    def _property(self, each: _Field) -> dict[str, Any]:
        text = description_of(each.type)
        return {**self._schema(each.type), **({"description": text} if text else {})}

    # Values

    def _value(self, type_: Any, value: Any, path: str) -> Any:
        backend = self._backend(type_)
        if backend is not None:
            return backend.convert(value, path)
        kind, parts = _kind_of(type_), parts_of(type_)
        if kind == "union":
            return self._member([part.type for part in parts], value, path)
        if kind == "class":
            return self._object(type_, value, path)
        if kind == "array":
            if not is_array(value):
                raise _wrong("array", value, path)
            items = [self._value(parts[0].type, each, f"{path}[{index}]") for index, each in enumerate(value)]
            try:
                return _made_of(type_, (list, tuple, set, frozenset))(items)
            except TypeError as error:
                # A set of objects that cannot be hashed.
                raise OutputValidationError(f"{error} (at {path})", path=path) from error
        if kind == "map":
            if not is_object(value):
                raise _wrong("object", value, path)
            return {key: self._value(parts[1].type, each, f"{path}.{key}") for key, each in value.items()}
        return self._value(parts[0].type, value, path)

    def _member(self, members: list[Any], value: Any, path: str) -> Any:
        """Return a value as the first member of a union that it fits."""
        faults: list[OutputValidationError] = []
        for member in members:
            if is_object(value) and _is_class(member):
                names = {each.name for each in _fields_of(_bare(member))}
                if not names.issuperset(value):
                    continue
            try:
                return self._value(member, value, path)
            except OutputValidationError as error:
                faults.append(error)
        if len(faults) == 1:
            raise faults[0]
        # What got furthest is most likely what was meant.
        deepest = max(faults, key=lambda error: len(error.path or ""), default=None)
        if deepest is not None and deepest.path != path:
            raise deepest
        expected = " | ".join(type_name(member) for member in members)
        raise OutputValidationError(f"Expected `{expected}` (at {path})", path=path)

    def _object(self, cls: Any, value: Any, path: str) -> Any:
        if not is_object(value):
            raise _wrong("object", value, path)
        arguments: dict[str, Any] = {}
        for each in _fields_of(cls):
            if each.name in value:
                arguments[each.argument] = self._value(each.type, value[each.name], f"{path}.{each.name}")
            elif each.is_required:
                raise OutputValidationError(f"Object missing `{each.name}` (at {path})", path=path)
        try:
            return (get_origin(cls) or cls)(**arguments)
        # A validator or __post_init__ of the program may raise anything.
        except Exception as error:
            raise OutputValidationError(f"{type(error).__name__}: {error} (at {path})", path=path) from error


def _backend_of(type_: Any) -> MsgspecBackend | None:
    try:
        return MsgspecBackend(type_)
    except UnsupportedTypeError:
        return None


def _kind_of(type_: Any) -> str | None:
    origin = get_origin(type_)
    if origin in (Union, types.UnionType):
        return "union"
    if _is_class(type_):
        return "class"
    if origin is Annotated or any(hasattr(type_, mark) for mark in ("__value__", "__supertype__")):
        return "same"
    if origin in (typing.Required, typing.NotRequired):
        return "same"
    arguments = get_args(type_)
    if origin is None or not isinstance(origin, type):
        return None
    if issubclass(origin, tuple):
        return "array" if len(arguments) == 2 and arguments[1] is Ellipsis else None
    if len(arguments) == 1 and _made_of(type_, (list, set, frozenset)):
        return "array"
    return "map" if len(arguments) == 2 and _made_of(type_, (dict,)) else None


def _is_class(type_: Any) -> bool:
    cls = get_origin(_bare(type_)) or _bare(type_)
    return has_fields(cls) and not issubclass(cls, tuple)


def _bare(type_: Any) -> Any:
    return get_args(type_)[0] if get_origin(type_) is Annotated else type_


def _made_of(type_: Any, kinds: tuple[type, ...]) -> Any:
    """Return the first of the kinds whose values are of a type, such as list for `Sequence[…]`, or None."""
    origin: Any = get_origin(type_)
    if getattr(origin, "_is_protocol", False):
        return None
    return next((kind for kind in kinds if issubclass(kind, origin)), None)


def _fields_of(type_: Any) -> list[_Field]:
    try:
        return _cached_fields(type_)
    except TypeError:
        # The type cannot be hashed.
        return _read_fields(type_)


def _read_fields(type_: Any) -> list[_Field]:
    cls: Any = get_origin(type_) or type_
    hints = {part.place.removeprefix("."): part.type for part in parts_of(type_)}
    if typing.is_typeddict(cls):
        return [_Field(name, name, hint, name in cls.__required_keys__) for name, hint in hints.items()]
    if hasattr(cls, "__struct_fields__"):
        optional = len(cls.__struct_defaults__)
        names = list(zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True))
        return [
            _Field(sent, name, hints[name], index < len(names) - optional)
            for index, (name, sent) in enumerate(names)
        ]
    if hasattr(cls, "__attrs_attrs__"):
        every: Any = cls.__attrs_attrs__
        return [
            _Field(each.name, each.alias, hints[each.name], _is_none_given(each.default))
            for each in every
            if each.init
        ]
    return [
        _Field(
            each.name,
            each.name,
            hints[each.name],
            each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING,
        )
        for each in dataclasses.fields(cls)
        if each.init
    ]


# Annotations are slow to read, and each value is.
_cached_fields = lru_cache(maxsize=1024)(_read_fields)


def _is_none_given(default: object) -> bool:
    with LOADING:
        from attrs import NOTHING

    return default is NOTHING


def _docstring(type_: Any) -> str | None:
    cls: Any = get_origin(type_) or type_
    text: str | None = cls.__doc__
    # The one that a dataclass makes for itself describes nothing.
    return text.strip() if text and not text.startswith(f"{cls.__name__}(") else None


def _wrong(expected: str, value: object, path: str) -> OutputValidationError:
    names: dict[type, str] = {dict: "object", list: "array", type(None): "null"}
    kind: type = type(value)
    found = names.get(kind, kind.__name__)
    return OutputValidationError(f"Expected `{expected}`, got `{found}` (at {path})", path=path)
