"""`egp chat` through pipes: what is sent, what is printed, and the exit code."""

import fcntl
import json
import os
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from egp.cli import attachments
from tests.cli.conftest import KEY

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
DOCUMENT = Path(__file__).parents[2] / "docs" / "cli.md"


def asked(server):
    return server.requests[-1].json


def said(server):
    return asked(server)["messages"][-1]["content"]


def documented(title):
    """Return the JSON Schema that the documentation shows below a heading."""
    text = DOCUMENT.read_text(encoding="utf-8")
    block = re.search(rf"^### {re.escape(title)}$.*?^```json\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return Draft202012Validator(json.loads(block[1]))


def test_the_answer_is_plain_text_with_one_line_end(server, egp):
    assert egp("chat", "hello", "there") == (0, "You said: hello there\n", "")
    assert asked(server)["stream"] is True


def test_text_on_stdin_comes_before_the_prompt(server, egp):
    egp("chat", "Sum it up.", stdin="A long text.\n")
    assert said(server) == "A long text.\n\nSum it up."


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_stdin_alone_is_the_prompt(server, egp, arguments):
    assert egp("chat", *arguments, stdin="hello\n").code == 0
    assert said(server) == "hello"


@pytest.mark.parametrize("lowest", [0, 1100])
def test_an_open_pipe_without_data_is_left_out_and_said(server, egp, monkeypatch, lowest):
    monkeypatch.setattr(attachments, "_PATIENCE", 0.01)
    reader, writer = os.pipe()
    numbered = fcntl.fcntl(reader, fcntl.F_DUPFD_CLOEXEC, lowest)  # select() takes none above 1,023
    os.close(reader)
    with os.fdopen(numbered) as stdin, os.fdopen(writer, "w"):
        done = egp("chat", "hello", stdin=stdin)
    assert (done.code, said(server)) == (0, "hello")
    assert "nothing came on stdin" in done.err


def test_no_prompt_is_a_usage_error(server, egp):
    done = egp("chat")
    assert (done.code, done.out) == (2, "")
    assert "there is no prompt" in done.err
    assert server.requests == []


def test_stdin_that_is_no_text_is_a_usage_error(server, egp, tmp_path):
    path = tmp_path / "image"
    path.write_bytes(b"\xff\xfe\x00")
    with open(path, encoding="utf-8") as stdin:
        assert egp("chat", "what is it?", stdin=stdin).code == 2


def test_options_are_fields_of_the_request(server, egp):
    egp(
        "chat",
        "x",
        "-s",
        "Be brief.",
        "-m",
        "openai/gpt-4o-mini",
        "-o",
        "temperature=0.2",
        "-o",
        'stop=["a"]',
    )
    sent = asked(server)
    assert (sent["model"], sent["temperature"], sent["stop"]) == ("openai/gpt-4o-mini", 0.2, ["a"])
    assert sent["messages"][0] == {"role": "system", "content": "Be brief."}


def test_a_misspelt_option_is_a_usage_error_with_a_proposal(server, egp):
    done = egp("chat", "x", "-o", "temprature=1")
    assert done.code == 2
    assert "did you mean 'temperature'" in done.err


@pytest.mark.parametrize("option", ["model=a/b", "api_key=abc", "messages=[]", "novalue"])
def test_an_option_that_has_its_own_form_is_refused(server, egp, option):
    assert egp("chat", "x", "-o", option).code == 2
    assert server.requests == []


def test_an_option_that_the_service_refuses_is_a_failure(server, egp):
    done = egp("chat", "x", "-o", "temperature=hot")
    assert done.code == 1
    assert "422" in done.err


def test_texts_images_and_documents_go_along(server, egp, tmp_path):
    for name, data in {"a.txt": b"plain", "b": PNG, "c.pdf": b"%PDF-1.7 \xff"}.items():
        (tmp_path / name).write_bytes(data)
    files = [tmp_path / "a.txt", tmp_path / "b", tmp_path / "c.pdf"]
    done = egp(
        "chat", "look", *[part for file in files for part in ("-f", file)], "-a", "https://example.com/d.png"
    )
    assert done.code == 0
    text, *parts = said(server)
    assert text == {"type": "text", "text": "a.txt:\nplain\n\nlook"}
    assert [part["type"] for part in parts] == ["image_url", "file", "image_url"]


def test_a_file_that_is_missing_is_a_usage_error(server, egp, tmp_path):
    done = egp("chat", "look", "-f", tmp_path / "none")
    assert done.code == 2
    assert "No such file" in done.err


def test_a_template_takes_input_and_parameters(server, egp, tmp_path):
    folder = tmp_path / "config" / "egp" / "templates"
    folder.mkdir(parents=True)
    (folder / "translate.toml").write_text(
        'prompt = "Into $to, for $$5:\\n$input"\nsystem = "You know $to."\n[options]\nseed = 7\n'
    )
    egp("chat", "-t", "translate", "-p", "to=French", stdin="Good day")
    assert said(server) == "Into French, for $5:\nGood day"
    assert asked(server)["messages"][0]["content"] == "You know French."
    assert asked(server)["seed"] == 7


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('prompt = "$to"', "-p to="),
        ("promt = 'x'", "'promt' is unknown"),
        ("system = 3", "system must be text"),
        ("options = 3", "options must be a table"),
        ("=", "not TOML"),
        (None, "cannot be read"),
    ],
)
def test_a_template_that_cannot_be_used_says_why(server, egp, tmp_path, text, fault):
    path = tmp_path / "one.toml"
    if text is not None:
        path.write_text(text)
    done = egp("chat", "-t", path, "x")
    assert done.code == 2
    assert fault in done.err


