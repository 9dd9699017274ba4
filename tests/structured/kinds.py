"""Types that programs ask for, of every kind there is."""

# No `from __future__ import annotations`: pydantic and the checkers should see the types themselves.
import dataclasses
import datetime
import decimal
import enum
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Optional,
    Protocol,
    TypedDict,
    TypeVar,
)

import attrs
import msgspec
import pydantic

T = TypeVar("T")
Said = TypeVar("Said", covariant=True)


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


@dataclasses.dataclass
class Node:
    """A node of a tree."""

    name: Annotated[str, "What it is called."]
    children: list["Node"] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Page(Generic[T]):
    items: list[T]
    next: str | None


@dataclasses.dataclass
class Everything:
    flag: bool
    number: float
    text: str
    color: Color
    day: datetime.date
    moment: datetime.datetime
    key: uuid.UUID
    price: decimal.Decimal
    place: Point
    tag: Literal["a", "b"] | None = None


@attrs.define
class Person:
    name: str
    age: int = attrs.field(validator=attrs.validators.ge(0))


@attrs.frozen
class Team:
    lead: Person
    members: list[Person]


@dataclasses.dataclass
class Ball:
    """A ball."""

    radius: float


@attrs.frozen
class Box:
    _sides: tuple[int, int]
    fragile: bool = False


@attrs.frozen
class Crate:
    weight: int


@dataclasses.dataclass
class Parcel:
    content: Ball | Box | None
    inside: "list[Parcel | Ball]" = dataclasses.field(default_factory=list)
    weights: dict[str, Ball | Box] | None = None


class Movie(TypedDict):
    title: str
    year: NotRequired[int]


class Library(TypedDict):
    movies: list[Movie]


class Pair(NamedTuple):
    left: int
    right: str


class Order(msgspec.Struct, rename="camel"):
    order_id: int
    items: list[Point]


class Cat(msgspec.Struct, tag=True):
    meows: bool


class Dog(msgspec.Struct, tag=True):
    barks: bool


class Bounded(msgspec.Struct):
    percent: Annotated[int, msgspec.Meta(ge=0, le=100, description="In percent.")]
    code: Annotated[str, msgspec.Meta(pattern="^[A-Z]+$", max_length=3)]


class Event(pydantic.BaseModel):
    name: str
    when: datetime.date
    guests: list[str] = []


