"""Mistakes that both type checkers must report, each on the line that is marked. Checked, never run."""

from __future__ import annotations

from egp_api.models import ChatCompletion
from egp_api.types import EventStream

from egp import AsyncClient, Client, Stream, file_part

HELLO = "Hello"


def keywords(client: Client) -> None:
    create = client.chat.completions.create
    create(model="m", messages=[], temprature=0.5)  # wrong
    create(messages=[])  # wrong
    create(model="m")  # wrong
    create("m", [])  # wrong
    create(model="m", messages=[], temperature="hot")  # wrong
    create(model="m", messages=[], n=1.5)  # wrong
    create(model=7, messages=[])  # wrong
    create(model="m", messages="Hello")  # wrong
    create(model="m", messages=[7])  # wrong
    create(model="m", messages=[], stop=3)  # wrong
    create(model="m", messages=[], stream="yes")  # wrong
    create(model="m", messages=[], max_retries="2")  # wrong
    create(model="m", messages=[], extra_headers=["x"])  # wrong
    create(model="m", messages=[], stream=True, on_truncated="stop")  # wrong
    create(model="m", messages=[], idle_timeout=3)  # wrong


def results(client: Client) -> None:
    completion = client.chat.completions.create(model="m", messages=[])
    print(completion.choises)  # wrong
    print(completion.choices[0].message.contents)  # wrong
    for chunk in completion.choices:
        print(chunk.delta)  # wrong
    stream = client.chat.completions.create(model="m", messages=[], stream=True)
    print(stream.choices)  # wrong
    whole: ChatCompletion = client.chat.completions.create(model="m", messages=[], stream=True)  # wrong
    print(whole)


def others(client: Client, ticks: Stream[int], request: EventStream[int]) -> None:
    client.chat.completions.models(vendor="openai")  # wrong
    client.chat.completions.models(limit="3")  # wrong
    client.models.list(vendor="openai")  # wrong
    client.chat.completion.create(model="m", messages=[])  # wrong
    client.with_options(retries=3)  # wrong
    Client(apikey="x")  # wrong
    ticks.get_final_completion()  # wrong
    stream: Stream[str] = client.stream(request)  # wrong
    print(stream)
    file_part(7)  # wrong


async def asynchronous(client: AsyncClient) -> None:
    print((client.chat.completions.create(model="m", messages=[])).choices)  # wrong
    await client.chat.completions.create(model="m", messages=[], temprature=1)  # wrong
    stream = await client.chat.completions.create(model="m", messages=[], stream=True)
    for _ in stream:  # wrong
        pass
