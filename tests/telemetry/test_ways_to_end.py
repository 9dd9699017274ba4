"""Spans that end in another task, by cancellation or on a thread; tools; and what the option takes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from importlib.metadata import entry_points

import pytest
from opentelemetry import context, trace
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.trace import NoOpTracerProvider, SpanKind

import egp
from egp import AsyncClient, Client, EGPError
from egp.telemetry import EGPInstrumentor, Telemetry, conventions
from tests.telemetry.conftest import Records
from tests.telemetry.test_calls import ANSWER, CANARY, MESSAGES, PIECES, ask, stream_of

CALL = {
    **ANSWER,
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call-1",
                        "type": "function",
                        "function": {"name": "look_up", "arguments": f'{{"word": "{CANARY}"}}'},
                    }
                ],
            },
        }
    ],
}


def asked(client):
    return client.chat.completions.create(model="openai/gpt-4o", messages=MESSAGES)


def opened(client):
    return client.chat.completions.create(model="openai/gpt-4o", messages=MESSAGES, stream=True)


def client_of(server, records):
    return AsyncClient(api_key="k", base_url=server.url, telemetry=records.telemetry)


def test_a_cancelled_call_ends_its_span(raw_server, records):
    raw_server.script((raw_server.HOLD,))

    async def main():
        async with client_of(raw_server, records) as client:
            task = asyncio.ensure_future(asked(client))
            while not raw_server.requests:  # noqa: ASYNC110 - the server is a thread
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert records.chat.attributes["error.type"] == "CancelledError"


def test_an_interrupted_call_ends_its_span(raw_server, records):
    raw_server.script((raw_server.HOLD,))
    here = threading.get_ident()

    def interrupt():
        while not raw_server.requests:
            time.sleep(0)
        signal.pthread_kill(here, signal.SIGINT)

    with Client(api_key="k", base_url=raw_server.url, telemetry=records.telemetry) as client:
        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            asked(client)
        thread.join()

    assert records.chat.attributes["error.type"] == "KeyboardInterrupt"


def test_a_cancelled_stream_ends_its_span_with_what_came(raw_server, records):
    raw_server.script(stream_of(raw_server, *PIECES[:2], end=raw_server.HOLD))

    async def main():
        async with client_of(raw_server, records) as client:
            stream = await opened(client)
            await anext(stream)
            await anext(stream)
            task = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert records.chat.attributes["error.type"] == "CancelledError"
    assert records.chat.attributes["gen_ai.response.id"] == "c-1"


def test_a_stream_may_be_closed_in_another_task(raw_server, records, caplog):
    raw_server.script(stream_of(raw_server, *PIECES))

    async def main():
        async with client_of(raw_server, records) as client:
            stream = await asyncio.ensure_future(opened(client))
            await asyncio.ensure_future(anext(stream))
            await asyncio.ensure_future(stream.close())

    asyncio.run(main())
    assert records.chat.attributes["gen_ai.response.id"] == "c-1"
    assert not caplog.records


@pytest.mark.parametrize("is_async", [False, True])
def test_tools_have_spans_that_are_current_while_they_run(make_client, raw_server, mode, records, is_async):
    raw_server.script(raw_server.reply(body=CALL), raw_server.reply(body=ANSWER))
    client = make_client(raw_server.url, telemetry=records.telemetry)
    seen = []

    def look_up(word: str) -> str:
        """Look a word up."""
        seen.append(trace.get_current_span().get_span_context().span_id)
        return word

    async def look_up_async(word: str) -> str:
        """Look a word up."""
        return look_up(word)

    if is_async and mode.startswith("sync"):
        pytest.skip("coroutines need an event loop")
    tool = egp.tool(look_up_async, name="look_up") if is_async else egp.tool(look_up)
    runner = client.client.chat.completions.run_tools(model="openai/gpt-4o", messages=MESSAGES, tools=[tool])
    client.run(runner.final)

    (span,) = records.tools
    assert (span.name, span.kind) == ("execute_tool look_up", SpanKind.INTERNAL)
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "look_up",
        "gen_ai.tool.call.id": "call-1",
        "gen_ai.tool.type": "function",
    }
    assert seen == [span.context.span_id]
    assert len(records.chats) == 2
    assert CANARY not in records.text()


def test_a_tool_that_fails_shows_its_error_by_its_class(make_client, raw_server, records):
    raw_server.script(raw_server.reply(body=CALL), raw_server.reply(body=ANSWER))
    client = make_client(raw_server.url, telemetry=records.telemetry)

    def look_up(word: str) -> str:
        """Look a word up."""
        raise LookupError(word)

    runner = client.client.chat.completions.run_tools(
        model="openai/gpt-4o", messages=MESSAGES, tools=[egp.tool(look_up)]
    )
    client.run(runner.final)

    (span,) = records.tools
    assert span.attributes["error.type"] == "LookupError"
    assert CANARY not in records.text()


def test_a_context_that_wants_no_spans_gets_none(make_client, raw_server, mode, records):
    raw_server.script(raw_server.reply(body=ANSWER))
    client = make_client(raw_server.url, telemetry=records.telemetry)

    token = context.attach(context.set_value("suppress_instrumentation", True))
    try:
        # The portal of the asynchronous modes has a context of its own.
        span = records.telemetry.chat(client.client._settings, None, {"model": "m"})
    finally:
        context.detach(token)

    assert span is None


def test_spans_are_children_of_the_span_of_the_caller(raw_server, records):
    raw_server.script(raw_server.reply(body=ANSWER))

    with (
        Client(api_key="k", base_url=raw_server.url, telemetry=records.telemetry) as client,
        records.tracer_provider.get_tracer("test").start_as_current_span("mine") as mine,
    ):
        asked(client)

    assert records.chat.parent.span_id == mine.get_span_context().span_id


def test_where_nobody_listens_nothing_is_looked_into(make_client, raw_server, monkeypatch, caplog):
    def looked_into(*_, **__):
        raise AssertionError

    silent = Telemetry(tracer_provider=NoOpTracerProvider(), meter_provider=NoOpMeterProvider())
    for name in ("request_attributes", "response_attributes", "token_attributes", "attempt_attributes"):
        monkeypatch.setattr(conventions, name, looked_into)
    raw_server.script(raw_server.reply(body=ANSWER), stream_of(raw_server, *PIECES))
    client = make_client(raw_server.url, telemetry=silent)

    ask(client)
    client.run(ask(client, stream=True).get_final_completion)

    assert caplog.records == []


def test_metrics_are_taken_where_there_are_no_spans(make_client, raw_server, records):
    metrics_alone = Telemetry(**{**records.providers, "tracer_provider": NoOpTracerProvider()})
    raw_server.script(raw_server.reply(body=ANSWER))

    ask(make_client(raw_server.url, telemetry=metrics_alone))

    assert records.chats == []
    assert {"gen_ai.client.operation.duration", "gen_ai.client.token.usage"} <= records.metrics.keys()


def test_copies_of_a_client_report_where_it_does_unless_told_otherwise(raw_server, records):
    raw_server.script(raw_server.reply(body=ANSWER))

    with Client(api_key="k", base_url=raw_server.url, telemetry=records.telemetry) as client:
        asked(client.with_options(max_retries=0))
        asked(client.with_options(telemetry=False))

    assert len(records.chats) == 1


def test_usage_is_counted_beside_it(make_client, raw_server, records):
    from egp.usage import UsageMeter

    meter = UsageMeter()
    raw_server.script(stream_of(raw_server, *PIECES))
    client = make_client(raw_server.url, telemetry=records.telemetry, usage=meter)

    stream = ask(client, stream=True)
    client.run(stream.get_final_completion)

    assert meter.total.total_tokens == 13
    assert len(records.chats) == 1


@pytest.mark.parametrize("value", ["yes", 1, object()])
def test_the_option_takes_nothing_else(value):
    with pytest.raises(EGPError, match="telemetry must be True, False or an"):
        Client(api_key="k", telemetry=value)


def test_a_wrong_mode_of_content_is_refused():
    with pytest.raises(EGPError, match="content must be one of NO_CONTENT"):
        Telemetry(content="all")


def test_opentelemetry_instrument_finds_the_instrumentor():
    (found,) = entry_points(group="opentelemetry_instrumentor", name="egp")

    assert found.load() is EGPInstrumentor


def test_a_client_without_it_imports_nothing_of_it(raw_server):
    raw_server.script(raw_server.reply(body=ANSWER))
    code = (
        "import sys, egp\n"
        f"with egp.Client(api_key='k', base_url={raw_server.url!r}) as client:\n"
        "    client.chat.completions.create(model='m', messages=[])\n"
        "loaded = [name for name in sys.modules if name.startswith(('opentelemetry', 'egp.telemetry'))]\n"
        "assert not loaded, loaded"
    )

    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONWARNINGS": ""})


def test_the_missing_extra_is_named():
    code = (
        "import sys\n"
        "sys.modules['opentelemetry'] = None\n"
        "import egp\n"
        "try: egp.Client(api_key='k', telemetry=True)\n"
        "except egp.EGPError as error: print(error)"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert 'pip install "egp-client[otel]"' in run.stdout


def test_a_dropped_stream_ends_at_the_end_of_the_program(raw_server):
    raw_server.script(stream_of(raw_server, *PIECES[:2], end=raw_server.HOLD))
    code = (
        "import egp\n"
        "from opentelemetry import trace\n"
        "from opentelemetry.sdk.trace import TracerProvider\n"
        "from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter\n"
        "provider = TracerProvider()\n"
        "provider.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter()))\n"
        "trace.set_tracer_provider(provider)\n"
        f"client = egp.Client(api_key='k', base_url={raw_server.url!r}, telemetry=True)\n"
        "for _ in client.chat.completions.create(model='m', messages=[], stream=True): break\n"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.count('"name": "chat m"') == 1


def test_a_span_is_told_the_provider_by_the_name_of_the_model(raw_server):
    records = Records("NO_CONTENT")
    raw_server.script(raw_server.reply(body=ANSWER))

    with Client(api_key="k", base_url=raw_server.url, telemetry=records.telemetry) as client:
        for model in ("gemini/gemini-2", "xai/grok", "anthropic/claude", "plain"):
            client.chat.completions.create(model=model, messages=MESSAGES)

    names = [span.attributes["gen_ai.provider.name"] for span in records.chats]
    assert names == ["gcp.gemini", "x_ai", "anthropic", "egp"]
