"""Operations: what goes over the wire, and what is made of the answer."""

from __future__ import annotations

import asyncio
import datetime
import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

TEXT = {"type": "string"}
LEAF = {"$ref": "#/components/schemas/Leaf"}
PROBLEM = {"$ref": "#/components/schemas/Problem"}
OK = {"200": {"description": "", "content": {"application/json": {"schema": LEAF}}}}


def parameter(name: str, place: str, schema: Any, required: bool = False, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required or place == "path", "schema": schema, **more}


def operation(name: str, *parameters: Any, responses: Any = None, **more: Any) -> dict[str, Any]:
    return {"operationId": name, "parameters": list(parameters), "responses": responses or OK, **more}


def body(*types: str, required: bool = True, schema: Any = LEAF) -> dict[str, Any]:
    return {"requestBody": {"required": required, "content": {kind: {"schema": schema} for kind in types}}}


def answer(schema: Any, kind: str = "application/json") -> dict[str, Any]:
    return {"description": "", "content": {kind: {"schema": schema}}}


NUMBERS = {"type": "array", "items": {"type": "integer"}}
MOMENT = {"type": "string", "format": "date-time"}
COLOR = {"type": "string", "enum": ["red", "green"]}
SCHEMAS = {
    "Leaf": {"type": "object", "required": ["a"], "properties": {"a": TEXT, "stream": {"type": "boolean"}}},
    "Form": {"type": "object", "properties": {"b": TEXT, "n": NUMBERS, "o": {"type": "object"}}},
    "Upload": {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
            "note": TEXT,
            "count": {"type": "integer"},
            "flag": {"type": "boolean"},
            "extra": {"type": "object"},
        },
    },
    "Problem": {"type": "object", "properties": {"message": TEXT}},
    "Fallback": {"type": "object", "properties": {"code": {"type": "integer"}}},
    "Event": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
    "Filter": {"type": "object", "properties": {"from": TEXT, "tags": {"type": "array", "items": TEXT}}},
}
FILTER = {"$ref": "#/components/schemas/Filter"}
QUERY = [
    parameter("text", "query", TEXT),
    parameter("flag", "query", {"type": "boolean"}),
    parameter("numbers", "query", NUMBERS),
    parameter("csv", "query", NUMBERS, explode=False),
    parameter("piped", "query", NUMBERS, style="pipeDelimited", explode=False),
    parameter("spaced", "query", NUMBERS, style="spaceDelimited", explode=False),
    parameter("moment", "query", MOMENT),
    parameter("color", "query", COLOR),
    parameter("flat", "query", FILTER),
    parameter("deep", "query", FILTER, style="deepObject"),
    parameter("nullable", "query", {"type": ["string", "null"]}),
    {"name": "json", "in": "query", "content": {"application/json": {"schema": FILTER}}},
]
HEADERS = [
    parameter("X-Text", "header", TEXT),
    parameter("X-Flag", "header", {"type": "boolean"}),
    parameter("X-Number", "header", {"type": "integer"}),
    parameter("X-Numbers", "header", NUMBERS),
    parameter("X-Moment", "header", MOMENT),
    parameter("X-Color", "header", COLOR),
    parameter("session", "cookie", TEXT),
    parameter("limit", "cookie", {"type": "integer"}),
]
PATHS: dict[str, Any] = {
    "/query": {"get": operation("query", *QUERY)},
    "/headers": {"get": operation("headers", *HEADERS)},
    "/leaf/{leaf-id}/{when}:run/{ids}": {
        "parameters": [parameter("leaf-id", "path", TEXT)],
        "get": operation("path", parameter("when", "path", MOMENT), parameter("ids", "path", NUMBERS)),
    },
    "/quo'te\"d/back\\slash": {"get": operation("hostile_path")},
    "/names/{body}": {
        "post": operation(
            "names",
            parameter("body", "path", TEXT),
            *(
                parameter(name, "query", TEXT)
                for name in [
                    "client",
                    "url",
                    "body",
                    "params",
                    "headers",
                    "response",
                    "kwargs",
                    "json",
                    "self",
                    "type",
                    "id",
                    "from",
                ]
            ),
            parameter("id", "header", TEXT),
            parameter("request_kwargs", "query", TEXT),
            **body("application/json"),
        )
    },
    "/json": {"post": operation("json_body", **body("application/json"))},
    "/vendor": {"post": operation("vendor_body", **body("application/vnd.api+json"))},
    "/optional": {"post": operation("optional_body", **body("application/json", required=False))},
    "/form": {
        "post": operation(
            "form_body",
            **body("application/x-www-form-urlencoded", schema={"$ref": "#/components/schemas/Form"}),
        )
    },
    "/upload": {
        "post": operation(
            "upload", **body("multipart/form-data", schema={"$ref": "#/components/schemas/Upload"})
        )
    },
    "/bytes": {
        "post": operation(
            "bytes_body", **body("application/octet-stream", schema={"type": "string", "format": "binary"})
        )
    },
    "/text": {"post": operation("text_body", **body("text/plain", schema=TEXT))},
    "/several": {
        "post": operation(
            "several",
            requestBody={
                "required": True,
                "content": {
                    "application/json": {"schema": LEAF},
                    "multipart/form-data": {"schema": {"$ref": "#/components/schemas/Upload"}},
                },
            },
        )
    },
    "/same": {
        "post": operation("same_model", **body("application/json", "application/x-www-form-urlencoded"))
    },
    "/list": {
        "post": operation("list_body", **body("application/json", schema={"type": "array", "items": LEAF}))
    },
    "/statuses": {
        "get": operation(
            "statuses",
            responses={
                "201": answer({"type": "array", "items": LEAF}),
                "204": {"description": ""},
                "4XX": answer(PROBLEM),
                "404": answer(TEXT),
                "default": answer({"$ref": "#/components/schemas/Fallback"}),
            },
        )
    },
    "/undocumented": {"get": operation("undocumented")},
    "/kinds": {
        "get": operation(
            "kinds",
            responses={
                "200": {
                    "description": "",
                    "content": {"text/html": {"schema": TEXT}, "application/json": {"schema": LEAF}},
                },
                "201": answer(TEXT, "text/csv"),
                "202": answer({"type": "string", "format": "binary"}, "image/png"),
                "203": answer(LEAF, "application/problem+json"),
            },
        )
    },
    "/stream": {
        "post": operation(
            "both",
            responses={
                "200": {
                    "description": "",
                    "content": {
                        "text/event-stream": {"schema": {"$ref": "#/components/schemas/Event"}},
                        "application/json": {"schema": LEAF},
                    },
                }
            },
            **body("application/json"),
        ),
        "get": operation(
            "events_only",
            parameter("stream", "query", {"type": "boolean"}),
            parameter("q", "query", TEXT),
            responses={
                "2XX": answer(
                    {
                        "oneOf": [
                            {"$ref": "#/components/schemas/Event"},
                            {
                                "type": "object",
                                "required": ["done"],
                                "properties": {"done": {"type": "boolean"}},
                            },
                        ]
                    },
                    "text/event-stream; charset=utf-8",
                )
            },
        ),
    },
}


