"""Constructs of other people's documents: each compiles, and is called over a server as the document says."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from tests.compiler.conftest import CONFIG, Compiled, api_document
from tools.compiler.compilation import prepare
from tools.compiler.document import parse
from tools.compiler.errors import CompileError, Finding

Compile = Callable[..., Compiled]
TEXT = {"type": "string"}
OK = {"200": {"description": "ok"}}
JSON = "application/json"


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def operation(method: str = "get", path: str = "/x", **more: Any) -> dict[str, Any]:
    return {path: {method: {"operationId": "op", "responses": OK, **more}}}


def body(kind: str, schema: Any, **media: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema, **media}}}}


def answers(status: str = "200", **content: Any) -> dict[str, Any]:
    listed = {
        kind.replace("__", "/").replace("_", "-"): {"schema": schema} for kind, schema in content.items()
    }
    return {"responses": {status: {"description": "", "content": listed}}}


def findings(document: dict[str, Any]) -> tuple[Finding, ...]:
    with pytest.raises(CompileError) as caught:
        prepare(parse(json.dumps(document, indent=1).encode(), "openapi.json"), CONFIG)
    return caught.value.problems


def notes(document: dict[str, Any]) -> list[str]:
    prepared = prepare(parse(json.dumps(document).encode(), "openapi.json"), CONFIG)
    return [note.message for note in prepared.notes]


# Bodies


def test_a_form_is_written_in_the_styles_that_the_document_names(compiled: Compile) -> None:
    schema = {
        "type": "object",
        "properties": {"a": TEXT, "b": {"type": "array", "items": TEXT}, "c": {"type": "object"}, "d": {}},
    }
    encoding = {
        "b": {"style": "form", "explode": False},
        "c": {"style": "deepObject", "explode": True},
        "d": {"contentType": JSON},
    }
    kind = "application/x-www-form-urlencoded"
    package = compiled(paths=operation("post", **body(kind, schema, encoding=encoding)))

    request, _ = package.exchange(
        "op", body={"a": "1", "b": ["x", "y"], "c": {"d": 1, "e": [2, 3]}, "d": [True]}
    )

    pairs = [("a", "1"), ("b", "x,y"), ("c[d]", "1"), ("c[e]", "2"), ("c[e]", "3"), ("d", "[true]")]
    assert parse_qsl(request.content.decode()) == pairs


def test_the_parts_of_a_multipart_body_have_the_types_that_the_document_names(compiled: Compile) -> None:
    schema = {
        "type": "object",
        "properties": {
            "picture": {"type": "string", "format": "binary"},
            "about": TEXT,
            "tags": {"type": "array"},
        },
    }
    encoding = {
        "picture": {"contentType": "image/png, image/jpeg"},
        "about": {"contentType": "text/markdown"},
        "tags": {"contentType": JSON},
    }
    package = compiled(paths=operation("post", **body("multipart/form-data", schema, encoding=encoding)))

    request, _ = package.exchange(
        "op", body={"picture": package.types.File(b"P"), "about": "*a*", "tags": ["b", "c"]}
    )

    parts = [part.split(b"\r\n") for part in request.content.split(b"--" + boundary(request))[1:-1]]
    assert [(part[-4], part[-2]) for part in parts] == [
        (b"Content-Type: image/png", b"P"),
        (b"Content-Type: text/markdown", b"*a*"),
        (b"Content-Type: application/json", b'["b","c"]'),
    ]


def boundary(request: httpx.Request) -> bytes:
    return request.headers["content-type"].partition("boundary=")[2].encode()


@pytest.mark.parametrize("schema", [{"anyOf": [ref("M"), {"type": "null"}]}, {}])
def test_a_json_body_of_null_is_sent_as_null(compiled: Compile, schema: Any) -> None:
    package = compiled({"M": {"type": "object"}}, operation("post", **body(JSON, schema)))

    request, _ = package.exchange("op", body=None)

    assert (request.content, request.headers["content-type"]) == (b"null", JSON)


@pytest.mark.parametrize("schema", [{"contentMediaType": "image/png"}, {"format": "binary"}])
def test_a_property_that_holds_a_file_takes_files(compiled: Compile, schema: Any) -> None:
    upload = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", **schema}}}
    package = compiled({"Upload": upload}, operation("post", **body("multipart/form-data", ref("Upload"))))

    annotation = package.module("params").UploadParam.__annotations__["file"].__forward_arg__
    request, _ = package.exchange("op", body={"file": package.types.File(b"x", "a.png")})

    assert annotation == "Required[File | bytes]"
    assert package.models.Upload.__annotations__["file"] == "File"
    assert b'filename="a.png"' in request.content


# Answers


def test_a_response_is_read_by_the_media_type_that_it_comes_in(compiled: Compile) -> None:
    package = compiled(
        {"M": {"type": "object", "properties": {"url": TEXT}}},
        operation(**answers(application__json=ref("M"), image__png={}, text__csv=TEXT)),
    )

    def read(kind: str, content: bytes) -> Any:
        answer = httpx.Response(200, content=content, headers={"content-type": kind})
        return package.exchange("op", answer)[1].parsed

    assert read(JSON, b'{"url": "u"}') == package.models.M(url="u")
    assert read("image/png", b"\x89PNG") == b"\x89PNG"
    assert read("text/csv; charset=utf-8", b"a,b") == "a,b"


def test_json_lines_are_read_whole_and_line_by_line(compiled: Compile) -> None:
    line = {"type": "object", "properties": {"t": TEXT}}
    package = compiled({"Line": line}, operation("post", **answers(application__x_ndjson=ref("Line"))))
    content = '{"t": "a\u2028b"}\n\n{"t": "c"}'.encode()
    expected = [package.models.Line(t="a\u2028b"), package.models.Line(t="c")]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Bytes(content)))
    client = package.module("client").Client("http://api.test", httpx_args={"transport": transport})

    _, response = package.exchange("op", httpx.Response(200, content=content))
    streamed = list(package.operation("op").stream_lines().read(client))

    assert response.parsed == expected
    assert streamed == expected


def test_json_lines_that_are_refused_raise(compiled: Compile) -> None:
    package = compiled(paths=operation("post", **answers(application__x_ndjson={})))
    transport = httpx.MockTransport(lambda _: httpx.Response(500, content=b"no"))
    client = package.module("client").Client("http://api.test", httpx_args={"transport": transport})

    with pytest.raises(package.module("errors").UnexpectedStatus, match="500"):
        list(package.operation("op").stream_lines().read(client))


class Bytes(httpx.SyncByteStream):
    """A stream that comes byte by byte."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Any:
        return (self._content[i : i + 1] for i in range(len(self._content)))


