import asyncio
import json

from agents import function_tool
from pydantic import BaseModel

called = []


@function_tool
def get_weather(city: str) -> str:
    """Say how the weather is in a city."""
    called.append({"city": city})
    return "sunny"


class Person(BaseModel):
    name: str
    age: int


async def final_output(question: str, **options: object) -> object:
    return (await Runner.run(Agent("Assistant", model=model, **options), question)).final_output


async def streamed() -> str:
    result = Runner.run_streamed(Agent("Assistant", model=model), "Hello there")
    return "".join(
        [
            event.data.delta
            async for event in result.stream_events()
            if event.type == "raw_response_event" and event.data.type == "response.output_text.delta"
        ]
    )


async def main() -> None:
    print(
        json.dumps(
            {
                "whole": await final_output("Hello there"),
                "streamed": await streamed(),
                "after_the_tool": await final_output("How is the weather in Oslo?", tools=[get_weather]),
                "tool": called[0],
                "structured": (await final_output("Who is there?", output_type=Person)).model_dump(),
            }
        )
    )


asyncio.run(main())
