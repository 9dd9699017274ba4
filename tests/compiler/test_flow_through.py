"""A change of the contract reaches users by compiling it: no hand-written file is touched.

Each test edits a copy of the contract, compiles it, and uses the result through `egp` in a process of its
own, where the compiled copy stands in for `egp_api` and the local server serves the edited contract.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tools.compiler import cli

pytestmark = pytest.mark.slow

Spec = dict[str, Any]
Edit = Callable[[Spec], object]

ROOT = Path(__file__).parents[2]
CHAT = "/v5/chat/completions"
MODELS = "/v5/chat/completions/models"
REQUEST = "ChatCompletionRequest"

_PRELUDE = """
import sys
import egp_api
assert egp_api.__file__.startswith({folder!r}), egp_api.__file__
import asyncio
import typing
import egp
from egp import AsyncClient, Client
from egp.testing import Server

ASK = dict(model="openai/gpt-4o", messages=[dict(role="user", content="Hello")])

with Server() as server, Client(api_key="sesame", base_url=server.url) as client:
    create = client.chat.completions.create
    def last():
        return server.requests[-1]
"""


class Flow(NamedTuple):
    """What the compiler said of an edit, and what a user's program printed."""

    step: str
    kinds: set[str]
    wheres: set[str]
    printed: list[str]


@pytest.fixture
def flow(contract: Spec, tmp_path: Path) -> Callable[..., Flow]:
    def run(edit: Edit, program: str) -> Flow:
        edit(contract)
        report = compile_copy(contract, tmp_path)
        printed = use(tmp_path, program)
        kinds = {change["kind"] for change in report["changes"]}
        return Flow(report["step"], kinds, {change["where"] for change in report["changes"]}, printed)

    return run