def test_an_operation_of_3_1_may_document_no_responses(compiled: Compile) -> None:
    package = compiled(paths={"/x": {"get": {"operationId": "op"}}})

    _, response = package.exchange("op", httpx.Response(200, json={}))

    assert response.parsed is None


# Credentials and servers

SCHEMES = {
    "hdr": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "q": {"type": "apiKey", "in": "query", "name": "key"},
    "cook": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "basic": {"type": "http", "scheme": "basic"},
    "oauth": {"type": "oauth2", "flows": {}},
}


def secured(name: str, security: Any) -> dict[str, Any]:
    more = {} if security is None else {"security": security}
    return {f"/{name}": {"get": {"operationId": name, "responses": OK, **more}}}


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("hdr", {"x-key": "user:t"}),
        ("q", {"query": "key=user%3At"}),
        ("cook", {"cookie": "sid=user:t"}),
        ("basic", {"authorization": f"Basic {base64.b64encode(b'user:t').decode()}"}),
        ("oauth", {"authorization": "Bearer user:t"}),
        ("by_default", {"x-key": "user:t"}),
        ("free", {}),
    ],
)
def test_a_credential_goes_where_the_operation_wants_it(
    compiled: Compile, name: str, sent: dict[str, str]
) -> None:
    paths: dict[str, Any] = {"/by_default": {"get": {"operationId": "by_default", "responses": OK}}}
    for scheme in SCHEMES:
        paths |= secured(scheme, [{scheme: []}])
    paths |= secured("free", [])
    components = {"schemas": {}, "securitySchemes": SCHEMES}
    package = compiled(paths=paths, components=components, security=[{"hdr": []}])

    request = package.request(name, token="user:t")

    seen = {
        key: request.headers[key] for key in ("x-key", "cookie", "authorization") if key in request.headers
    }
    assert seen | ({"query": request.url.query.decode()} if request.url.query else {}) == sent


