import json

from pydantic import BaseModel

HELLO = [{"role": "user", "content": "Hello there"}]
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": CITY}}]


class Person(BaseModel):
    name: str
    age: int


def ask(**options: object) -> object:
    return litellm.completion(**service, **options)


texts = [chunk.choices[0].delta.content or "" for chunk in ask(messages=HELLO, stream=True)]
messages = [{"role": "user", "content": "How is the weather in Oslo?"}]
asked = ask(messages=messages, tools=TOOLS).choices[0].message
call = asked.tool_calls[0]
messages += [asked, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]

print(
    json.dumps(
        {
            "whole": ask(messages=HELLO).choices[0].message.content,
            "streamed": "".join(texts),
            "tool": json.loads(call.function.arguments),
            "after_the_tool": ask(messages=messages, tools=TOOLS).choices[0].message.content,
            "structured": json.loads(ask(messages=HELLO, response_format=Person).choices[0].message.content),
        }
    )
)
