"""A model as its template sees it."""

import re
from collections.abc import Mapping, Sequence

from attrs import frozen
from openapi_python_client import schema as oai

from tools.compiler import kinds
from tools.compiler.annotations import annotation, classes, constant, or_none
from tools.compiler.from_dict import decode
from tools.compiler.kinds import Model, Models, Property
from tools.compiler.literals import literal, text

# What JSONAnswer adds; a model that has such a field of its own is a JSONObject like the others.
_OF_AN_ANSWER = frozenset(("request_id", "response_info"))
_NOTHING = oai.Schema()
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


def view(model: Model, models: Models, *, is_answer: bool = False) -> ModelView:
    """Return what the template of `model` needs. `is_answer`: an operation answers with it."""
    imported, enums = classes(*kinds.parts(model))
    imported.pop(model.class_info.name, None)
    views = tuple(_field(model, prop, models) for prop in kinds.fields(model))
    extras = model.additional_properties
    extras_annotation, extras_decoded, base_enums = "Any", "", dict[str, str]()
    if extras is not None:
        named, base_enums = classes(extras)
        extras_annotation = literal(annotation(extras)) if named else annotation(extras)
        extras_decoded = _decoded(extras, models)
    return ModelView(
        name=model.class_info.name,
        description=text(model.data.description),
        fields=views,
        is_answer=is_answer and not _OF_AN_ANSWER & {str(field.python_name) for field in views},
        extras_annotation=extras_annotation,
        base_enums=base_enums,
        extras_decoded=extras_decoded,
        models=imported,
        enums={name: module for name, module in enums.items() if name not in base_enums},
        decoders=decoders(*(field.decoded for field in views), extras_decoded),
    )


def decoders(*expressions: str) -> Mapping[str, Sequence[str]]:
    """Return the functions of the package that `expressions` call, by their module."""
    called = sorted({name for expression in expressions for name in _DECODER.findall(expression)})
    dates = [name for name in called if name.startswith("parse_")]
    by_module = {"dates": dates, "unions": [name for name in called if name not in dates]}
    return {module: names for module, names in by_module.items() if names}


def description(model: Model, prop: Property) -> str:
    """Return what the document says of a field, beside its reference or else where that leads."""
    entry = _described(model, prop)
    deprecated = "Deprecated." if entry.deprecated else ""
    return "\n\n".join(filter(None, (text(entry.description).strip(), deprecated))) or text(prop.description)


def is_read_only(model: Model, prop: Property) -> bool:
    """Whether only the service sets a field, so that nobody has to give it."""
    return _described(model, prop).readOnly is True


def _described(model: Model, prop: Property) -> oai.Schema:
    """Return the schema of a field; of a reference, only the description that stands beside it."""
    entry = (model.data.properties or {}).get(oai.UntrustedString(text(prop.name)))
    if isinstance(entry, oai.Schema):
        return entry
    said = (entry.model_extra if entry is not None else None) or {}
    return oai.Schema(description=said["description"]) if "description" in said else _NOTHING


def _decoded(prop: Property, models: Models) -> str:
    """Return the expression that decodes `v`; empty where it is as it came."""
    decoded = decode(prop, "v", models)
    return "" if decoded == "v" else decoded


def _field(model: Model, prop: Property, models: Models) -> Field:
    kind, default = annotation(prop, files=model.is_multipart_body), ""
    if prop.required and is_read_only(model, prop):
        default = " = ABSENT"
    elif not prop.required:
        # Absent reads as None.
        kind, default = or_none(kind), " = ABSENT"
    elif isinstance(prop, kinds.Constant) and constant(prop) != "float":
        default = f" = {literal(prop.value.raw_value)}"
    return Field(
        python_name=prop.python_name,
        key=literal(text(prop.name)),
        annotation=kind,
        default=default,
        decoded=_decoded(prop, models),
        renamed=prop.python_name != text(prop.name),
        description=description(model, prop),
    )