@pytest.fixture(scope="module")
def api(compiled: Callable[..., Any]) -> Any:
    return compiled(SCHEMAS, PATHS)


class TestParameters:
    @pytest.mark.parametrize(
        ("arguments", "query"),
        [
            ({}, ""),
            ({"text": "a b&c=d"}, "text=a+b%26c%3Dd"),
            ({"flag": True}, "flag=true"),
            ({"flag": False}, "flag=false"),
            ({"numbers": [1, 2]}, "numbers=1&numbers=2"),
            ({"numbers": iter([1, 2])}, "numbers=1&numbers=2"),
            ({"numbers": []}, ""),
            ({"csv": [1, 2]}, "csv=1%2C2"),
            ({"piped": [1, 2]}, "piped=1%7C2"),
            ({"spaced": [1, 2]}, "spaced=1+2"),
            (
                {"moment": datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)},
                "moment=2024-01-01T00%3A00%3A00%2B00%3A00",
            ),
            ({"moment": "2024-01-01T00:00:00Z"}, "moment=2024-01-01T00%3A00%3A00Z"),
            ({"color": "red"}, "color=red"),
            ({"color": "new"}, "color=new"),
            ({"flat": {"from": "x", "tags": ["a", "b"]}}, "from=x&tags=a&tags=b"),
            (
                {"deep": {"from": "x", "tags": ["a", "b"]}},
                "deep%5Bfrom%5D=x&deep%5Btags%5D=a&deep%5Btags%5D=b",
            ),
            ({"nullable": None}, ""),
            ({"json": {"from": "é"}}, "json=%7B%22from%22%3A%22%C3%A9%22%7D"),
        ],
    )
    def test_query_parameters_follow_their_style(
        self, api: Any, arguments: dict[str, Any], query: str
    ) -> None:
        request, _ = api.exchange("query", **arguments)

        assert request.url.query.decode().replace("|", "%7C") == query

    def test_a_model_may_be_a_query_parameter(self, api: Any) -> None:
        request, _ = api.exchange("query", deep=api.models.Filter(from_="x"))

        assert dict(request.url.params) == {"deep[from]": "x"}

    def test_headers_and_cookies_are_written_as_text(self, api: Any) -> None:
        request, _ = api.exchange(
            "headers",
            x_text="t",
            x_flag=False,
            x_number=0,
            x_numbers=[1, 2],
            x_moment=datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
            x_color="red",
            session="a;b",
            limit=3,
        )

        sent = {
            name: request.headers[name] for name in request.headers if name[:2] == "x-" or name == "cookie"
        }
        assert sent == {
            "x-text": "t",
            "x-flag": "false",
            "x-number": "0",
            "x-numbers": "1,2",
            "x-moment": "2024-01-01T00:00:00+00:00",
            "x-color": "red",
            "cookie": "session=a%3Bb; limit=3",
        }

    def test_parameters_that_are_not_given_are_not_sent(self, api: Any) -> None:
        request, _ = api.exchange("headers")

        assert not [name for name in request.headers if name[:2] == "x-" or name == "cookie"]

    def test_path_parameters_are_escaped_below_the_base_url(self, api: Any) -> None:
        request, _ = api.exchange("path", leaf_id="a/b?c#d é%", when="2024-01-01T00:00:00Z", ids=[1, 2])

        assert request.url.raw_path == b"/v1/leaf/a%2Fb%3Fc%23d%20%C3%A9%25/2024-01-01T00%3A00%3A00Z:run/1,2"

    @pytest.mark.parametrize("step", [".", ".."])
    def test_a_path_parameter_cannot_leave_its_segment(self, api: Any, step: str) -> None:
        request, _ = api.exchange("path", leaf_id=step, when="x", ids=[1])

        assert request.url.raw_path.startswith(b"/v1/leaf/%2E")

    def test_an_empty_path_parameter_is_refused(self, api: Any) -> None:
        with pytest.raises(ValueError, match="must not be empty"):
            api.exchange("path", leaf_id="", when="x", ids=[1])

    def test_a_path_is_text_and_never_code(self, api: Any) -> None:
        request, _ = api.exchange("hostile_path")

        assert request.url.path == "/v1/quo'te\"d/back\\slash"

    def test_parameters_by_any_name_are_all_sent(self, api: Any) -> None:
        names = [
            "client",
            "url",
            "body",
            "params",
            "headers",
            "response",
            "kwargs",
            "json",
            "self",
            "type",
            "id",
            "from",
        ]
        signature = api.operation("names").request_kwargs.__annotations__
        by_wire = dict.fromkeys(set(signature) - {"body", "body_path", "return", "id_header"}, "v")

        request, _ = api.exchange("names", body={"a": "x"}, body_path="p", id_header="h", **by_wire)

        assert request.url.path == "/v1/names/p"
        assert sorted(request.url.params) == sorted([*names, "request_kwargs"])
        assert request.headers["id"] == "h"
        assert json.loads(request.content) == {"a": "x"}


