"""The model calls a function of ours, and answers with what it gave.

python -m egp.testing -- python examples/tools.py     against a local server
EGP_API_KEY=… python examples/tools.py                against the service
"""

import json

from egp_api.params import FunctionToolParam

from egp import Client

WEATHER: FunctionToolParam = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city, now.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


def get_weather(city: str) -> str:
    return f"rain in {city}, 14 °C"


messages: list[dict[str, object]] = [{"role": "user", "content": "How is the weather in Oslo?"}]

with Client() as client:
    while True:
        completion = client.chat.completions.create(model="openai/gpt-4o", messages=messages, tools=[WEATHER])
        message = completion.choices[0].message
        if not message.tool_calls:
            break
        messages.append(message.to_dict())
        for call in message.tool_calls:
            if call.type == "function":
                print("the model calls", call.function.name, call.function.arguments)
                result = get_weather(**json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})

print("the model says", message.content)
