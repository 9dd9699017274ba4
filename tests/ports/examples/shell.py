"""A command line that streams text, and puts the pieces of function calls together."""

import json
from collections.abc import Generator
from typing import Any

from openai import OpenAI

client = OpenAI(max_retries=2, timeout=60)
complete = client.chat.completions.create
SHELL = {
    "type": "function",
    "function": {
        "name": "execute_shell",
        "description": "Run a command and return its output.",
        "parameters": {
            "type": "object",
            "properties": {"command": {"type": "string"}},
            "required": ["command"],
        },
    },
}


def answer(
    messages: list[dict[str, Any]], functions: list[dict[str, Any]] | None
) -> Generator[str, None, None]:
    keywords: dict[str, Any] = {"temperature": 0.0, "top_p": 1.0, "stop": None, "seed": None}
    if functions:
        keywords.update(tool_choice="auto", tools=functions, parallel_tool_calls=False)
    name = arguments = call_id = ""
    for chunk in complete(model="openai/gpt-4o", messages=messages, stream=True, **keywords):
        delta = chunk.choices[0].delta
        if delta.tool_calls:
            for call in delta.tool_calls:
                call_id = call.id or call_id
                name = call.function.name or name
                arguments += call.function.arguments or ""
        if chunk.choices[0].finish_reason == "tool_calls":
            command = json.loads(arguments)["command"]
            yield f"> {name} `{command}`\n"
            messages.append(
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": call_id,
                            "type": "function",
                            "function": {"name": name, "arguments": arguments},
                        }
                    ],
                }
            )
            messages.append({"role": "tool", "tool_call_id": call_id, "content": "notes.txt"})
            yield from answer(messages, functions)
            return
        yield delta.content or ""


messages = [
    {"role": "system", "content": "You are a shell."},
    {"role": "user", "content": "What is in here?"},
]
for piece in answer(messages, [SHELL]):
    print(piece, end="", flush=True)
print()
print("".join(answer([{"role": "user", "content": "Say it without tools"}], None)))
