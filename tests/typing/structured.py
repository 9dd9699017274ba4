"""What checkers make of `parsed`, for types of every kind: it is checked, never run."""

import datetime
import decimal
import uuid
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Literal, assert_type

import msgspec

from egp import AsyncClient, Client, StructuredOutputError, tool
from egp.structured import (
    ParsedChatCompletion,
    ParsedFunctionToolCall,
    Schema,
    function_tool,
    schema_of,
)
from tests.structured.kinds import (
    Alias,
    Ball,
    Bounded,
    Box,
    Cat,
    Checked,
    Circle,
    Color,
    Crate,
    Dog,
    Drawing,
    Event,
    Everything,
    HoldsModel,
    Level,
    Library,
    Loose,
    Money,
    Movie,
    Node,
    Order,
    Page,
    Pair,
    Parcel,
    Person,
    Point,
    Square,
    Team,
    Tree,
    UserId,
)


def every_kind(client: Client) -> None:
    ask = client.chat.completions.parse
    assert_type(ask(model="m", messages=[], response_format=Point).parsed, Point | None)
    assert_type(ask(model="m", messages=[], response_format=Node).parsed, Node | None)
    assert_type(ask(model="m", messages=[], response_format=Page[Point]).parsed, Page[Point] | None)
    assert_type(ask(model="m", messages=[], response_format=Everything).parsed, Everything | None)
    assert_type(ask(model="m", messages=[], response_format=Person).parsed, Person | None)
    assert_type(ask(model="m", messages=[], response_format=Team).parsed, Team | None)
    assert_type(ask(model="m", messages=[], response_format=Ball | Box).parsed, Ball | Box | None)
    assert_type(
        ask(model="m", messages=[], response_format=list[Ball | Movie]).parsed, list[Ball | Movie] | None
    )
    assert_type(
        ask(model="m", messages=[], response_format=set[Ball | Box] | None).parsed, set[Ball | Box] | None
    )
    assert_type(
        ask(model="m", messages=[], response_format=Sequence[Ball | Box]).parsed, Sequence[Ball | Box] | None
    )
    assert_type(
        ask(model="m", messages=[], response_format=AbstractSet[Crate | Box]).parsed,
        AbstractSet[Crate | Box] | None,
    )
    assert_type(ask(model="m", messages=[], response_format=Parcel).parsed, Parcel | None)
    assert_type(ask(model="m", messages=[], response_format=Movie).parsed, Movie | None)
    assert_type(ask(model="m", messages=[], response_format=Library).parsed, Library | None)
    assert_type(ask(model="m", messages=[], response_format=Pair).parsed, Pair | None)
    assert_type(ask(model="m", messages=[], response_format=Order).parsed, Order | None)
    assert_type(ask(model="m", messages=[], response_format=Bounded).parsed, Bounded | None)
    assert_type(ask(model="m", messages=[], response_format=Cat | Dog).parsed, Cat | Dog | None)
    assert_type(ask(model="m", messages=[], response_format=list[Cat | Dog]).parsed, list[Cat | Dog] | None)
    assert_type(ask(model="m", messages=[], response_format=Event).parsed, Event | None)
    assert_type(ask(model="m", messages=[], response_format=list[Event]).parsed, list[Event] | None)
    assert_type(ask(model="m", messages=[], response_format=Loose).parsed, Loose | None)
    assert_type(ask(model="m", messages=[], response_format=Alias).parsed, Alias | None)
    assert_type(ask(model="m", messages=[], response_format=Tree).parsed, Tree | None)
    assert_type(ask(model="m", messages=[], response_format=Drawing).parsed, Drawing | None)
    assert_type(ask(model="m", messages=[], response_format=Circle | Square).parsed, Circle | Square | None)
    assert_type(ask(model="m", messages=[], response_format=Checked).parsed, Checked | None)
    assert_type(ask(model="m", messages=[], response_format=HoldsModel).parsed, HoldsModel | None)
    assert_type(ask(model="m", messages=[], response_format=Money).parsed, Money | None)
    assert_type(ask(model="m", messages=[], response_format=list[Point]).parsed, list[Point] | None)
    assert_type(ask(model="m", messages=[], response_format=list[int]).parsed, list[int] | None)
    assert_type(ask(model="m", messages=[], response_format=tuple[int, str]).parsed, tuple[int, str] | None)
    assert_type(ask(model="m", messages=[], response_format=tuple[int, ...]).parsed, tuple[int, ...] | None)
    assert_type(ask(model="m", messages=[], response_format=set[str]).parsed, set[str] | None)
    assert_type(ask(model="m", messages=[], response_format=frozenset[int]).parsed, frozenset[int] | None)
    assert_type(
        ask(model="m", messages=[], response_format=Literal["yes", "no"]).parsed, Literal["yes", "no"] | None
    )
    assert_type(
        ask(model="m", messages=[], response_format=Literal["yes", 1] | None).parsed, Literal["yes", 1] | None
    )
    assert_type(ask(model="m", messages=[], response_format=Color).parsed, Color | None)
    assert_type(ask(model="m", messages=[], response_format=Level).parsed, Level | None)
    assert_type(ask(model="m", messages=[], response_format=int | str).parsed, int | str | None)
    assert_type(ask(model="m", messages=[], response_format=Point | None).parsed, Point | None)
    assert_type(
        ask(model="m", messages=[], response_format=Point | list[Point]).parsed, Point | list[Point] | None
    )
    assert_type(ask(model="m", messages=[], response_format=bool).parsed, bool | None)
    assert_type(ask(model="m", messages=[], response_format=str).parsed, str | None)
    assert_type(ask(model="m", messages=[], response_format=datetime.date).parsed, datetime.date | None)
    assert_type(ask(model="m", messages=[], response_format=uuid.UUID).parsed, uuid.UUID | None)
    assert_type(ask(model="m", messages=[], response_format=decimal.Decimal).parsed, decimal.Decimal | None)
    assert_type(
        ask(model="m", messages=[], response_format=datetime.timedelta).parsed, datetime.timedelta | None
    )
    assert_type(ask(model="m", messages=[], response_format=bytes).parsed, bytes | None)
    assert_type(ask(model="m", messages=[], response_format=UserId).parsed, UserId | None)
    assert_type(
        ask(model="m", messages=[], response_format=Annotated[int, msgspec.Meta(ge=1)]).parsed, int | None
    )
    assert_type(ask(model="m", messages=[], response_format=dict[str, int]).parsed, dict[str, int] | None)
    assert_type(
        ask(model="m", messages=[], response_format=list[dict[str, Point]]).parsed,
        list[dict[str, Point]] | None,
    )
    assert_type(ask(model="m", messages=[], response_format=list[Any]).parsed, list[Any] | None)


