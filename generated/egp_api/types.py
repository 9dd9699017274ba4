"""What the models and the operations share."""

import datetime
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, MutableMapping
from gc import get_referents
from io import IOBase
from typing import IO, TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar
from uuid import UUID

from attrs import NOTHING, define, field, frozen

T = TypeVar("T")


class Unset:
    """The type of UNSET, which stands for something that is not sent. It is falsy, and no result has it."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Unset = Unset()

# The default of optional fields, which is of every type. `create`: one look-up less in `from_dict`, which runs
# once per object of every answer.
ABSENT: Any = UNSET
create: Any = object.__new__
# What attributes of a model hold something other than a field of its JSON.
_INTERNAL = frozenset(("_extras", "response_info"))


class _Open:
    """Room for attributes that a class does not declare."""

    __slots__ = ("__dict__", "__weakref__")


_attributes_of: Callable[[Any], dict[str, Any]] = vars(_Open)["__dict__"].__get__


class _Fields(_Open):
    __slots__ = ()

    def _present(self) -> dict[str, Any]:
        raise NotImplementedError

    if not TYPE_CHECKING:

        @property
        def __dict__(self) -> dict[str, Any]:  # what vars() gives, and with it `json.dumps(…, default=vars)`
            return self._present()


@define(eq=False, repr=False, getstate_setstate=False)
class JSONObject(_Fields, Generic[T]):
    """A JSON object. Documented fields are attributes, and unknown fields are kept, too.

    An attribute whose field is absent reads as None, as one whose value is null does; a required field that has
    one documented value, such as `object` or `type`, reads as that. `"name" in message` tells whether a field was
    there, and `to_dict()` keeps absent and null apart; so do copies and pickles. `del message.name` takes a field
    away. `attrs.evolve` and `attrs.asdict` read attributes, so that absent fields become None, and they leave
    unknown fields out.

    Items are the fields as JSON names them, unknown ones included: `message["reasoning_content"]`. An unknown
    field can also be read and set as an attribute; one whose name begins with an underscore is no field, and is
    not sent. `T` is the documented type of unknown fields.
    Two objects are equal if they are of one class and all their fields are equal.
    """

    _extras: dict[str, T] | None = field(default=None, init=False)

    _renamed: ClassVar[Mapping[str, str]] = {}
    """Names of attributes that differ from those in JSON: attribute → JSON."""
    _names: ClassVar[Mapping[str, str]] = {}
    """The documented fields: JSON → attribute."""
    _absent: ClassVar[Mapping[str, Any]] = {}
    """What the attributes of documented fields read as where the field is absent."""
    _slots: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    """What reads a documented field, by its name in JSON. Raises AttributeError where it is absent."""
    _references: ClassVar[int] = 0
    """How many references an object without any field has."""
    _shapes: ClassVar[dict[int, list[tuple[str, Callable[[Any], Any]]]]] = {}
    """The fields that the last object with so many references had, and what reads them."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        attributes: Iterable[Any] | None = vars(cls).get("__attrs_attrs__")
        if attributes is None:
            # A subclass that is no attrs class of its own has the fields of its base.
            return
        names = [attribute.name for attribute in attributes if attribute.name not in _INTERNAL]
        cls._names = {cls._renamed.get(name, name): name for name in names}
        # A required field that has one documented value is read as that.
        cls._absent = {
            each.name: None if each.default is UNSET or each.default is NOTHING else each.default
            for each in attributes
            if each.name in cls._names.values()
        }
        # attrs makes a class twice; the second one has the slots.
        cls._slots = {key: vars(cls)[name].__get__ for key, name in cls._names.items() if name in vars(cls)}
        cls._shapes = {}
        bare = create(cls)
        for each in attributes:
            if each.name in _INTERNAL:
                setattr(bare, each.name, None)
        cls._references = len(get_referents(bare))

    def __attrs_post_init__(self) -> None:
        for name in self._absent:
            if getattr(self, name) is UNSET:
                delattr(self, name)

    @property
    def additional_properties(self) -> dict[str, T]:
        """The fields that the document does not name, by name. Changes to it are kept."""
        extras = self._known_extras()
        if extras is None:
            extras = self._extras = {}
        return extras

    @additional_properties.setter
    def additional_properties(self, value: dict[str, T]) -> None:
        self._extras = value

    @property
    def additional_keys(self) -> list[str]:
        """The names of the fields that the document does not name."""
        return list(self._known_extras() or ())

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON takes it, without the fields that are absent."""
        d: dict[str, Any] = {}
        try:
            extras = self._extras
            # The fields of the last object with as many references, if this one has the same: see `_read`.
            for key, get in self._shapes[len(get_referents(self))]:
                value = get(self)
                if value.__class__ in _ATOMS:
                    d[key] = value
                elif value is not UNSET:
                    d[key] = encode(value)
        except (AttributeError, KeyError):
            fields, extras = self._read()
            d = {key: encode(value) for key, value in fields.items()}
        if extras:
            for key, value in extras.items():
                d.setdefault(key, encode(value))
        return d

    def keys(self) -> KeysView[str]:
        """Return the names of the fields that are there, as JSON has them, unknown ones included."""
        return self._present().keys()

    def model_dump(
        self,
        *,
        mode: str = "python",
        include: Any = None,
        exclude: Any = None,
        exclude_unset: bool = False,
        exclude_none: bool = False,
        **others: object,
    ) -> dict[str, Any]:
        """Return the object as a dict, as models of pydantic do; absent fields are None in it.

        Args:
            mode: "json" writes dates as text; "python" leaves them as they are.
            include: the fields to return: names, or a mapping of names to what to return of each.
            exclude: the fields to leave out, in the same way.
            exclude_unset: whether to leave absent fields out; `to_dict()` does.
            exclude_none: whether to leave out all that is None.
            others: taken for the sake of programs that pass what pydantic takes; without effect.
        """
        from .dump import dump

        return dump(self, mode, include, exclude, exclude_unset=exclude_unset, exclude_none=exclude_none)

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return `model_dump` as JSON text."""
        from .dump import text

        options["mode"] = "json"
        return text(self.model_dump(**options), indent)

    def to_json(self, *, indent: int | None = 2, **options: Any) -> str:
        """Return `to_dict` as JSON text; with options, `model_dump` without absent fields."""
        options.setdefault("exclude_unset", True)
        return self.model_dump_json(indent=indent, **options)

    @property
    def model_extra(self) -> dict[str, T]:
        """The same as `additional_properties`, by its name in pydantic."""
        return self.additional_properties

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that are there, as a set."""
        return set(self._present())

    def __getitem__(self, key: str) -> T:
        if key in self._names:
            value: T = self._present()[key]
            return value
        extras = self._known_extras()
        if extras is None:
            raise KeyError(key)
        return extras[key]

    def __setitem__(self, key: str, value: T) -> None:
        name = self._names.get(key)
        if name is None:
            self.additional_properties[key] = value
        else:
            setattr(self, name, value)

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        name = self._names.get(key)
        if name is None:
            del self.additional_properties[key]
        else:
            delattr(self, name)

    def __contains__(self, key: object) -> bool:
        return key in self._present()

    def __iter__(self) -> Iterator[str]:
        return iter(self._present())

    if not TYPE_CHECKING:  # a misspelt field stays an error for type checkers

        def __getattr__(self, name: str) -> Any:
            if name in self._absent:
                return self._absent[name]
            if name[:2] != "__" and name != "_extras":
                extras = self._extras
                if extras is not None and name in extras:
                    return extras[name]
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )

    def _present(self) -> dict[str, Any]:
        """Return the fields that are there, as they are, by their names in JSON."""
        present, extras = self._read()
        if extras:
            for key, value in extras.items():
                present.setdefault(key, value)
        return present

    def _read(self) -> tuple[dict[str, Any], dict[str, T] | None]:
        """Return the documented fields that are there, by their names in JSON, and the unknown fields."""
        # To read an empty slot raises, which takes longer than all else. So what is read is the fields that the
        # last object with as many references had. What an object refers to is in its slots, or is the dict of
        # its own attributes: where all these fields are there, and no reference is left over, it has no other.
        references = len(get_referents(self))
        shape = self._shapes.get(references)
        if shape is not None:
            try:
                return {key: value for key, get in shape if (value := get(self)) is not UNSET}, self._extras
            except AttributeError:
                pass
        found: dict[str, Any] = {}
        for key, get in self._slots.items():
            try:
                found[key] = get(self)
            except AttributeError:
                continue
        extras = self._extras
        if len(found) + self._references == references:
            self._shapes[references] = [(key, self._slots[key]) for key in found]
        else:
            extras = self._known_extras()
        return {key: value for key, value in found.items() if value is not UNSET}, extras

    def _known_extras(self) -> dict[str, T] | None:
        """Return the unknown fields, with those among them that were set as attributes."""
        if attributes := _attributes_of(self):
            for name in [name for name in attributes if name[:1] != "_"]:
                value = attributes.pop(name)
                if self._extras is None:
                    self._extras = {}
                self._extras[name] = value
        return self._extras

    def __getstate__(self) -> dict[str, Any]:
        """Return what pickles and copies keep: the attributes that there are, of every kind."""
        state: dict[str, Any] = {}
        for key, get in self._slots.items():
            try:
                state[self._names[key]] = get(self)
            except AttributeError:
                continue
        state["_extras"] = self._known_extras()
        return {**state, **_attributes_of(self)}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    def __eq__(self, other: Any) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self._present() == other._present()

    __hash__ = None  # type: ignore[assignment]  # as for every mutable value

    def __repr__(self) -> str:
        extras = self._known_extras()
        present = self._present()
        values = [f"{name}={present[key]!r}" for key, name in self._names.items() if key in present]
        if extras:
            values.append(f"additional_properties={extras!r}")
        return f"{type(self).__name__}({', '.join(values)})"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        yield from self._present().items()


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


@define(eq=False, repr=False, getstate_setstate=False)
class JSONAnswer(JSONObject[T]):
    """A JSON object that is the whole answer of an operation, and remembers the response that it came in.

    `to_dict`, comparison and `repr` are those of the JSON alone; copies and pickles remember it, too.
    """

    response_info: ResponseInfo | None = field(default=None, init=False)
    """Status, headers and request id of the response; None where the object was not received."""

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "response_info": self.response_info}

    @property
    def request_id(self) -> str | None:
        """The server's id of the request; None where there is none."""
        return None if self.response_info is None else self.response_info.request_id


class OtherObject(JSONObject[Any]):
    """An object of a kind that the document does not know. Its fields are items, and can be read as attributes."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Return the object that was received."""
        self: Self = create(cls)
        self._extras = dict(src_dict)
        return self


# For objects of unknown kinds, which the documented types leave out: programs tell kinds apart by their tag.
other_object: Any = OtherObject.from_dict

_ATOMS = frozenset((str, int, float, bool, type(None)))


def encode(value: Any) -> Any:
    """Return `value` as JSON takes it: models, dates and UUIDs become what they are on the wire, at any depth."""
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
        """Return the file as httpx takes it in multipart/form-data."""
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
    "OtherObject",
    "RequestFiles",
    "Response",
    "ResponseInfo",
    "Unset",
    "encode",
]