class TestBodies:
    @pytest.mark.parametrize("plain", [True, False])
    def test_a_json_body_is_a_model_or_a_plain_dictionary(self, api: Any, plain: bool) -> None:
        request, _ = api.exchange("json_body", body={"a": "x"} if plain else api.models.Leaf(a="x"))

        assert json.loads(request.content) == {"a": "x"}
        assert request.headers["content-type"] == "application/json"
        assert request.method == api.operation("json_body").METHOD == "POST"

    def test_json_of_another_name_is_sent_by_that_name(self, api: Any) -> None:
        request, _ = api.exchange("vendor_body", body={"a": "x"})

        assert json.loads(request.content) == {"a": "x"}
        assert request.headers["content-type"] == "application/vnd.api+json"

    def test_an_optional_body_may_be_left_out(self, api: Any) -> None:
        request, _ = api.exchange("optional_body")

        assert request.content == b""
        assert "content-type" not in request.headers

    def test_a_form_is_url_encoded(self, api: Any) -> None:
        request, _ = api.exchange("form_body", body=api.models.Form(b="x y", n=[1, 2], o={"k": 1}))

        assert request.content == b"b=x+y&n=1&n=2&o=%7B%22k%22%3A1%7D"
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"

    def test_files_are_sent_in_parts(self, api: Any) -> None:
        file = api.types.File(io.BytesIO(b"\x00data"), "f.bin", "application/x-thing")
        sent = api.models.Upload(file=file, files=[file, api.types.File(b"2")], note="é", count=3, flag=True)
        sent["extra"] = {"k": 1}

        request, _ = api.exchange("upload", body=sent)

        content = request.content
        assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
        assert content.count(b'name="files"') == 2
        assert (
            b'name="file"; filename="f.bin"\r\nContent-Type: application/x-thing\r\n\r\n\x00data' in content
        )
        assert b'name="note"\r\nContent-Type: text/plain\r\n\r\n\xc3\xa9\r\n' in content
        assert b'name="flag"\r\nContent-Type: text/plain\r\n\r\ntrue\r\n' in content
        assert b'name="extra"\r\nContent-Type: application/json\r\n\r\n{"k":1}\r\n' in content

    def test_bytes_and_text_are_sent_as_they_are(self, api: Any) -> None:
        from_bytes, _ = api.exchange("bytes_body", body=b"\x00")
        from_file, _ = api.exchange("bytes_body", body=api.types.File(b"\x01"))
        from_text, _ = api.exchange("text_body", body="é")

        assert (from_bytes.content, from_file.content) == (b"\x00", b"\x01")
        assert from_text.content.decode() == "é"
        assert from_text.headers["content-type"] == "text/plain"

    def test_of_several_bodies_the_class_decides(self, api: Any) -> None:
        as_json, _ = api.exchange("several", body=api.models.Leaf(a="x"))
        as_parts, _ = api.exchange("several", body=api.models.Upload(note="n"))

        assert as_json.headers["content-type"] == "application/json"
        assert as_parts.headers["content-type"].startswith("multipart/form-data")

    def test_where_the_class_cannot_decide_the_first_media_type_does_unless_one_is_named(
        self, api: Any
    ) -> None:
        first, _ = api.exchange("same_model", body={"a": "x"})
        named, _ = api.exchange(
            "same_model", body={"a": "x"}, content_type="application/x-www-form-urlencoded"
        )

        assert first.content == b'{"a":"x"}'
        assert named.content == b"a=x"
        assert named.headers["content-type"] == "application/x-www-form-urlencoded"

    def test_an_array_is_a_body(self, api: Any) -> None:
        request, _ = api.exchange("list_body", body=iter([api.models.Leaf(a="x"), {"a": "y"}]))

        assert json.loads(request.content) == [{"a": "x"}, {"a": "y"}]