def each_choice(client: Client) -> None:
    completion = client.chat.completions.parse(
        model="m", messages=[{"role": "user", "content": "Hi"}], response_format=Point, max_reasks=2, n=2
    )
    assert_type(completion, ParsedChatCompletion[Point])
    assert_type(completion.choices[0].message.parsed, Point | None)
    assert_type(completion.earlier, tuple[ParsedChatCompletion[Point], ...])


def without_a_type(client: Client) -> None:
    plain: dict[str, object] = {"type": "json_object"}
    assert_type(
        client.chat.completions.parse(model="m", messages=[], response_format=plain).parsed, Any | None
    )
    assert_type(client.chat.completions.parse(model="m", messages=[]).parsed, None)


@tool
def get_weather(city: str) -> str:
    return city


def tools_of_every_kind(client: Client) -> None:
    completion = client.chat.completions.parse(
        model="m",
        messages=[],
        tools=[
            Point,
            Event,
            get_weather,
            str.upper,
            function_tool(Order, name="order"),
            {"type": "function"},
        ],
    )
    for call in completion.choices[0].message.tool_calls or []:
        if isinstance(call, ParsedFunctionToolCall):
            assert_type(call.function.parsed_arguments, Any)


async def asynchronous(client: AsyncClient) -> None:
    completion = await client.chat.completions.parse(model="m", messages=[], response_format=list[Point])
    assert_type(completion.parsed, list[Point] | None)


def schemas() -> None:
    assert_type(schema_of(Point), Schema[Point])
    assert_type(schema_of(list[Cat | Dog], strict=False).decode(""), list[Cat | Dog])


def failures(client: Client) -> None:
    try:
        client.chat.completions.parse(model="m", messages=[], response_format=Point)
    except StructuredOutputError as error:
        assert_type(error.content, str | None)
        assert_type(error.path, str | None)
