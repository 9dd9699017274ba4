"""The answers of an operation, and how each is decoded."""

from attrs import frozen
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.responses import Response

from tools.compiler.alternatives import Models
from tools.compiler.annotations import annotation
from tools.compiler.decoding import decode
from tools.compiler.literals import text
from tools.compiler.media import is_json, media_type


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


def is_success(response: Response) -> bool:
    """Whether it is the answer of a call that went well."""
    return response.status_code.range is not None and response.status_code.range[0] // 100 == 2


def kind(response: Response) -> str:
    """What an answer is read as: json, text, bytes or none."""
    if response.source["return_type"] == "None":
        return "none"
    content = getattr(response.data, "content", None) or {}
    first = text(next(iter(content), ""))
    if is_json(first) or response.source["return_type"] == "Any":
        return "json"
    return "text" if media_type(first).startswith("text/") else "bytes"


def answer_annotation(response: Response) -> str:
    """The type that a caller gets."""
    return {"none": "None", "text": "str", "bytes": "bytes"}.get(kind(response)) or annotation(response.prop)


def decoded(response: Response, models: Models) -> Decoded:
    """The JSON of an answer, or of an event."""
    return Decoded(annotation(response.prop), decode(response.prop, "data", models))


def view(response: Response, is_result: bool, models: Models, number: int) -> Answer:
    """The answer as its template sees it; `number` tells its variables from those of the others."""
    match kind(response):
        case "none":
            statements = "return None"
        case "text":
            statements = "return response.text"
        case "bytes":
            statements = "return response.content"
        case _ if is_result:
            statements = "return parse(response.json())"
        case _:
            source, declared = f"_data_{number}", annotation(response.prop)
            statements = (
                f"{source}: Any = response.json()\n"
                f"_parsed_{number}: {declared} = {decode(response.prop, source, models)}\n"
                f"return _parsed_{number}"
            )
    span = response.status_code.range
    if span is None:
        return Answer("", statements)
    low, high = span
    status = "response.status_code"
    return Answer(f"{status} == {low}" if low == high else f"{low} <= {status} <= {high}", statements)


def model_name(success: Response | None) -> str:
    """The model of an answer; empty where it is none."""
    prop = success.prop if success else None
    return str(prop.class_info.name) if isinstance(prop, ModelProperty) else ""