def compile_copy(contract: Spec, folder: Path) -> Any:
    """Compiles the contract into `folder`/egp_api; the report of what differs from the real one."""
    spec, report = folder / "edited.yaml", folder / "report.json"
    text = yaml.dump(contract, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
    spec.write_text(text, encoding="utf-8")
    arguments = ["--spec", spec, "--output", folder, "--against", ROOT / "openapi.yaml", "--report", report]
    assert cli.main([str(argument) for argument in arguments]) == 0
    return json.loads(report.read_text(encoding="utf-8"))


def regenerated(contract: Spec, folder: Path) -> Path:
    """Do what scripts/regenerate does, in a copy of the tree, and return the copy."""
    tree = folder / "tree"
    for name in ("src", "scripts"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    (tree / "generated").mkdir()
    compile_copy(contract, tree / "generated")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for script in ("signatures", "unasync"):
        subprocess.run([sys.executable, tree / "scripts" / script], env=environment, check=True)
    return tree


def use(folder: Path, program: str) -> list[str]:
    """Runs a user's program with the compiled copy in place of egp_api; the lines that it prints."""
    source = _PRELUDE.format(folder=str(folder)) + textwrap.indent(textwrap.dedent(program), "    ")
    path = f"{folder}{os.pathsep}{ROOT / 'src'}"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def schema(spec: Spec, name: str) -> dict[str, Any]:
    return spec["components"]["schemas"][name]


def properties(spec: Spec, name: str) -> dict[str, Any]:
    return schema(spec, name)["properties"]


def answers(description: str, **media: Any) -> dict[str, Any]:
    kinds = {"json": "application/json", "events": "text/event-stream"}
    content = {kinds[kind]: {"schema": value} for kind, value in media.items()}
    return {"200": {"description": description, "content": content}}


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_a_new_optional_request_field_is_a_keyword_that_arrives(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        properties(spec, REQUEST)["min_p"] = {"type": "number", "description": "The least likely token."}

    result = flow(
        edit,
        """
        create(**ASK, min_p=0.1)
        print(last().json["min_p"])
        for chunk in create(**ASK, stream=True, min_p=0.2): pass
        print(last().json["min_p"], last().json["stream"])

        async def main():
            async with AsyncClient(api_key="sesame", base_url=server.url) as other:
                await other.chat.completions.create(**ASK, min_p=0.3)
        asyncio.run(main())
        print(last().json["min_p"])
        from egp_api.params import CreateChatCompletionKeywords
        print("min_p" in CreateChatCompletionKeywords.__optional_keys__)
        try:
            create(**ASK, min_p="high")
        except egp.UnprocessableEntityError as error:
            print("min_p" in str(error.body))
        """,
    )

    assert (result.step, result.kinds) == ("minor", {"field-added", "keyword-added"})
    assert result.printed == ["0.1", "0.2 True", "0.3", "True", "True"]


def test_a_new_optional_answer_field_is_an_attribute(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        properties(spec, "CompletionUsage")["cost"] = reference("Cost")
        spec["components"]["schemas"]["Cost"] = {
            "type": "object",
            "properties": {"cents": {"type": "number"}},
        }

    result = flow(
        edit,
        """
        def told(request):
            usage = dict(prompt_tokens=1, completion_tokens=1, total_tokens=2, cost=dict(cents=0.5))
            message = dict(role="assistant", content="Hi")
            choice = dict(index=0, finish_reason="stop", message=message)
            return dict(id="c", object="chat.completion", created=1, model="m", choices=[choice], usage=usage)
        server.reply(told)
        cost = create(**ASK).usage.cost
        print(type(cost).__name__, cost.cents)
        print(bool(create(**ASK).usage.cost))
        """,
    )

    assert (result.step, result.kinds) == ("minor", {"field-added", "schema-added"})
    assert result.printed == ["Cost 0.5", "False"]


def test_a_new_required_request_field_is_asked_for(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        properties(spec, REQUEST)["region"] = {"type": "string"}
        schema(spec, REQUEST)["required"].append("region")

    result = flow(
        edit,
        """
        create(**ASK, region="eu")
        print(last().json["region"])
        try:
            create(**ASK)
        except egp.UnprocessableEntityError as error:
            print("region" in str(error.body))
        """,
    )

    assert (result.step, result.kinds) == ("major", {"required-field-added", "required-keyword-added"})
    assert result.printed == ["eu", "True"]


def test_a_new_enum_value_is_known_and_taken(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        schema(spec, "SortOrder")["enum"].append("random")

    result = flow(
        edit,
        """
        client.chat.completions.models(sort_order="random")
        print(dict(last().query)["sort_order"])
        from egp_api.models import SortOrder
        print("random" in str(SortOrder))
        """,
    )

    assert (result.step, result.kinds) == ("minor", {"enum-value-added"})
    assert result.printed == ["random", "True"]


def test_a_removed_field_is_no_keyword_and_can_still_be_sent(flow: Callable[..., Flow]) -> None:
    result = flow(
        lambda spec: properties(spec, REQUEST).pop("seed"),
        """
        from egp_api.params import CreateChatCompletionKeywords
        print("seed" in CreateChatCompletionKeywords.__annotations__)
        create(**ASK, extra_body=dict(seed=7))
        print(last().json["seed"])
        """,
    )

    assert (result.step, result.kinds) == ("major", {"field-removed", "keyword-removed"})
    assert result.wheres == {f"{REQUEST}.seed", "create_chat_completion(seed)"}
    assert result.printed == ["False", "7"]


def test_a_removed_answer_field_is_still_handed_out_where_it_comes(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        del properties(spec, "ChatCompletion")["created"]
        schema(spec, "ChatCompletion")["required"].remove("created")

    result = flow(edit, "print(create(**ASK).to_dict().keys() >= {'id', 'choices', 'model'})")

    assert (result.step, result.kinds) == ("major", {"field-removed"})
    assert result.printed == ["True"]


def test_a_renamed_operation_is_called_by_its_new_name(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        spec["paths"][MODELS]["get"]["operationId"] = "find_models"

    result = flow(
        edit,
        """
        from egp_api.api.inference import find_models
        print(type(find_models.sync(client=client.generated)).__name__)
        try:
            from egp_api.api.inference import list_chat_completion_models
        except ImportError:
            print("gone")
        """,
    )

    assert (result.step, result.kinds) == ("major", {"operation-renamed"})
    assert result.printed == ["ChatModelList", "gone"]


def test_a_new_operation_has_the_key_retries_and_typed_errors(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        spec["paths"][f"{MODELS}/{{model_name}}"] = {
            "get": {
                "operationId": "get_model",
                "tags": ["Inference"],
                "parameters": [
                    {"name": "model_name", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                "responses": answers("The model.", json=reference("ChatModel")),
            }
        }

    result = flow(
        edit,
        """
        from egp_api.api.inference import get_model
        server.fail(503, headers={"retry-after-ms": "1"})
        server.reply(dict(model_name="a/b", model_type="generic", model_vendor="openai"))
        model = get_model.sync("a/b", client=client.generated)
        print(type(model).__name__, model.model_vendor, len(server.requests))
        print(last().path, last().headers["x-egp-retry-count"], "x-api-key" in last().headers)
        server.fail(404, dict(detail="no such model"))
        try:
            get_model.sync("c", client=client.generated)
        except egp.NotFoundError as error:
            print(error.status_code, error.message, error.request_id is not None)

        async def main():
            async with AsyncClient(api_key="sesame", base_url=server.url) as other:
                server.fail(429, headers={"retry-after-ms": "1"}, times=3)
                try:
                    await get_model.asyncio("c", client=other.generated)
                except egp.RateLimitError as error:
                    print(len(error.attempts))
        asyncio.run(main())
        """,
    )

    assert (result.step, result.kinds, result.wheres) == ("minor", {"operation-added"}, {"get_model"})
    assert [re.sub(r" \(GET http\S+\)", "", line) for line in result.printed] == [
        "ChatModel openai 2",
        "/v5/chat/completions/models/a/b 1 True",
        "404 no such model True",
        "3",
    ]


def test_a_new_streaming_operation_streams(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        spec["components"]["schemas"]["Tick"] = {
            "type": "object",
            "required": ["count"],
            "properties": {"count": {"type": "integer"}},
        }
        spec["paths"]["/v5/ticks"] = {
            "post": {
                "operationId": "watch_ticks",
                "tags": ["Clock"],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": reference("Tick")}},
                },
                "responses": answers("Ticks.", events=reference("Tick")),
            }
        }

    result = flow(
        edit,
        """
        from egp_api.api.clock import watch_ticks
        server.stream([dict(count=1), dict(count=2)])
        with client.stream(watch_ticks.stream(body=dict(count=2))) as ticks:
            print([(type(tick).__name__, tick.count) for tick in ticks])
        print(last().json, last().headers["accept"], "x-api-key" in last().headers)

        async def main():
            async with AsyncClient(api_key="sesame", base_url=server.url) as other:
                server.fail(503, headers={"retry-after-ms": "1"})
                server.stream([dict(count=3)])
                async with await other.stream(watch_ticks.stream(body=dict(count=1))) as ticks:
                    print([tick.count async for tick in ticks])
        asyncio.run(main())
        server.fail(400, dict(detail="too fast"))
        try:
            client.stream(watch_ticks.stream(body=dict(count=1)))
        except egp.BadRequestError as error:
            print(error.message)
        """,
    )

    assert (result.step, result.kinds) == ("minor", {"operation-added", "schema-added"})
    assert result.printed == [
        "[('Tick', 1), ('Tick', 2)]",
        "{'count': 2} text/event-stream True",
        "[3]",
        "too fast",
    ]


def test_a_widened_request_type_takes_the_new_values(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        properties(spec, REQUEST)["seed"]["type"] = "number"

    result = flow(edit, "create(**ASK, seed=0.5); print(last().json['seed'])")

    assert (result.step, result.kinds) == ("minor", {"request-field-type-widened", "keyword-type-widened"})
    assert result.printed == ["0.5"]


def test_a_narrowed_request_type_is_refused_by_the_service(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        properties(spec, REQUEST)["top_p"]["type"] = "integer"

    result = flow(
        edit,
        """
        create(**ASK, top_p=1)
        try:
            create(**ASK, top_p=0.5)
        except egp.UnprocessableEntityError as error:
            print("top_p" in str(error.body))
        """,
    )

    assert (result.step, result.kinds) == ("major", {"request-field-type-narrowed", "keyword-type-narrowed"})
    assert result.printed == ["True"]


def test_null_where_the_request_takes_it_is_sent_as_extra_body(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        properties(spec, REQUEST)["seed"]["type"] = ["integer", "null"]

    result = flow(
        edit,
        """
        create(**ASK, seed=None); print("seed" in last().json)
        create(**ASK, extra_body={"seed": None}); print(last().json["seed"])
        """,
    )

    assert (result.step, result.kinds) == ("minor", {"request-field-type-widened", "keyword-type-widened"})
    assert result.printed == ["False", "None"]


def test_null_in_an_answer_is_none(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        properties(spec, "ChatCompletion")["choices"]["type"] = ["array", "null"]

    result = flow(
        edit,
        """
        from egp_api.models import ChatCompletion
        told = dict(id="c", created=1, model="m", choices=None)
        print(ChatCompletion.from_dict(told).choices, ChatCompletion.from_dict(told).to_dict() == told)
        """,
    )

    assert (result.step, result.kinds) == ("major", {"response-field-type-widened"})
    assert result.printed == ["None True"]


def test_a_deprecated_field_works_as_before(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        properties(spec, REQUEST)["seed"]["deprecated"] = True

    result = flow(edit, "create(**ASK, seed=1); print(last().json['seed'])")

    assert (result.step, result.kinds) == ("minor", {"field-deprecated", "keyword-deprecated"})
    assert result.printed == ["1"]


def test_a_description_is_there_to_read(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        properties(spec, REQUEST)["seed"]["description"] = "Words that nobody wrote before."

    result = flow(
        edit,
        """
        import inspect, egp_api.params
        print("Words that nobody wrote before." in inspect.getsource(egp_api.params))
        """,
    )

    assert (result.step, result.kinds) == ("patch", {"documentation-changed"})
    assert result.printed == ["True"]


def test_a_new_response_code_is_a_typed_error(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        spec["components"]["schemas"]["Busy"] = {
            "type": "object",
            "properties": {"queue": {"type": "integer"}},
        }
        spec["paths"][CHAT]["post"]["responses"]["409"] = answers("Busy.", json=reference("Busy"))["200"]

    result = flow(
        edit,
        """
        server.fail(409, dict(queue=3), headers={"x-should-retry": "false"})
        try:
            create(**ASK)
        except egp.ConflictError as error:
            from egp_api.models import Busy
            print(Busy.from_dict(error.body).queue)
        """,
    )

    assert (result.step, result.kinds) == ("minor", {"response-added", "schema-added"})
    assert result.printed == ["3"]


def test_a_renamed_schema_is_the_class_of_what_comes(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        text = json.dumps(spec).replace('schemas/CompletionUsage"', 'schemas/Usage"')
        spec.clear()
        spec.update(json.loads(text))
        spec["components"]["schemas"]["Usage"] = spec["components"]["schemas"].pop("CompletionUsage")

    result = flow(edit, "print(type(create(**ASK).usage).__name__)")

    assert (result.step, result.kinds, result.wheres) == ("major", {"schema-renamed"}, {"CompletionUsage"})
    assert result.printed == ["Usage"]


def test_the_key_goes_into_the_header_that_the_contract_names(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        spec["components"]["securitySchemes"]["ApiKeyAuth"]["name"] = "x-new-key"

    result = flow(
        edit,
        """
        from egp_api.api.inference import list_chat_completion_models
        create(**ASK)
        print("x-new-key" in last().headers, "x-api-key" in last().headers)
        list_chat_completion_models.sync(client=client.generated)
        print("x-new-key" in last().headers, "sesame" in repr(server.requests))
        """,
    )

    assert (result.step, result.kinds) == ("major", {"security-changed", "api-key-header-changed"})
    assert result.printed == ["True False", "True False"]


def test_a_new_environment_has_a_name(flow: Callable[..., Flow]) -> None:
    result = flow(
        lambda spec: spec["servers"].append({"url": "https://eu.example.com", "x-environment": "eu"}),
        "print(Client(api_key='sesame', environment='eu').base_url)",
    )

    assert (result.step, result.kinds) == ("minor", {"environment-added", "documentation-changed"})
    assert result.printed == ["https://eu.example.com"]


def test_an_operation_that_begins_to_stream_can_be_called_both_ways(flow: Callable[..., Flow]) -> None:
    def edit(spec: Spec) -> None:
        content = spec["paths"][MODELS]["get"]["responses"]["200"]["content"]
        content["text/event-stream"] = {"schema": reference("ChatModel")}

    result = flow(
        edit,
        """
        from egp_api.api.inference import list_chat_completion_models as operation
        server.stream([dict(model_name="a"), dict(model_name="b")])
        with client.stream(operation.stream(limit=2)) as models:
            print([model.model_name for model in models], dict(last().query))
        print(type(client.chat.completions.models()).__name__)
        """,
    )

    assert (result.step, result.kinds) == ("minor", {"stream-added"})
    assert result.printed == ["['a', 'b'] {'limit': '2'}", "ChatModelList"]


def test_a_type_checker_knows_the_new_keyword_and_refuses_a_wrong_one(contract: Spec, tmp_path: Path) -> None:
    properties(contract, REQUEST)["min_p"] = {"type": "number"}
    tree = regenerated(contract, tmp_path)
    consumer = tmp_path / "consumer.py"
    consumer.write_text(
        textwrap.dedent(
            """
            from egp import Client

            create = Client(api_key="sesame").chat.completions.create
            create(model="m", messages=[], min_p=0.5)
            create(model="m", messages=[], min_p="high")
            create(model="m", messages=[], minp=0.5)
            """
        ),
        encoding="utf-8",
    )

    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary", str(consumer)],
        env={**os.environ, "MYPYPATH": f"{tree / 'generated'}{os.pathsep}{tree / 'src'}"},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    told = [line for line in result.stdout.splitlines() if line.startswith("consumer.py:")]
    lines = {line.split(":")[1] for line in told if ": error:" in line}
    assert lines == {"6", "7"}, result.stdout + result.stderr
