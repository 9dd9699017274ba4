import json

from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from pydantic import BaseModel


@tool
def get_weather(city: str) -> str:
    """Say how the weather is in a city."""
    return "sunny"


class Person(BaseModel):
    name: str
    age: int


with_tools = model.bind_tools([get_weather])
messages = [HumanMessage("How is the weather in Oslo?")]
by_tool = model.with_structured_output(Person, method="function_calling")
asked = with_tools.invoke(messages)
messages += [asked, get_weather.invoke(asked.tool_calls[0])]

print(
    json.dumps(
        {
            "whole": model.invoke("Hello there").content,
            "streamed": "".join(chunk.content for chunk in model.stream("Hello there")),
            "tool": asked.tool_calls[0]["args"],
            "after_the_tool": with_tools.invoke(messages).content,
            "structured": by_tool.invoke("Who is there?").model_dump(),
        }
    )
)