def test_several_credentials_are_given_by_the_names_of_their_schemes(compiled: Compile) -> None:
    components = {"schemas": {}, "securitySchemes": SCHEMES}
    package = compiled(paths=secured("op", [{"hdr": []}, {"q": [], "cook": []}]), components=components)

    request = package.request("op", token="t", credentials={"q": "1", "cook": "2"})

    assert (request.url.query, request.headers["cookie"], "x-key" in request.headers) == (
        b"key=1",
        "sid=2",
        False,
    )


def test_a_scheme_that_refers_to_another_is_that_one(compiled: Compile) -> None:
    schemes = {**SCHEMES, "again": {"$ref": "#/components/securitySchemes/hdr"}}
    components = {"schemas": {}, "securitySchemes": schemes}
    package = compiled(paths=secured("op", [{"again": []}]), components=components)

    request = package.request("op", token="t")

    assert request.headers["x-key"] == "t"


def test_a_scheme_that_refers_to_nothing_is_refused() -> None:
    schemes = {**SCHEMES, "again": {"$ref": "#/components/securitySchemes/hrd"}}

    (found,) = findings(api_document(components={"schemas": {}, "securitySchemes": schemes}))

    assert found.pointer == "/components/securitySchemes/again/$ref"
    assert found.remedy == "Did you mean hdr?"


def test_without_a_scheme_the_token_is_a_bearer_token(compiled: Compile) -> None:
    package = compiled(paths=operation())

    request = package.request("op", token="t")

    assert request.headers["authorization"] == "Bearer t"


def test_no_repr_of_a_client_shows_its_credentials(compiled: Compile) -> None:
    package = compiled(paths=operation())

    client = package.module("client").AuthenticatedClient("http://x", "s3cret", credentials={"q": "s3cret"})

    assert "s3cret" not in repr(client)


def test_an_operation_with_a_server_of_its_own_is_sent_there(compiled: Compile) -> None:
    servers = {"servers": [{"url": "https://up.example.test/v1"}]}
    document = api_document(paths=operation("post", **servers), servers=[{"url": "https://api.example.test"}])

    request, _ = compiled(paths=document["paths"], servers=document["servers"]).exchange("op")

    assert str(request.url) == "https://up.example.test/v1/x"
    assert notes(document) == ["op is sent to https://up.example.test/v1, whatever the base URL"]


def test_the_variables_of_a_server_have_their_defaults_and_take_other_values(compiled: Compile) -> None:
    variables = {"region": {"default": "eu", "enum": ["eu", "us"]}, "port": {"default": "8443"}}
    server = {"url": "https://{region}.example.test:{port}", "variables": variables, "x-environment": "main"}
    package = compiled(servers=[server, {"url": "/relative"}]).module("")

    assert package.SERVERS["main"] == "https://eu.example.test:8443"
    assert package.server_url("main", {"region": "us"}) == "https://us.example.test:8443"
    assert package.server_url("/relative") == "/relative"
    with pytest.raises(ValueError, match="region must be one of eu, us, not mars"):
        package.server_url("main", {"region": "mars"})
    with pytest.raises(ValueError, match="has no variable regoin"):
        package.server_url("main", {"regoin": "us"})


# The generated package by itself


def test_an_error_that_is_not_json_is_an_answer_without_content(compiled: Compile) -> None:
    package = compiled({"E": {"type": "object"}}, operation(**answers("4XX", application__json=ref("E"))))

    _, response = package.exchange("op", httpx.Response(404, html="<html>no</html>"))

    assert (response.status_code, response.parsed) == (404, None)


