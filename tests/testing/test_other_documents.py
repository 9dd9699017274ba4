"""Documents other than ours: what the contract may become is served without a change of the server."""

import copy

import httpx
import pytest

from egp.testing import Server

KEY = {"x-api-key": "k"}


@pytest.fixture
def changed(document):
    """A copy of the contract, to change."""
    return copy.deepcopy(document)


@pytest.fixture
def serve():
    """Start a server of a document, and give a client of it."""
    started = []

    def serve(spec):
        server = Server(spec=spec).start()
        client = httpx.Client(base_url=server.url, headers=KEY, trust_env=False, verify=False)
        started.append((server, client))
        return server, client

    yield serve
    for server, client in started:
        client.close()
        server.stop()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "api.yaml is neither YAML nor JSON"),
        ("- 1", "api.yaml is no OpenAPI document: it has no paths"),
        ("paths:", "api.yaml is no OpenAPI document: it has no paths"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path, text, fault):
    (tmp_path / "api.yaml").write_text(text)
    with pytest.raises(ValueError, match=fault):
        Server(spec=tmp_path / "api.yaml")


def test_a_new_request_field_is_checked(changed, serve, ask):
    changed["components"]["schemas"]["ChatCompletionRequest"]["properties"]["patience"] = {"type": "integer"}
    _, client = serve(changed)

    accepted = client.post("/v5/chat/completions", json=ask(patience=5))
    refused = client.post("/v5/chat/completions", json=ask(patience="much"))

    assert accepted.status_code == 200
    assert refused.json()["detail"][0]["loc"] == ["body", "patience"]


def test_a_new_operation_answers_with_its_example(changed, serve):
    changed["paths"]["/v5/things/{thing-id}"] = {
        "parameters": [{"name": "thing-id", "in": "path", "required": True, "schema": {"type": "integer"}}],
        "get": {
            "operationId": "get_thing",
            "responses": {
                "200": {"description": "It.", "content": {"application/json": {"example": {"name": "x"}}}}
            },
        },
    }
    _, client = serve(changed)

    assert client.get("/v5/things/5").json() == {"name": "x"}
    assert client.get("/v5/things/five").json()["detail"][0]["loc"] == ["path", "thing-id"]


def test_a_new_operation_without_an_example_answers_with_a_value_of_its_schema(changed, serve, validate):
    schema = {"$ref": "#/components/schemas/ChatCompletion"}
    changed["paths"]["/v5/things"] = {
        "post": {
            "operationId": "make_thing",
            "security": [],
            "responses": {
                "201": {
                    "description": "It.",
                    "content": {"application/json": {"schema": schema}},
                }
            },
        }
    }
    _, client = serve(changed)

    response = client.post("/v5/things", headers={"x-api-key": ""})

    assert response.status_code == 201
    validate("ChatCompletion", response.json())


def test_a_new_streaming_operation_streams_its_examples(changed, serve):
    changed["paths"]["/v5/ticks"] = {
        "get": {
            "operationId": "watch_ticks",
            "responses": {
                "200": {
                    "description": "Ticks.",
                    "content": {
                        "text/event-stream": {
                            "schema": {"type": "object"},
                            "examples": {"one": {"value": {"n": 1}}, "two": {"value": {"n": 2}}},
                        }
                    },
                }
            },
        }
    }
    _, client = serve(changed)

    response = client.get("/v5/ticks")

    assert response.text == 'data: {"n":1}\n\ndata: {"n":2}\n\ndata: [DONE]\n\n'


def test_an_operation_without_content_answers_without_a_body(changed, serve):
    changed["paths"]["/v5/things"] = {"delete": {"responses": {"204": {"description": "Gone."}}}}
    _, client = serve(changed)

    response = client.delete("/v5/things")

    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(
    ("scheme", "header"),
    [
        ({"type": "http", "scheme": "bearer"}, "authorization"),
        ({"type": "apiKey", "in": "header", "name": "x-other-key"}, "x-other-key"),
    ],
    ids=["bearer", "another_header"],
)
def test_another_security_scheme_asks_for_its_own_header(changed, serve, ask, scheme, header):
    changed["components"]["securitySchemes"]["ApiKeyAuth"] = scheme
    _, client = serve(changed)

    without = client.post("/v5/chat/completions", json=ask())
    with_it = client.post("/v5/chat/completions", json=ask(), headers={header: "k"})

    assert without.status_code == 401
    assert with_it.status_code == 200


def test_a_required_header_is_asked_for(changed, serve, ask):
    changed["components"]["parameters"]["SelectedAccountId"]["required"] = True
    _, client = serve(changed)

    response = client.post("/v5/chat/completions", json=ask())

    assert response.json()["detail"] == [
        {"loc": ["header", "x-selected-account-id"], "msg": "Field required", "type": "missing"}
    ]


def test_a_document_is_read_from_a_file(tmp_path, serve):
    path = tmp_path / "openapi.yaml"
    path.write_text(
        """
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /when:
    get:
      responses:
        "200":
          description: A date is text on the wire.
          content: {application/json: {example: {on: 2025-01-31}}}
"""
    )
    _, client = serve(path)

    assert client.get("/when").json() == {"on": "2025-01-31"}
