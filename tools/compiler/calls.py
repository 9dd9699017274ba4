"""An operation as its template sees it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen
from openapi_python_client.config import Config
from openapi_python_client.strings import pascal_case

from tools.compiler.bodies import Body, bodies, body_annotation, body_switch, content_type_choice
from tools.compiler.classes import Classes
from tools.compiler.dictionaries import Dictionaries, Key
from tools.compiler.from_dict import decoders
from tools.compiler.kinds import union
from tools.compiler.media import STREAM_SWITCH, is_event_stream, is_lines
from tools.compiler.parameters import Parameter, parameters, url
from tools.compiler.responses import Decoded, Response, decoded, responses, stream
from tools.compiler.walk import Operation


@frozen
class Call:
    """An operation: how it is asked and what it answers. All strings but documentation are code."""

    found: Operation
    url: str
    parameters: tuple[Parameter, ...]
    bodies: tuple[Body, ...]
    body_annotation: str
    content_type_choice: str
    result: Decoded | None
    keywords: tuple[Key, ...]
    """The keys of the typed dictionary of the operation's keywords."""
    event: Decoded | None
    line: Decoded | None
    body_switch: str
    answers: tuple[Response, ...]
    success: Response | None
    """The one that `parse` decodes."""
    annotation: str
    answer_models: tuple[str, ...]
    request_classes: tuple[str, ...]
    params: tuple[str, ...]
    security: str
    """The ways to call it, as code."""
    anonymous: bool
    """Whether it can be called without credentials."""

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
    def decoders(self) -> Mapping[str, Sequence[str]]:
        """The functions that it decodes with, by their module."""
        parts = [self.result, self.event, self.line, *(each.json for each in self.answers)]
        return decoders(*(part.expression for part in parts if part))

    def documentation(self, gives: str) -> str:
        """Return what the operation does, what it takes, and what a function `gives`."""
        described = [p for p in self.parameters if p.description]
        listed = "\n".join(f"    {p.python_name}: {' '.join(p.description.split())}" for p in described)
        arguments = f"Args:\n{listed}" if described else ""
        return "\n\n".join(filter(None, (_about(self.found.node), arguments, f"Returns:\n    {gives}")))


def view(name: str, found: Operation, classes: Classes, dictionaries: Dictionaries, config: Config) -> Call:
    """Return what the template of an operation needs. Names the dictionaries of its bodies and keywords."""
    node = found.node
    taken = parameters(found, dictionaries, config.field_prefix)
    sent = bodies(node, classes, config.content_type_overrides)
    dictionaries.reach(*(body.type for body in sent))
    answers = responses(node, classes)
    event, line = stream(answers, is_event_stream, classes), stream(answers, is_lines, classes)
    success = next((each for each in answers if each.is_success and each.json), None)
    annotations = [each.annotation(line) for each in answers]
    body_type = body_annotation(sent, dictionaries)
    types = [*annotations, *(parameter.annotation for parameter in taken), body_type]
    types += [part.annotation for part in (event, line) if part]
    parts = [part for part in (event, line, *(each.json for each in answers)) if part]
    security = node.get("security")
    switch = body_switch(sent, classes.models) if event else ""
    keywords = tuple(_keywords(taken, sent, switch, dictionaries))
    dictionaries.add_keywords(f"{pascal_case(name)}Keywords", f"The keywords of `{name}`.", keywords)
    return Call(
        found=found,
        url=url(found.path, taken),
        parameters=taken,
        bodies=sent,
        body_annotation=body_type,
        content_type_choice=content_type_choice(sent),
        result=decoded(success.json.type, classes.models) if success and success.json else None,
        keywords=keywords,
        event=event,
        line=line,
        body_switch=switch,
        answers=tuple(answers),
        success=success,
        annotation="Any" if "Any" in annotations or not annotations else union(annotations),
        answer_models=tuple(sorted(classes.mentioned("model", *(part.type for part in parts)))),
        request_classes=dictionaries.classes_in(*types),
        params=dictionaries.names_in(*types),
        security=repr(None if security is None else tuple(tuple(way) for way in security)),
        anonymous=not security or {} in security,
    )


def _about(operation: Mapping[str, Any]) -> str:
    parts = [str(operation.get(key) or "").strip() for key in ("summary", "description")]
    if parts[0] and parts[0][-1] not in ".!?":
        parts[0] += "."
    return "\n\n".join(filter(None, [*parts, "Deprecated." if operation.get("deprecated") is True else ""]))


def _keywords(
    taken: Sequence[Parameter], sent: Sequence[Body], switch: str, dictionaries: Dictionaries
) -> Iterator[Key]:
    """Yield the fields of the object that is the JSON body; without a body, the query parameters."""
    if model := next((body.model for body in sent if body.word == "json" and body.model), ""):
        yield from dictionaries.keys(
            dictionaries.classes.models[model], without=STREAM_SWITCH if switch else ""
        )
    for each in taken if not sent else ():
        if each.location == "query":
            yield dictionaries.key(each.type, each.python_name, each.description, needed=each.required)
