"""`client.chat.completions.with_streaming_response`: the body of a response as it comes."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import egp
from egp._core.lines import LineDecoder
from egp.testing import chunk

ASKED = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "Hello there"}]}
SAID = "You said: Hello there"


@pytest.fixture
def modal(make_client, egp_server):
    return make_client(egp_server.url)


def in_block(modal, use, **keywords):
    """What `use` returns for the response that is open in the block; every method is called alike."""
    call = modal.client.chat.completions.with_streaming_response.create(**ASKED, **keywords)
    if not hasattr(call, "__aenter__"):
        with call as response:
            return use(response)

    async def within():
        async with call as response:
            return await use(response)

    return modal.run(within)


def items(modal, name):
    """A function that collects what a method of the response gives, in either kind of client."""

    def collect(response):
        return [*getattr(response, name)()]

    async def acollect(response):
        return [item async for item in getattr(response, name)()]

    return collect if modal._portal is None else acollect


@pytest.mark.parametrize("stream", [None, True])
def test_status_and_headers_are_there_before_the_body(modal, stream, egp_server):
    egp_server.reply(headers={"x-request-id": "req_1"})
    seen = []

    def look(response):
        seen.append((response.status_code, response.request_id, response.headers["X-Request-Id"]))
        return response.read()

    in_block(modal, look, stream=stream)

    assert seen == [(200, "req_1", "req_1")]


def test_a_whole_answer_is_read_as_bytes_text_json_and_result(modal):
    data = in_block(modal, lambda response: response.read())

    assert json.loads(data)["choices"][0]["message"]["content"] == SAID
    assert in_block(modal, lambda response: response.text()) == data.decode()
    assert in_block(modal, lambda response: response.json()) == json.loads(data)
    assert in_block(modal, lambda response: response.parse()).choices[0].message.content == SAID
    assert b"".join(in_block(modal, items(modal, "iter_bytes"))) == data


def test_a_stream_is_read_by_bytes_and_by_lines(modal):
    data = in_block(modal, lambda response: response.read(), stream=True)

    assert data.endswith(b"data: [DONE]\n\n")
    assert b"".join(in_block(modal, items(modal, "iter_bytes"), stream=True)) == data
    assert in_block(modal, items(modal, "iter_lines"), stream=True) == data.decode().splitlines()


def test_a_stream_is_read_by_chunks(modal):
    def contents(response):
        return "".join(each.choices[0].delta.content or "" for each in response.parse())

    async def acontents(response):
        return "".join([each.choices[0].delta.content or "" async for each in await response.parse()])

    use = contents if modal._portal is None else acontents

    assert in_block(modal, use, stream=True) == SAID


def test_the_end_of_the_block_frees_the_connection(modal, egp_server):
    egp_server.stream([chunk("Hel")], end="stall")

    class LeftError(Exception):
        pass

    def leave(response):
        raise LeftError

    with pytest.raises(LeftError):
        in_block(modal, leave, stream=True)

    if modal.http_client is None:
        assert modal.open_connections == 0


@pytest.mark.parametrize("stream", [None, True])
def test_a_refusal_is_raised_when_the_block_begins(modal, egp_server, stream):
    egp_server.fail(401)

    with pytest.raises(egp.AuthenticationError):
        in_block(modal, pytest.fail, stream=stream)


def test_a_connection_that_breaks_is_an_error_of_ours(modal, egp_server):
    egp_server.stream([chunk("Hel")], end="reset")

    with pytest.raises(egp.APIConnectionError):
        in_block(modal, lambda response: response.read(), stream=True)


@given(st.text(alphabet="a\u00e4\u4e16\r\n"), st.lists(st.integers(min_value=0, max_value=60)))
def test_lines_are_the_same_however_their_bytes_are_split(text, cuts):
    data = text.encode()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    decoder = LineDecoder()

    lines = [line for i, j in pairwise(edges) for line in decoder.feed(data[i:j])]
    lines += decoder.finish()

    assert lines == text.splitlines()
