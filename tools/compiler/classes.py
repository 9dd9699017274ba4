"""The types and the classes of the package, read from a desugared document."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData

from tools.compiler import names
from tools.compiler.desugar.forms import Schema, constants, is_class, is_object, members, target_of
from tools.compiler.kinds import TYPED_FORMATS, Kind, Type, annotation, distinct, every, model_of, or_none
from tools.compiler.literals import literal
from tools.compiler.media import body_word
from tools.compiler.walk import operations


@frozen
class Field:
    """A field of a model; `name` is what it is called in JSON."""

    name: str
    python_name: str
    type: Type
    required: bool
    read_only: bool
    """Whether only the service sets it, so that nobody has to give it."""
    description: str
    values: tuple[str | int, ...]
    """The values that a constant or an enum allows; none for any other field."""

    def declared(self, files: bool) -> str:
        """Return the annotation and the default, as code; `files` says that binary strings are files."""
        kind = annotation(self.type, files=files)
        if not self.required:
            # Absent reads as None.
            return f"{or_none(kind)} = ABSENT"
        if self.read_only:
            return f"{kind} = ABSENT"
        is_constant = len(self.type) == 1 and self.type[0].name == "const"
        return f"{kind} = {literal(self.type[0].value)}" if is_constant else kind


@frozen
class Model:
    """The class of an object. `extras` is what keys without a field hold; None if there are none."""

    name: str
    description: str
    fields: tuple[Field, ...]
    """Required ones first."""
    extras: Type | None
    is_form: bool
    """Whether it is the body of a multipart form, so that its binary strings are files."""

    @property
    def parts(self) -> list[Type]:
        """The types of all that it holds."""
        return [*(field.type for field in self.fields), *([] if self.extras is None else [self.extras])]


Models = Mapping[str, Model]
"""The models of the package by class name."""


class Types:
    """The types of what a document's `schemas` describe."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self._kinds = {
            name: Kind("model" if is_object(schema) else "enum", name, known=_known(schema))
            for name, schema in self.schemas.items()
            if is_class(schema)
        }

    def type_of(self, schema: Schema) -> Type:
        """Return the kinds of values that a schema allows."""
        return distinct(kind for member in members(schema) for kind in self._kinds_of(member))

    def _kinds_of(self, schema: Schema) -> Type:
        if (target := target_of(schema)) is not None:
            return (self._kinds[target],) if target in self._kinds else self.type_of(self.schemas[target])
        if "anyOf" in schema:
            return self.type_of(schema)
        if "const" in schema:
            return (Kind("const", schema["const"], known=_known(schema)),)
        kind = schema.get("type", "any")
        if kind == "array":
            return (Kind("array", items=self.type_of(schema["items"])),)
        return (Kind(schema["format"] if schema.get("format") in TYPED_FORMATS else kind),)


def _known(schema: Schema) -> tuple[str, ...]:
    return tuple(sorted(json.dumps(value, ensure_ascii=False) for value in constants(schema)))


class Classes(Types):
    """The classes of a document: the `models` by their names, and the `modules` of all of them."""

    def __init__(self, document: Mapping[str, Any], data: GeneratorData, config: Config) -> None:
        super().__init__(document)
        self._prefix, overrides = config.field_prefix, config.content_type_overrides
        found = [made.class_info for made in (*data.models, *data.enums)]
        self.modules = {str(info.name): str(info.module_name) for info in found}
        nodes = [each.node for each in operations(document)]
        bodies = [node["requestBody"]["content"].items() for node in nodes if "requestBody" in node]
        responses = [each["content"].values() for node in nodes for each in node["responses"].values()]
        forms = self._whole(
            media for each in bodies for kind, media in each if body_word(kind, overrides) == "files"
        )
        answers = self._whole(media for each in responses for media in each)
        self.models: Models = {
            name: self._model(name, schema, is_form=name in forms, is_answer=name in answers)
            for name, schema in self.schemas.items()
            if is_object(schema)
        }

    def mentioned(self, kind: str, *types: Type) -> dict[str, str]:
        """Return the classes of a kind, `model` or `enum`, that types mention, with their modules."""
        return {each.value: self.modules[each.value] for each in every(*types) if each.name == kind}

    def _whole(self, media: Iterable[Mapping[str, Any]]) -> set[str]:
        """Return the models that are the whole of a body or an answer."""
        return {model_of(self.type_of(each["schema"])) for each in media}

    def _model(self, name: str, schema: Schema, *, is_form: bool, is_answer: bool) -> Model:
        properties, required = schema.get("properties", {}), schema.get("required", [])
        further = schema.get("additionalProperties", {})
        listed = sorted(properties, key=lambda key: key not in required)
        python_names = names.of_fields(listed, self._prefix, in_answer=is_answer)
        return Model(
            name=name,
            description=schema.get("description", ""),
            fields=tuple(
                Field(
                    name=key,
                    python_name=python_name,
                    type=self.type_of(properties[key]),
                    required=key in required,
                    read_only=properties[key].get("readOnly") is True,
                    description=self._description(properties[key]),
                    values=self._values(properties[key]),
                )
                for key, python_name in zip(listed, python_names, strict=True)
            ),
            extras=None if further is False else self.type_of(further),
            is_form=is_form,
        )

    def _description(self, schema: Schema) -> str:
        """Return what the document says of a field, beside its reference or else where that leads."""
        deprecated = "Deprecated." if schema.get("deprecated") is True else ""
        said = "\n\n".join(filter(None, (schema.get("description", "").strip(), deprecated)))
        target = target_of(schema)
        return said if said or target is None else self.schemas[target].get("description", "")

    def _values(self, schema: Schema) -> tuple[str | int, ...]:
        if (target := target_of(schema)) is not None:
            return self._values(self.schemas[target])
        return tuple(sorted(constants(schema), key=str))