class TestAnswers:
    @pytest.mark.parametrize(
        ("status", "content", "kind"),
        [
            (201, [{"a": "x"}], "list"),
            (404, "gone", "str"),
            (422, {"message": "m"}, "Problem"),
            (499, {"message": "m"}, "Problem"),
            (500, {"code": 1}, "Fallback"),
            (529, {"code": 1}, "Fallback"),
            (999, {"code": 1}, "Fallback"),
        ],
    )
    def test_each_status_has_its_own_type(self, api: Any, status: int, content: Any, kind: str) -> None:
        _, response = api.exchange("statuses", httpx.Response(status, json=content))

        assert response.status_code == status
        assert type(response.parsed).__name__ == kind

    def test_an_answer_without_content_is_none(self, api: Any) -> None:
        _, response = api.exchange("statuses", httpx.Response(204))

        assert response.parsed is None

    def test_an_undocumented_status_is_no_error_unless_asked_for(self, api: Any) -> None:
        _, response = api.exchange("undocumented", httpx.Response(520, text="?"))

        assert (response.status_code, response.parsed, response.content) == (520, None, b"?")

    def test_each_media_type_is_read_as_what_it_is_and_json_goes_first(self, api: Any) -> None:
        def parsed(status: int, **content: Any) -> Any:
            return api.exchange("kinds", httpx.Response(status, **content))[1].parsed

        assert parsed(200, json={"a": "x"}) == api.models.Leaf(a="x")
        assert parsed(201, text="a,b") == "a,b"
        assert parsed(202, content=b"\x89PNG") == b"\x89PNG"
        assert parsed(203, json={"a": "x"}) == api.models.Leaf(a="x")

    def test_parse_decodes_the_document_of_a_success(self, api: Any) -> None:
        assert api.operation("json_body").parse({"a": "x"}) == api.models.Leaf(a="x")
        assert api.operation("statuses").parse([{"a": "x"}]) == [api.models.Leaf(a="x")]
        assert api.operation("json_body").parse(["odd"]) == ["odd"]

    def test_fields_by_the_names_of_what_an_answer_remembers_are_apart(
        self, compiled: Callable[..., Any]
    ) -> None:
        names = ["request_id", "response_info", "requestId"]
        schemas = {"Leaf": {"type": "object", "properties": dict.fromkeys(names, TEXT)}}
        api = compiled(schemas, {"/x": {"get": operation("ask")}})
        document = dict.fromkeys(names, "x")

        leaf = api.operation("ask").parse(document)

        assert leaf.to_dict() == document
        assert leaf.request_id is None
        assert leaf.response_info is None

    def test_all_four_functions_give_the_same_answer(self, api: Any) -> None:
        operation = api.operation("json_body")
        transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"a": "x"}))

        def client() -> Any:
            return api.module("client").Client(
                base_url="http://api.test", httpx_args={"transport": transport}
            )

        async def asked() -> tuple[Any, Any]:
            async with client() as opened:
                detailed = await operation.asyncio_detailed(client=opened, body={"a": "x"})
                return detailed.parsed, await operation.asyncio(client=opened, body={"a": "x"})

        with client() as opened:
            answers = [
                operation.sync_detailed(client=opened, body={"a": "x"}).parsed,
                operation.sync(client=opened, body={"a": "x"}),
                *asyncio.run(asked()),
            ]

        assert answers == [api.models.Leaf(a="x")] * 4


