"""The body of an operation, and how it is put into a request."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from tools.compiler.classes import Classes, Models
from tools.compiler.dictionaries import Dictionaries
from tools.compiler.kinds import Type, model_of, union
from tools.compiler.literals import literal
from tools.compiler.media import STREAM_SWITCH, body_word
from tools.compiler.parameters import is_switch


@frozen
class Body:
    """A body by its media type. `word` is how it is written: as json, data, files or content."""

    content_type: str
    word: str
    type: Type
    styles: Mapping[str, str]
    """How properties of a form are written that the document says more of, as code."""

    @property
    def model(self) -> str:
        """The class of which every such body is; empty where there is none."""
        return model_of(self.type)

    @property
    def nullable(self) -> bool:
        """Whether it may be null."""
        return any(kind.name in ("null", "any") for kind in self.type)


def bodies(operation: Mapping[str, Any], classes: Classes, overrides: Mapping[str, str]) -> tuple[Body, ...]:
    """Return the bodies that an operation takes; `overrides` are media types to take others for."""
    content = operation.get("requestBody", {}).get("content", {})
    return tuple(
        Body(
            content_type=kind,
            word=body_word(kind, overrides),
            type=classes.type_of(media["schema"]),
            styles={name: _style(rule) for name, rule in (media.get("encoding") or {}).items()},
        )
        for kind, media in content.items()
    )


def _style(rule: Mapping[str, Any]) -> str:
    """Return the style, whether it is exploded, and the media type of a property, as code."""
    style = str(rule.get("style") or ("form" if "explode" in rule else ""))
    media = str(rule.get("contentType", "")).partition(",")[0]
    return repr((style, rule.get("explode", style == "form") is True, "" if "*" in media else media))


def body_annotation(taken: Sequence[Body], dictionaries: Dictionaries) -> str:
    """Return the type of what a caller may pass as the body."""
    types: list[str] = []
    for body in taken:
        if body.word == "content":
            types += ["File", "bytes", "str"]
            continue
        for kind in body.type:
            if name := dictionaries.name_of(kind):
                types += [kind.value, name]
            else:
                types.append("File" if kind.name == "binary" else dictionaries.wide((kind,)))
    return union(types)


def content_type_choice(taken: Sequence[Body]) -> str:
    """Return the media type for a body of a class that only one of them has, else the first."""
    if not taken:
        return ""
    first, *others = taken
    seen, choices = {first.model}, []
    for body in others:
        if body.word == "content":
            test = f"isinstance(body, ({'str, ' if _only_objects_and_arrays(taken) else ''}bytes, File))"
        elif body.model in seen or not body.model:
            continue
        else:
            test = f"type(body).__name__ == {literal(body.model)}"
        seen.add(body.model)
        choices.append(f"{literal(body.content_type)} if {test}")
    return " else ".join([*choices, literal(first.content_type)])


def _only_objects_and_arrays(taken: Sequence[Body]) -> bool:
    """Whether text can be nothing but the content of the body that is sent as it is."""
    written = [kind for body in taken if body.word != "content" for kind in body.type]
    return all(kind.name in ("model", "array") for kind in written)


def body_switch(taken: Sequence[Body], models: Models) -> str:
    """Return the key that asks for a stream in a JSON body, as code; empty if there is none."""
    sent = [kind for body in taken if body.word == "json" for kind in body.type if kind.name == "model"]
    fields = [field for kind in sent for field in models[kind.value].fields]
    return literal(STREAM_SWITCH) if any(is_switch(each.name, each.type) for each in fields) else ""
