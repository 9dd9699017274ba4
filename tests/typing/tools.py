"""What checkers make of tools and of the events of a stream: it is checked, never run."""

from dataclasses import dataclass
from typing import Any, assert_type

from egp import AsyncClient, Client, tool
from egp.errors import ToolLoopError, ToolLoopStoppedError
from egp.stream_events import ChatCompletionStreamEvent, ContentDeltaEvent, ContentDoneEvent
from egp.structured.parsed import ParsedChatCompletion
from egp.tools import Decision, Deny, Edit, Stop, ToolCall, ToolContext


@dataclass
class City:
    name: str


@tool
def get_weather(city: str, days: int = 1) -> str:
    return city * days


@tool(name="look", strict=False)
async def look_up(context: ToolContext[City], key: str) -> bytes:
    return context.value.name.encode() + key.encode()


class Shop:
    @tool
    def sell(self, item: str) -> float:
        return float(len(item))


def a_tool_is_the_function() -> None:
    assert_type(get_weather("Oslo"), str)
    assert_type(get_weather.name, str)


def approve(call: ToolCall) -> Decision:
    if call.name == "get_weather" and call.arguments is not None:
        return Edit({**call.arguments, "days": 1})
    return Deny("no") if call.turn > 1 else Stop()


async def approve_later(call: ToolCall) -> Decision:
    return call.name == "look"


def runs(client: Client) -> None:
    chat = client.chat.completions
    run = chat.run_tools(
        model="m",
        messages=[{"role": "user", "content": "Hi"}],
        tools=[get_weather, str.upper, {"type": "web_search"}],
        approve=approve,
        max_turns=3,
        temperature=0.5,
        deadline=10,
    )
    for turn in run:
        assert_type(turn.calls, list[ToolCall])
        for text in turn.stream.text():
            assert_type(text, str)
    assert_type(run.final().content, str | None)
    try:
        run.final()
    except ToolLoopStoppedError as error:
        chat.resume_tools(error.state, tools=[get_weather], timeout=3).final()
    except ToolLoopError as error:
        assert_type(error.messages, list[dict[str, Any]])


async def runs_asynchronously(client: AsyncClient) -> None:
    run = client.chat.completions.run_tools(
        model="m", messages=[], tools=[look_up], approve=approve_later, context=City("Oslo"), stream=True
    )
    async for turn in run:
        async for event in turn.stream:
            if event.type == "tool_calls.function.arguments.done":
                assert_type(event.arguments, str)
        await turn.run_calls()
    assert_type((await run.final()).turns, int)


def events(client: Client) -> None:
    with client.chat.completions.stream(model="m", messages=[], response_format=City) as stream:
        for event in stream:
            assert_type(event, ChatCompletionStreamEvent[City])
            if event.type == "content.delta":
                assert_type(event, ContentDeltaEvent)
                assert_type(event.snapshot, str)
            elif event.type == "content.done":
                assert_type(event, ContentDoneEvent[City])
                assert_type(event.parsed, City | None)
            elif event.type == "chunk":
                assert_type(event.choice_index, int | None)
        completion = stream.get_final_completion()
        assert_type(completion, ParsedChatCompletion[City])
        assert_type(completion.choices[0].message.parsed, City | None)


async def asynchronous_events(client: AsyncClient) -> None:
    async with client.chat.completions.stream(model="m", messages=[]) as stream:
        async for text in stream.text(choice_index=1):
            assert_type(text, str)
        assert_type(await stream.get_final_completion(), ParsedChatCompletion[None])


def in_a_request(client: Client) -> None:
    client.chat.completions.create(model="m", messages=[], tools=[get_weather])
