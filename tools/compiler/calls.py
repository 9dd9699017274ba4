"""An operation as its template sees it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.bodies import BodyType
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.responses import Response
from openapi_python_client.strings import pascal_case

from tools.compiler import bodies, responses
from tools.compiler.annotations import classes, union
from tools.compiler.bodies import BodyView
from tools.compiler.dictionaries import Dictionaries, Key
from tools.compiler.fields import decoders
from tools.compiler.kinds import Model, Models
from tools.compiler.literals import literal, text
from tools.compiler.media import EVENT_STATUS, LINE_STATUS, STREAM_SWITCH
from tools.compiler.parameters import Parameter, parameters, url
from tools.compiler.responses import Decoded, ResponseView
from tools.compiler.walk import Operation, operations, tag_name


@frozen
class Call:
    """An operation: how it is asked and what it answers. All strings but documentation are code."""

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
    keywords: tuple[Key, ...]
    """The keys of the typed dictionary of the operation's keywords."""
    event: Decoded | None
    line: Decoded | None
    body_switch: str
    answers: tuple[ResponseView, ...]
    annotation: str
    answer_models: tuple[str, ...]
    request_classes: tuple[str, ...]
    params: tuple[str, ...]
    about: str
    security: str
    """The ways to call it, as code."""
    anonymous: bool
    """Whether it can be called without credentials."""
    server: str
    """The URL of its own server; empty where it goes where the client's base URL says."""

    def parameters_in(self, location: str) -> list[Parameter]:
        """Return those of the path, the query, the headers or the cookies, in the document's order."""
        return [p for p in self.parameters if p.location == location]

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
    def decoders(self) -> Mapping[str, Sequence[str]]:
        """The functions that it decodes with, by their module."""
        decoded = [part.expression for part in (self.result, self.event, self.line) if part]
        return decoders(*decoded, *(answer.statements for answer in self.answers))

    def documentation(self, gives: str) -> str:
        """Return what the operation does, what it takes, and what a function `gives`."""
        described = [p for p in self.parameters if p.description]
        listed = "\n".join(f"    {p.python_name}: {' '.join(p.description.split())}" for p in described)
        arguments = f"Args:\n{listed}" if described else ""
        return "\n\n".join(filter(None, (self.about, arguments, f"Returns:\n    {gives}")))


def places(data: GeneratorData, document: Mapping[str, Any]) -> Iterator[tuple[Endpoint, Operation]]:
    """Yield each operation of the generator with its place in the document.

    The generator keeps neither the path as written nor the styles of parameters; but it keeps the order.
    """
    queues = {str(tag): iter(found.endpoints) for tag, found in data.endpoint_collections_by_tag.items()}
    for operation in operations(document):
        yield next(queues[tag_name(operation.node)]), operation


def view(endpoint: Endpoint, place: Operation, models: Models, dictionaries: Dictionaries) -> Call:
    """Return what the template of `endpoint` needs. Names the dictionaries of its bodies and keywords."""
    dictionaries.reach(*endpoint.list_all_parameters())
    taken = parameters(endpoint, place.node, dictionaries)
    streams = {r.status_code.pattern: responses.decoded(r, models) for r in endpoint.responses if _is_part(r)}
    event, line = streams.get(str(EVENT_STATUS)), streams.get(str(LINE_STATUS))
    answers = [r for r in endpoint.responses if not _is_part(r)]
    read_as = [responses.kinds(response, place.node) for response in answers]
    pairs = list(zip(answers, read_as, strict=True))
    success = next((r for r, forms in pairs if responses.is_success(r) and "json" in forms), None)
    views = tuple(
        responses.view(response, forms, line, parse=response is success, models=models, number=number)
        for number, (response, forms) in enumerate(pairs, 1)
    )
    annotations = [view.annotation for view in views]
    body_annotation = bodies.body_annotation(endpoint.bodies, dictionaries)
    types = [*annotations, *(parameter.annotation for parameter in taken), body_annotation]
    types += [part.annotation for part in (event, line) if part]
    security = place.node.get("security")
    content = place.node.get("requestBody", {}).get("content", {})
    body_switch = bodies.body_switch(endpoint.bodies, models) if event else ""
    keywords = tuple(_keywords(endpoint, taken, body_switch, models, dictionaries))
    about = f"The keywords of `{endpoint.name}`."
    dictionaries.add_keywords(f"{pascal_case(endpoint.name)}Keywords", about, keywords)
    return Call(
        method=place.method.upper(),
        path=place.path,
        url=url(place.path, taken),
        parameters=taken,
        bodies=tuple(bodies.view(body, content[text(body.content_type)]) for body in endpoint.bodies),
        body_annotation=body_annotation,
        body_required=all(body.prop.required for body in endpoint.bodies),
        content_type_choice=bodies.content_type_choice(endpoint.bodies),
        result=responses.decoded(success, models) if success else None,
        result_model=str(success.prop.class_info.name) if success and isinstance(success.prop, Model) else "",
        keywords=keywords,
        event=event,
        line=line,
        body_switch=body_switch,
        answers=views,
        annotation="Any" if "Any" in annotations or not annotations else union(annotations),
        answer_models=tuple(sorted(classes(*(response.prop for response in endpoint.responses))[0])),
        request_classes=dictionaries.classes_in(*types),
        params=dictionaries.names_in(*types),
        about=_about(place.node),
        security=repr(None if security is None else tuple(tuple(way) for way in security)),
        anonymous=not security or {} in security,
        server=str(place.node.get("x-server", "")),
    )


def _is_part(response: Response) -> bool:
    """Whether it is what a stream consists of, under a status that HTTP does not have."""
    return response.status_code.pattern in (str(EVENT_STATUS), str(LINE_STATUS))


def _about(operation: Mapping[str, Any]) -> str:
    parts = [str(operation.get(key) or "").strip() for key in ("summary", "description")]
    if parts[0] and parts[0][-1] not in ".!?":
        parts[0] += "."
    return "\n\n".join(filter(None, [*parts, "Deprecated." if operation.get("deprecated") is True else ""]))


def _keywords(
    endpoint: Endpoint,
    taken: Sequence[Parameter],
    switch: str,
    models: Models,
    dictionaries: Dictionaries,
) -> Iterator[Key]:
    """Yield the fields of the object that is the JSON body; without a body, the query parameters."""
    for body in endpoint.bodies:
        if body.body_type == BodyType.JSON and isinstance(body.prop, Model):
            model = models[body.prop.class_info.name]
            yield from dictionaries.keys(model, without=STREAM_SWITCH if switch else "")
            return
    described = {p.python_name: p.description for p in taken if p.location == "query" and not endpoint.bodies}
    for prop in endpoint.query_parameters:
        if prop.python_name in described:
            yield dictionaries.key(prop, prop.python_name, described[prop.python_name])
