import logging
import os
import subprocess
import sys

import pytest

from egp import APIStatusError
from egp._core.logline import attempt_line
from egp.errors import Attempt


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.DEBUG, logger="egp")
    return lambda: [
        (record.levelname, record.getMessage()) for record in caplog.records if record.name == "egp"
    ]


def test_a_line_tells_what_is_needed_and_no_query():
    attempt = Attempt(2, 503, None, 0.41234, 1.5, "req-1")

    line = attempt_line("POST", "https://example.com/v5/chat?user=me", attempt)

    assert line == "POST /v5/chat 503 in 0.412 s, attempt 2, request id req-1, again in 1.500 s"


def test_a_line_tells_of_a_failure():
    line = attempt_line("GET", "https://example.com", Attempt(1, None, "it broke", 0.1, None, None))

    assert line == "GET / it broke in 0.100 s, attempt 1"


def test_each_attempt_is_one_line(make_client, raw_server, lines):
    raw_server.script(raw_server.reply(500, b"", x_request_id="a"), raw_server.reply(x_request_id="b"))
    client = make_client(raw_server.url)

    client.send()

    levels, texts = zip(*lines(), strict=True)
    assert levels == ("INFO", "INFO")
    assert [text.split(" in ")[0] for text in texts] == [
        "POST /v5/chat/completions 500",
        "POST /v5/chat/completions 200",
    ]
    assert ["request id a" in texts[0], "request id b" in texts[1]] == [True, True]


def test_prompts_and_answers_are_not_logged(make_client, raw_server, lines):
    raw_server.script(
        raw_server.reply(body={"answer": "private"}), raw_server.reply(400, {"detail": "private"})
    )
    client = make_client(raw_server.url)

    client.send(content=b'{"prompt": "private"}')
    with pytest.raises(APIStatusError):
        client.send(content=b'{"prompt": "private"}')

    assert "private" not in str(lines())


def test_prompts_and_answers_are_logged_when_asked_for_by_name(make_client, raw_server, lines):
    raw_server.script(raw_server.reply(body={"answer": "said"}))
    client = make_client(raw_server.url, log_bodies=True)

    client.send(content=b'{"prompt": "asked"}')

    assert ("DEBUG", 'request body: {"prompt": "asked"}') in lines()
    assert ("DEBUG", 'response body: {"answer": "said"}') in lines()


def test_no_key_is_logged_with_them(make_client, raw_server, lines):
    raw_server.script(raw_server.reply(body={"answer": "your key is sk-secret-key"}))
    client = make_client(raw_server.url, log_bodies=True)

    client.send(content=b'{"prompt": "my key is sk-secret-key"}')

    assert ("DEBUG", 'request body: {"prompt": "my key is [redacted]"}') in lines()
    assert "sk-secret-key" not in str(lines())


def run(code, level):
    """What a program prints to standard error, where nothing else has set up logging."""
    environ = {**os.environ, "EGP_LOG": level, "EGP_API_KEY": "k"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
    )
    return done.stderr


CALL = """
import egp
from egp._core.request import Request
egp.Client()  # a second client must not double the lines
with egp.Client(base_url={url!r}) as client:
    client._session.send(Request("POST", "/x?secret=1", content=b"{{}}"))
"""


@pytest.mark.parametrize("level", ["info", " DEBUG "])
def test_the_variable_turns_the_log_on(raw_server, level):
    lines = run(CALL.format(url=raw_server.url), level).splitlines()

    assert len(lines) == 1
    assert " INFO egp POST /x 200 in " in lines[0]


def test_nothing_is_logged_unless_asked_for(raw_server):
    assert run(CALL.format(url=raw_server.url), "") == ""


def test_another_value_of_the_variable_is_told_of_and_ignored(raw_server):
    lines = run(CALL.format(url=raw_server.url), "loud").splitlines()

    assert set(lines) == {"EGP_LOG is 'info' or 'debug', and is ignored otherwise"}


def test_logging_that_is_set_up_is_left_as_it_is(raw_server):
    code = "import logging; logging.basicConfig(format='mine %(message)s')" + CALL.format(url=raw_server.url)

    lines = run(code, "info").splitlines()

    assert len(lines) == 1
    assert lines[0].startswith("mine POST /x 200")
