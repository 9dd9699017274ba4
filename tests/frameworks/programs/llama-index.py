import json

from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from pydantic import BaseModel


def get_weather(city: str) -> str:
    """Say how the weather is in a city."""
    return "sunny"


class Person(BaseModel):
    name: str
    age: int


tool = FunctionTool.from_defaults(get_weather)
question = ChatMessage(role="user", content="How is the weather in Oslo?")
asked = llm.chat_with_tools([tool], user_msg=question)
call = llm.get_tool_calls_from_response(asked)[0]
result = ChatMessage(
    role="tool",
    content=tool(**call.tool_kwargs).content,
    additional_kwargs={"tool_call_id": call.tool_id},
)
answered = llm.chat_with_tools([tool], chat_history=[question, asked.message, result])

print(
    json.dumps(
        {
            "whole": llm.complete("Hello there").text,
            "streamed": "".join(part.delta for part in llm.stream_complete("Hello there")),
            "tool": call.tool_kwargs,
            "after_the_tool": answered.message.content,
            "structured": llm.as_structured_llm(Person).complete("Who is there?").raw.model_dump(),
        }
    )
)
