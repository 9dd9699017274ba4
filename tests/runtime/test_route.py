"""The route of one call through the package: how many calls, modules and changes of layer it takes."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import egp_api

import egp
from egp import Client

OURS = {str(Path(package.__file__).parent): package.__name__ for package in (egp, egp_api)}
LAYERS = ("_io", "_core", "_async", "_sync")
ANSWER = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello"}},
    ],
}


def test_the_route_of_a_warm_call_is_as_short_as_the_architecture_says(raw_server, capsys):
    raw_server.script(raw_server.reply(body=ANSWER))
    frames: list[str] = []

    def note(frame, event, argument) -> None:
        # Before Python 3.12 a comprehension was a call of its own.
        if event == "call" and not frame.f_code.co_name.endswith("comp>"):
            frames.append(frame.f_code.co_filename)

    with Client(api_key="k", base_url=raw_server.url) as client:
        ask = client.chat.completions.create
        for _ in range(3):
            ask(model="m", messages=[{"role": "user", "content": "Hi"}])
        sys.setprofile(note)
        try:
            ask(model="m", messages=[{"role": "user", "content": "Hi"}])
        finally:
            sys.setprofile(None)

    route = [place for place in map(place_of, frames) if place is not None]
    modules = list(dict.fromkeys(module for _, module in route))
    layers = [layer for layer, _ in route]
    changes = sum(before != after for before, after in itertools.pairwise(layers))
    with capsys.disabled():
        print(f"\n{len(frames)} Python calls, {len(modules)} modules, {changes} changes of layer: {modules}")
    # The numbers of docs/architecture.md, with a little room for other interpreters.
    assert len(frames) <= 110
    assert len(modules) <= 33
    assert changes <= 32


def place_of(file: str) -> tuple[str, str] | None:
    """Return the layer and the module of a file of ours."""
    for folder, package in OURS.items():
        if file.startswith(folder):
            module = str(Path(file).relative_to(folder).with_suffix(""))
            top = module.partition("/")[0]
            return (f"{package}.{top}" if top in LAYERS else package), f"{package}/{module}"
    return None
