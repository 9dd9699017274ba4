"""Functions as tools."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
import inspect
import sys
from typing import Annotated, Literal

import attrs
import pydantic
import pytest

import egp
from egp.errors import EGPError, InvalidJSONError, OutputValidationError
from egp.tools import Tool, ToolContext
from tests.structured.strict_profile import violations


class Unit(enum.Enum):
    CELSIUS = "C"
    FAHRENHEIT = "F"


@attrs.frozen
class Place:
    city: str
    country: str | None = None


class Order(pydantic.BaseModel):
    item: str
    count: int = 1


@egp.tool
def get_weather(city: str, unit: Unit = Unit.CELSIUS, days: int = 3) -> str:
    """Return the weather of a city.

    It is a forecast from the second day on.

    Args:
        city: The name of the city,
            with its country.
        days: How many days.
    """
    return f"{city} {unit.value} {days}"


def run(tool, text, context=None):
    return tool.call_with(tool.decode(text), ToolContext(context, "call_1", 1))


def properties(tool):
    return tool.parameters["properties"]


# What the model is told


def test_a_tool_is_told_by_its_signature_and_docstring():
    made = get_weather.to_dict()

    function = made["function"]
    assert (made["type"], function["name"]) == ("function", "get_weather")
    assert function["description"] == (
        "Return the weather of a city.\n\nIt is a forecast from the second day on."
    )
    assert list(function["parameters"]["properties"]) == ["city", "unit", "days"]
    assert function["strict"] is True
    assert violations(function["parameters"]) == []


def test_descriptions_of_parameters_have_their_defaults():
    assert properties(get_weather)["city"]["description"] == "The name of the city,\nwith its country."
    assert properties(get_weather)["days"]["description"] == (
        "How many days. (default: 3) (null for the default)"
    )


GOOGLE = "Do it.\n\nArgs:\n    x: The number."
NUMPY = "Do it.\n\nParameters\n----------\nx : int\n    The number."
SPHINX = "Do it.\n\n:param x: The number."


@pytest.mark.parametrize("docstring", [GOOGLE, NUMPY, SPHINX], ids=["google", "numpy", "sphinx"])
def test_docstrings_of_every_style_are_read(docstring):
    def do(x: int) -> None: ...

    do.__doc__ = docstring

    made = egp.tool(do)

    assert (made.description, properties(made)["x"]["description"]) == ("Do it.", "The number.")


def test_without_the_parser_the_first_paragraph_is_the_description(monkeypatch):
    monkeypatch.setitem(sys.modules, "docstring_parser", None)

    def do(x: int) -> None:
        """Do it,
        well.

        Args:
            x: The number.
        """

    made = egp.tool(do)

    assert made.description == "Do it, well."
    assert "description" not in properties(made)["x"]


def test_a_function_without_a_docstring_has_no_description():
    @egp.tool
    def do(x: int) -> None: ...

    assert "description" not in do.to_dict()["function"]
    assert do.description is None


def test_what_is_given_goes_before_what_is_read():
    @egp.tool(name="other", description="Another.", strict=False)
    def do(x: Annotated[int, "Mine."]) -> None:
        """Do it.

        Args:
            x: Theirs.
        """

    function = do.to_dict()["function"]

    assert (function["name"], function["description"], function["strict"]) == ("other", "Another.", False)
    assert properties(do)["x"]["description"] == "Mine."


def test_descriptions_reach_pydantic_too():
    @egp.tool
    def order(order: Order, note: str = "none") -> None:
        """Order something.

        Args:
            order: What to order.
            note: What to add.
        """

    assert properties(order)["note"]["description"] == (
        'What to add. (default: "none") (null for the default)'
    )
    assert violations(order.parameters) == []


def test_a_tool_without_parameters_is_one():
    @egp.tool
    def now() -> str:
        return "now"

    assert properties(now) == {}
    assert run(now, "") == "now"


# What is called


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ('{"city": "Oslo"}', "Oslo C 3"),
        ('{"city": "Oslo", "unit": null, "days": null}', "Oslo C 3"),
        ('{"city": "Oslo", "unit": "F", "days": 1}', "Oslo F 1"),
    ],
)
def test_arguments_are_read_as_the_parameters_are_typed(text, result):
    assert run(get_weather, text) == result


def test_values_of_many_types_arrive():
    @egp.tool
    def take(
        place: Place,
        day: datetime.date,
        kind: Literal["a", "b"],
        tags: list[str] = [],  # noqa: B006  # a default that must not be shared with the model's
        note: str | None = None,
    ) -> object:
        return place, day, kind, tags, note

    made = run(take, '{"place": {"city": "Oslo"}, "day": "2026-02-03", "kind": "a"}')

    assert made == (Place("Oslo"), datetime.date(2026, 2, 3), "a", [], None)


def test_models_of_pydantic_arrive():
    @egp.tool
    def order(order: Order, note: str = "none") -> object:
        return order, note

    assert run(order, '{"order": {"item": "tea", "count": 2}, "note": null}') == (
        Order(item="tea", count=2),
        "none",
    )


def test_a_null_that_the_type_takes_is_a_null():
    @egp.tool
    def do(x: int | None = 3) -> object:
        return x

    assert run(do, '{"x": null}') is None


def test_parameters_by_position_only_and_by_name_only_are_filled():
    @egp.tool
    def do(a: int = 1, b: int = 2, /, c: int = 3, *, d: int = 4) -> object:
        return a, b, c, d

    assert run(do, '{"b": 7, "d": 8}') == (1, 7, 3, 8)


def test_a_default_may_be_anything():
    nothing = object()

    @egp.tool
    def do(x: int = nothing) -> object:  # type: ignore[assignment]
        return x

    assert run(do, "{}") is nothing


def test_the_context_is_hidden_from_the_model():
    @egp.tool
    def do(context: ToolContext[dict], x: int) -> object:
        """Do it.

        Args:
            context: Not for the model.
            x: The number.
        """
        return context.value["a"], context.call_id, context.turn, x

    assert list(properties(do)) == ["x"]
    assert run(do, '{"x": 2}', {"a": 1}) == (1, "call_1", 1, 2)


def test_a_tool_is_still_the_function():
    assert get_weather("Oslo", days=1) == "Oslo C 1"
    assert inspect.signature(get_weather) == inspect.signature(get_weather.__wrapped__)
    assert "Return the weather" in get_weather.__doc__
    assert repr(get_weather).startswith("<Tool get_weather(city")


class Shop:
    def __init__(self, name: str) -> None:
        self.name = name

    @egp.tool
    def sell(self, item: str) -> str:
        """Sell an item."""
        return f"{self.name} sells {item}"

    @egp.tool
    @staticmethod
    def hours(day: str) -> str:
        return f"open on {day}"

    @egp.tool
    @classmethod
    def kind(cls, x: int) -> str:
        return f"{cls.__name__} {x}"

    def plain(self, item: str) -> str:
        return f"{self.name}: {item}"


@pytest.mark.parametrize(
    ("made", "text", "result"),
    [
        (Shop("A").sell, '{"item": "tea"}', "A sells tea"),
        (Shop.hours, '{"day": "Monday"}', "open on Monday"),
        (Shop("A").hours, '{"day": "Monday"}', "open on Monday"),
        (Shop.kind, '{"x": 1}', "Shop 1"),
        (egp.tool(Shop("B").plain), '{"item": "tea"}', "B: tea"),
    ],
    ids=["method", "static", "static of an instance", "class", "bound"],
)
def test_methods_are_tools(made, text, result):
    assert run(made, text) == result
    assert "self" not in properties(made)


def test_a_method_of_an_instance_is_called_as_a_method():
    assert Shop("A").sell("tea") == "A sells tea"


def test_a_callable_object_is_a_tool():
    class Add:
        """Add numbers."""

        def __call__(self, x: int, y: int) -> int:
            return x + y

    made = egp.tool(Add())

    assert made.name == "Add"
    assert run(made, '{"x": 1, "y": 2}') == 3


def test_a_partial_function_is_a_tool_of_what_is_left_to_fill_in():
    def search(shop: object, query: str, limit: int = 5) -> str:
        """Search a shop.

        Args:
            query: What to look for.
        """
        return f"{query} in {shop}, {limit}"

    made = egp.tool(functools.partial(functools.partial(search, "A"), limit=3))

    assert (made.name, made.description) == ("search", "Search a shop.")
    assert list(properties(made)) == ["query", "limit"]
    assert properties(made)["query"]["description"] == "What to look for."
    assert run(made, '{"query": "tea", "limit": null}') == "tea in A, 3"


def test_coroutine_functions_are_known():
    async def do(x: int) -> None: ...

    class Do:
        async def __call__(self, x: int) -> None: ...

    assert egp.tool(do).is_async
    assert egp.tool(Do()).is_async
    assert egp.tool(functools.partial(do, x=1)).is_async
    assert not get_weather.is_async


# What is refused


@pytest.mark.parametrize("text", ['{"city": ', "nonsense"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(InvalidJSONError):
        get_weather.decode(text)


def test_arguments_that_do_not_fit_are_refused_with_their_place():
    with pytest.raises(OutputValidationError) as caught:
        get_weather.decode('{"city": "Oslo", "days": "two"}')

    assert caught.value.path == "$.days"


def starred(*values: int) -> None: ...
def named(**values: int) -> None: ...
def untyped(x, y: int) -> None: ...
def unknown(x: Nowhere) -> None: ...  # noqa: F821  # the test is about it
def odd(x: range) -> None: ...


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (starred, r"the tool 'starred' takes \*values"),
        (named, r"the tool 'named' takes \*\*values"),
        (untyped, "the parameter 'x' of the tool 'untyped' needs a type annotation"),
        (unknown, "an annotation of the tool 'unknown' cannot be resolved: name 'Nowhere'"),
        (odd, r"odd\.x"),
    ],
)
def test_what_a_model_cannot_fill_in_is_refused_by_its_name(function, said):
    with pytest.raises(EGPError, match=said):
        egp.tool(function).to_dict()


@pytest.mark.parametrize("name", ["a b", "ä", "x" * 65, "<lambda>"])
def test_a_name_that_services_refuse_is_refused(name):
    with pytest.raises(EGPError, match="the name of a tool must be 1 to 64 letters"):
        egp.tool(name=name)(lambda: None)


def test_a_lambda_needs_a_name():
    with pytest.raises(EGPError, match="give one with name="):
        egp.tool(lambda: None)


def test_a_tool_goes_into_a_request_as_it_is(egp_server):
    with egp.Client() as client:
        completion = client.chat.completions.create(
            model="openai/gpt-4o",
            messages=[{"role": "user", "content": "How is the weather?"}],
            tools=[get_weather],
        )

    assert completion.choices[0].message.tool_calls[0].function.name == "get_weather"
    assert egp_server.requests[0].json["tools"] == [get_weather.to_dict()]


def test_a_tool_is_the_mapping_that_a_request_has():
    assert dict(get_weather) == get_weather.to_dict()
    assert (len(get_weather), get_weather["type"]) == (2, "function")
    assert get_weather in {get_weather: 1}


def test_partial_arguments_are_read():
    assert get_weather.read_partial('{"city": "Os') == {"city": "Os"}


def test_making_a_tool_loads_neither_msgspec_nor_the_parser():
    import json
    import subprocess

    code = (
        "import egp, sys, json\n@egp.tool\ndef f(x: int) -> int: return x\n"
        "print(json.dumps(sorted({'msgspec', 'docstring_parser', 'pydantic', 'jiter'} & {*sys.modules})))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert json.loads(ran.stdout) == []


def test_without_msgspec_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "msgspec", None)

    @egp.tool
    def do(unheard_of_before: int) -> None: ...

    with pytest.raises(EGPError, match=r'pip install "egp-client\[structured\]"'):
        do.to_dict()


def test_dataclasses_arrive():
    @dataclasses.dataclass
    class Point:
        x: int

    def do(point: Point) -> object:
        return point

    do.__annotations__ = {"point": Point}

    assert run(egp.tool(do), '{"point": {"x": 1}}') == Point(1)


def test_the_type_is_a_tool():
    assert isinstance(get_weather, Tool)
