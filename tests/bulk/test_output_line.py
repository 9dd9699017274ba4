"""Lines of output: OpenAI's format and vLLM's, both ways."""

import json

import jsonschema
import pytest

from egp.bulk import results
from egp.bulk._output_line import answer_line, error_line, one_line, read

# What OpenAI documents of a line of output, and what vLLM's parser demands: `id` and `custom_id` are
# strings, `response` is null or has a `request_id` that is a string, and `error` is there, null or not.
SCHEMA = {
    "type": "object",
    "required": ["id", "custom_id", "response", "error"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "custom_id": {"type": "string"},
        "response": {
            "anyOf": [
                {"type": "null"},
                {
                    "type": "object",
                    "required": ["status_code", "request_id", "body"],
                    "additionalProperties": False,
                    "properties": {
                        "status_code": {"type": "integer"},
                        "request_id": {"type": "string"},
                        "body": {"type": "object"},
                    },
                },
            ]
        },
        "error": {
            "anyOf": [
                {"type": "null"},
                {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                },
            ]
        },
    },
}

OF_OPENAI = {
    "id": "batch_req_123",
    "custom_id": "request-2",
    "response": {
        "status_code": 200,
        "request_id": "req_123",
        "body": {
            "id": "chatcmpl-123",
            "object": "chat.completion",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}}],
        },
    },
    "error": None,
}
OF_OPENAI_EXPIRED = {
    "id": "batch_req_124",
    "custom_id": "request-3",
    "response": None,
    "error": {"code": "batch_expired", "message": "This request could not be executed in time."},
}
OF_VLLM = {
    "id": "vllm-383d1c59835645aeb2e07d004d62a826",
    "custom_id": "request-1",
    "response": {"status_code": 200, "request_id": "vllm-batch-1", "body": OF_OPENAI["response"]["body"]},
    "error": None,
}
OF_VLLM_FAILED = {
    "id": "vllm-383d1c59835645aeb2e07d004d62a827",
    "custom_id": "request-4",
    "response": {"status_code": 400, "request_id": "vllm-batch-2", "body": None},
    "error": {"object": "error", "message": "too long", "type": "BadRequestError", "code": 400},
}


@pytest.mark.parametrize(
    "line",
    [
        answer_line("a", 5, 200, "req-1", b'{"choices":[]}'),
        answer_line('quote " and \u2028 é', 2**60 - 1, 200, None, b"{}"),
        answer_line("a", 5, 400, "req-1", b'{"error":{"message":"no"}}'),
        error_line("a", 5, "timeout", "too slow"),
        error_line("a", 5, "unreadable", "no JSON", "<html>"),
    ],
)
def test_what_is_written_is_in_the_documented_format(line):
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    jsonschema.validate(json.loads(line), SCHEMA)


@pytest.mark.parametrize(
    ("document", "custom_id", "is_success", "status"),
    [
        (OF_OPENAI, "request-2", True, 200),
        (OF_OPENAI_EXPIRED, "request-3", False, None),
        (OF_VLLM, "request-1", True, 200),
        (OF_VLLM_FAILED, "request-4", False, 400),
    ],
)
def test_what_others_write_is_read(document, custom_id, is_success, status):
    written = read(json.dumps(document).encode())

    assert (written.custom_id, written.is_success, written.status) == (custom_id, is_success, status)
    assert written.digest == 0


def test_the_digest_comes_back():
    assert read(answer_line("a", 12345, 200, None, b"{}")).digest == 12345


def test_an_error_under_a_status_of_success_is_no_success():
    assert not read(answer_line("a", 5, 200, None, b'{"error":{"message":"no"}}')).is_success


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"\x00" * 20, b'{"custom_id": 3, "response": null}'])
def test_what_is_no_result_is_none(line):
    assert read(line) is None


def test_the_body_is_written_as_it_came():
    body = b'{"choices": [1.0, 1e400, 12345678901234567890123], "x":"\\u00e9"}'

    assert one_line(body).body == body
    assert one_line(b'{\n "a": "b"\r\n}').body == b'{"a":"b"}'
    assert one_line(b"<html>") is None


def test_results_are_read_back_as_objects(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (OF_OPENAI, OF_OPENAI_EXPIRED, OF_VLLM)))

    found = list(results(path))

    assert [result.content for result in found] == ["Hello.", None, "Hello."]
    assert found[0].completion.choices[0].message.content == "Hello."
    assert found[1].error["code"] == "batch_expired"