@pytest.mark.parametrize("status", [404, 500])
def test_raise_on_unexpected_status_fires_for_ranges_and_the_default(compiled: Compile, status: int) -> None:
    error = {"description": "", "content": {JSON: {"schema": ref("E")}}}
    responses = {**OK, "4XX": error, "default": error, "422": error}
    package = compiled({"E": {"type": "object"}}, operation(responses=responses))
    client = {"raise_on_unexpected_status": True}

    with pytest.raises(package.module("errors").UnexpectedStatus, match=str(status)):
        package.exchange("op", httpx.Response(status, json={}), client=client)

    assert package.exchange("op", httpx.Response(422, json={}), client=client)[1].parsed == package.models.E()
    assert package.exchange("op", httpx.Response(status, json={}))[1].parsed == package.models.E()


# Schemas


def test_children_are_told_apart_by_the_discriminator_of_their_parent(compiled: Compile) -> None:
    pet = {
        "type": "object",
        "required": ["petType"],
        "properties": {"petType": TEXT, "name": TEXT},
        "discriminator": {
            "propertyName": "petType",
            "mapping": {"cat": "#/components/schemas/Cat", "dog": "Dog"},
        },
    }
    cat = {"allOf": [ref("Pet"), {"type": "object", "properties": {"lives": {"type": "integer"}}}]}
    dog = {"allOf": [ref("Pet"), {"type": "object", "properties": {"bark": {"type": "boolean"}}}]}
    home = {
        "type": "object",
        "properties": {"pets": {"type": "array", "items": ref("Pet")}, "first": ref("Pet")},
    }
    models = compiled({"Pet": pet, "Cat": cat, "Dog": dog, "Home": home}).models
    document = {
        "pets": [{"petType": "cat", "lives": 9}, {"petType": "dog", "bark": True}, {"petType": "fish"}],
        "first": {"petType": "dog"},
    }

    decoded = models.Home.from_dict(document)

    assert [type(pet).__name__ for pet in [*decoded.pets, decoded.first]] == ["Cat", "Dog", "Pet", "Dog"]
    assert decoded.to_dict() == document


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"must": "x"}, "Filter"),
        ({"sqrt": 2}, "Root"),
        ({"sqrt": 2, "must": "x"}, "Root"),
        ({}, "Filter"),
        ({"other": 1}, "Filter"),
        ({"should": "x"}, "Filter"),
        (3, "int"),
    ],
)
def test_an_untagged_union_is_decided_by_the_keys_that_its_members_know(
    compiled: Compile, value: Any, kind: str
) -> None:
    filters = {"type": "object", "properties": {"must": TEXT, "should": TEXT}}
    root = {"type": "object", "required": ["sqrt"], "properties": {"sqrt": {"type": "number"}}}
    box = {"type": "object", "properties": {"v": {"anyOf": [ref("Filter"), ref("Root")]}}}
    models = compiled({"Filter": filters, "Root": root, "Box": box}).models

    decoded = models.Box.from_dict({"v": value})

    assert type(decoded.v).__name__ == kind
    assert decoded.to_dict() == {"v": value}


def test_a_document_that_two_members_fit_alike_is_kept_as_it_is(compiled: Compile) -> None:
    alike = {"type": "object", "properties": {"a": TEXT}}
    box = {"type": "object", "properties": {"v": {"anyOf": [ref("A"), ref("B")]}}}
    models = compiled({"A": alike, "B": alike, "Box": box}).models

    assert models.Box.from_dict({"v": {"a": "x"}}).v == {"a": "x"}


def test_a_required_name_that_is_nearly_a_property_is_refused() -> None:
    thing = {"type": "object", "required": ["nmae"], "properties": {"name": TEXT}}

    [finding] = findings(api_document({"Thing": thing}))

    assert finding.pointer == "/components/schemas/Thing/required/0"
    assert (finding.message, finding.remedy) == (
        "`required` of Thing has 'nmae', which is no property",
        "Did you mean name?",
    )


def test_a_required_name_that_is_no_property_at_all_is_a_note() -> None:
    thing = {"type": "object", "required": ["elsewhere"], "properties": {"name": TEXT}}

    assert notes(api_document({"Thing": thing})) == [
        "`required` of Thing has 'elsewhere', which is no property of its own"
    ]


def test_a_property_that_stands_among_keywords_is_a_note() -> None:
    seed = {
        "type": "integer",
        "verbosity": {"type": "string"},
        "meta": {"owner": "a"},
        "x-of-ours": {"type": 1},
    }

    assert notes(api_document({"Thing": {"type": "object", "properties": {"seed": seed}}})) == [
        "`verbosity` is no keyword, and is passed over; a property stands below `properties`"
    ]


