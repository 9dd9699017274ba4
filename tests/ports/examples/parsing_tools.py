"""Describe a tool by a type, and get its arguments as a value of the type."""

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


client = OpenAI()

completion = client.chat.completions.parse(
    model="openai/gpt-4o",
    messages=[{"role": "user", "content": "Send 20 euros from savings to rent, please."}],
    tools=[pydantic_function_tool(Transfer)],
)

for call in completion.choices[0].message.tool_calls or []:
    transfer = call.function.parsed_arguments
    assert isinstance(transfer, Transfer)
    print(call.function.name, transfer.amount, transfer.currency.value)
    print(transfer.source, "->", transfer.target, transfer.note)