def test_a_schema_in_short_form_gives_json(server, egp):
    done = egp("chat", "Bob", "--schema", "name, age int: in years, tags str[]")
    assert set(json.loads(done.out)) == {"name", "age", "tags"}
    sent = asked(server)["response_format"]["json_schema"]
    assert sent["strict"] is True
    assert sent["schema"] == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer", "description": "in years"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "age", "tags"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("given", ["name of dog", "age nteger", ",", "{broken", "none.json"])
def test_a_schema_that_is_none_is_a_usage_error(server, egp, given):
    assert egp("chat", "x", "--schema", given).code == 2
    assert server.requests == []


def test_json_is_as_documented(server, egp):
    done = egp("chat", "hello", "--json")
    answer = json.loads(done.out)
    documented("`egp chat --json`").validate(answer)
    assert (answer["content"], answer["finish_reason"]) == ("You said: hello", "stop")
    assert answer["request_id"].startswith("req_")


def test_json_with_streaming_is_a_line_for_each_chunk(server, egp):
    lines = egp("chat", "hello", "--json", "--stream").out.splitlines()
    chunks = [json.loads(line) for line in lines]
    assert len(chunks) > 2
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}


def test_without_streaming_the_whole_answer_is_asked_for(server, egp):
    assert egp("chat", "hello", "--no-stream").out == "You said: hello\n"
    assert not asked(server).get("stream")


def test_continue_goes_on_with_the_last_conversation(server, egp, tmp_path):
    egp("chat", "one", "-m", "openai/gpt-4o-mini", "-s", "Be brief.")
    egp("chat", "secret", "--no-save")
    egp("chat", "two", "-c")
    assert [message["content"] for message in asked(server)["messages"]] == [
        "Be brief.",
        "one",
        "You said: one",
        "two",
    ]
    assert asked(server)["model"] == "openai/gpt-4o-mini"
    kept = tmp_path / "state" / "egp" / "last.json"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_continue_without_a_conversation_is_a_usage_error(server, egp):
    assert egp("chat", "two", "-c").code == 2


def test_a_conversation_that_cannot_be_kept_is_said_and_no_failure(server, egp, tmp_path):
    (tmp_path / "state").write_text("in the way")
    done = egp("chat", "hello")
    assert (done.code, done.out) == (0, "You said: hello\n")
    assert "was not kept" in done.err


def test_no_model_is_a_usage_error(server, egp, monkeypatch):
    monkeypatch.delenv("EGP_MODEL")
    done = egp("chat", "x")
    assert done.code == 2
    assert "egp models" in done.err


def test_no_key_is_a_usage_error(server, egp, monkeypatch):
    monkeypatch.delenv("EGP_API_KEY")
    done = egp("chat", "x")
    assert done.code == 2
    assert "EGP_API_KEY" in done.err


def test_an_unknown_model_is_a_failure_that_says_where_models_are_listed(server, egp):
    server.fail(404, {"detail": "no model none/such"})
    done = egp("chat", "x", "-m", "none/such")
    assert (done.code, done.out) == (1, "")
    assert "no model none/such" in done.err
    assert "egp models" in done.err


def test_a_key_that_is_refused_is_never_shown(server, egp):
    server.fail(401, {"detail": f"the key {KEY} is unknown"})
    done = egp("chat", "x")
    assert done.code == 1
    assert KEY not in done.out + done.err
    assert "egp doctor" in done.err


def test_what_the_model_declines_is_a_failure(server, egp):
    message = {"role": "assistant", "content": None, "refusal": "No."}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    body = {"id": "x", "created": 1, "model": "m", "object": "chat.completion", "choices": [choice]}
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
    server.raw(head + json.dumps(body).encode())
    done = egp("chat", "x", "--no-stream")
    assert (done.code, done.err) == (1, "egp: the model declined: No.\n")


def test_an_answer_that_was_cut_is_said(server, egp):
    server.reply("Once upon", finish_reason="length")
    done = egp("chat", "x")
    assert (done.code, done.out) == (0, "Once upon\n")
    assert "cut off" in done.err


def test_calls_of_tools_are_json_lines(server, egp):
    server.reply(tool_calls=[("look_up", {"word": "sky"})])
    done = egp("chat", "x")
    assert json.loads(done.out)["function"]["name"] == "look_up"


def test_a_stream_that_breaks_off_is_a_failure_after_what_came(server, egp):
    server.reply("one two three four", cut_after=3, end="close")
    done = egp("chat", "x", "-o", "max_retries=0")
    assert done.code == 1
    assert "one" in done.out
    assert "egp doctor" in done.err


def test_a_service_that_is_not_there_is_a_failure(egp, monkeypatch):
    monkeypatch.setenv("EGP_BASE_URL", "http://127.0.0.1:9")
    assert egp("chat", "x", "-o", "max_retries=0").code == 1