@pytest.mark.parametrize(
    ("schema", "remedy"),
    [
        ({"descripton": "x"}, "Did you mean `description`?"),
        ({"minimun": 1}, "Did you mean `minimum`?"),
        ({"maxLenght": 1}, "Did you mean `maxLength`?"),
        ({"format": "int46"}, "Did you mean int64?"),
        ({"format": "date-tiem"}, "Did you mean date-time?"),
        ({"deprecated": "yes"}, "yes and no are text"),
        ({"readOnly": "true"}, "yes and no are text"),
    ],
)
def test_a_misspelt_keyword_or_value_of_a_schema_is_refused(schema: Any, remedy: str) -> None:
    [finding] = findings(api_document({"S": {"type": "string", **schema}}))

    assert finding.pointer == f"/components/schemas/S/{next(iter(schema))}"
    assert remedy in finding.remedy


@pytest.mark.parametrize("form", ["datetime", "int128", "uint32", "unix-time", "color", "uuid4", "decimal"])
def test_a_format_of_ones_own_is_taken(form: str) -> None:
    assert notes(api_document({"S": {"type": "string", "format": form}})) == []


def test_a_method_that_openapi_does_not_have_is_refused() -> None:
    [finding] = findings(api_document(paths=operation("query")))

    assert finding.pointer == "/paths/~1x/query"
    assert "`query` is not a method" in finding.message


def test_a_reference_that_leads_nowhere_says_which_one_was_meant() -> None:
    document = api_document({"Message": TEXT, "M": {"type": "object", "properties": {"a": ref("Mesage")}}})

    [finding] = findings(document)

    assert finding.remedy == "Did you mean Message?"


def test_all_that_stops_a_document_is_told_at_once_each_with_its_way_out() -> None:
    relative = {"servers": [{"url": "/other"}]}
    schemas = {
        "A": {"type": "string", "descripton": "x"},
        "B": {"oneOf": [ref("C")], "discriminator": {"propertyName": "k", "mapping": {"c": "Cc"}}},
        "C": {"type": "object", "required": ["nmae"], "properties": {"name": TEXT, "k": TEXT}},
        "D": {"allOf": [{"type": "string"}, {"type": "integer"}]},
    }
    paths = operation(**relative) | {"/y": {"get": {"operationId": "op", "responses": OK}}}

    found = findings(api_document(schemas, paths))

    assert [finding.message.partition(" ")[0] for finding in found] == [
        "`descripton`", "GET", "the", "'Cc'", "the", "`required`",
    ]  # fmt: skip
    assert all(finding.remedy and finding.pointer for finding in found)


def test_operations_of_different_tags_may_have_one_id(compiled: Compile) -> None:
    paths = operation(tags=["Models"]) | operation(path="/y", tags=["Keys"])

    package = compiled(paths=paths)

    assert package.exchange("op", tag="models")[0].url.path == "/v1/x"
    assert package.exchange("op", tag="keys")[0].url.path == "/v1/y"


def test_query_parameters_that_come_to_one_python_name_are_all_sent(compiled: Compile) -> None:
    names = ["StartTime", "StartTime<", "StartTime>"]
    parameters = [{"name": name, "in": "query", "schema": TEXT} for name in names]
    package = compiled(paths=operation(parameters=parameters))
    keywords = [name for name in package.operation("op").request_kwargs.__annotations__ if name != "return"]

    request, _ = package.exchange("op", **dict(zip(keywords, "abc", strict=True)))

    assert dict(request.url.params) == dict(zip(names, "abc", strict=True))


def test_a_recursive_reference_leads_to_its_component(compiled: Compile) -> None:
    items = {"type": "array", "items": {"anyOf": [TEXT, {"$recursiveRef": "#"}]}}
    tree = {"type": "object", "$recursiveAnchor": True, "properties": {"all": items}}
    models = compiled({"Tree": tree}).models

    decoded = models.Tree.from_dict({"all": ["x", {"all": []}]})

    assert decoded.all[1] == models.Tree(all=[])


