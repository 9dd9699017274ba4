"""A model as its template sees it."""

import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from openapi_python_client import schema as oai
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property

from tools.compiler.alternatives import Models, fields
from tools.compiler.annotations import annotation, annotations, classes, constant, union
from tools.compiler.decoding import decode
from tools.compiler.literals import literal, text

# What JSONAnswer adds; a model that has such a field of its own is a JSONObject like the others.
_OF_AN_ANSWER = frozenset(("request_id", "response_info"))
_PARSER = re.compile(r"\bparse_(?:datetime|date|uuid)\b(?=\()")


@frozen
class Field:
    """A field of a model. `key`, `default` and `decoded` are code; the last may be empty."""

    python_name: str
    key: str
    annotation: str
    default: str
    decoded: str
    renamed: bool
    """Whether it has another name in Python than in JSON."""
    description: str


@frozen
class ModelView:
    """A model: its fields, and what its module imports."""

    name: str
    description: str
    fields: tuple[Field, ...]
    is_answer: bool
    """Whether objects of it carry what came with the response."""
    extras_annotation: str
    extras_decoded: str
    models: Mapping[str, str]
    enums: Mapping[str, str]
    parsers: tuple[str, ...]


def view(model: ModelProperty, models: Models, *, is_answer: bool = False) -> ModelView:
    """What the template of `model` needs. `is_answer`: an operation answers with it."""
    properties = fields(model)
    extras = model.additional_properties
    mentioned = [*properties, *([extras] if extras else [])]
    imported, enums = classes(*mentioned)
    imported.pop(model.class_info.name, None)
    views = tuple(_field(model, prop, models) for prop in properties)
    extras_decoded = decode(extras, "v", models) if extras else "v"
    return ModelView(
        name=model.class_info.name,
        description=text(model.data.description),
        fields=views,
        is_answer=is_answer and not _OF_AN_ANSWER & {str(field.python_name) for field in views},
        extras_annotation=_extras_annotation(extras),
        extras_decoded="" if extras_decoded == "v" else extras_decoded,
        models=imported,
        enums=enums,
        parsers=parsers(*(field.decoded for field in views), extras_decoded),
    )


def parsers(*expressions: str) -> tuple[str, ...]:
    """The functions of the package's `dates` module that `expressions` call."""
    return tuple(sorted({name for expression in expressions for name in _PARSER.findall(expression)}))


def description(model: ModelProperty, prop: Property) -> str:
    """What the document says of a field: beside its reference if it is there, else where it refers to."""
    own = _own_description(model.data, text(prop.name))
    return own or text(prop.description)


def _own_description(schema: Any, name: str) -> str:
    if not isinstance(schema, oai.Schema):
        return ""
    entry = (schema.properties or {}).get(oai.UntrustedString(name))
    if isinstance(entry, oai.Schema):
        deprecated = "Deprecated." if entry.deprecated else ""
        return "\n\n".join(filter(None, (text(entry.description).strip(), deprecated)))
    if entry is not None:
        return str((entry.model_extra or {}).get("description", ""))
    return next(filter(None, (_own_description(part, name) for part in schema.allOf)), "")


def _field(model: ModelProperty, prop: Property, models: Models) -> Field:
    decoded = decode(prop, "v", models)
    kinds = annotations(prop, files=model.is_multipart_body)
    kind, default = union(kinds), ""
    if not prop.required:
        # Absent reads as None.
        kind, default = union((*kinds, "None")), " = ABSENT"
    elif isinstance(prop, ConstProperty) and constant(prop) != "float":
        default = f" = {literal(prop.value.raw_value)}"
    return Field(
        python_name=prop.python_name,
        key=literal(text(prop.name)),
        annotation=kind,
        default=default,
        decoded="" if decoded == "v" else decoded,
        renamed=prop.python_name != text(prop.name),
        description=description(model, prop),
    )


def _extras_annotation(extras: Property | None) -> str:
    """As a subscript of the base class, which is evaluated before the models below it are imported."""
    if extras is None:
        return "Any"
    kind = annotation(extras)
    return kind if kind in ("Any", "str", "int", "float", "bool") else literal(kind)
