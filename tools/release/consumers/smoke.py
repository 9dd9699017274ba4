"""What every user does first, with the installed release. Arguments: version, environment, further checks."""

import asyncio
import hashlib
import pkgutil
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import certifi
import egp_api
import trio
from egp_api.models import ChatCompletionChunk

import egp
from egp import AsyncClient, Client
from egp.testing import Server

expected_version, environment, *further = sys.argv[1:]
model, messages = "openai/gpt-4o", [{"role": "user", "content": "Hello"}]

FIXTURE = """
from egp import Client

def test_the_fixture_answers(egp_server):
    egp_server.reply("Paris")
    with Client() as client:
        completion = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}])
    assert completion.choices[0].message.content == "Paris"
"""


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


def use(url: str) -> str:
    with Client(api_key="test", base_url=url) as client:
        completion = client.chat.completions.create(model=model, messages=messages)
        with client.chat.completions.create(model=model, messages=messages, stream=True) as stream:
            chunks = list(stream)
    assert text_of(chunks) == completion.choices[0].message.content, chunks
    return f"a completion, and a stream of {len(chunks)} chunks"


def refuse_encrypted(url: str) -> None:
    """Try TLS as well, up to the certificates: the local server speaks none."""
    try:
        with Client(api_key="test", base_url=url.replace("http:", "https:"), max_retries=0) as client:
            client.chat.completions.create(model=model, messages=messages)
    except egp.APIConnectionError:
        return
    raise AssertionError("an encrypted call to a server that speaks in plain had an answer")


async def use_async(url: str) -> str:
    async with AsyncClient(api_key="test", base_url=url) as client:
        completion = await client.chat.completions.create(model=model, messages=messages)
        async with await client.chat.completions.create(
            model=model, messages=messages, stream=True
        ) as stream:
            chunks = [chunk async for chunk in stream]
    assert text_of(chunks) == completion.choices[0].message.content, chunks
    return "the same"


def import_all() -> str:
    names = [
        module.name
        for package in (egp, egp_api)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.endswith("__main__")
    ]
    for name in names:
        import_module(name)
    return f"{len(names)} modules"


for package in (egp, egp_api):
    where = Path(str(package.__file__)).resolve()
    assert where.is_relative_to(Path(environment).resolve()), f"{where} is not of the installed release"
    assert files(package).joinpath("py.typed").is_file(), f"{package.__name__} has no py.typed"
    for name in package.__all__:
        getattr(package, name)
assert egp.__version__ == version("egp-client") == expected_version
assert Path(certifi.where()).is_file(), "certifi has no certificates"
contract = files(egp_api).joinpath("openapi.yaml").read_bytes()
assert hashlib.sha256(contract).hexdigest() == egp_api.SPEC_SHA256

with Server() as server:
    said = [use(server.url)]
    refuse_encrypted(server.url)
    said.append(f"{asyncio.run(use_async(server.url))} with asyncio")
    said.append(f"{trio.run(use_async, server.url)} with trio")
if "modules" in further:
    said.append(import_all())
if "fixture" in further:
    Path("test_fixture.py").write_text(FIXTURE, encoding="utf-8")
    pytest = [sys.executable, "-I", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_fixture.py"]
    done = subprocess.run(pytest, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said.append("the pytest fixture")
print(f"egp-client {expected_version}: {', '.join(said)}")
