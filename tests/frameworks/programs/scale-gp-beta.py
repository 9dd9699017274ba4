import json

MODEL = "openai/gpt-4o"
HELLO = [{"role": "user", "content": "Hello there"}]
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": CITY}}]

create = client.chat.completions.create
whole = create(model=MODEL, messages=HELLO)
streamed = create(model=MODEL, messages=HELLO, stream=True)
texts = [choice.delta.content or "" for chunk in streamed for choice in chunk.choices]
messages = [{"role": "user", "content": "How is the weather in Oslo?"}]
asked = create(model=MODEL, messages=messages, tools=TOOLS).choices[0].message
call = asked.tool_calls[0]
messages += [asked.to_dict(), {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
answered = create(model=MODEL, messages=messages, tools=TOOLS)

print(
    json.dumps(
        {
            "whole": whole.choices[0].message.content,
            "streamed": "".join(texts),
            "tool": json.loads(call.function.arguments),
            "after_the_tool": answered.choices[0].message.content,
        }
    )
)
