"""An operation as its template sees it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve, frozen
from openapi_python_client.parser.bodies import Body, BodyType
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.responses import Response
from openapi_python_client.strings import pascal_case

from tools.compiler.alternatives import Models, fields, flatten
from tools.compiler.annotations import annotation, classes, union
from tools.compiler.decoding import decode
from tools.compiler.dictionaries import Dictionaries, Key
from tools.compiler.errors import CompileError
from tools.compiler.fields import parsers
from tools.compiler.literals import literal, text
from tools.compiler.media import EVENT_STATUS, is_json, media_type, resolve
from tools.compiler.pointer import join

STREAM_SWITCH = "stream"
_STYLES = {
    "path": {"simple"},
    "query": {"form", "deepObject", "spaceDelimited", "pipeDelimited"},
    "header": {"simple"},
    "cookie": {"form"},
}


@frozen
class Parameter:
    """A parameter. `key` and `expression`, its value on the wire, are code."""

    name: str
    python_name: str
    location: str
    annotation: str
    required: bool
    nullable: bool
    key: str
    expression: str
    description: str
    is_switch: bool

    @property
    def guard(self) -> str:
        """The condition under which it is sent; empty if always."""
        absent = [] if self.required else [f"not isinstance({self.python_name}, Unset)"]
        return " and ".join([*absent, *([f"{self.python_name} is not None"] if self.nullable else [])])


@frozen
class BodyView:
    """A body by its media type, and the statements that put it into a request."""

    content_type: str
    statements: str


@frozen
class Decoded:
    """The type of a JSON document, and the expression that makes it of `data`."""

    annotation: str
    expression: str


@frozen
class Answer:
    """The answer for some statuses. No condition: all others."""

    condition: str
    statements: str


@frozen
class Place:
    """Where an operation is in the document."""

    path: str
    method: str
    item: Mapping[str, Any]
    operation: Mapping[str, Any]

    @property
    def pointer(self) -> str:
        """Its JSON Pointer."""
        return join("", "paths", self.path, self.method)


@frozen
class Call:
    """An operation: how it is asked and what it answers. All strings but documentation are code."""

    name: str
    method: str
    path: str
    url: str
    parameters: tuple[Parameter, ...]
    bodies: tuple[BodyView, ...]
    body_annotation: str
    body_required: bool
    content_type_choice: str
    result: Decoded | None
    result_model: str
    """The model of the result; empty where it is none."""
    keywords: tuple[str, ...]
    """The keys of the typed dictionary of the operation's keywords."""
    event: Decoded | None
    body_switch: str
    answers: tuple[Answer, ...]
    annotation: str
    answer_models: tuple[str, ...]
    request_classes: tuple[str, ...]
    params: tuple[str, ...]
    about: str

    @property
    def path_parameters(self) -> list[Parameter]:
        """In the order of the path."""
        return self._at("path")

    @property
    def query_parameters(self) -> list[Parameter]:
        """In the order of the document, and so are the others."""
        return self._at("query")

    @property
    def header_parameters(self) -> list[Parameter]:
        """Those that are headers."""
        return self._at("header")

    @property
    def cookie_parameters(self) -> list[Parameter]:
        """Those that are cookies."""
        return self._at("cookie")

    @property
    def query_switch(self) -> str:
        """The query parameter that asks for a stream, if there is one."""
        return next((p.python_name for p in self.parameters if p.is_switch), "") if self.event else ""

    def keyword_parameters(self, switch: bool) -> list[Parameter]:
        """All but those of the path; without the one that asks for a stream unless `switch`."""
        rest = [p for p in self.parameters if p.location != "path"]
        return sorted((p for p in rest if switch or not p.is_switch), key=lambda p: not p.required)

    @property
    def content_types(self) -> str:
        """The type of the media types of the body."""
        return f"Literal[{', '.join(literal(body.content_type) for body in self.bodies)}]"

    @property
    def parsers(self) -> tuple[str, ...]:
        """What it decodes dates with."""
        decoded = [part.expression for part in (self.result, self.event) if part]
        return parsers(*decoded, *(answer.statements for answer in self.answers))

    def documentation(self, gives: str) -> str:
        """What the operation does, what it takes, and what a function `gives`."""
        described = [p for p in self.parameters if p.description]
        listed = "\n".join(f"    {p.python_name}: {' '.join(p.description.split())}" for p in described)
        arguments = f"Args:\n{listed}" if described else ""
        return "\n\n".join(filter(None, (self.about, arguments, f"Returns:\n    {gives}")))

    def _at(self, location: str) -> list[Parameter]:
        return [p for p in self.parameters if p.location == location]


