"""openapi.yaml, held to what the reference page of the endpoint says: reference.yaml. It may say more."""

from pathlib import Path

import pytest
import yaml

from tests.contract import document

REFERENCE = yaml.safe_load(Path(__file__).with_name("reference.yaml").read_text("utf-8"))
REQUEST = REFERENCE["request"]
OPERATIONS = {item["operationId"]: (f"{method} {path}", item) for path, method, item in document.operations()}


def pairs(table):
    return [(name, item) for name, listed in table.items() for item in listed]


def field_of_the_request(name):
    return document.schemas()["ChatCompletionRequest"]["properties"][name]


@pytest.mark.parametrize("field", REQUEST)
def test_a_request_field_is_what_the_page_says(field):
    schema = document.resolve(field_of_the_request(field))

    assert {key: schema.get(key) for key in REQUEST[field]} == REQUEST[field]


@pytest.mark.parametrize("field", REQUEST)
def test_no_request_field_of_the_page_takes_null(field):
    assert not takes_null(field_of_the_request(field))


@pytest.mark.parametrize(
    ("name", "path"), pairs({name: text.split() for name, text in REFERENCE["fields"].items()})
)
def test_a_component_has_the_field(name, path):
    assert leads_somewhere({"$ref": f"#/components/schemas/{name}"}, path.split("."))


@pytest.mark.parametrize("name", REFERENCE["required"])
def test_of_the_fields_that_the_page_has_the_same_are_required(name):
    schema, expected = document.schemas()[name], set(REFERENCE["required"][name])
    known = {path.split(".")[-1] for text in REFERENCE["fields"].values() for path in text.split()} | set(
        REQUEST
    )

    required = set(schema["required"])

    assert required & (known | expected) == expected


@pytest.mark.parametrize("name", REFERENCE["enums"])
def test_an_enum_has_the_values_of_the_page_in_their_order(name):
    expected = REFERENCE["enums"][name]

    assert [value for value in document.schemas()[name]["enum"] if value in expected] == expected


@pytest.mark.parametrize(("name", "field"), pairs(REFERENCE["nullable"]))
def test_a_nullable_field_takes_null(name, field):
    assert takes_null(document.schemas()[name]["properties"][field])


def test_the_servers_are_the_environments_the_default_first():
    servers = {server["x-environment"]: server["url"] for server in document.load()["servers"]}

    assert servers.items() >= REFERENCE["servers"].items()
    assert next(iter(servers)) == next(iter(REFERENCE["servers"]))


def test_the_key_goes_where_the_page_says():
    schemes = document.load()["components"]["securitySchemes"]

    first = [schemes[name] for name in document.load()["security"][0]]

    assert [{key: scheme[key] for key in REFERENCE["key"]} for scheme in first] == [REFERENCE["key"]]


@pytest.mark.parametrize("name", REFERENCE["operations"])
def test_an_operation_is_called_as_the_page_says(name):
    assert OPERATIONS[name][0] == REFERENCE["operations"][name]["call"]


@pytest.mark.parametrize("name", REFERENCE["operations"])
def test_an_operation_has_its_optional_parameters(name):
    parameters = document.parameters(OPERATIONS[name][1])

    documented = {p["name"]: p["in"] for p in parameters if not p.get("required")}

    assert documented.items() >= REFERENCE["operations"][name]["parameters"].items()


@pytest.mark.parametrize("name", REFERENCE["operations"])
def test_every_answer_may_carry_the_id_of_the_request(name):
    responses = OPERATIONS[name][1]["responses"].values()

    headers = [document.resolve(response).get("headers", {}) for response in responses]

    assert all("x-request-id" in header for header in headers)


def leads_somewhere(schema, path):
    """Whether a document of `schema` may have the field at `path`; arrays and unions are looked through."""
    if not path:
        return True
    schema = document.resolve(schema)
    members = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if "items" in schema:
        members.append(schema["items"])
    if path[0] in schema.get("properties", {}):
        return leads_somewhere(schema["properties"][path[0]], path[1:])
    return any(leads_somewhere(member, path) for member in members)


def takes_null(schema):
    schema = document.resolve(schema)
    types = schema.get("type", [])
    members = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return "null" in ([types] if isinstance(types, str) else types) or any(map(takes_null, members))
