"""Ask, run what the model asks for, append its message as it is, and ask again."""

import json

from openai import OpenAI

client = OpenAI()
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_temperature",
            "description": "Get the temperature of a place, in degrees.",
            "parameters": {
                "type": "object",
                "properties": {
                    "place": {"type": "string"},
                    "unit": {"type": "string", "enum": ["celsius", "kelvin"]},
                },
                "required": ["place"],
            },
        },
    }
]


def get_temperature(place: str, unit: str = "celsius") -> str:
    return json.dumps({"place": place, "temperature": 11 if unit == "celsius" else 284, "unit": unit})


messages = [{"role": "user", "content": "How warm is it in Oslo, and in Rome in kelvin?"}]
response = client.chat.completions.create(
    model="openai/gpt-4o", messages=messages, tools=TOOLS, tool_choice="auto"
)
message = response.choices[0].message
messages.append(message)
if message.tool_calls is not None:
    for call in message.tool_calls:
        print(call.id == call.model_dump()["id"], call.type, call.function.name, call.function.arguments)
        result = get_temperature(**json.loads(call.function.arguments))
        messages.append(
            {"role": "tool", "tool_call_id": call.id, "name": call.function.name, "content": result}
        )
    response = client.chat.completions.create(model="openai/gpt-4o", messages=messages, tools=TOOLS)
    messages.append(response.choices[0].message)

print(response.choices[0].message.content, response.choices[0].message.tool_calls is not None)
for each in messages:
    print(each["role"] if isinstance(each, dict) else each.role)
