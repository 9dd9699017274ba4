"""What every user does first, against the installed release. Arguments: its version, its environment."""

import hashlib
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import egp_api

import egp
from egp import Client
from egp.testing import Server

expected_version, environment = sys.argv[1:]

for package in (egp, egp_api):
    where = Path(str(package.__file__)).resolve()
    assert where.is_relative_to(Path(environment).resolve()), f"{where} is not of the installed release"
    assert files(package).joinpath("py.typed").is_file(), f"{package.__name__} has no py.typed"
assert egp.__version__ == version("egp-client") == expected_version
contract = files(egp_api).joinpath("openapi.yaml").read_bytes()
assert hashlib.sha256(contract).hexdigest() == egp_api.SPEC_SHA256

with Server() as server, Client(api_key="test", base_url=server.url) as client:
    completion = client.chat.completions.create(
        model="openai/gpt-4o", messages=[{"role": "user", "content": "Hello"}]
    )
    assert completion.choices[0].message.content, completion

    with client.chat.completions.create(
        model="openai/gpt-4o", messages=[{"role": "user", "content": "Hello"}], stream=True
    ) as stream:
        chunks = list(stream)
    streamed = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert streamed, chunks

print(f"egp-client {expected_version}: a completion, and a stream of {len(chunks)} chunks")
