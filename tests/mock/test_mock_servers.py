"""The client and the contract, as mock servers of other people understand the contract."""

import egp_api
import pytest
from egp_api.api.inference import create_chat_completion, list_chat_completion_models
from egp_api.models import ChatCompletion, ChatCompletionRequest, ChatModelList, UserMessage

import egp
from tests.contract import document

REQUESTS = [example for example in document.examples() if " request " in example.place]
# The first test that needs a server also waits for npm to install it.
pytestmark = pytest.mark.timeout(600)

QUESTION = [{"role": "user", "content": "Why is the sky blue?"}]


@pytest.fixture
def generated(mock_server):
    with egp_api.AuthenticatedClient(
        base_url=mock_server, token="test", prefix="", auth_header_name=egp_api.API_KEY_HEADER
    ) as client:
        yield client


@pytest.fixture
def client(mock_server):
    with egp.Client(api_key="test", base_url=mock_server) as client:
        yield client


def test_a_generated_operation_gets_a_completion(generated):
    body = ChatCompletionRequest(
        model="openai/gpt-4o", messages=[UserMessage(role="user", content="Why is the sky blue?")]
    )

    completion = create_chat_completion.sync(client=generated, body=body)

    assert isinstance(completion, ChatCompletion)
    assert completion.choices[0].message.content.startswith("Air scatters blue light")


def test_a_generated_operation_gets_the_models(generated):
    models = list_chat_completion_models.sync(client=generated, limit=2, sort_order="asc")

    assert isinstance(models, ChatModelList)
    assert [model.model_vendor for model in models.items] == ["openai", "anthropic"]


def test_the_client_gets_a_completion(client):
    completion = client.chat.completions.create(model="openai/gpt-4o", messages=QUESTION)

    assert isinstance(completion, ChatCompletion)
    assert completion.usage.total_tokens == 41


def test_the_client_gets_the_models(client):
    models = client.chat.completions.models(model_vendor="openai", limit=2)

    assert [model.model_name for model in models.items] == ["gpt-4o", "claude-sonnet-4"]


@pytest.mark.parametrize("example", REQUESTS, ids=[example.place for example in REQUESTS])
def test_an_example_of_a_request_is_sent_as_the_contract_has_it(example, generated):
    # What is whole, not streamed, is what both servers can answer.
    body = ChatCompletionRequest.from_dict({**example.value, "stream": False})

    answer = create_chat_completion.sync_detailed(client=generated, body=body)

    assert answer.status_code == 200
    assert answer.headers.get("x-steady-error-count", "0") == "0"
    assert "sl-violations" not in answer.headers


def test_a_stream_is_read_to_its_end(steady):
    with (
        egp.Client(api_key="test", base_url=steady) as client,
        # Its made-up chunks come to no `finish_reason`.
        client.chat.completions.create(
            model="openai/gpt-4o", messages=QUESTION, stream=True, on_truncated="ignore"
        ) as stream,
    ):
        chunks = list(stream)

    assert chunks
    assert all(isinstance(chunk.id, str) for chunk in chunks)


def test_a_key_is_asked_for(prism):
    with egp_api.Client(base_url=prism) as client:
        answer = list_chat_completion_models.sync_detailed(client=client)

    assert answer.status_code == 401


def test_a_request_against_the_contract_is_refused_as_the_service_would(prism):
    with (
        egp.Client(api_key="test", base_url=prism) as client,
        pytest.raises(egp.UnprocessableEntityError) as refused,
    ):
        client.chat.completions.create(model="openai/gpt-4o", messages=[{"role": "user"}])

    assert refused.value.body["detail"][0]["type"] == "missing"
