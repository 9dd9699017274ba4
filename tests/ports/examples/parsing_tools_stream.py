"""Watch the arguments of tools while they are being written."""

from enum import StrEnum

from openai import OpenAI, pydantic_function_tool
from pydantic import BaseModel


class Currency(StrEnum):
    euro = "EUR"
    krone = "NOK"


class Transfer(BaseModel):
    """Move money between two accounts."""

    source: str
    target: str
    amount: float
    currency: Currency
    note: str | None


class Balance(BaseModel):
    """Look up how much money an account has."""

    account: str


client = OpenAI()

with client.chat.completions.stream(
    model="openai/gpt-4o",
    messages=[{"role": "user", "content": "Send 20 euros from savings to rent, and what is there then?"}],
    tools=[pydantic_function_tool(Transfer), pydantic_function_tool(Balance)],
    parallel_tool_calls=True,
) as stream:
    for event in stream:
        if event.type == "tool_calls.function.arguments.delta":
            print(event.index, event.name, repr(event.arguments_delta), len(event.arguments))
        elif event.type == "tool_calls.function.arguments.done":
            print(event.index, event.name, "done:", event.arguments)
            print(repr(event.parsed_arguments))

    completion = stream.get_final_completion()

for call in completion.choices[0].message.tool_calls or []:
    print(call.type, call.function.name, repr(call.function.parsed_arguments))
