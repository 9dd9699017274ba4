"""Mistakes in a request that both type checkers must report, each on the line that is marked. Never run.

mypy takes a dictionary of texts and numbers for a `dict[str, object]`, which programs pass as well.
"""

from __future__ import annotations

from egp import Client


def within_messages(client: Client, text: str) -> None:
    ask = client.chat.completions.create
    ask(model="m", messages=[{"role": "user", "content": 5}])  # wrong for pyright
    ask(model="m", messages=[{"role": "user", "content": [{"type": "txt", "text": text}]}])  # wrong
    ask(model="m", messages=[{"role": "user", "content": [{"type": "text", "txt": text}]}])  # wrong
    ask(model="m", messages=[{"role": "user", "content": [{"type": "image_url", "image": text}]}])  # wrong
    ask(model="m", messages=[{"role": "tool", "tool_call_id": 7, "content": text}])  # wrong for pyright
    ask(model="m", messages=[{"role": "usr", "content": [{"type": "text", "text": text}]}])  # wrong
    ask(model="m", messages=[{"role": "user", "content": text, "names": None}])  # wrong
    ask(model="m", messages=({"role": "user", "contnt": text},))  # wrong


def within_tools(client: Client) -> None:
    ask = client.chat.completions.create
    ask(model="m", messages=[], tools=[{"type": "function"}])  # wrong
    ask(model="m", messages=[], tools=[{"type": "function", "function": {"nme": "f"}}])  # wrong
    ask(model="m", messages=[], tools=[{"type": "funktion", "function": {"name": "f"}}])  # wrong
    ask(model="m", messages=[], tools=[{"type": "function", "function": {"name": 7}}])  # wrong
    ask(model="m", messages=[], tool_choice={"type": "function", "name": "f"})  # wrong


def within_formats(client: Client) -> None:
    ask = client.chat.completions.create
    ask(model="m", messages=[], response_format={"type": "json_scheme"})  # wrong
    ask(model="m", messages=[], response_format={"type": "json_schema", "schema": {}})  # wrong
    ask(model="m", messages=[], response_format="json_object")  # wrong
    ask(model="m", messages=[], stream_options={"include_usages": True})  # wrong
    ask(model="m", messages=[], metadata={"run": 1})  # wrong
    ask(model="m", messages=[], logit_bias={"50256": "low"})  # wrong


def keywords(client: Client) -> None:
    ask = client.chat.completions.create
    ask(model="m", messages=[], temprature=0.5)  # wrong
    ask(model="m", messages=[], temperature="hot")  # wrong
    ask(messages=[])  # wrong
    ask(model="m", messages=[], stream="yes")  # wrong
