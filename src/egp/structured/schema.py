"""The JSON schema of a type, and the way back from JSON text to a value of it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast, overload

from attrs import field, frozen

from egp.errors import EGPError, InvalidJSONError, OutputValidationError, StructuredOutputError
from egp.structured import defaults, strictness
from egp.structured.backend import WRAPPER
from egp.structured.documents import inline_root, is_object_schema
from egp.structured.names import schema_name, type_name
from egp.structured.partial import read_partial
from egp.structured.plain_json import json_fault
from egp.structured.selection import backend_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from egp.structured.backend import Backend

__all__ = ["Schema", "Strict", "schema_of"]

T = TypeVar("T")

_VENDORS_WITH_CONSTRAINTS = frozenset(("azure", "openai"))

Strict = bool | Literal["auto"]
"""Whether a schema must be in the strict profile.

True: it must, and a type that cannot be is refused. False: the plain schema. `auto`: strict where the type
can be, else plain.
"""


@frozen
class Schema(Generic[T]):
    """The JSON schema of a type, and the way back to its values. Make one with `schema_of`."""

    name: str
    """The name of the schema: letters, digits, `_` and `-`, at most 64."""
    description: str | None
    """The docstring of the type, if it has one of its own."""
    json_schema: dict[str, Any]
    """The JSON schema that is sent. Do not change it: it is shared by all calls for the type."""
    is_strict: bool
    """Whether the schema is in the strict profile, and is sent with `strict: true`."""
    is_wrapped: bool
    """Whether the value is the property `value` of an object, because the type itself is no object."""
    _backend: Backend = field(repr=False, alias="backend")
    _source: dict[str, Any] | None = field(repr=False, alias="source")
    """The plain schema, where null stands for a default in the strict one; else None."""

    def decode(self, text: str | bytes) -> T:
        """Return the value that JSON text stands for.

        Raises:
            InvalidJSONError: the text is not JSON.
            OutputValidationError: it is JSON, but not of the type; `path` says where.
        """
        raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        try:
            # The backend was made for the type that the schema was asked for.
            return cast("T", self._backend.decode(self._restored(raw), is_wrapped=self.is_wrapped))
        except StructuredOutputError as error:
            error.content = text if isinstance(text, str) else text.decode("utf-8", "replace")
            # A backend may find a wrong type before it finds that the text is cut.
            fault = json_fault(raw) if isinstance(error, OutputValidationError) else None
            if fault is None:
                raise
            raise InvalidJSONError(f"the answer is not JSON: {fault}", content=error.content) from None

    def _restored(self, raw: bytes) -> bytes:
        """Return JSON text without the nulls that stand for defaults."""
        if self._source is None or b"null" not in raw:
            return raw
        return defaults.restored(raw, self._source)

    def read_partial(self, text: str) -> Any:
        """Return what can be read of JSON text that is still arriving, as plain lists, dicts and scalars.

        None where nothing can be read yet. A number at the end of the text is left out until something
        follows it, because more digits may come.
        """
        value = read_partial(text)
        if self.is_wrapped:
            return cast("dict[str, Any]", value).get(WRAPPER) if isinstance(value, dict) else None
        return value

    def response_format(self) -> dict[str, Any]:
        """Return the field `response_format` of a request that asks for the type."""
        described: dict[str, Any] = {"name": self.name}
        if self.description:
            described["description"] = self.description
        return {
            "type": "json_schema",
            "json_schema": {**described, "schema": self.json_schema, "strict": self.is_strict},
        }

    def function_tool(self) -> dict[str, Any]:
        """Return the type as a function tool whose parameters are the fields of the type.

        Raises:
            EGPError: the type is no object, so that it has no fields.
        """
        if self.is_wrapped:
            raise EGPError(f"the type {self.name} has no fields, so it cannot be the parameters of a tool")
        described: dict[str, Any] = {"name": self.name}
        if self.description:
            described["description"] = self.description
        return {
            "type": "function",
            "function": {**described, "parameters": self.json_schema, "strict": self.is_strict},
        }


@overload
def schema_of(
    type: TypeForm[T], *, strict: Strict = "auto", name: str | None = None, model: str | None = None
) -> Schema[T]: ...
@overload
def schema_of(
    type: object, *, strict: Strict = "auto", name: str | None = None, model: str | None = None
) -> Schema[Any]: ...
def schema_of(
    type: Any,  # noqa: A002
    *,
    strict: Strict = "auto",
    name: str | None = None,
    model: str | None = None,
) -> Schema[Any]:
    """Return the schema of a type; it is made once per type.

    Args:
        type: a dataclass, attrs class, pydantic model, TypedDict, NamedTuple or `msgspec.Struct`, or what can
            be built of these and of the plain types: `list[…]`, unions, `Literal`, `Enum`, dates, …
        strict: see `Strict`.
        name: the name to send; by default that of the type.
        model: the model that will be asked, such as `openai/gpt-4o`. Where its vendor takes no limits of
            numbers and lengths and no patterns, a strict schema tells them in descriptions.

    Raises:
        EGPError: the type cannot be a schema, or not a strict one; the message names the field. Or the extra
            `structured` is not installed.
    """
    if strict not in (True, False, "auto"):
        raise EGPError(f"strict must be True, False or 'auto', got {strict!r}")
    try:
        hash(type)
    except TypeError:
        return _schema(type, strict, name, takes_constraints(model))
    return _cached_schema(type, strict, name, takes_constraints(model))


def takes_constraints(model: str | None) -> bool:
    """Return whether strict schemas for a model may have limits of numbers and lengths, and patterns."""
    if model is None or "/" not in model:
        return True
    vendor, _, name = model.partition("/")
    # Models that users have tuned take none.
    return vendor in _VENDORS_WITH_CONSTRAINTS and not name.startswith("ft:")


def _schema(type_: Any, strict: Strict, name: str | None, has_constraints: bool) -> Schema[Any]:
    backend = backend_of(type_)
    plain = inline_root(backend.json_schema)
    is_wrapped = not is_object_schema(plain)
    if is_wrapped:
        plain = _wrapped(plain)
    made, is_strict = plain, False
    if strict:
        try:
            made, is_strict = (
                strictness.strict(plain, root=type_name(type_), has_constraints=has_constraints),
                True,
            )
        except strictness.NotStrictError as error:
            if strict is True:
                hint = "strict='auto' sends the plain schema"
                place = error.path.replace(f".{WRAPPER}", "", 1) if is_wrapped else error.path
                raise EGPError(f"{place} has no strict schema: {error.reason} ({hint})") from None
    source = plain if is_strict and defaults.has_any(plain) else None
    return Schema(
        name=_checked(name) if name is not None else schema_name(type_),
        description=_description(plain, is_wrapped=is_wrapped),
        json_schema=made,
        is_strict=is_strict,
        is_wrapped=is_wrapped,
        backend=backend,
        source=source,
    )


# Programs have few types to ask for; the bound is for those that make them on the fly.
_cached_schema = lru_cache(maxsize=1024, typed=True)(_schema)


def _wrapped(schema: dict[str, Any]) -> dict[str, Any]:
    inner = {key: value for key, value in schema.items() if key != "$defs"}
    wrapped: dict[str, Any] = {
        "type": "object",
        "properties": {WRAPPER: inner},
        "required": [WRAPPER],
        "additionalProperties": False,
    }
    if "$defs" in schema:
        wrapped["$defs"] = schema["$defs"]
    return wrapped


def _description(plain: dict[str, Any], *, is_wrapped: bool) -> str | None:
    described = plain["properties"][WRAPPER] if is_wrapped else plain
    return described.get("description")


def _checked(name: str) -> str:
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
        raise EGPError(f"the name of a schema must be 1 to 64 letters, digits, '_' and '-', got {name!r}")
    return name
