"""Cassettes of other people's servers play for every client: egp, openai in two languages, curl."""

import json

import pytest

from egp.testing import Server
from tests.cassettes.conftest import CLIENTS

# The first test that needs a server or a client also waits for npm to install it.
pytestmark = pytest.mark.timeout(600)

BODY = {
    "model": "openai/gpt-4o",
    "messages": [{"role": "user", "content": "Why is the sky blue?"}],
}


@pytest.fixture(scope="module")
def recorded_from(tmp_path_factory):
    """Record what a service answers curl; give the cassette and the text."""

    def recorded_from(service, body):
        cassette = tmp_path_factory.mktemp("cassettes") / "cassette.jsonl"
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("CI", raising=False)
            with Server(record=cassette, upstream=service) as server:
                text = CLIENTS["curl"](server, body)
        return cassette, text

    return recorded_from


@pytest.fixture(scope="module")
def whole(recorded_from, prism):
    return recorded_from(prism, BODY)


@pytest.fixture(scope="module")
def streamed(recorded_from, steady):
    return recorded_from(steady, {**BODY, "stream": True})


def test_a_whole_answer_of_prism_plays_for_every_client(whole, ask):
    cassette, text = whole

    with Server(replay=cassette) as server:
        assert ask(server, BODY) == text

    assert text.startswith("Air scatters blue light")


def test_a_stream_of_steady_plays_for_every_client(streamed, ask):
    cassette, text = streamed

    with Server(replay=cassette) as server:
        assert ask(server, {**BODY, "stream": True}) == text

    assert len(text) > 1


def test_the_key_is_not_in_the_cassettes(whole, streamed):
    for cassette, _ in (whole, streamed):
        assert "sk-of-the-recording" not in cassette.read_text()


def test_the_stream_is_recorded_event_by_event(streamed):
    cassette, _ = streamed

    response = json.loads(cassette.read_text())["response"]

    assert len(response["parts"]) > 1
    assert dict(response["headers"])["content-type"].startswith("text/event-stream")


def test_a_hundred_answers_of_prism_are_played_at_once(prism, tmp_path, monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    import egp

    monkeypatch.delenv("CI", raising=False)
    bodies = [{**BODY, "seed": seed} for seed in range(100)]

    def ask_all(server):
        with egp.Client(api_key="any", base_url=server.url) as client, ThreadPoolExecutor(50) as threads:
            return [*threads.map(lambda body: client.chat.completions.create(**body).to_dict(), bodies)]

    with Server(record=tmp_path / "c.jsonl", upstream=prism) as server:
        recorded = ask_all(server)
    with Server(replay=tmp_path / "c.jsonl") as server:
        assert ask_all(server) == recorded
