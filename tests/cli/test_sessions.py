"""Sessions as a shell has them: pipes, files, closed streams. Those on a terminal are in test_terminal."""

import subprocess
import sys

import pytest

SESSIONS = {
    "a prompt": ("egp chat Hello", 0, "You said: Hello\n", ""),
    "words without quotation marks": ("egp chat Hello there", 0, "You said: Hello there\n", ""),
    "stdin alone": ("echo Hello | egp chat", 0, "You said: Hello\n", ""),
    "stdin by its name": ("echo Hello | egp chat -", 0, "You said: Hello\n", ""),
    "stdin and a prompt": ("echo one | egp chat two", 0, "You said: one\n\ntwo\n", ""),
    "stdin from a file": ("egp chat two < text.txt", 0, "You said: of a file\n\ntwo\n", ""),
    "stdin that is empty": ("egp chat Hello < /dev/null", 0, "You said: Hello\n", ""),
    "stdin that is closed": ("egp chat Hello <&-", 0, "You said: Hello\n", ""),
    "nothing to ask": ("egp chat < /dev/null", 2, "", "egp: "),
    "stdin that is no text": (r"printf '\377\376' | egp chat", 2, "", "egp: "),
    "a file": ("egp chat Hello -f text.txt", 0, "You said: ", ""),
    "a file that is missing": ("egp chat Hello -f none.txt", 2, "", "none.txt"),
    "a reader that has enough": ("egp chat Hello | head -c 3", 0, "You", ""),
    "one line of the models": ("egp models | head -n 1", 0, "", ""),
    "help into a pipe": ("egp --help | head -n 1", 0, "usage: egp", ""),
    "output that is closed": ("egp chat Hello >&-", 0, "", ""),
    "a full disk": ("egp chat Hello > /dev/full", 1, "", "No space left"),
    "no colour in a pipe": (
        "TERM=xterm-256color egp chat '**bold**' | cat -v",
        0,
        "You said: **bold**\n",
        "",
    ),
    "NO_COLOR": ("NO_COLOR=1 egp models openai/gpt-4o-mini | cat -v", 0, "openai/gpt-4o-mini", ""),
    "no key": ("EGP_API_KEY= egp chat Hello", 2, "", "EGP_API_KEY"),
    "no model": ("EGP_MODEL= egp chat Hello", 2, "", "-m"),
    "a service that is not there": (
        "EGP_BASE_URL=http://127.0.0.1:9 egp chat Hello -o max_retries=0",
        1,
        "",
        "127.0.0.1:9",
    ),
    "an option that is misspelt": ("egp chat Hello -o temprature=1", 2, "", "temperature"),
    "a command that is none": ("egp chatt Hello", 2, "", "chatt"),
    "JSON for a program": (
        "egp chat Hello --json | python -m json.tool",
        0,
        '"content": "You said: Hello"',
        "",
    ),
    "JSON by lines": ("egp chat Hello --json --stream | tail -n 1 | python -m json.tool", 0, '"stop"', ""),
    "JSON of a schema": ("egp chat Hello --schema 'name, age int' | python -m json.tool", 0, '"age"', ""),
    "the models as JSON": ("egp models --json | python -m json.tool", 0, '"availability"', ""),
    "a conversation in two commands": (
        "egp chat one > /dev/null && egp chat -c two",
        0,
        "You said: two\n",
        "",
    ),
    "doctor": ("egp doctor", 0, "ABCD", ""),
    "doctor as JSON": ("egp doctor --json | python -m json.tool", 0, '"ok": true', ""),
    "the version": ("egp --version", 0, "egp-client ", ""),
    "a server for a program": ("egp serve -- egp chat Hello", 0, "You said: Hello\n", ""),
    "a bulk run, and what is left of it": (
        "egp bulk run requests.jsonl -o out.jsonl && egp bulk status requests.jsonl -o out.jsonl",
        0,
        "",
        "",
    ),
}
REQUEST = '{"custom_id": "1", "body": {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}}\n'


@pytest.fixture
def shell(server, tmp_path):
    """Run a line as a shell does; give its exit code and what it printed."""
    (tmp_path / "text.txt").write_text("of a file")
    (tmp_path / "requests.jsonl").write_text(REQUEST)
    # The pipe's exit code is that of the first command that failed.
    functions = (
        "set -o pipefail\n"
        f"egp() {{ '{sys.executable}' -m egp.cli \"$@\"; }}\n"
        f"python() {{ '{sys.executable}' \"$@\"; }}\n"
        "export -f egp python\n"
    )

    def run(line):
        # A program that `egp` itself starts is found on PATH, where a function is not.
        line = line.replace("-- egp", f"-- '{sys.executable}' -m egp.cli")
        done = subprocess.run(
            ["bash", "-c", functions + line], cwd=tmp_path, capture_output=True, text=True, timeout=100
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.mark.parametrize("session", SESSIONS)
def test_a_session_in_a_shell(session, shell):
    line, code, out, err = SESSIONS[session]

    found = shell(line)

    assert found[0] == code, found
    assert out in found[1]
    assert err in found[2]
    assert "Traceback" not in found[2]
    assert "\x1b" not in found[1] + found[2]
    assert "0123456789" not in found[1] + found[2], "the key is shown"
    if code == 0 and "bulk" not in line:
        assert found[2] == ""
