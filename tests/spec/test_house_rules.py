"""What this project asks of its contract beyond the rules of OpenAPI."""

import re

import pytest

from tests.contract import document

SCHEMAS = document.schemas()
OPERATIONS = {operation["operationId"]: operation for _, _, operation in document.operations()}
PROPERTIES = {
    f"{name}.{key}": schema
    for name, component in SCHEMAS.items()
    for key, schema in component.get("properties", {}).items()
}
REQUEST = {
    name
    for operation in OPERATIONS.values()
    for place, body in document.bodies(operation)
    if place.startswith("request ")
    for name in document.reachable(body["schema"])
}
ANSWERS = {
    name
    for operation in OPERATIONS.values()
    for place, body in document.bodies(operation)
    if not place.startswith("request ")
    for name in document.reachable(body["schema"])
}
UNIONS = [name for name, schema in SCHEMAS.items() if "oneOf" in schema]
OPEN_UNIONS = [name for name in UNIONS if document.reference(SCHEMAS[name]["oneOf"][-1]).startswith("Other")]


def parent(schema, place):
    """What the value at `place` stands in."""
    return dict(document.walk(schema))[place.rpartition("/")[0]]


def is_sentence(text):
    return text[:1].isupper() and text.rstrip().endswith(".")


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_described_and_has_one_declared_tag(name):
    operation = OPERATIONS[name]

    tags = {tag["name"] for tag in document.load()["tags"]}

    assert is_sentence(operation["description"])
    assert operation["summary"]
    assert len(operation["tags"]) == 1
    assert set(operation["tags"]) <= tags


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_id_is_a_python_name(name):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_body_of_an_operation_has_an_example_with_a_summary(name):
    for place, body in document.bodies(OPERATIONS[name]):
        summaries = [
            document.resolve(example).get("summary") for example in body.get("examples", {}).values()
        ]

        assert summaries, place
        assert all(summaries), place


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_parameter_of_an_operation_is_described_and_has_an_example(name):
    for parameter in document.parameters(OPERATIONS[name]):
        assert is_sentence(parameter["description"]), parameter["name"]
        assert "example" in parameter, parameter["name"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_documents_its_errors(name):
    assert {"422", "4XX", "5XX", "default"} <= OPERATIONS[name]["responses"].keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_body_of_an_operation_has_a_named_schema(name):
    for place, body in document.bodies(OPERATIONS[name]):
        assert document.reference(body["schema"]), place


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_component_is_described(name):
    assert is_sentence(SCHEMAS[name]["description"])


@pytest.mark.parametrize("place", PROPERTIES)
def test_a_field_is_described_where_it_stands(place):
    assert is_sentence(PROPERTIES[place]["description"])


@pytest.mark.parametrize("place", [place for place in PROPERTIES if PROPERTIES[place].get("deprecated")])
def test_a_deprecated_field_names_its_successor(place):
    assert "Superseded by" in PROPERTIES[place]["description"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_name_of_a_component_is_the_name_of_its_class(name):
    assert re.fullmatch(r"([A-Z]+[a-z]*)+", name)


def test_no_schema_is_renamed_by_a_title():
    titled = [
        place
        for place, node in document.walk(SCHEMAS)
        if isinstance(node, dict) and "title" in node and not place.endswith("/properties")
    ]

    assert titled == []


@pytest.mark.parametrize("name", [name for name in SCHEMAS if SCHEMAS[name].get("type") == "object"])
def test_an_object_takes_fields_of_its_own(name):
    assert SCHEMAS[name]["additionalProperties"] is not False


def test_objects_and_enums_stand_in_components():
    inline = [
        f"{name}{place}"
        for name, component in SCHEMAS.items()
        for place, node in document.walk(component)
        if place and isinstance(node, dict) and (node.get("type") == "object" or "enum" in node)
        # The tags that a catch-all leaves to the others.
        if not place.endswith("/not")
    ]

    assert inline == []


@pytest.mark.parametrize("name", sorted(REQUEST - ANSWERS))
def test_what_a_caller_sends_may_go_beyond_the_known_values(name):
    closed = [
        place
        for place, node in document.walk(SCHEMAS[name])
        if "enum" in SCHEMAS.get(document.reference(node) or "", {})
        if {"type": "string"} not in [*parent(SCHEMAS[name], place)]
    ]

    assert closed == []
    assert name in OPEN_UNIONS or "oneOf" not in SCHEMAS[name]


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_what_the_service_answers_is_written_as_documented(name):
    assert name not in OPEN_UNIONS


@pytest.mark.parametrize("name", UNIONS)
def test_the_members_of_a_union_are_told_apart_by_one_tag(name):
    members = [document.resolve(member) for member in SCHEMAS[name]["oneOf"]]
    known = members[:-1] if name in OPEN_UNIONS else members

    tags = [
        {key: schema["const"] for key, schema in member["properties"].items() if "const" in schema}
        for member in known
    ]

    [key] = {key for tag in tags for key in tag}
    values = [tag[key] for tag in tags]
    assert len(set(values)) == len(values)
    assert all(key in member["required"] for member in known)


@pytest.mark.parametrize("name", OPEN_UNIONS)
def test_the_catch_all_of_a_union_leaves_exactly_the_known_tags_to_the_others(name):
    *known, other = (document.resolve(member) for member in SCHEMAS[name]["oneOf"])

    [(key, tag)] = other["properties"].items()

    assert tag["not"]["enum"] == [member["properties"][key]["const"] for member in known]


def test_servers_are_told_apart_by_their_environment():
    environments = [server["x-environment"] for server in document.load()["servers"]]

    assert len(set(environments)) == len(environments)
    assert all(is_sentence(server["description"]) for server in document.load()["servers"])
