import asyncio
import json

from pydantic import BaseModel

called = []
agent = Agent(model)


@agent.tool_plain
def get_weather(city: str) -> str:
    """Say how the weather is in a city."""
    called.append({"city": city})
    return "sunny"


class Person(BaseModel):
    name: str
    age: int


async def stream() -> str:
    async with Agent(model).run_stream("Hello there") as result:
        return "".join([text async for text in result.stream_text(delta=True)])


print(
    json.dumps(
        {
            "whole": Agent(model).run_sync("Hello there").output,
            "streamed": asyncio.run(stream()),
            "after_the_tool": agent.run_sync("How is the weather in Oslo?").output,
            "tool": called[0],
            "structured": Agent(model, output_type=Person).run_sync("Who is there?").output.model_dump(),
        }
    )
)