class TestStreams:
    def test_a_streamed_operation_gives_its_request_and_the_decoder_of_its_events(self, api: Any) -> None:
        stream = api.operation("both").stream(body=api.models.Leaf(a="x"))

        request = httpx.Client(base_url="http://api.test/v1").build_request(**stream.kwargs)
        assert (request.method, request.url.path) == ("POST", "/v1/stream")
        assert request.headers["accept"] == "text/event-stream"
        assert json.loads(request.content) == {"a": "x", "stream": True}
        assert stream.parse_event({"id": 1}) == api.models.Event(id=1)
        assert api.operation("both").parse_event({"id": 1}) == api.models.Event(id=1)

    def test_the_same_operation_is_called_whole_without_the_switch(self, api: Any) -> None:
        request, response = api.exchange("both", httpx.Response(200, json={"a": "x"}), body={"a": "x"})

        assert json.loads(request.content) == {"a": "x"}
        assert response.parsed == api.models.Leaf(a="x")

    def test_a_switch_in_the_query_is_set(self, api: Any) -> None:
        stream = api.operation("events_only").stream(q="x")

        request = httpx.Client(base_url="http://api.test").build_request(**stream.kwargs)
        assert dict(request.url.params) == {"stream": "true", "q": "x"}

    def test_events_of_several_kinds_are_told_apart(self, api: Any) -> None:
        parse_event = api.operation("events_only").parse_event

        assert type(parse_event({"id": 1})).__name__ == "Event"
        assert parse_event({"done": True}).done is True
        assert parse_event({"other": True}) == {"other": True}

    def test_successes_with_streams_of_their_own_share_one_decoder(
        self, compiled: Callable[..., Any]
    ) -> None:
        events = {
            status: answer(
                {"type": "object", "required": [key], "properties": {key: TEXT}}, "text/event-stream"
            )
            for status, key in (("200", "a"), ("202", "b"))
        }
        parse_event = (
            compiled({}, {"/x": {"get": operation("x", responses=events)}}).operation("x").parse_event
        )

        assert parse_event({"a": "x"}).a == "x"
        assert parse_event({"b": "x"}).b == "x"

    def test_a_request_does_not_show_its_content_in_its_repr(self, api: Any) -> None:
        assert "secret" not in repr(api.operation("both").stream(body={"a": "secret"}))

    def test_operations_without_events_have_no_stream(self, api: Any) -> None:
        assert not hasattr(api.operation("json_body"), "stream")