class Loose(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    name: str


class Alias(pydantic.BaseModel):
    user_name: str = pydantic.Field(alias="userName", description="The name at login.")


class Tree(pydantic.BaseModel):
    value: int
    parent: Optional["Tree"] = pydantic.Field(description="None at the root.")


class Circle(pydantic.BaseModel):
    kind: Literal["circle"]
    radius: float


class Square(pydantic.BaseModel):
    kind: Literal["square"]
    side: float


class Drawing(pydantic.BaseModel):
    shapes: list[Annotated[Circle | Square, pydantic.Field(discriminator="kind")]]


@pydantic.dataclasses.dataclass
class Checked:
    count: int = pydantic.Field(gt=0)


@attrs.define
class HoldsModel:
    event: Event


class Money(pydantic.BaseModel):
    amount: decimal.Decimal


UserId = NewType("UserId", int)

DAY = datetime.date(2026, 11, 25)
KEY = uuid.UUID("12345678-1234-5678-1234-567812345678")


class Kind(NamedTuple):
    """A type, an answer before it is wrapped, and the value that the answer stands for."""

    type: Any
    text: str
    value: Any
    is_strict: bool = True


KINDS = [
    Kind(Point, '{"x": 1, "y": 2}', Point(1, 2)),
    Kind(Node, '{"name": "a", "children": [{"name": "b", "children": []}]}', Node("a", [Node("b")])),
    Kind(Page[Point], '{"items": [{"x": 1, "y": null}], "next": null}', Page([Point(1)], None)),
    Kind(
        Everything,
        '{"flag": true, "number": 1.5, "text": "é", "color": "red", "day": "2026-11-25",'
        ' "moment": "2026-11-25T12:00:00Z", "key": "12345678-1234-5678-1234-567812345678",'
        ' "price": "1.10", "place": {"x": 1, "y": 2}, "tag": null}',
        Everything(
            True,
            1.5,
            "é",
            Color.RED,
            DAY,
            datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC),
            KEY,
            decimal.Decimal("1.10"),
            Point(1, 2),
        ),
    ),
    Kind(Person, '{"name": "Ada", "age": 36}', Person("Ada", 36)),
    Kind(Team, '{"lead": {"name": "Ada", "age": 36}, "members": []}', Team(Person("Ada", 36), [])),
    Kind(Ball | Box, '{"_sides": [1, 2], "fragile": null}', Box((1, 2))),
    Kind(list[Ball | Movie], '[{"title": "M", "year": 1931}]', [{"title": "M", "year": 1931}]),
    Kind(set[Ball | Box] | None, "null", None),
    Kind(Sequence[Ball | Box], '[{"radius": 1}]', [Ball(1)]),
    Kind(AbstractSet[Crate | Box], '[{"_sides": [1, 2], "fragile": true}]', {Box((1, 2), True)}),
    Kind(
        Parcel,
        '{"content": null, "weights": {"a": {"radius": 3}},'
        ' "inside": [{"radius": 1}, {"content": {"radius": 2}, "inside": [], "weights": null}]}',
        Parcel(None, [Ball(1), Parcel(Ball(2))], {"a": Ball(3)}),
        is_strict=False,
    ),
    Kind(Movie, '{"title": "M", "year": null}', {"title": "M"}),
    Kind(Library, '{"movies": [{"title": "M", "year": 1931}]}', {"movies": [{"title": "M", "year": 1931}]}),
    Kind(Pair, '[1, "b"]', Pair(1, "b")),
    Kind(Order, '{"orderId": 7, "items": [{"x": 1, "y": 2}]}', Order(7, [Point(1, 2)])),
    Kind(Bounded, '{"percent": 5, "code": "ABC"}', Bounded(5, "ABC")),
    Kind(Cat | Dog, '{"type": "Dog", "barks": true}', Dog(True)),
    Kind(list[Cat | Dog], '[{"type": "Cat", "meows": true}]', [Cat(True)]),
    Kind(Event, '{"name": "Fair", "when": "2026-11-25", "guests": null}', Event(name="Fair", when=DAY)),
    Kind(
        list[Event],
        '[{"name": "Fair", "when": "2026-11-25", "guests": ["Bob"]}]',
        [Event(name="Fair", when=DAY, guests=["Bob"])],
    ),
    Kind(Loose, '{"name": "x"}', Loose(name="x")),
    Kind(Alias, '{"userName": "x"}', Alias(userName="x")),
    Kind(
        Tree,
        '{"value": 1, "parent": {"value": 2, "parent": null}}',
        Tree(value=1, parent=Tree(value=2, parent=None)),
    ),
    Kind(
        Drawing,
        '{"shapes": [{"kind": "square", "side": 2}]}',
        Drawing(shapes=[Square(kind="square", side=2)]),
    ),
    Kind(Circle | Square, '{"kind": "circle", "radius": 1}', Circle(kind="circle", radius=1)),
    Kind(Checked, '{"count": 3}', Checked(3)),
    Kind(
        HoldsModel,
        '{"event": {"name": "Fair", "when": "2026-11-25", "guests": []}}',
        HoldsModel(Event(name="Fair", when=DAY)),
    ),
    Kind(Money, '{"amount": "1.10"}', Money(amount=decimal.Decimal("1.10"))),
    Kind(list[Point], '[{"x": 1, "y": 2}]', [Point(1, 2)]),
    Kind(list[int], "[1, 2]", [1, 2]),
    Kind(tuple[int, str], '[1, "a"]', (1, "a")),
    Kind(tuple[int, ...], "[1, 2, 3]", (1, 2, 3)),
    Kind(set[str], '["a"]', {"a"}),
    Kind(frozenset[int], "[1]", frozenset([1])),
    Kind(Literal["yes", "no"], '"yes"', "yes"),
    Kind(Literal["yes", 1] | None, "null", None),
    Kind(Color, '"blue"', Color.BLUE),
    Kind(Level, "2", Level.HIGH),
    Kind(int | str, '"a"', "a"),
    Kind(Point | None, "null", None),
    Kind(Point | list[Point], '[{"x": 1, "y": null}]', [Point(1)]),
    Kind(bool, "true", True),
    Kind(str, '"text"', "text"),
    Kind(datetime.date, '"2026-11-25"', DAY),
    Kind(uuid.UUID, '"12345678-1234-5678-1234-567812345678"', KEY),
    Kind(decimal.Decimal, '"0.30"', decimal.Decimal("0.30")),
    Kind(datetime.timedelta, '"PT1H"', datetime.timedelta(hours=1)),
    Kind(bytes, '"aGk="', b"hi"),
    Kind(UserId, "7", 7),
    Kind(Annotated[int, msgspec.Meta(ge=1)], "1", 1),
    Kind(dict[str, int], '{"a": 1}', {"a": 1}, is_strict=False),
    Kind(list[dict[str, Point]], '[{"a": {"x": 1, "y": 2}}]', [{"a": Point(1, 2)}], is_strict=False),
    Kind(list[Any], '[1, "a", null]', [1, "a", None], is_strict=False),
]


class Mixed(enum.Enum):
    ONE = 1
    TWO = "two"


@dataclasses.dataclass
class Line:
    start: Point
    note: complex


@dataclasses.dataclass
class Shelf:
    lines: list[Line]


@dataclasses.dataclass
class HoldsMixed:
    mixed: Mixed


class Opaque:
    pass


class HoldsOpaque(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    inner: list[Opaque]


class Chatty(Protocol[Said]):
    def say(self) -> Said:
        """Say it."""
        ...


REFUSED = [
    (Shelf, r"Shelf\.lines\[\]\.note .* complex has no JSON schema"),
    (HoldsMixed, r"HoldsMixed\.mixed "),
    (HoldsOpaque, r"HoldsOpaque\.inner\[\] .* Opaque"),
    (dict[str, Line], r"dict\[str, Line\]\{\}\.note .* complex"),
    (type, r"type .* no JSON schema"),
    (type[int], r"type\[int\] has no JSON schema"),
    (Callable[[Point], int], "Callable.* cannot be structured output"),
    (Iterator[Ball | Box], "Iterator.* has no JSON schema"),
    (Awaitable[Ball | Box], "Awaitable.* has no JSON schema"),
    (Chatty[int], r"Chatty\[int\] has no JSON schema"),
]
