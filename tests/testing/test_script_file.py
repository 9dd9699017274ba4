"""Scripted answers in a file, for a server that runs as a program."""

import subprocess
import sys

import httpx
import pytest

from egp.testing import Server
from egp.testing._script_file import load_script

CHAT = "/v5/chat/completions"

SCRIPT = """
- reply: Paris
- reply:
  tool_calls: [[get_weather, {city: Oslo}]]
- fail: 429
  headers: {retry-after: "1"}
  times: 2
- stream: ["one", "[DONE]"]
  end: eof
- drop: reset
- reply: {choices: []}
"""


@pytest.fixture
def scripted(egp_server, tmp_path):
    """Queue the answers of a script."""

    def scripted(text):
        path = tmp_path / "answers.yaml"
        path.write_text(text)
        load_script(path, egp_server)

    return scripted


def test_each_entry_is_an_answer_in_order(scripted, egp_server, post):
    scripted(SCRIPT)

    assert post().json()["choices"][0]["message"]["content"] == "Paris"
    call = post().json()["choices"][0]["message"]["tool_calls"][0]["function"]
    assert call == {"name": "get_weather", "arguments": '{"city": "Oslo"}'}
    assert [post().headers["retry-after"] for _ in range(2)] == ["1", "1"]
    assert post().text == "data: one\n\ndata: [DONE]\n\n"
    with pytest.raises(httpx.ReadError):
        post()
    assert post().json() == {"choices": []}
    assert egp_server.pending == 0


def test_json_is_a_script_too(scripted, post):
    scripted('[{"reply": "Paris", "headers": {"x-a": "1"}}]')

    assert post().headers["x-a"] == "1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reply: Paris", "must be a list of answers"),
        ("- Paris", "answer 1: needs exactly one of reply, stream, fail, drop"),
        ("- {reply: a}\n- {reply: a, fail: 500}", "answer 2: needs exactly one of"),
        ("- {reply: a, dealy: 1}", "answer 1: got an unexpected keyword argument 'dealy'"),
        ("- fail: 20", "answer 1: status must be 200 to 599, got 20"),
        ("- fail: often", "answer 1: "),
        ("- {", "neither YAML nor JSON"),
    ],
)
def test_a_mistake_is_named_with_its_place(scripted, text, message):
    with pytest.raises(ValueError, match=message):
        scripted(text)


def test_the_command_takes_a_script(tmp_path):
    (tmp_path / "answers.yaml").write_text("- reply: Paris\n")
    program = (
        "import egp; print(egp.Client().chat.completions.create(model='openai/gpt-4o', "
        "messages=[{'role': 'user', 'content': 'Hi'}]).choices[0].message.content)"
    )
    command = [
        sys.executable,
        "-m",
        "egp.testing",
        "--script",
        "answers.yaml",
        "--",
        sys.executable,
        "-c",
        program,
    ]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert done.stdout == "Paris\n"


def test_the_command_names_a_mistake_in_one_line(tmp_path):
    (tmp_path / "answers.yaml").write_text("- fail: 20\n")
    command = [sys.executable, "-m", "egp.testing", "--script", "answers.yaml", "--", "true"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert "answers.yaml, answer 1: status must be 200 to 599" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_recording_that_is_interrupted_has_its_cassette(tmp_path, ask):
    cassette = tmp_path / "cassette.jsonl"
    environment = {"PATH": "", "PYTHONUNBUFFERED": "1"}
    with Server() as service:
        command = [sys.executable, "-m", "egp.testing", "--record", str(cassette), "--upstream", service.url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            printed = [process.stdout.readline() for _ in range(3)]
            answer = httpx.post(
                url + CHAT, json=ask(), headers={"x-api-key": "k"}, trust_env=False, verify=False, timeout=30
            )
            process.terminate()
            assert process.wait(timeout=30) == 0

    assert answer.status_code == 200
    assert "You said" in cassette.read_text()
    assert "EGP_API_KEY" not in "".join(printed)
