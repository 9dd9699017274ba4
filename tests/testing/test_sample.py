"""A sample of a schema is a value that the schema allows."""

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egp.testing._sample import sample

scalars = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "minLength": 30},
        {"type": "string", "maxLength": 3},
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": 3, "maximum": 7},
        {"type": "integer", "maximum": -3},
        {"type": "number", "exclusiveMinimum": 0},
        {"type": ["null", "integer"]},
        {"type": "boolean"},
        {"type": "null"},
        {"enum": ["b", "a"]},
        {"const": 5},
        {},
        True,
    ]
)


def compound(inner):
    names = st.sampled_from(["a", "b", "c"])
    return st.one_of(
        st.builds(
            lambda items, least: {"type": "array", "items": items, "minItems": least},
            inner,
            st.integers(0, 3),
        ),
        st.builds(
            lambda properties: {"type": "object", "properties": properties, "required": [*properties]},
            st.dictionaries(names, inner, max_size=3),
        ),
        st.builds(lambda variants: {"anyOf": variants}, st.lists(inner, min_size=1, max_size=3)),
    )


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.recursive(scalars, compound, max_leaves=10))
def test_a_sample_is_valid(schema):
    jsonschema.Draft202012Validator(schema).validate(sample(schema, schema))


@pytest.mark.parametrize(
    "name", ["ChatCompletion", "ChatCompletionChunk", "ChatModelList", "HTTPValidationError"]
)
def test_a_sample_of_the_contracts_answers_is_valid(document, validate, name):
    validate(name, sample(document["components"]["schemas"][name], document))


def test_a_schema_that_contains_itself_has_a_sample():
    tree = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#"}}}}

    jsonschema.Draft202012Validator(tree).validate(sample(tree, tree))


def test_the_parts_of_an_all_of_are_put_together():
    root = {"$defs": {"base": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}}}
    schema = {"allOf": [{"$ref": "#/$defs/base"}, {"properties": {"b": {"type": "integer"}}}]}

    assert sample(schema, root) == {"a": "string", "b": 0}
