"""Requests that both type checkers must accept: of a vendor, of other libraries, made at run time."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import attrs
import pydantic
from egp_api.models import OtherMessage, OtherTool, TextPart, UserMessage

from egp import AsyncClient, Client
from egp.types import MessageParam, ToolParam


class Message(pydantic.BaseModel):
    role: str
    content: str


@dataclasses.dataclass
class Record:
    role: str
    content: str


@attrs.frozen
class Value:
    role: str
    content: str


def history(client: Client, prompt: str) -> None:
    messages = [{"role": "system", "content": "Be brief."}]
    messages.append({"role": "user", "content": prompt})
    client.chat.completions.create(model="m", messages=messages)
    stream = client.chat.completions.create(model="m", messages=messages, stream=True)
    for chunk in stream:
        print(chunk.choices[0].delta.content)


def of_any_make(client: Client, loose: list[dict[str, Any]], wide: list[dict[str, object]]) -> None:
    create = client.chat.completions.create
    create(model="m", messages=loose)
    create(model="m", messages=wide)
    create(
        model="m", messages=[Message(role="user", content="Hi"), Record("user", "Hi"), Value("user", "Hi")]
    )
    create(model="m", messages=[*loose, {"role": "user", "content": "Hi"}])

    def each() -> Iterator[Message]:
        yield Message(role="user", content="Hi")

    create(model="m", messages=each())
    create(model="m", messages=[create(model="m", messages=loose).choices[0].message])


def typed(client: Client, text: str) -> None:
    message: MessageParam = {"role": "user", "content": [{"type": "text", "text": text}]}
    client.chat.completions.create(model="m", messages=[message])


def tools(client: Client, made: dict[str, Any], bare: dict[Any, Any]) -> None:
    tool: ToolParam = {"type": "function", "function": {"name": "weather", "parameters": made}}
    client.chat.completions.create(model="m", messages=[], tools=[tool, made, bare])
    client.chat.completions.create(model="m", messages=[], response_format=made, tool_choice=made)


def of_a_vendor(client: Client) -> None:
    part = TextPart.from_dict({"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}})
    client.chat.completions.create(
        model="m",
        messages=[
            OtherMessage(role="critic"),
            UserMessage.from_dict({"role": "user", "content": "Hi", "vendor": 1}),
            {"role": "user", "content": [part]},
        ],
        tools=[OtherTool(type="web_search")],
        extra_body={"vendor_option": 1},
    )


async def wrapped(client: AsyncClient, stop: list[str] | None, temperature: float | None) -> None:
    await client.chat.completions.create(
        model="m", messages=[], stop=stop, temperature=temperature, tools=None, response_format=None
    )