def view(
    endpoint: Endpoint, place: Place, document: Mapping[str, Any], models: Models, dictionaries: Dictionaries
) -> Call:
    """What the template of `endpoint` needs. Names the dictionaries of its bodies."""
    asked = [prop for _, prop in endpoint.iter_all_parameters()] + [body.prop for body in endpoint.bodies]
    dictionaries.reach(*asked)
    parameters = _parameters(endpoint, place, document, dictionaries)
    responses = [r for r in endpoint.responses if r.status_code.range != (EVENT_STATUS, EVENT_STATUS)]
    events = [r for r in endpoint.responses if r.status_code.range == (EVENT_STATUS, EVENT_STATUS)]
    event = _decoded(events[0], models) if events else None
    success = next((r for r in responses if _is_success(r) and _kind(r) == "json"), None)
    annotations = [_annotation(response) for response in responses]
    asked_models, asked_enums = classes(*asked)
    answered = classes(*(response.prop for response in endpoint.responses))
    call = Call(
        name=endpoint.name,
        method=place.method.upper(),
        path=place.path,
        url=_url(place, parameters),
        parameters=parameters,
        bodies=tuple(_body(body) for body in endpoint.bodies),
        body_annotation=_body_annotation(endpoint.bodies, dictionaries),
        body_required=all(body.prop.required for body in endpoint.bodies),
        content_type_choice=_content_type_choice(endpoint.bodies),
        result=_decoded(success, models) if success else None,
        result_model=_model_name(success),
        keywords=(),
        event=event,
        body_switch=_body_switch(endpoint.bodies, models) if event else "",
        answers=tuple(
            _answer(response, response is success, models, number)
            for number, response in enumerate(responses, 1)
        ),
        annotation="Any" if "Any" in annotations or not annotations else union(annotations),
        answer_models=tuple(sorted(answered[0])),
        request_classes=tuple(sorted({**asked_models, **asked_enums, **answered[1]})),
        params=tuple(sorted(dictionaries.within(*asked))),
        about=_about(place.operation),
    )
    keywords = _keywords(call, endpoint, models, dictionaries)
    dictionaries.add_keywords(
        f"{pascal_case(endpoint.name)}Keywords", f"The keywords of `{endpoint.name}`.", keywords
    )
    return evolve(call, keywords=tuple(key.key for key in keywords))


def _about(operation: Mapping[str, Any]) -> str:
    parts = [str(operation.get(key) or "").strip() for key in ("summary", "description")]
    if parts[0] and parts[0][-1] not in ".!?":
        parts[0] += "."
    return "\n\n".join(filter(None, [*parts, "Deprecated." if operation.get("deprecated") is True else ""]))


def _parameters(
    endpoint: Endpoint, place: Place, document: Mapping[str, Any], dictionaries: Dictionaries
) -> tuple[Parameter, ...]:
    written: dict[tuple[str, str], Mapping[str, Any]] = {}
    for entry in [*place.item.get("parameters", ()), *place.operation.get("parameters", ())]:
        parameter = resolve(document, entry)
        written[parameter["in"], parameter["name"]] = parameter
    return tuple(
        _parameter(
            prop, str(location.value), written[str(location.value), text(prop.name)], place, dictionaries
        )
        for location, prop in endpoint.iter_all_parameters()
    )


def _parameter(
    prop: Property, location: str, written: Mapping[str, Any], place: Place, dictionaries: Dictionaries
) -> Parameter:
    style = written.get("style") or ("form" if location in ("query", "cookie") else "simple")
    if style not in _STYLES[location]:
        raise CompileError(
            f"the style {style} of the {location} parameter {text(prop.name)} is not supported",
            pointer=place.pointer,
        )
    explode = written.get("explode", style == "form") is True
    return Parameter(
        name=text(prop.name),
        python_name=prop.python_name,
        location=location,
        annotation=dictionaries.wide(prop),
        required=prop.required,
        nullable=any(isinstance(member, NoneProperty) for member in flatten(prop)),
        key=literal(text(prop.name)),
        expression=_on_the_wire(prop, location, style, explode=explode, as_json="content" in written),
        description=str(written.get("description") or ""),
        is_switch=location == "query" and text(prop.name) == STREAM_SWITCH and _is_boolean(prop),
    )


def _on_the_wire(prop: Property, location: str, style: str, *, explode: bool, as_json: bool) -> str:
    name, value = literal(text(prop.name)), str(prop.python_name)
    if location == "query":
        if as_json:
            return f"_wire.query({name}, {value}, style='json')"
        styled = f", style={literal(style)}" if style != "form" else ""
        return f"_wire.query({name}, {value}{styled}{'' if explode else ', explode=False'})"
    if as_json:
        text_of = f"_wire.json_text({value})"
        return f"_wire.path({text_of})" if location == "path" else text_of
    if location == "cookie":
        return value
    return f"_wire.{'path' if location == 'path' else 'simple'}({value}{', explode=True' if explode else ''})"


def _url(place: Place, parameters: Sequence[Parameter]) -> str:
    """The path as a concatenation of literals and escaped parameters."""
    by_name = {p.name: p for p in parameters if p.location == "path"}
    parts = (
        re.split("|".join(rf"(\{{{re.escape(name)}\}})" for name in by_name), place.path)
        if by_name
        else [place.path]
    )
    code = [
        by_name[part[1:-1]].expression if part[:1] == "{" and part[1:-1] in by_name else literal(part)
        for part in parts
        if part
    ]
    return " + ".join(code)


