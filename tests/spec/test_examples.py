import pytest
from jsonschema import Draft202012Validator

from tests.contract import document

EXAMPLES = [pytest.param(example, id=example.place) for example in document.examples()]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_valid_against_its_schema(example):
    validator = Draft202012Validator(document.bundled(example.schema))

    faults = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(example.value)]

    assert faults == []


def test_every_field_of_every_schema_is_in_some_example():
    shown = set()
    for example in document.examples():
        shown |= fields(example.schema, example.value)

    documented = {
        (name, key) for name, schema in document.schemas().items() for key in schema.get("properties", ())
    }

    assert documented - shown == set()


def fields(schema, value):
    """The fields that `value` has, each as (component, field)."""
    name = document.reference(schema)
    schema = document.resolve(schema)
    found = set()
    if isinstance(value, dict):
        for key, item in value.items():
            if key in schema.get("properties", {}):
                found |= {(name, key)} | fields(schema["properties"][key], item)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            found |= fields(schema["items"], item)
    for member in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if Draft202012Validator(document.bundled(member)).is_valid(value):
            found |= fields(member, value)
    return found