class TestWhatTheGeneratorRefuses:
    def test_a_nullable_path_parameter_takes_no_null(self, compiled: Callable[..., Any]) -> None:
        item = parameter("key", "path", {"type": ["string", "null"]})
        request_kwargs = (
            compiled(SCHEMAS, {"/x/{key}": {"get": operation("x", item)}}).operation("x").request_kwargs
        )

        assert request_kwargs("a")["url"] == "/x/a"
        with pytest.raises(ValueError, match="must not be empty"):
            request_kwargs(None)

    def test_path_parameters_that_come_to_one_name_go_to_their_places(
        self, compiled: Callable[..., Any]
    ) -> None:
        items = [parameter(name, "path", TEXT) for name in ("id", "Id")]
        package = compiled(SCHEMAS, {"/x/{Id}/y/{id}": {"get": operation("x", *items)}})

        assert package.operation("x").request_kwargs("a", "b")["url"] == "/x/a/y/b"
        assert package.operation("x").request_kwargs(id="b", id_="a")["url"] == "/x/a/y/b"

    def test_an_answer_in_a_form_is_its_bytes(self, compiled: Callable[..., Any]) -> None:
        form = "application/x-www-form-urlencoded"
        package = compiled({}, {"/x": {"get": operation("x", responses={"200": answer({}, form)})}})
        sent = httpx.Response(200, content=b"a=b", headers={"content-type": form})

        assert package.exchange("x", sent)[1].parsed == b"a=b"
