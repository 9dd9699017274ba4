import asyncio
import json

from inspect_ai.model import GenerateConfig, ResponseSchema
from inspect_ai.tool import tool
from inspect_ai.util import json_schema
from pydantic import BaseModel

called = []


@tool
def get_weather():
    async def execute(city: str) -> str:
        """Say how the weather is in a city.

        Args:
            city: The name of the city.
        """
        called.append({"city": city})
        return "sunny"

    return execute


class Person(BaseModel):
    name: str
    age: int


async def main() -> None:
    schema = ResponseSchema(name="person", json_schema=json_schema(Person))
    _, answered = await model.generate_loop("How is the weather in Oslo?", tools=[get_weather()])
    structured = await model.generate("Who is there?", config=GenerateConfig(response_schema=schema))
    print(
        json.dumps(
            {
                "whole": (await model.generate("Hello there")).completion,
                "streamed": (await streaming.generate("Hello there")).completion,
                "tool": called[0],
                "after_the_tool": answered.completion,
                "structured": json.loads(structured.completion),
            }
        )
    )


asyncio.run(main())
