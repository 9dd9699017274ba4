"""`client.models.list()`."""

import pytest

import egp


def _served(make_client, egp_server):
    return make_client(egp_server.url)


def test_models_have_the_id_that_create_takes(make_client, egp_server):
    modal = _served(make_client, egp_server)

    models = modal.run(modal.client.models.list)

    listed = modal.run(modal.client.chat.completions.models).items
    assert (
        [model.id for model in models] == [f"{each.model_vendor}/{each.model_name}" for each in listed] != []
    )
    assert [model.details.model_name for model in models.data] == [each.model_name for each in listed]
    assert {model.owned_by for model in models} == {each.model_vendor for each in listed}


def test_models_are_asked_for_by_the_keywords_of_the_contract(make_client, egp_server):
    modal = _served(make_client, egp_server)

    modal.run(modal.client.models.list, model_vendor="openai", extra_headers={"X-Trace": "7"})

    request = egp_server.requests[-1]
    assert (dict(request.query), request.headers["x-trace"]) == ({"model_vendor": "openai"}, "7")


def test_a_model_of_no_vendor_is_asked_by_its_name_alone(make_client, egp_server):
    egp_server.reply({"object": "list", "items": [{"model_name": "m", "model_type": "generic"}]})
    modal = _served(make_client, egp_server)

    (model,) = modal.run(modal.client.models.list)

    assert (model.id, model.owned_by) == ("m", "")


def test_an_unknown_keyword_is_refused_by_the_name_of_the_method(make_client, egp_server):
    modal = _served(make_client, egp_server)

    with pytest.raises(
        TypeError, match=r"^list\(\) got an unexpected keyword argument 'model_vendr'.*model_vendor"
    ):
        modal.run(modal.client.models.list, model_vendr="openai")

    assert egp_server.requests == []


def test_the_types_of_the_list_are_at_home_in_egp_types(make_client, egp_server):
    modal = _served(make_client, egp_server)

    models = modal.run(modal.client.models.list)

    assert type(models) is egp.types.ModelList
    assert {type(model) for model in models} == {egp.types.Model}


def test_a_list_without_models_is_empty(make_client, egp_server):
    egp_server.reply({"object": "list", "items": None})
    modal = _served(make_client, egp_server)

    models = modal.run(modal.client.models.list)

    assert (models.data, [*models]) == ([], [])


def test_a_refusal_to_list_models_is_an_error_of_ours(make_client, egp_server):
    egp_server.fail(403)
    modal = _served(make_client, egp_server)

    with pytest.raises(egp.PermissionDeniedError):
        modal.run(modal.client.models.list)
