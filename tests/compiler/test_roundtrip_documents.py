"""Nothing is lost between a document and its model, whatever the document."""

import copy
import json

import pytest
from egp_api import models
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from tests.contract import document
from tests.contract.drawing import Liberties, documents

OBJECTS = [name for name, schema in document.schemas().items() if schema.get("type") == "object"]
EXAMPLES = [example for example in document.examples() if document.reference(example.schema) in OBJECTS]
LIBERTIES = {
    "as the schema says": Liberties(),
    "with new fields": Liberties(new_fields=True),
    "with new values of enums and constants": Liberties(new_values=True),
    "with fields missing": Liberties(missing_fields=True),
    "with all of these": Liberties(new_fields=True, new_values=True, missing_fields=True),
    "with values of wrong types": Liberties(missing_fields=True, wrong_types=True),
}
# The schemas of whole bodies: all others are parts of them, and are drawn with them.
BODIES = {document.reference(example.schema) for example in EXAMPLES}


def drawing(name):
    """More examples where there is more to draw."""
    return settings(
        max_examples=20 if name in BODIES else 4,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def reference_to(name):
    return {"$ref": f"#/components/schemas/{name}"}


def exact(value):
    """JSON text: unlike `==`, it tells 1 from 1.0 and True."""
    return json.dumps(value, sort_keys=True)


def assert_kept(name, received):
    before = copy.deepcopy(received)

    returned = getattr(models, name).from_dict(received).to_dict()

    assert exact(returned) == exact(before)
    assert exact(received) == exact(before), "decoding changed the document that it was given"


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.place for example in EXAMPLES])
def test_an_example_of_the_contract_comes_back_as_it_was(example):
    assert_kept(document.reference(example.schema), example.value)


@pytest.mark.parametrize("liberties", LIBERTIES.values(), ids=LIBERTIES)
@pytest.mark.parametrize("name", OBJECTS)
def test_a_drawn_document_comes_back_as_it_was(name, liberties):
    @drawing(name)
    @given(documents(reference_to(name), liberties))
    def check(drawn):
        assert_kept(name, drawn)

    check()


@pytest.mark.parametrize("name", OBJECTS)
def test_a_drawn_document_is_decoded_into_the_classes_of_its_schema(name):
    @drawing(name)
    @given(documents(reference_to(name)))
    def check(drawn):
        assert_typed(reference_to(name), drawn, getattr(models, name).from_dict(drawn))

    check()


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.place for example in EXAMPLES])
def test_an_example_of_the_contract_is_decoded_into_the_classes_of_its_schema(example):
    model = getattr(models, document.reference(example.schema))

    assert_typed(example.schema, example.value, model.from_dict(example.value))


def test_every_object_of_the_contract_has_a_class():
    assert [name for name in OBJECTS if not hasattr(models, name)] == []


def test_every_other_schema_is_part_of_an_object():
    reached = {found for name in OBJECTS for found in document.reachable(document.schemas()[name])}
    # Parameters of queries are written as text, not decoded.
    reached |= {"SortOrder"}

    assert document.schemas().keys() - set(OBJECTS) - reached == set()


def assert_typed(schema, received, decoded):
    """Everything in `decoded` is of the class that the schema has for it."""
    name, schema = document.reference(schema), document.resolve(schema)
    for member in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if Draft202012Validator(document.bundled(member)).is_valid(received):
            assert_typed(member, received, decoded)
            return
    if isinstance(received, list) and "items" in schema:
        assert isinstance(decoded, list)
        for item, value in zip(received, decoded, strict=True):
            assert_typed(schema["items"], item, value)
    elif isinstance(received, dict) and name is not None:
        assert type(decoded) is getattr(models, name)
        for key in schema.get("properties", {}).keys() & received.keys():
            assert_typed(schema["properties"][key], received[key], getattr(decoded, key))
    else:
        assert exact(decoded) == exact(received)