def _body(body: Body) -> BodyView:
    kind = text(body.content_type)
    header = f'_headers["Content-Type"] = {literal(kind)}'
    match body.body_type:
        case BodyType.JSON:
            put = '_kwargs["json"] = _types.encode(body)'
        case BodyType.DATA:
            put = '_kwargs["data"] = _wire.form(body)'
        case BodyType.FILES:
            # Without the header: httpx writes it with the boundary that it chose.
            return BodyView(kind, '_kwargs["files"] = _wire.multipart(body)')
        case _:
            put = '_kwargs["content"] = _wire.content(body)'
    return BodyView(kind, f"{put}\n{header}")


def _body_annotation(bodies: Sequence[Body], dictionaries: Dictionaries) -> str:
    kinds: list[str] = []
    for body in bodies:
        if body.body_type == BodyType.CONTENT:
            kinds += ["File", "bytes", "str"]
            continue
        for member in flatten(body.prop):
            if isinstance(member, ModelProperty) and (name := dictionaries.name_of(member)):
                kinds += [member.class_info.name, name]
            else:
                kinds.append("File" if isinstance(member, FileProperty) else dictionaries.wide(member))
    return union(kinds)


def _content_type_choice(bodies: Sequence[Body]) -> str:
    """The media type for a body of a class that only one of them has, else the first."""
    if not bodies:
        return ""
    seen = {str(bodies[0].prop.get_base_type_string().as_unembedded_code())}
    choices = []
    for body in bodies[1:]:
        kind = body.prop.get_base_type_string().as_unembedded_code()
        if body.body_type == BodyType.CONTENT:
            test = "isinstance(body, (bytes, File))"
        elif kind in seen or not isinstance(body.prop, ModelProperty):
            continue
        else:
            test = f"type(body).__name__ == {literal(kind)}"
        seen.add(kind)
        choices.append(f"{literal(text(body.content_type))} if {test}")
    return " else ".join([*choices, literal(text(bodies[0].content_type))])


def _body_switch(bodies: Sequence[Body], models: Models) -> str:
    for body in bodies:
        for member in flatten(body.prop):
            if body.body_type == BodyType.JSON and isinstance(member, ModelProperty):
                for prop in fields(models[member.class_info.name]):
                    if text(prop.name) == STREAM_SWITCH and _is_boolean(prop):
                        return literal(STREAM_SWITCH)
    return ""


def _is_boolean(prop: Property) -> bool:
    return any(isinstance(member, BooleanProperty) for member in flatten(prop))


def _is_success(response: Response) -> bool:
    return response.status_code.range is not None and response.status_code.range[0] // 100 == 2


def _kind(response: Response) -> str:
    """What an answer is read as: json, text, bytes or none."""
    if response.source["return_type"] == "None":
        return "none"
    content = getattr(response.data, "content", None) or {}
    first = text(next(iter(content), ""))
    if is_json(first) or response.source["return_type"] == "Any":
        return "json"
    return "text" if media_type(first).startswith("text/") else "bytes"


def _annotation(response: Response) -> str:
    return {"none": "None", "text": "str", "bytes": "bytes"}.get(_kind(response)) or annotation(response.prop)


def _decoded(response: Response, models: Models) -> Decoded:
    return Decoded(annotation(response.prop), decode(response.prop, "data", models))


def _answer(response: Response, is_result: bool, models: Models, number: int) -> Answer:
    match _kind(response):
        case "none":
            statements = "return None"
        case "text":
            statements = "return response.text"
        case "bytes":
            statements = "return response.content"
        case _ if is_result:
            statements = "return parse(response.json())"
        case _:
            source, kind = f"_data_{number}", annotation(response.prop)
            statements = (
                f"{source}: Any = response.json()\n"
                f"_parsed_{number}: {kind} = {decode(response.prop, source, models)}\n"
                f"return _parsed_{number}"
            )
    span = response.status_code.range
    if span is None:
        return Answer("", statements)
    low, high = span
    status = "response.status_code"
    return Answer(f"{status} == {low}" if low == high else f"{low} <= {status} <= {high}", statements)


def _keywords(call: Call, endpoint: Endpoint, models: Models, dictionaries: Dictionaries) -> list[Key]:
    """The fields of the object that is the JSON body, or the query parameters where there is no body."""
    json_models = [
        member
        for body in endpoint.bodies
        for member in [body.prop]
        if body.body_type == BodyType.JSON and isinstance(member, ModelProperty)
    ]
    if json_models:
        without = STREAM_SWITCH if call.body_switch else ""
        return list(dictionaries.keys(models[json_models[0].class_info.name], without=without))
    if endpoint.bodies:
        return []
    described = {p.python_name: p.description for p in call.query_parameters}
    return [
        dictionaries.key(prop, prop.python_name, described[prop.python_name])
        for prop in endpoint.query_parameters
    ]


def _model_name(success: Response | None) -> str:
    prop = success.prop if success else None
    return str(prop.class_info.name) if isinstance(prop, ModelProperty) else ""
