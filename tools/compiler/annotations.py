"""Type annotations of the generated code."""

from collections.abc import Iterable

from tools.compiler import kinds
from tools.compiler.kinds import Model, Property
from tools.compiler.literals import literal


def annotation(prop: Property, *, files: bool = False) -> str:
    """Return the type of a value of `prop`, as documented; `files` says that binary strings are files."""
    return union(_single(member, files=files) for member in kinds.flatten(prop))


def union(types: Iterable[str]) -> str:
    """Return the union of `types`: each once, in the order given, None last."""
    return " | ".join(sorted(dict.fromkeys(types), key=lambda kind: kind == "None"))


def or_none(kind: str) -> str:
    """Return the union of a type and None."""
    return kind if kind.split(" | ")[-1] == "None" else f"{kind} | None"


def _single(prop: Property, *, files: bool) -> str:
    match prop:
        case Model() | kinds.Enum():
            return str(prop.class_info.name)
        case kinds.List():
            return f"list[{annotation(prop.inner_property, files=files)}]"
        case kinds.Constant():
            return constant(prop)
        case kinds.File():
            return "File" if files else "str"
        case kinds.Date():
            return "datetime.date"
        case kinds.Uuid():
            return "UUID"
        case _:
            return prop.get_type_string(no_optional=True).as_unembedded_code()


def constant(prop: kinds.Constant) -> str:
    """Return the type of a constant. There are no literal types of floating-point numbers."""
    value = prop.value.raw_value
    return "float" if isinstance(value, float) else f"Literal[{literal(value)}]"


def classes(*properties: Property) -> tuple[dict[str, str], dict[str, str]]:
    """Return the models and the enums that `properties` mention, as class name → module name."""
    models: dict[str, str] = {}
    enums: dict[str, str] = {}
    for prop in kinds.every(*properties):
        if isinstance(prop, Model | kinds.Enum):
            found = models if isinstance(prop, Model) else enums
            found[prop.class_info.name] = prop.class_info.module_name
    return models, enums
