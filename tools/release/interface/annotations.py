"""Annotations as values: what two releases say of a type, whatever its spelling and wherever it lives."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

import griffe

# What each of these accepts besides itself. Parameters of callers are what this is about, so containers count
# as if they were only read.
_ALSO_ACCEPTS = {
    "float": {"int"},
    "complex": {"int", "float"},
    "Sequence": {"list", "tuple"},
    "Collection": {"list", "tuple", "set", "frozenset", "dict", "Sequence", "Mapping"},
    "Iterable": {
        "list",
        "tuple",
        "set",
        "frozenset",
        "dict",
        "Sequence",
        "Collection",
        "Mapping",
        "Iterator",
    },
    "Mapping": {"dict", "MutableMapping"},
}
_BUILTIN = {
    "List": "list",
    "Dict": "dict",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Tuple": "tuple",
    "Type": "type",
}
_NEUTRAL_WRAPPERS = {"Annotated", "ClassVar", "Final", "ReadOnly", "Required", "NotRequired", "TypeAlias"}


class Part(NamedTuple):
    """One member of a union. `source` is the class where it is one of ours."""

    name: str
    arguments: tuple["Union", ...] = ()
    source: griffe.Class | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether it is a class of ours that users cannot name, so that its own name is free to change."""
        return self.name == "(private)"


Union = frozenset[Part]
UNKNOWN: Union = frozenset()


class Annotations:
    """Reads the annotations of one release; `public` has the paths of the classes that users can name."""

    def __init__(self, modules: griffe.ModulesCollection, public: set[str]) -> None:
        self._modules = modules
        self._public = public

    def read(self, annotation: object, scope: griffe.Object) -> Union:
        """Return the union that an annotation stands for; UNKNOWN where there is none."""
        if annotation is None:
            return UNKNOWN
        try:
            tree = ast.parse(str(annotation), mode="eval").body
        except SyntaxError:
            return frozenset({Part(str(annotation))})
        return self._read(tree, scope, frozenset())

    def is_alias(self, member: griffe.Attribute) -> bool:
        """Tell whether an attribute of a module is another name for a type."""
        if member.annotation is not None:
            return str(member.annotation).endswith("TypeAlias")
        if member.value is None or not (member.parent and member.parent.is_module):
            return False
        tree = ast.parse(str(member.value), mode="eval").body
        return isinstance(tree, ast.Subscript | ast.BinOp) and not any(
            isinstance(node, ast.Call | ast.Dict | ast.List | ast.Set) for node in ast.walk(tree)
        )

    def find(self, path: str) -> griffe.Object | None:
        """Return what a path leads to, through every import, None outside the two packages."""
        try:
            found = self._modules.get_member(path)
            target: griffe.Object = found.final_target if found.is_alias else found
        except (KeyError, griffe.GriffeError):
            return None
        return target

    def _read(self, node: ast.expr, scope: griffe.Object, above: frozenset[str]) -> Union:
        match node:
            case ast.Constant(value=None):
                return frozenset({Part("None")})
            case ast.Constant(value=str(text)):
                return self._read(ast.parse(text, mode="eval").body, scope, above)
            case ast.Constant(value=value):
                return frozenset({Part(repr(value))})
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self._read(left, scope, above) | self._read(right, scope, above)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return frozenset({Part("[]", tuple(self._read(each, scope, above) for each in elements))})
            case ast.Subscript(value=value, slice=inner):
                return self._subscript(value, inner, scope, above)
            case ast.Name() | ast.Attribute():
                return self._name(ast.unparse(node), scope, above)
            case _:
                return frozenset({Part(ast.unparse(node))})

    def _subscript(
        self, value: ast.expr, inner: ast.expr, scope: griffe.Object, above: frozenset[str]
    ) -> Union:
        elements = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        outer = self._name(ast.unparse(value), scope, above)
        (part, *more) = outer or {Part("?")}
        if more:  # a generic alias: what it stands for, with its variables free
            return outer
        if part.name == "Literal":
            return frozenset(Part(f"Literal[{ast.unparse(each)}]") for each in elements)
        if part.name == "Optional":
            return self._read(elements[0], scope, above) | {Part("None")}
        if part.name == "Union":
            return frozenset().union(*(self._read(each, scope, above) for each in elements))
        if part.name in _NEUTRAL_WRAPPERS:
            return self._read(elements[0], scope, above)
        return frozenset(
            {part._replace(arguments=tuple(self._read(each, scope, above) for each in elements))}
        )

    def _name(self, text: str, scope: griffe.Object, above: frozenset[str]) -> Union:
        first, _, rest = text.partition(".")
        try:
            path = ".".join(filter(None, (scope.resolve(first), rest)))
        except griffe.NameResolutionError:
            path = text
        target = self.find(path)
        if isinstance(target, griffe.Class):
            # Not the path: the modules that have a class, and that hand it on, may change.
            name = f"{target.path.partition('.')[0]}.{target.name}"
            return frozenset({Part(name if target.path in self._public else "(private)", (), target)})
        if isinstance(target, griffe.Attribute) and target.path not in above and self.is_alias(target):
            tree = ast.parse(str(target.value), mode="eval").body
            return self._read(tree, target.parent or target, above | {target.path})
        name = path.rpartition(".")[2]
        return frozenset({Part(_BUILTIN.get(name, name))})


def accepts(wide: Union, narrow: Union) -> bool:
    """Tell whether all that fits `narrow` fits `wide`; what has no annotation is fitted by everything."""
    if wide == UNKNOWN or any(part.name in {"Any", "object"} for part in wide):
        return True
    return narrow != UNKNOWN and all(any(_fits(each, part) for each in wide) for part in narrow)


def _fits(wide: Part, narrow: Part) -> bool:
    if wide.name != narrow.name:
        literal = narrow.name.removeprefix("Literal[").removesuffix("]")
        if literal != narrow.name:
            return wide.name == _kind_of(literal)
        if narrow.name not in _ALSO_ACCEPTS.get(wide.name, ()):
            return False
    if not wide.arguments or not narrow.arguments:
        return not wide.arguments or all(accepts(each, UNKNOWN) for each in wide.arguments)
    same = wide.name != narrow.name or len(wide.arguments) == len(narrow.arguments)
    return same and all(map(accepts, wide.arguments, narrow.arguments))


def _kind_of(literal: str) -> str:
    try:
        return type(ast.literal_eval(literal)).__name__
    except ValueError:  # a member of an enum
        return literal.rpartition(".")[0]


def hidden_classes(union: Union) -> Iterator[griffe.Class]:
    """Yield the private classes that a type names, at any depth, in a stable order."""
    for part in sorted(union, key=lambda each: (each.name, each.source.name if each.source else "")):
        if part.is_hidden and part.source:
            yield part.source
        for argument in part.arguments:
            yield from hidden_classes(argument)


def show(union: Union) -> str:
    """Return a type as one would write it."""
    if union == UNKNOWN:
        return "no annotation"
    shown: list[str] = []
    for part in union:
        inner = ", ".join(show(each) for each in part.arguments)
        name = part.source.name if part.source else part.name
        shown.append(f"{name}[{inner}]" if inner and name != "[]" else f"[{inner}]" if inner else name)
    return " | ".join(sorted(shown))
