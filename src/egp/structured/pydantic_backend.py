"""Schemas and values by pydantic, for what is pydantic's.

pydantic is never imported here: a type of pydantic's exists only where the program has imported it.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from egp._loading import LOADING
from egp.errors import InvalidJSONError, OutputValidationError
from egp.structured.backend import WRAPPER, UnsupportedTypeError
from egp.structured.fields import metadata_of, module_of, parts_of, types_in
from egp.structured.names import type_name

__all__ = ["Fault", "PydanticBackend", "fault_in", "holds_pydantic", "schema_of_part", "value_of_part"]


class Fault(NamedTuple):
    """What pydantic found wrong with a value."""

    message: str
    path: str
    is_json: bool
    """Whether the value was JSON at all."""


class PydanticBackend:
    """The backend for types that are, or hold, something of pydantic's."""

    def __init__(self, type_: Any) -> None:
        pydantic = _pydantic()
        self._type = type_
        try:
            self._adapter = pydantic.TypeAdapter(type_)
            self.json_schema: dict[str, Any] = self._adapter.json_schema()
        # All that pydantic raises for a type that it cannot do: PydanticUserError is a TypeError or a
        # RuntimeError, by its version.
        except (TypeError, RuntimeError, AttributeError, pydantic.PydanticUserError) as error:
            raise UnsupportedTypeError(_why_not(type_, error)) from None
        self._wrapped: Any = None

    def decode(self, raw: bytes, *, is_wrapped: bool) -> Any:
        """See `Backend`."""
        adapter = self._wrapped_adapter() if is_wrapped else self._adapter
        try:
            value = adapter.validate_json(raw)
        # A validator of the program may raise anything.
        except Exception as error:
            raise _error(error, is_wrapped=is_wrapped) from error
        return value[WRAPPER] if is_wrapped else value

    def _wrapped_adapter(self) -> Any:
        if self._wrapped is None:
            pydantic = _pydantic()
            model = pydantic.create_model("Wrapper", **{WRAPPER: (self._type, ...)})
            self._wrapped = _Member(pydantic.TypeAdapter(model))
        return self._wrapped


class _Member:
    """Reads the one property of an object."""

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter

    def validate_json(self, raw: bytes) -> dict[str, Any]:
        return {WRAPPER: getattr(self._adapter.validate_json(raw), WRAPPER)}


def holds_pydantic(type_: Any) -> bool:
    """Return whether a type is pydantic's, or holds one that is."""
    return "pydantic" in sys.modules and any(_is_pydantic(each) for each in types_in(type_))


def schema_of_part(type_: Any) -> dict[str, Any]:
    """Return the schema of a type inside one of msgspec's.

    Raises `NotImplementedError` where the type is not pydantic's.
    """
    if "pydantic" not in sys.modules or not _is_pydantic(type_):
        raise NotImplementedError
    try:
        return PydanticBackend(type_).json_schema
    except UnsupportedTypeError:
        raise NotImplementedError from None


def value_of_part(type_: Any, value: Any) -> Any:
    """Return the value of a type inside one of msgspec's, from JSON's own types."""
    with LOADING:
        import json

    return _pydantic().TypeAdapter(type_).validate_json(json.dumps(value))


def fault_in(error: BaseException | None) -> Fault | None:
    """Return what an error of pydantic's says; None for any other."""
    if error is None or type(error).__module__ != "pydantic_core._pydantic_core":
        return None
    details = getattr(error, "errors", None)
    if details is None:
        return None
    found = details(include_url=False, include_input=False, include_context=False)
    first, more = found[0], len(found) - 1
    message = first["msg"] + (f" (and {more} more)" if more else "")
    return Fault(message, _path(first["loc"]), first["type"] != "json_invalid")


def _pydantic() -> Any:
    return sys.modules["pydantic"]


def _is_pydantic(type_: Any) -> bool:
    if isinstance(type_, type):
        marks = ("__get_pydantic_core_schema__", "__pydantic_core_schema__", "__pydantic_config__")
        return module_of(type_) == "pydantic" or any(hasattr(type_, mark) for mark in marks)
    # Such as Annotated[int, Field(gt=0)], which only pydantic understands.
    ours = ("pydantic", "annotated_types")
    return any(module_of(each) in ours for each in metadata_of(type_)) or any(
        module_of(each) in ours for part in parts_of(type_) for each in metadata_of(part.type)
    )


def _why_not(type_: Any, error: Exception) -> str:
    if type(error).__name__ == "PydanticSchemaGenerationError":
        return f"{type_name(type_)} has no JSON schema"
    return str(error).partition("\n")[0]


def _error(error: Exception, *, is_wrapped: bool) -> InvalidJSONError | OutputValidationError:
    fault = fault_in(error)
    if fault is None:
        message = f"the answer was refused by the type: {type(error).__name__}: {error}"
        return OutputValidationError(message)
    if not fault.is_json:
        return InvalidJSONError(f"the answer is not JSON: {fault.message}")
    path = fault.path
    if is_wrapped and path.startswith(f"$.{WRAPPER}"):
        path = "$" + path.removeprefix(f"$.{WRAPPER}")
    return OutputValidationError(f"{fault.message} (at {path})", path=path)


def _path(location: tuple[int | str, ...]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
