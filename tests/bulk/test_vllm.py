"""The batch format, held against the parsers and the writer of vLLM itself; in tox's environment `vllm`."""

import asyncio
import json
from importlib.metadata import PackageNotFoundError, version

import pytest

from egp.bulk import InvalidInputError, results, run
from tests.bulk import stand_ins
from tests.bulk.conftest import envelope, lines
from tests.bulk.service import Answer, completion

try:
    version("vllm")
except PackageNotFoundError:
    pytest.skip("needs vLLM's wheel: tox -e vllm", allow_module_level=True)

stand_ins.install()
from vllm.entrypoints.launchers import run_batch as vllm  # noqa: E402 - after the stand-ins
from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionResponse  # noqa: E402

TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
REQUESTS = [
    envelope("plain"),
    envelope("numbers", temperature=0.2, top_p=1, max_completion_tokens=9, n=2, seed=7, stop=["a", "b"]),
    envelope("tools", tools=[TOOL], tool_choice="auto", parallel_tool_calls=True),
    envelope("schema", response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}),
    envelope("logprobs", logprobs=True, top_logprobs=2),
    envelope("picture", [{"type": "text", "text": "What is this?"}, PICTURE]),
    envelope("vendor's own", top_k=3, chat_template_kwargs={"enable_thinking": False}),
    envelope("héllo ☃ \u2028", '\ud83d\ude00 \u2028 \x00 "quoted" \\'),
    {
        **envelope("turns"),
        "body": {
            "model": "openai/gpt-4o",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "1 + 1"},
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "tool_call_id": "c1", "content": "2"},
            ],
        },
    },
]


async def answered(request):
    """Stands for the model: one asks for a stream, one has too long a prompt, one is not supported."""
    content = request.messages[-1]["content"]
    name = content if isinstance(content, str) else "a picture"
    if name == "too long":
        raise ValueError("the prompt is too long")
    return None if name == "streamed" else ChatCompletionResponse.model_validate(completion(name))


def vllm_run_batch(source, target):
    """`vllm run-batch`, less the model."""

    async def work():
        endpoint = {"url": "/v1/chat/completions", "handler_getter": lambda: answered, "wrapper_fn": None}
        async with vllm.open_batch_input(str(source), None) as requests:
            count = vllm.validate_batch(requests)
            requests.seek(0)
            async with vllm.batch_output_writer(str(target), None) as written:
                tracker = vllm.BatchProgressTracker()
                await vllm.dispatch_batch(requests, written, {"completions": endpoint}, tracker, 8)
        return count

    return asyncio.run(work())


def test_requests_that_we_take_are_those_that_vllm_takes(service, write, output, tmp_path):
    source = write(REQUESTS)
    service.decide = lambda body, number: Answer(body=completion("x"))

    count = vllm_run_batch(source, tmp_path / "vllm.jsonl")
    summary = run(source, output)

    assert count == summary.answered == len(REQUESTS)


@pytest.mark.parametrize(
    "line",
    [
        "{broken",
        "[]",
        {**envelope("a"), "custom_id": 5},
        {**envelope("a"), "custom_id": None},
        {**envelope("a"), "body": None},
        {**envelope("a"), "body": {"model": "m"}},
        {**envelope("a"), "body": {"messages": [], "model": 3}},
        envelope("a", temperature="hot"),
        envelope("a", max_tokens="many"),
    ],
    ids=str,
)
def test_what_vllm_refuses_we_refuse(service, write, output, line):
    source = write([line])

    with source.open(encoding="utf-8") as stream, pytest.raises(ValueError, match="line 1"):
        vllm.validate_batch(stream)
    with pytest.raises(InvalidInputError):
        run(source, output)


def test_vllm_reads_the_answers_that_we_write(service, write, output):
    def decide(body, number):
        answer = completion(str(body["messages"][-1]["content"]))
        if "tools" in body:
            answer["choices"][0].update(
                finish_reason="tool_calls",
                message={"role": "assistant", "content": None, "tool_calls": [CALL]},
            )
        return Answer(body=answer)

    service.decide = decide

    run(write(REQUESTS), output)
    read = [vllm.BatchRequestOutput.model_validate(line) for line in lines(output)]

    assert {one.custom_id for one in read} == {request["custom_id"] for request in REQUESTS}
    for one, line in zip(read, lines(output), strict=True):
        assert isinstance(one.response.body, ChatCompletionResponse)
        assert (one.response.status_code, one.response.request_id, one.error) == (200, "req-1", None)
        choice = line["response"]["body"]["choices"][0]
        assert one.response.body.choices[0].finish_reason == choice["finish_reason"]
        assert one.response.body.choices[0].message.content == choice["message"]["content"]
        assert one.response.body.usage.total_tokens == 12


def test_vllm_reads_what_we_write_of_a_request_without_a_response(service, write, output):
    service.decide = lambda body, number: Answer(act="reset")

    run(write(1), output, max_retries=0)
    read = vllm.BatchRequestOutput.model_validate_json(output.read_bytes())

    assert (read.custom_id, read.response, read.error["code"]) == ("r0", None, "connection")


def test_of_an_error_status_vllm_reads_all_but_the_body_that_openai_gives_it(service, write, output):
    """OpenAI's format has the error as the body of the response; vLLM's own files have no body there."""
    service.decide = lambda body, number: Answer(400, {"error": {"message": "no"}})

    run(write(1), output)
    (line,) = lines(output)
    assert line["response"]["body"] == {"error": {"message": "no"}}
    line["response"]["body"] = None
    read = vllm.BatchRequestOutput.model_validate_json(json.dumps(line))

    assert (read.custom_id, read.response.status_code, read.error) == ("r0", 400, None)


def test_we_read_what_vllm_writes(write, tmp_path):
    elsewhere = {**envelope("elsewhere"), "url": "/v1/unknown"}
    source = write([*REQUESTS, envelope("too long"), envelope("streamed"), elsewhere])
    target = tmp_path / "vllm.jsonl"

    vllm_run_batch(source, target)
    read = {result.custom_id: result for result in results(target)}

    assert set(read) == {request["custom_id"] for request in lines(source)}
    failed = {"too long", "streamed", "elsewhere"}
    assert {name for name, result in read.items() if not result.is_success} == failed
    assert read["plain"].content == "plain"
    assert read["plain"].completion.usage.total_tokens == 12
    assert {name: read[name].status_code for name in failed} == dict.fromkeys(failed, 400)
    assert "too long" in str(read["too long"].error)


def test_we_go_on_from_what_vllm_wrote(service, write, output):
    vllm_run_batch(write([envelope("r0"), envelope("too long")]), output)
    source = write([envelope("r0"), envelope("too long"), envelope("r1")])

    first = run(source, output)
    second = run(source, output, retry_failed=True)

    assert (first.done_before, first.failed_before, first.answered) == (1, 1, 1)
    assert (second.done_before, second.answered, second.left) == (2, 1, 0)
    assert dict(service.asked) == {"r1": 1, "too long": 1}