def test_what_stands_beside_the_only_part_of_a_field_describes_the_field(compiled: Compile) -> None:
    part = {"type": "object", "description": "Of the type."}
    field = {"allOf": [ref("Part")], "description": "Of the field."}
    package = compiled({"Part": part, "Whole": {"type": "object", "properties": {"part": field}}})

    text = (package.folder / "models" / "whole.py").read_text(encoding="utf-8")

    assert "Of the field." in text
    assert "Of the type." not in text


def test_a_document_without_a_version_counts_as_0(compiled: Compile) -> None:
    info = {"title": "T"}

    assert compiled(info=info).module("").SPEC_VERSION == "0"
    assert notes(api_document(info=info)) == ["`info.version` is missing; it counts as 0"]


def test_what_only_the_service_sets_is_not_asked_of_callers(compiled: Compile) -> None:
    user = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {**TEXT, "readOnly": True}, "name": TEXT},
    }
    package = compiled({"User": user}, operation("post", **body(JSON, ref("User"))))

    request, _ = package.exchange("op", body=package.models.User(name="n"))

    assert json.loads(request.content) == {"name": "n"}
    assert package.module("params").UserParam.__annotations__["id"].__forward_arg__ == "str"
    assert package.models.User.__annotations__["id"] == "str"


@pytest.mark.parametrize(
    "written",
    [
        "type: boolean, default: 'false'",
        "type: number, default: .inf",
        "type: integer, default: .inf",
        "default: .nan",
        "type: string, enum: [a], default: b",
        "type: integer, default: 1.5",
    ],
)
def test_a_default_that_does_not_fit_is_a_note(written: str) -> None:
    text = f"""
        openapi: 3.1.0
        info: {{title: T, version: '1'}}
        components: {{schemas: {{S: {{type: object, properties: {{a: {{{written}}}}}}}}}}}
    """

    [note] = prepare(parse(text.encode(), "openapi.yaml"), CONFIG).notes

    assert "does not fit its schema" in note.message
    assert note.pointer == "/components/schemas/S/properties/a/default"


# Names


def test_an_enum_that_may_be_null_keeps_its_name(compiled: Compile) -> None:
    effort = {"type": ["string", "null"], "enum": ["low", "high", None]}
    package = compiled({"Effort": effort, "Ask": {"type": "object", "properties": {"effort": ref("Effort")}}})

    assert package.emitted.enums == ("Effort",)
    assert package.models.Ask.__annotations__["effort"] == "Effort | None"


@pytest.mark.parametrize(
    "name",
    [
        "ABSENT",
        "UNSET",
        "Client",
        "AuthenticatedClient",
        "SERVER",
        "SECURITY",
        "METHOD",
        "Response",
        "File",
        "Scheme",
    ],
)
def test_a_schema_may_have_the_name_of_something_that_the_package_uses(compiled: Compile, name: str) -> None:
    holder = {"type": "object", "properties": {"a": ref(name), "b": TEXT}}
    schemas = {name: {"type": "object", "properties": {"i": TEXT}}, "Holder": holder}
    package = compiled(
        schemas, operation("post", **body(JSON, ref("Holder")), **answers(application__json=ref(name)))
    )
    document = {"a": {"i": "x"}}

    request, response = package.exchange("op", httpx.Response(200, json={"i": "y"}), body={"a": {"i": "x"}})

    assert package.models.Holder.from_dict(document).to_dict() == document
    assert package.models.Holder(b="x").to_dict() == {"b": "x"}
    assert json.loads(request.content) == document
    assert response.parsed.to_dict() == {"i": "y"}


@pytest.mark.parametrize("name", ["Link", "Local", "RLock", "Threading"])
def test_a_model_of_a_large_package_may_have_the_name_of_a_module_that_it_uses(
    compiled: Compile, name: str
) -> None:
    schemas: dict[str, Any] = {
        f"M{i}": {"type": "object", "properties": {"n": ref(f"M{i + 1}")}} for i in range(101)
    }
    schemas |= {"M101": {"type": "object", "properties": {"l": ref(name)}}, name: {"type": "object"}}

    models = compiled(schemas).models

    assert models.M101.from_dict({"l": {"x": 1}}).to_dict() == {"l": {"x": 1}}
