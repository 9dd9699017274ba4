import asyncio
import json

from pydantic import BaseModel

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": CITY}}]


class Person(BaseModel):
    name: str
    age: int


class Who(dspy.Signature):
    question: str = dspy.InputField()
    person: Person = dspy.OutputField()


async def streamed() -> str:
    listener = dspy.streaming.StreamListener(signature_field_name="answer")
    program = dspy.streamify(dspy.Predict("question -> answer"), stream_listeners=[listener])
    texts = [
        part.chunk
        async for part in program(question="Why is the sky blue?")
        if isinstance(part, dspy.streaming.StreamResponse)
    ]
    return "".join(texts).strip()


whole = lm("Hello there")[0]
call = lm("How is the weather in Oslo?", tools=TOOLS)[0]["tool_calls"][0]
text = asyncio.run(streamed())
with dspy.context(adapter=dspy.JSONAdapter()):
    person = dspy.Predict(Who)(question="Who is there?").person

print(
    json.dumps(
        {
            "whole": whole if isinstance(whole, str) else whole["text"],
            "tool": json.loads(call.function.arguments),
            "streamed": text,
            "structured": person.model_dump(),
        }
    )
)
