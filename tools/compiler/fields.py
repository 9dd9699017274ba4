"""A model as its template sees it."""

import re
from collections.abc import Mapping, Sequence

from attrs import frozen

from tools.compiler.classes import Classes, Field, Model
from tools.compiler.from_dict import decode
from tools.compiler.kinds import annotation, or_none
from tools.compiler.literals import literal

_DECODER = re.compile(r"\b(?:parse_(?:datetime|date|uuid)|choose|untyped)\b(?=\()")


@frozen
class ModelView:
    """A model, with what its module imports and how it decodes."""

    model: Model
    is_answer: bool
    """Whether objects of it carry what came with the response."""
    extras_annotation: str
    """The subscript of the base class; quoted where it names models, which are imported below it."""
    base_enums: Mapping[str, str]
    """The enums that the base class is made with, so that they are needed at run time."""
    models: Mapping[str, str]
    enums: Mapping[str, str]
    decoded: Mapping[str, str]
    """The expressions that decode `v`, by the name of the field in JSON; none for what is as it came."""
    extras_decoded: str

    @property
    def decoders(self) -> Mapping[str, Sequence[str]]:
        """The functions that it decodes with, by their module."""
        return decoders(*self.decoded.values(), self.extras_decoded)

    def declared(self, field: Field) -> str:
        """Return the annotation of a field and its default, as code."""
        kind = annotation(field.type, files=self.model.is_form)
        if not field.required:
            # Absent reads as None.
            return f"{or_none(kind)} = ABSENT"
        if field.read_only:
            return f"{kind} = ABSENT"
        is_constant = len(field.type) == 1 and field.type[0].name == "const"
        return f"{kind} = {literal(field.type[0].value)}" if is_constant else kind

    def unseen(self, name: str) -> str:
        """Return the comment behind an import that only quoted text mentions: ruff takes it for unused."""
        quoted = self.extras_annotation[:1] in "\"'"
        return "  # noqa: F401" if quoted and re.search(rf"\b{name}\b", self.extras_annotation) else ""


def view(model: Model, classes: Classes, *, is_answer: bool) -> ModelView:
    """Return what the template of `model` needs. `is_answer`: an operation answers with it."""
    extras = () if model.extras is None else model.extras
    extras_annotation = annotation(extras) or "Any"
    base_enums = classes.mentioned("enum", extras)
    models, enums = (classes.mentioned(kind, *model.parts) for kind in ("model", "enum"))
    decoded = {field.name: decode(field.type, "v", classes.models) for field in model.fields}
    return ModelView(
        model=model,
        is_answer=is_answer,
        extras_annotation=literal(extras_annotation)
        if classes.mentioned("model", extras)
        else extras_annotation,
        base_enums=base_enums,
        models={name: module for name, module in models.items() if name != model.name},
        enums={name: module for name, module in enums.items() if name not in base_enums},
        decoded={name: expression for name, expression in decoded.items() if expression != "v"},
        extras_decoded=decode(extras, "v", classes.models),
    )


def decoders(*expressions: str) -> Mapping[str, Sequence[str]]:
    """Return the functions of the package that `expressions` call, by their module."""
    called = sorted({name for expression in expressions for name in _DECODER.findall(expression)})
    dates = [name for name in called if name.startswith("parse_")]
    by_module = {"dates": dates, "unions": [name for name in called if name not in dates]}
    return {module: names for module, names in by_module.items() if names}
