"""What the models and the operations share."""

import datetime
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from io import IOBase
from typing import IO, TYPE_CHECKING, Any, Generic, Literal, TypeVar
from uuid import UUID

from attrs import define, field, frozen

T = TypeVar("T")


class Unset:
    """The type of UNSET, which stands for a field that is absent: neither sent nor received. It is falsy."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Unset = Unset()

# For the models' `from_dict`, which runs once per object of every answer: attributes that are set without being
# declared, and one look-up less.
ABSENT: Any = UNSET
create: Any = object.__new__


@define(eq=False, repr=False)
class JSONObject(Generic[T]):
    """A JSON object: the documented fields are attributes, and all others are kept, too.

    A field that the document does not know is read and written as an item, `message["reasoning_content"]`;
    it can also be read as an attribute. `T` is the documented type of such fields.
    Two objects are equal if they are of one class and all their fields are equal.
    """

    _extras: dict[str, T] | None = field(default=None, init=False)

    @property
    def additional_properties(self) -> dict[str, T]:
        """The fields that the document does not name, by name. Changes to it are kept."""
        if self._extras is None:
            self._extras = {}
        return self._extras

    @additional_properties.setter
    def additional_properties(self, value: dict[str, T]) -> None:
        self._extras = value

    @property
    def additional_keys(self) -> list[str]:
        """The names of the fields that the document does not name."""
        return list(self._extras or ())

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        raise NotImplementedError

    def __getitem__(self, key: str) -> T:
        if self._extras is None:
            raise KeyError(key)
        return self._extras[key]

    def __setitem__(self, key: str, value: T) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        if self._extras is None:
            raise KeyError(key)
        del self._extras[key]

    def __contains__(self, key: object) -> bool:
        return self._extras is not None and key in self._extras

    if not TYPE_CHECKING:  # a misspelt field stays an error for type checkers

        def __getattr__(self, name: str) -> Any:
            if name[:2] != "__" and name != "_extras":
                extras = self._extras
                if extras is not None and name in extras:
                    return extras[name]
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )

    def __eq__(self, other: Any) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return (self._extras or None) == (other._extras or None) and _fields(self) == _fields(other)

    __hash__ = None  # type: ignore[assignment]  # as for every mutable value

    def __repr__(self) -> str:
        values = [f"{name}={value!r}" for name, value in _fields(self).items() if value is not UNSET]
        if self._extras:
            values.append(f"additional_properties={self._extras!r}")
        return f"{type(self).__name__}({', '.join(values)})"


def _fields(value: Any) -> dict[str, Any]:
    names = [attribute.name for attribute in value.__attrs_attrs__]
    return {name: getattr(value, name) for name in names if name not in ("_extras", "response_info")}


@frozen
class ResponseInfo:
    """What came with an answer beside its body."""

    status_code: int
    """The HTTP status."""
    headers: Mapping[str, str]
    """The headers, names in lower case, those about rate limits among them."""
    request_id: str | None
    """The server's id of the request; None where it gave none."""
    attempts: tuple[Any, ...] = ()
    """The attempts that were made, the last one with success."""


@define(eq=False, repr=False)
class JSONAnswer(JSONObject[T]):
    """A JSON object that is the whole answer of an operation, and remembers the response that it came in.

    `to_dict`, comparison and `repr` are those of the JSON alone; copies and pickles remember it, too.
    """

    response_info: ResponseInfo | None = field(default=None, init=False)
    """Status, headers and request id of the response; None where the object was not received."""

    @property
    def request_id(self) -> str | None:
        """The server's id of the request; None where there is none."""
        return None if self.response_info is None else self.response_info.request_id


_ATOMS = frozenset((str, int, float, bool, type(None)))


def encode(value: Any) -> Any:
    """`value` as JSON takes it: models, dates and UUIDs become what they are on the wire, at any depth."""
    kind: type[Any] = value.__class__
    if kind in _ATOMS:
        return value
    if kind is list:
        return [
            item.to_dict()
            if isinstance(item, JSONObject)
            else item
            if item.__class__ in _ATOMS
            else encode(item)
            for item in value
        ]
    if issubclass(kind, JSONObject):
        return value.to_dict()
    if issubclass(kind, Mapping):
        return {key: item if item.__class__ in _ATOMS else encode(item) for key, item in value.items()}
    if issubclass(kind, (datetime.date, datetime.time)):
        return getattr(value, "received", None) or value.isoformat()
    if issubclass(kind, UUID):
        return str(value)
    if issubclass(kind, Iterable) and not issubclass(kind, (str, bytes, bytearray, IOBase)):
        return [encode(item) for item in value]
    return value


@frozen
class EventStream(Generic[T]):
    """A request whose answer is a stream of server-sent events, and what its events are."""

    kwargs: dict[str, Any] = field(repr=False)
    """What `httpx.Client.build_request` takes."""
    parse_event: Callable[[Any], T]
    """Turns the JSON in the data of an event into its type."""


# What `httpx.Client(files=…)` takes.
FileContent = IO[bytes] | bytes | str
FileTypes = (
    # (file name, content, media type)
    tuple[str | None, FileContent, str | None]
    # (file name, content, media type, headers)
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = list[tuple[str, FileTypes]]


@define
class File:
    """A file to send."""

    payload: FileContent
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """The file as httpx takes it in multipart/form-data."""
        return self.file_name, self.payload, self.mime_type


@define
class Response(Generic[T]):
    """The answer of an operation."""

    status_code: int
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T | None


__all__ = [
    "UNSET",
    "EventStream",
    "File",
    "FileTypes",
    "JSONAnswer",
    "JSONObject",
    "RequestFiles",
    "Response",
    "ResponseInfo",
    "Unset",
    "encode",
]
