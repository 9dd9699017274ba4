"""Annotations as values: what two releases say of a type, whatever its spelling and wherever it lives."""

import ast
import builtins
import collections.abc
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, cast

import griffe

# The types that have a name everywhere. Parameters of callers are what this is about, so containers count as
# if they were only read.
_KNOWN: dict[str, object] = vars(builtins) | vars(collections.abc)
_OLD_NAMES = {
    each: each.lower() for each in ("List", "Dict", "Set", "FrozenSet", "Tuple", "Type")
}  # of typing, for the built-in ones
# A label of the classes that users can name.
PUBLIC = "named by users"
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


def read(annotation: str | griffe.Expr | None, scope: griffe.Object, above: tuple[str, ...] = ()) -> Union:
    """Return the union that an annotation stands for; UNKNOWN where there is none.

    `scope` is what it stands in; `above` has the aliases that it is read for, which are not unfolded again.
    """
    again = partial(read, scope=scope, above=above)
    match annotation:
        case None:
            return UNKNOWN
        case griffe.ExprBinOp(left=left, operator="|", right=right):
            return again(left) | again(right)
        case griffe.ExprList(elements=elements) | griffe.ExprTuple(elements=elements):
            return frozenset({Part("[]", tuple(map(again, elements)))})
        case griffe.ExprSubscript(left=outer, slice=griffe.ExprTuple(elements=inner, implicit=True)):
            return _subscript(again(outer), inner, again)
        case griffe.ExprSubscript(left=outer, slice=inner):
            return _subscript(again(outer), [inner], again)
        case griffe.ExprName() | griffe.ExprAttribute():
            return _name(annotation.canonical_path, scope, above)
        case str() if annotation[0] in "'\"":
            tree = ast.parse(ast.literal_eval(annotation), mode="eval").body
            module = cast(griffe.Module, scope)  # it looks names up from any object
            return again(griffe.safe_get_annotation(tree, module))
        case _:
            return frozenset({Part(str(annotation))})


def find(path: str, scope: griffe.Object) -> griffe.Object | None:
    """Return what a path leads to, through every import, None outside the packages that `scope` is of."""
    try:
        found = scope.modules_collection.get_member(path)
        target: griffe.Object = found.final_target if found.is_alias else found
    except (KeyError, griffe.GriffeError):
        return None
    return target


def _subscript(
    named: Union, inner: Sequence[str | griffe.Expr], again: Callable[[str | griffe.Expr], Union]
) -> Union:
    if len(named) != 1:  # a generic alias: what it stands for, with its variables free
        return named
    (part,) = named
    if part.name == "Literal":
        return frozenset(Part(f"Literal[{each}]") for each in inner)
    if part.name in _NEUTRAL_WRAPPERS:
        return again(inner[0])
    arguments = tuple(map(again, inner))
    if part.name in {"Optional", "Union"}:
        return UNKNOWN.union(*arguments, {Part("None")} if part.name == "Optional" else ())
    return frozenset({part._replace(arguments=arguments)})


def _name(path: str, scope: griffe.Object, above: tuple[str, ...]) -> Union:
    target = find(path, scope)
    if isinstance(target, griffe.Class):
        # Not the path: the modules that have a class, and that hand it on, may change.
        name = f"{target.path.partition('.')[0]}.{target.name}" if PUBLIC in target.labels else "(private)"
        return frozenset({Part(name, (), target)})
    if isinstance(target, griffe.Attribute) and is_alias(target) and path not in above:
        return read(target.value, target.parent or target, (*above, path))
    name = path.rpartition(".")[2]
    return frozenset({Part(_OLD_NAMES.get(name, name))})


def is_alias(member: griffe.Attribute) -> bool:
    """Tell whether an attribute of a module is another name for a type."""
    if member.annotation is not None:
        return str(member.annotation).endswith("TypeAlias")
    composed = isinstance(member.value, griffe.ExprSubscript | griffe.ExprBinOp)
    return composed and member.parent is not None and member.parent.is_module and _is_type(member.value)


def _is_type(value: object) -> bool:
    match value:
        case griffe.ExprBinOp(left=left, operator="|", right=right):
            return _is_type(left) and _is_type(right)
        case griffe.ExprSubscript(left=outer):
            return _is_type(outer)
        case _:
            return isinstance(value, str | griffe.ExprName | griffe.ExprAttribute)


def accepts(wide: Union, narrow: Union) -> bool:
    """Tell whether all that fits `narrow` fits `wide`; what has no annotation is fitted by everything."""
    if wide == UNKNOWN or any(part.name in {"Any", "object"} for part in wide):
        return True
    return narrow != UNKNOWN and all(any(_fits(each, part) for each in wide) for part in narrow)


def _fits(wide: Part, narrow: Part) -> bool:
    if wide.name != narrow.name and not _is_kind(narrow.name, wide.name):
        return False
    if not wide.arguments or not narrow.arguments:
        return all(accepts(each, UNKNOWN) for each in wide.arguments)
    same = wide.name != narrow.name or len(wide.arguments) == len(narrow.arguments)
    return same and all(map(accepts, wide.arguments, narrow.arguments))


def _is_kind(narrow: str, wide: str) -> bool:
    """Tell whether a type is also of another name; numbers are, as type checkers see them."""
    literal = narrow.removeprefix("Literal[").removesuffix("]")
    if literal != narrow:
        try:
            narrow = type(ast.literal_eval(literal)).__name__
        except ValueError:  # a member of an enum
            return literal.rpartition(".")[0] == wide
    if (narrow, wide) in {("int", "float"), ("int", "complex"), ("float", "complex")}:
        return True
    one, other = _KNOWN.get(narrow), _KNOWN.get(wide)
    return isinstance(one, type) and isinstance(other, type) and issubclass(one, other)


def hidden_classes(union: Union) -> Iterator[griffe.Class]:
    """Yield the private classes that a type names, at any depth, in a stable order."""
    for part in sorted(union, key=lambda each: (each.name, each.source.name if each.source else "")):
        if part.is_hidden and part.source:
            yield part.source
        for argument in part.arguments:
            yield from hidden_classes(argument)


def show(union: Union) -> str:
    """Return a type as one would write it."""
    shown: list[str] = []
    for part in union:
        inner = f"[{', '.join(map(show, part.arguments))}]" if part.arguments else ""
        shown.append(inner if part.name == "[]" else (part.source.name if part.source else part.name) + inner)
    return " | ".join(sorted(shown)) or "no annotation"
