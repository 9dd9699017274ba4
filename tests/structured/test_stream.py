"""The failures of `parse`, streamed: nothing of an answer that was paid for is lost."""

import pytest

import egp
from tests.structured.kinds import Bounded, Point
from tests.structured.test_parse import FAILURES, MESSAGES, POINT, answer


@pytest.fixture
def stream(make_client, egp_server):
    """Opens the events of a call by a client of either kind."""
    client = make_client(egp_server.url)

    def stream(**keywords):
        keywords = {"model": "m", "messages": MESSAGES, "stream_options": {"include_usage": True}, **keywords}
        return client, client.client.chat.completions.stream(**keywords)

    return stream


@pytest.mark.parametrize(("body", "error_type"), FAILURES, ids=lambda each: getattr(each, "__name__", ""))
def test_every_failure_has_completion_usage_and_text(body, error_type, stream, egp_server):
    egp_server.reply(body)
    client, events = stream(response_format=Point)

    with pytest.raises(error_type) as caught:
        client.run(events.get_final_completion)
    client.run(events.close)

    error = caught.value
    message = body["choices"][0]["message"]
    assert error.completion.choices[0].message.content == message["content"]
    assert error.completion.choices[0].message.refusal == message.get("refusal")
    assert error.usage.total_tokens == 15
    assert error.content == (message["content"] or "")


def test_events_go_on_to_the_end_where_the_text_is_no_value(stream, egp_server):
    egp_server.reply(answer("no"))
    client, events = stream(response_format=Point)

    client.run(events.until_done)

    with pytest.raises(egp.InvalidJSONError):
        client.run(events.get_final_completion)
    client.run(events.close)


def test_the_value_of_a_stream_is_that_of_a_whole_answer(stream, egp_server):
    egp_server.reply(answer(POINT))
    client, events = stream(response_format=Point)

    completion = client.run(events.get_final_completion)
    client.run(events.close)

    assert completion.parsed == Point(1, 2)
    assert completion.usage.total_tokens == 15


def test_a_stream_asks_for_the_schema_that_the_vendor_takes(stream, egp_server):
    client, events = stream(model="anthropic/claude", response_format=Bounded)

    client.run(events.until_done)
    client.run(events.close)

    schema = egp_server.requests[0].json["response_format"]["json_schema"]["schema"]
    assert "minimum" not in schema["properties"]["percent"]
