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
    """Return the media type for a body of a class that only one of them has, else the first that takes it."""
    if not taken:
        return ""
    as_is = [body for body in taken if body.word == "content"]
    written = [body for body in taken if body.word != "content"]
    first, *others = written or as_is
    of_classes: dict[str, str] = {}
    for body in others:
        of_classes.setdefault(body.model, body.content_type)
    choices = [
        f"{literal(content_type)} if type(body).__name__ == {literal(model)}"
        for model, content_type in of_classes.items()
        if model not in ("", first.model)
    ]
    for kind, test in (("model", "isinstance(body, dict)"), ("array", "isinstance(body, (list, tuple))")):
        holding = [body for body in written if any(each.name in (kind, "any") for each in body.type)]
        if holding and holding[0] is not first:
            choices.append(f"{literal(holding[0].content_type)} if {test}")
    if written and as_is:
        text = "str, " if taken[0] is as_is[0] or _only_objects_and_arrays(written) else ""
        choices.append(f"{literal(as_is[0].content_type)} if isinstance(body, ({text}bytes, File))")
    return " else ".join([*choices, literal(first.content_type)])


def _only_objects_and_arrays(written: Sequence[Body]) -> bool:
    """Whether text can be nothing but the content of a body that is sent as it is."""
    return all(kind.name in ("model", "array") for body in written for kind in body.type)


def body_switch(taken: Sequence[Body], models: Models) -> str:
    """Return the key that asks for a stream in a JSON body, as code; empty if there is none."""
    sent = [kind for body in taken if body.word == "json" for kind in body.type if kind.name == "model"]
    fields = [field for kind in sent for field in models[kind.value].fields]
    return literal(STREAM_SWITCH) if any(is_switch(each.name, each.type) for each in fields) else ""
