"""A model as its template sees it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from openapi_python_client import schema as oai
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property

from tools.compiler.annotations import annotation, annotations, classes, constant, union
from tools.compiler.from_dict import decode
from tools.compiler.literals import literal, text
from tools.compiler.unions import Models, fields

# What JSONAnswer adds; a model that has such a field of its own is a JSONObject like the others.
_OF_AN_ANSWER = frozenset(("request_id", "response_info"))
_DECODER = re.compile(r"\b(?:parse_(?:datetime|date|uuid)|choose|untyped)\b(?=\()")


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
    """The subscript of the base class; quoted where it names models, which are imported below it."""
    base_enums: Mapping[str, str]
    """The enums that the base class is made with, so that they are needed at run time."""
    extras_decoded: str
    models: Mapping[str, str]
    enums: Mapping[str, str]
    decoders: Mapping[str, Sequence[str]]

    def unseen(self, name: str) -> str:
        """Return the comment behind an import that only quoted text mentions: ruff takes it for unused."""
        quoted = self.extras_annotation[:1] in "\"'"
        return "  # noqa: F401" if quoted and re.search(rf"\b{name}\b", self.extras_annotation) else ""


def view(model: ModelProperty, models: Models, *, is_answer: bool = False) -> ModelView:
    """Return what the template of `model` needs. `is_answer`: an operation answers with it."""
    properties = fields(model)
    extras = model.additional_properties
    mentioned = [*properties, *([extras] if extras else [])]
    imported, enums = classes(*mentioned)
    quoted = bool(extras and classes(extras)[0])
    base_enums = classes(extras)[1] if extras else {}
    imported.pop(model.class_info.name, None)
    views = tuple(_field(model, prop, models) for prop in properties)
    extras_decoded = decode(extras, "v", models) if extras else "v"
    return ModelView(
        name=model.class_info.name,
        description=text(model.data.description),
        fields=views,
        is_answer=is_answer and not _OF_AN_ANSWER & {str(field.python_name) for field in views},
        extras_annotation=_extras_annotation(extras, quoted=quoted),
        base_enums=base_enums,
        extras_decoded="" if extras_decoded == "v" else extras_decoded,
        models=imported,
        enums={name: module for name, module in enums.items() if name not in base_enums},
        decoders=decoders(*(field.decoded for field in views), extras_decoded),
    )


def decoders(*expressions: str) -> Mapping[str, Sequence[str]]:
    """Return the functions of the package that `expressions` call, by their module."""
    called = {name for expression in expressions for name in _DECODER.findall(expression)}
    by_module = {
        "dates": sorted(name for name in called if name.startswith("parse_")),
        "unions": sorted(name for name in called if not name.startswith("parse_")),
    }
    return {module: names for module, names in by_module.items() if names}


def description(model: ModelProperty, prop: Property) -> str:
    """Return what the document says of a field, beside its reference or else where that leads."""
    own = _own_description(model.data, text(prop.name))
    return own or text(prop.description)


def is_read_only(model: ModelProperty, prop: Property) -> bool:
    """Whether only the service sets a field, so that nobody has to give it."""
    entry = (model.data.properties or {}).get(oai.UntrustedString(text(prop.name)))
    return isinstance(entry, oai.Schema) and entry.readOnly is True


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
    if prop.required and is_read_only(model, prop):
        default = " = ABSENT"
    elif not prop.required:
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


def _extras_annotation(extras: Property | None, *, quoted: bool) -> str:
    if extras is None:
        return "Any"
    return literal(annotation(extras)) if quoted else annotation(extras)
