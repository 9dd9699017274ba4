"""An operation as its template sees it."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen
from openapi_python_client.parser.bodies import BodyType
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.strings import pascal_case

from tools.compiler import answers, bodies
from tools.compiler.alternatives import Models
from tools.compiler.annotations import classes, union
from tools.compiler.answers import Answer, Decoded
from tools.compiler.bodies import BodyView
from tools.compiler.dictionaries import Dictionaries, Key
from tools.compiler.fields import parsers
from tools.compiler.literals import literal
from tools.compiler.media import EVENT_STATUS
from tools.compiler.parameters import Parameter, parameters, url
from tools.compiler.places import Place
from tools.compiler.switch import STREAM_SWITCH


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
    taken = parameters(endpoint, place, document, dictionaries)
    responses = [r for r in endpoint.responses if r.status_code.range != (EVENT_STATUS, EVENT_STATUS)]
    events = [r for r in endpoint.responses if r.status_code.range == (EVENT_STATUS, EVENT_STATUS)]
    event = answers.decoded(events[0], models) if events else None
    success = next((r for r in responses if answers.is_success(r) and answers.kind(r) == "json"), None)
    annotations = [answers.answer_annotation(response) for response in responses]
    asked_models, asked_enums = classes(*asked)
    answered = classes(*(response.prop for response in endpoint.responses))
    call = Call(
        name=endpoint.name,
        method=place.method.upper(),
        path=place.path,
        url=url(place, taken),
        parameters=taken,
        bodies=tuple(bodies.view(body) for body in endpoint.bodies),
        body_annotation=bodies.body_annotation(endpoint.bodies, dictionaries),
        body_required=all(body.prop.required for body in endpoint.bodies),
        content_type_choice=bodies.content_type_choice(endpoint.bodies),
        result=answers.decoded(success, models) if success else None,
        result_model=answers.model_name(success),
        keywords=(),
        event=event,
        body_switch=bodies.body_switch(endpoint.bodies, models) if event else "",
        answers=tuple(
            answers.view(response, response is success, models, number)
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
