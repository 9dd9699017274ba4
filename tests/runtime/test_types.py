"""`egp.types`: the home of every model and parameter type."""

from __future__ import annotations

import pytest
from egp_api import models, params

from egp import types


def test_it_has_every_model_and_every_parameter_type_under_its_name():
    for module in (models, params):
        for name in module.__all__:
            assert getattr(types, name) is getattr(module, name)


def test_all_that_it_lists_is_there():
    assert {*types.__all__} == {*dir(types)} >= {"MessageParam", "Model", "ChatCompletion"}
    for name in types.__all__:
        assert getattr(types, name) is not None


def test_a_name_that_is_none_of_them_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'ChatCompletions'"):
        types.ChatCompletions  # noqa: B018
