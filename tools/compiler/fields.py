"""A model as its template sees it."""

import re
from collections.abc import Mapping, Sequence

from attrs import frozen

from tools.compiler.classes import Classes, Field, Model
from tools.compiler.from_dict import decode
from tools.compiler.kinds import Type, annotation, or_none
from tools.compiler.literals import literal

# What JSONAnswer adds; a model that has such a field of its own is a JSONObject like the others.
_OF_AN_ANSWER = frozenset(("request_id", "response_info"))
_DECODER = re.compile(r"\b(?:parse_(?:datetime|date|uuid)|choose|untyped)\b(?=\()")


@frozen
class FieldView:
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
    fields: tuple[FieldView, ...]
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


def view(model: Model, classes: Classes, *, is_answer: bool = False) -> ModelView:
    """Return what the template of `model` needs. `is_answer`: an operation answers with it."""
    views = tuple(_field(model, field, classes) for field in model.fields)
    extras_annotation, extras_decoded, base_enums = "Any", "", dict[str, str]()
    if model.extras is not None:
        extras_annotation, extras_decoded = annotation(model.extras), _decoded(model.extras, classes)
        base_enums = classes.mentioned("enum", model.extras)
        if classes.mentioned("model", model.extras):
            extras_annotation = literal(extras_annotation)
    mentioned = {kind: classes.mentioned(kind, *model.parts) for kind in ("model", "enum")}
    return ModelView(
        name=model.name,
        description=model.description,
        fields=views,
        is_answer=is_answer and not _OF_AN_ANSWER & {field.python_name for field in views},
        extras_annotation=extras_annotation,
        base_enums=base_enums,
        extras_decoded=extras_decoded,
        models={name: module for name, module in mentioned["model"].items() if name != model.name},
        enums={name: module for name, module in mentioned["enum"].items() if name not in base_enums},
        decoders=decoders(*(field.decoded for field in views), extras_decoded),
    )


def decoders(*expressions: str) -> Mapping[str, Sequence[str]]:
    """Return the functions of the package that `expressions` call, by their module."""
    called = sorted({name for expression in expressions for name in _DECODER.findall(expression)})
    dates = [name for name in called if name.startswith("parse_")]
    by_module = {"dates": dates, "unions": [name for name in called if name not in dates]}
    return {module: names for module, names in by_module.items() if names}


def _decoded(allowed: Type, classes: Classes) -> str:
    """Return the expression that decodes `v`; empty where it is as it came."""
    decoded = decode(allowed, "v", classes.models)
    return "" if decoded == "v" else decoded


def _field(model: Model, field: Field, classes: Classes) -> FieldView:
    kind, default = annotation(field.type, files=model.is_form), ""
    if field.required and field.read_only:
        default = " = ABSENT"
    elif not field.required:
        # Absent reads as None.
        kind, default = or_none(kind), " = ABSENT"
    elif field.type[0].name == "const" and len(field.type) == 1:
        default = f" = {literal(field.type[0].value)}"
    return FieldView(
        python_name=field.python_name,
        key=literal(field.name),
        annotation=kind,
        default=default,
        decoded=_decoded(field.type, classes),
        renamed=field.python_name != field.name,
        description=field.description,
    )
