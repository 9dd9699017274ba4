"""`egp` on a terminal: Markdown, colour, Ctrl-C, a conversation."""

import importlib.util
import json
import re

import pytest

needs_rich = pytest.mark.skipif(importlib.util.find_spec("rich") is None, reason="rich is not installed")
MARKDOWN = "# Title\n\nA **bold** word.\n\n- one\n- two\n"


@needs_rich
def test_markdown_is_drawn(server, terminal):
    server.reply(MARKDOWN)
    code, shown = terminal("chat", "x").end()
    assert code == 0
    assert "bold" in shown
    assert "**bold**" not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)


@needs_rich
def test_no_color_is_heeded(server, terminal):
    server.reply("Some `code` here.\n")
    _, shown = terminal("chat", "x", NO_COLOR="1").end()
    assert "code" in shown
    assert not re.search(r"\x1b\[[0-9;]*(?:3|4|9|10)[0-7][;m]", shown)


@pytest.mark.parametrize(("arguments", "environ"), [(["--plain"], {}), ([], {"TERM": "dumb"})])
def test_plain_text_on_a_terminal_has_no_escapes(server, terminal, arguments, environ):
    server.reply("A **bold** \x1b]0;title\x07 word.")
    code, shown = terminal("chat", "x", *arguments, **environ).end()
    assert (code, shown) == (0, "A **bold** ]0;title word.\r\n")


def test_ctrl_c_in_mid_stream_is_one_line(server, terminal):
    server.reply("word " * 1000, interval=0.02)
    session = terminal("chat", "x", "--plain")
    session.until("word word")
    session.interrupt()
    code, shown = session.end()
    assert code == 130
    assert shown.endswith("\r\negp: interrupted\r\n")
    assert "Traceback" not in shown


def test_models_on_a_terminal_have_their_availability(server, terminal):
    code, shown = terminal("models", "gpt-4o-mini").end()
    assert (code, shown) == (0, "openai/gpt-4o-mini  available\r\n")


def test_a_conversation_goes_on_until_ctrl_d(server, terminal, tmp_path):
    session = terminal("chat", "--plain")
    session.until("> ")
    session.type("one\n")
    session.until("You said: one\r\n")
    session.until("> ")
    session.type("two\n")
    session.until("You said: two\r\n")
    session.until("> ")
    session.type("\x04")
    code, _ = session.end()
    assert code == 0
    assert [message["content"] for message in server.requests[-1].json["messages"]] == [
        "one",
        "You said: one",
        "two",
    ]
    kept = json.loads((tmp_path / "state" / "egp" / "last.json").read_text())
    assert len(kept["messages"]) == 4


def test_a_failure_does_not_end_a_conversation(server, terminal):
    server.fail(400, {"detail": "not so"})
    session = terminal("chat", "--plain")
    session.until("> ")
    session.type("one\n")
    session.until("not so")
    session.until("> ")
    session.type("two\n")
    session.until("You said: two\r\n")
    assert [message["content"] for message in server.requests[-1].json["messages"]] == ["two"]


def test_ctrl_c_ends_an_answer_and_not_the_conversation(server, terminal):
    server.reply("word " * 1000, interval=0.02)
    session = terminal("chat", "--plain")
    session.until("> ")
    session.type("one\n")
    session.until("word word")
    session.interrupt()
    session.until("stopped")
    session.until("> ")
    session.type("two\n")
    session.until("You said: two\r\n")
