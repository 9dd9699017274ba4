"""The body of an operation, and how it is put into a request."""

from collections.abc import Sequence

from attrs import frozen
from openapi_python_client.parser.bodies import Body, BodyType
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.file import FileProperty

from tools.compiler.alternatives import Models, fields, flatten
from tools.compiler.annotations import union
from tools.compiler.dictionaries import Dictionaries
from tools.compiler.literals import literal, text
from tools.compiler.switch import STREAM_SWITCH, is_switch


@frozen
class BodyView:
    """A body by its media type, and the statements that put it into a request."""

    content_type: str
    statements: str


def view(body: Body) -> BodyView:
    """The body as its template sees it."""
    kind = text(body.content_type)
    header = f'_headers["Content-Type"] = {literal(kind)}'
    match body.body_type:
        case BodyType.JSON:
            put = '_kwargs["json"] = _types.encode(body)'
        case BodyType.DATA:
            put = '_kwargs["data"] = _wire.form(body)'
        case BodyType.FILES:
            # Without the header: httpx writes it with the boundary that it chose.
            return BodyView(kind, '_kwargs["files"] = _wire.multipart(body)')
        case _:
            put = '_kwargs["content"] = _wire.content(body)'
    return BodyView(kind, f"{put}\n{header}")


def body_annotation(bodies: Sequence[Body], dictionaries: Dictionaries) -> str:
    """The type of what a caller may pass as the body."""
    kinds: list[str] = []
    for body in bodies:
        if body.body_type == BodyType.CONTENT:
            kinds += ["File", "bytes", "str"]
            continue
        for member in flatten(body.prop):
            if isinstance(member, ModelProperty) and (name := dictionaries.name_of(member)):
                kinds += [member.class_info.name, name]
            else:
                kinds.append("File" if isinstance(member, FileProperty) else dictionaries.wide(member))
    return union(kinds)


def content_type_choice(bodies: Sequence[Body]) -> str:
    """The media type for a body of a class that only one of them has, else the first."""
    if not bodies:
        return ""
    seen = {str(bodies[0].prop.get_base_type_string().as_unembedded_code())}
    choices = []
    for body in bodies[1:]:
        kind = body.prop.get_base_type_string().as_unembedded_code()
        if body.body_type == BodyType.CONTENT:
            test = "isinstance(body, (bytes, File))"
        elif kind in seen or not isinstance(body.prop, ModelProperty):
            continue
        else:
            test = f"type(body).__name__ == {literal(kind)}"
        seen.add(kind)
        choices.append(f"{literal(text(body.content_type))} if {test}")
    return " else ".join([*choices, literal(text(bodies[0].content_type))])


def body_switch(bodies: Sequence[Body], models: Models) -> str:
    """The key that asks for a stream in a JSON body, as code; empty if there is none."""
    found = any(
        is_switch(prop)
        for body in bodies
        if body.body_type == BodyType.JSON
        for member in flatten(body.prop)
        if isinstance(member, ModelProperty)
        for prop in fields(models[member.class_info.name])
    )
    return literal(STREAM_SWITCH) if found else ""
