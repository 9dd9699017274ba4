"""The body of an operation, and how it is put into a request."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from openapi_python_client.parser.bodies import Body, BodyType

from tools.compiler import kinds
from tools.compiler.annotations import union
from tools.compiler.dictionaries import Dictionaries
from tools.compiler.kinds import Model, Models
from tools.compiler.literals import literal, text
from tools.compiler.media import STREAM_SWITCH, is_switch


@frozen
class BodyView:
    """A body by its media type, and the statements that put it into a request."""

    content_type: str
    statements: str


def view(body: Body, media: Mapping[str, Any]) -> BodyView:
    """Return the body as its template sees it; `media` is what the document says of its media type."""
    kind = text(body.content_type)
    header = f'_headers["Content-Type"] = {literal(kind)}'
    styles = "".join(
        f"{literal(name)}: {_style(rule)}, " for name, rule in (media.get("encoding") or {}).items()
    )
    arguments = f"body, {{{styles}}}" if styles else "body"
    match body.body_type:
        case BodyType.JSON:
            put = '_kwargs["json"] = _types.encode(body)'
            if any(isinstance(member, kinds.Null | kinds.Any) for member in kinds.flatten(body.prop)):
                # For httpx, JSON that is None is no body.
                put = f'if body is None:\n    _kwargs["content"] = b"null"\nelse:\n    {put}'
        case BodyType.DATA:
            put = f'_kwargs["data"] = _serialization.form({arguments})'
        case BodyType.FILES:
            # Without the header: httpx writes it with the boundary that it chose.
            return BodyView(kind, f'_kwargs["files"] = _serialization.multipart({arguments})')
        case _:
            put = '_kwargs["content"] = _serialization.content(body)'
    return BodyView(kind, f"{put}\n{header}")


def _style(rule: Mapping[str, Any]) -> str:
    """Return the style, whether it is exploded, and the media type of a property, as code."""
    style = str(rule.get("style") or ("form" if "explode" in rule else ""))
    media = str(rule.get("contentType", "")).partition(",")[0]
    return repr((style, rule.get("explode", style == "form") is True, "" if "*" in media else media))


def body_annotation(bodies: Sequence[Body], dictionaries: Dictionaries) -> str:
    """Return the type of what a caller may pass as the body."""
    types: list[str] = []
    for body in bodies:
        if body.body_type == BodyType.CONTENT:
            types += ["File", "bytes", "str"]
            continue
        for member in kinds.flatten(body.prop):
            if isinstance(member, Model) and (name := dictionaries.name_of(member)):
                types += [member.class_info.name, name]
            else:
                types.append("File" if isinstance(member, kinds.File) else dictionaries.wide(member))
    return union(types)


def content_type_choice(bodies: Sequence[Body]) -> str:
    """Return the media type for a body of a class that only one of them has, else the first."""
    if not bodies:
        return ""
    seen = {str(bodies[0].prop.get_base_type_string().as_unembedded_code())}
    choices = []
    for body in bodies[1:]:
        kind = body.prop.get_base_type_string().as_unembedded_code()
        if body.body_type == BodyType.CONTENT:
            test = f"isinstance(body, ({'str, ' if _only_objects_and_lists(bodies) else ''}bytes, File))"
        elif kind in seen or not isinstance(body.prop, Model):
            continue
        else:
            test = f"type(body).__name__ == {literal(kind)}"
        seen.add(kind)
        choices.append(f"{literal(text(body.content_type))} if {test}")
    return " else ".join([*choices, literal(text(bodies[0].content_type))])


def _only_objects_and_lists(bodies: Sequence[Body]) -> bool:
    """Whether text can be nothing but the content of the body that is sent as it is."""
    written = [body.prop for body in bodies if body.body_type != BodyType.CONTENT]
    return all(isinstance(member, Model | kinds.List) for member in kinds.flatten(*written))


def body_switch(bodies: Sequence[Body], models: Models) -> str:
    """Return the key that asks for a stream in a JSON body, as code; empty if there is none."""
    members = kinds.flatten(*(body.prop for body in bodies if body.body_type == BodyType.JSON))
    objects = [models[member.class_info.name] for member in members if isinstance(member, Model)]
    found = any(is_switch(prop) for model in objects for prop in kinds.fields(model))
    return literal(STREAM_SWITCH) if found else ""
