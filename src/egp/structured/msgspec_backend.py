"""Schemas and values by msgspec; pydantic's models inside other types are handed to pydantic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from egp._extras import missing_extra
from egp._loading import LOADING
from egp.errors import InvalidJSONError, OutputValidationError
from egp.structured import pydantic_backend as pydantic_parts
from egp.structured.backend import WRAPPER, UnsupportedTypeError
from egp.structured.documents import REF, hoisted
from egp.structured.fields import description_of, has_fields, parts_of, types_in
from egp.structured.names import type_name

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["MsgspecBackend"]

_PLACE = re.compile(r" - at `(?:key in )?([^`]+)`\Z")


class MsgspecBackend:
    """The backend for all types but pydantic's."""

    def __init__(self, type_: Any) -> None:
        self._msgspec = msgspec = _msgspec()
        self._type = type_
        try:
            classes = [each for each in types_in(type_) if has_fields(each)]
            found, definitions = msgspec.json.schema_components((type_, *classes), schema_hook=_schema_hook)
            self._decoder = msgspec.json.Decoder(type_, dec_hook=_dec_hook)
        except (KeyError, TypeError, ValueError, NotImplementedError) as error:
            raise UnsupportedTypeError(_why_not(type_, error)) from None
        for cls, node in zip(classes, found[1:], strict=True):
            # A model of pydantic's inside another type describes itself.
            if node.keys() == {"$ref"} and node["$ref"].removeprefix(REF) in definitions:
                _describe(definitions[node["$ref"].removeprefix(REF)], cls)
        self.json_schema = hoisted(found[0], definitions)
        self._wrapper = msgspec.defstruct("Wrapper", [(WRAPPER, msgspec.Raw)])

    def decode(self, raw: bytes, *, is_wrapped: bool) -> Any:
        """See `Backend`."""
        try:
            if is_wrapped:
                raw = bytes(getattr(self._msgspec.json.decode(raw, type=self._wrapper), WRAPPER))
            return self._decoder.decode(raw)
        except self._msgspec.ValidationError as error:
            raise _validation_error(error) from error
        except (self._msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise InvalidJSONError(f"the answer is not JSON: {error}") from error
        # A validator or __post_init__ of the program may raise anything.
        except Exception as error:
            message = f"the answer was refused by the type: {type(error).__name__}: {error}"
            raise OutputValidationError(message) from error

    def convert(self, value: Any, path: str) -> Any:
        """Return the value of the type for one of JSON's own types, which stands at a path.

        Raises:
            OutputValidationError: it is not of the type.
        """
        try:
            return self._msgspec.convert(value, self._type, dec_hook=_dec_hook, str_keys=True)
        except self._msgspec.ValidationError as error:
            fault = _validation_error(error)
            place = path + (fault.path or "$").removeprefix("$")
            message = fault.message.replace(f"(at {fault.path})", f"(at {place})")
            raise OutputValidationError(message, path=place) from error
        except Exception as error:
            message = f"the answer was refused by the type: {type(error).__name__}: {error} (at {path})"
            raise OutputValidationError(message, path=path) from error


def _msgspec() -> ModuleType:
    try:
        with LOADING:
            import msgspec
    except ImportError as error:
        raise missing_extra("msgspec", "structured", "structured output") from error
    return msgspec


def _schema_hook(type_: type) -> dict[str, Any]:
    return pydantic_parts.schema_of_part(type_)


def _dec_hook(type_: type, value: Any) -> Any:
    return pydantic_parts.value_of_part(type_, value)


def _describe(definition: dict[str, Any], cls: Any) -> None:
    """Add what msgspec passes over: descriptions in `Annotated` as text, and the names of a NamedTuple."""
    described = {part.place.removeprefix("."): description_of(part.type) for part in parts_of(cls)}
    for name, node in _nodes_by_field(definition, cls).items():
        if "prefixItems" in definition:
            node["title"] = name
        text = described.get(name)
        if text is not None:
            node.setdefault("description", text)


def _nodes_by_field(definition: dict[str, Any], cls: Any) -> dict[str, dict[str, Any]]:
    if "prefixItems" in definition:
        names: tuple[str, ...] = getattr(cls, "_fields", getattr(cls, "__struct_fields__", ()))
        return dict(zip(names, definition["prefixItems"], strict=False))
    properties = definition.get("properties", {})
    if not hasattr(cls, "__struct_fields__"):
        return dict(properties)
    sent = zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True)
    return {name: properties[alias] for name, alias in sent if alias in properties}


def _why_not(type_: Any, error: Exception) -> str:
    if isinstance(error, KeyError):
        # msgspec tells classes apart by module and name.
        return f"two classes in it are named {type_name(error.args[0])}, in the same place of one module"
    text = str(error).partition("\n")[0]
    if "custom type" in text:
        return f"{type_name(type_)} has no JSON schema"
    if "may not contain more than one" in text:
        return f"a union of {type_name(type_)} needs msgspec.Struct with tag=True, or models of pydantic"
    return text.partition(" - type `")[0] or f"{type_name(type_)} is not supported"


def _validation_error(error: Exception) -> OutputValidationError:
    text = str(error)
    found = _PLACE.search(text)
    path = found[1] if found else "$"
    text = _PLACE.sub("", text)
    inner = pydantic_parts.fault_in(error.__cause__)
    if inner is not None:
        text, path = inner.message, path + inner.path.removeprefix("$")
    return OutputValidationError(f"{text} (at {path})", path=path)
