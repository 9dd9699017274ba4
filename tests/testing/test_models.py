"""The catalogue of models: its filters, its order and its pages."""

import pytest

MODELS = "/v5/chat/completions/models"


@pytest.fixture
def names(http, validate):
    def names(**query):
        response = http.get(MODELS, params=query)
        assert response.status_code == 200, response.text
        validate("ChatModelList", response.json())
        return [model["model_name"] for model in response.json()["items"]]

    return names


def test_every_model_is_listed_by_name(names):
    everything = names()

    assert "gpt-4o" in everything
    assert everything == sorted(everything)


def test_a_vendor_filters(names):
    assert names(model_vendor="anthropic") == ["claude-haiku-4", "claude-sonnet-4"]


def test_an_order_is_kept(names):
    assert names(sort_order="desc") == sorted(names(), reverse=True)
    assert names(sort_by="model_vendor")[:2] == ["claude-haiku-4", "claude-sonnet-4"]


def test_pages_go_forward_to_the_end(names):
    everything, pages, cursor = names(), [], {}

    while page := names(limit=4, **cursor):
        pages += page
        cursor = {"starting_after": page[-1]}

    assert pages == everything


def test_pages_go_backward_to_the_beginning(names):
    everything, pages, cursor = names(), [], {"ending_before": names()[-1]}

    while page := names(limit=4, **cursor):
        pages = page + pages
        cursor = {"ending_before": page[0]}

    assert pages == everything[:-1]


def test_what_the_contract_forbids_in_the_query_is_refused(http, validate):
    response = http.get(MODELS, params={"limit": "many", "sort_order": "up"})

    validate("HTTPValidationError", response.json())
    assert response.status_code == 422
    assert response.json()["detail"] == [
        {
            "loc": ["query", "limit"],
            "msg": "Input should be a valid integer, unable to parse string as an integer",
            "type": "int_parsing",
        },
        {"loc": ["query", "sort_order"], "msg": "Input should be 'asc' or 'desc'", "type": "literal_error"},
    ]
