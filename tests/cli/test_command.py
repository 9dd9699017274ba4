"""The command as a whole: help, other commands, pipes that break, what is loaded."""

import json
import os
import subprocess
import sys

import pytest

from egp.cli import make_parser
from tests.cli.conftest import KEY
from tests.cli.test_chat import documented

COMMANDS = ("chat", "models", "bulk", "serve", "doctor", "completion")


def test_help_names_each_command(egp):
    done = egp("--help")
    assert done.code == 0
    assert all(f"    {command}" in done.out for command in COMMANDS)
    assert "130 interrupted" in done.out


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_its_exit_codes(egp, command):
    done = egp(command, "--help")
    assert done.code == 0
    assert done.out.startswith(f"usage: egp {command}")


def test_version(egp):
    assert egp("--version").out.startswith("egp-client ")


@pytest.mark.parametrize("arguments", [[], ["nope"], ["chat", "--nope"], ["completion", "cmd"]])
def test_wrong_usage_has_its_exit_code(egp, arguments):
    assert egp(*arguments).code == 2


def test_no_option_takes_a_key():
    text = make_parser("chat").format_help() + make_parser("models").format_help()
    assert "--api-key" not in text
    assert "--key" not in text


def test_help_loads_nothing_that_is_slow():
    program = (
        "import sys; from egp.cli import main\n"
        "for name in ('chat', 'models', 'bulk', 'doctor', 'serve', 'completion'): main([name, '--help'])\n"
        "slow = {'attrs', 'asyncio', "
        "'egp._client', 'egp.errors', 'egp_api', 'httpx', 'json', 'rich', 'shtab'}\n"
        "sys.stderr.write(str(sorted(slow & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stderr == "[]"


def test_models_are_one_a_line(server, egp):
    lines = egp("models").out.splitlines()
    assert "openai/gpt-4o" in lines
    assert all(" " not in line for line in lines)


def test_models_are_found_by_words(server, egp):
    assert egp("models", "GPT", "mini").out == "openai/gpt-4o-mini\n"
    assert egp("models", "nothing-such").code == 1


def test_models_as_json_are_as_documented(server, egp):
    listed = json.loads(egp("models", "--json", "--vendor", "openai").out)
    documented("`egp models --json`").validate(listed)
    assert server.requests[-1].query


def test_a_model_without_a_vendor_is_listed_by_its_name(server, egp):
    listed = {"model_name": "own-model", "model_type": "chat_completion"}
    server.reply({"object": "list", "items": [listed]}, times=2)

    assert egp("models").out == "own-model\n"
    (model,) = json.loads(egp("models", "--json").out)["models"]
    assert (model["model"], model["vendor"], model["name"]) == ("own-model", "", "own-model")


def test_a_broken_pipe_is_silent(server, egp_process):
    server.reply("word " * 5000, interval=0.001)
    process = egp_process("chat", "x")
    assert process.stdout.read(5) == b"word "
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk_is_one_line(server, egp_process):
    with open("/dev/full", "wb") as full:
        process = egp_process("models", stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.count(b"\n") == 1
    assert b"No space left" in err


def test_output_that_is_closed_is_no_traceback(server, egp_process):
    process = egp_process("models", preexec_fn=lambda: os.close(1))
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_the_key_is_in_no_argument(server, egp_process):
    server.reply("slow", delay=0.5)
    process = egp_process("chat", "x")
    while not server.requests:
        assert process.poll() is None
    with open(f"/proc/{process.pid}/cmdline", "rb") as stream:
        assert KEY.encode() not in stream.read()


def test_serve_refuses_a_port_that_there_is_not(egp):
    done = egp("serve", "--port", "99999")
    assert done.code == 2
    assert done.err == "egp: port must be 0 to 65535, got 99999\n"


def test_serve_runs_a_program_against_the_server(egp_process):
    program = "import os, egp; egp.Client().chat.completions.models(); print(os.environ['EGP_BASE_URL'])"
    out, err = egp_process("serve", "--", sys.executable, "-c", program).communicate(timeout=60)
    assert out.startswith(b"http://127.0.0.1:"), err


def test_serve_says_what_is_wrong_with_its_options(egp, tmp_path):
    done = egp("serve", "--replay", tmp_path / "none")
    assert done.code == 2
    assert "none" in done.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_the_commands(egp, shell):
    pytest.importorskip("shtab")
    done = egp("completion", shell)
    assert done.code == 0
    assert all(command in done.out for command in COMMANDS)


def test_completion_without_its_package_names_the_extra(egp, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    done = egp("completion", "bash")
    assert done.code == 2
    assert "egp-client[cli]" in done.err
