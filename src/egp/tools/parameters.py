"""The parameters of a function: what the model is told of them, and how the function is called with them."""

from __future__ import annotations

import inspect
import json
import sys
from dataclasses import field, make_dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from attrs import frozen

from egp._loading import LOADING
from egp.errors import EGPError
from egp.tools.context import ToolContext
from egp.tools.function import without_partial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from egp.tools.docstrings import Docs

__all__ = ["Parameters"]

_ABSENT = object()
"""Stands for an argument that the model left out: the default is the function's own."""


@frozen
class Parameters:
    """The parameters of one function."""

    fields: type
    """A dataclass with a field for each parameter that the model fills in."""
    _signature: inspect.Signature
    _context_names: tuple[str, ...]

    @classmethod
    def of(cls, function: Callable[..., Any], name: str, docs: Docs, *, is_method: bool) -> Parameters:
        """Read the signature of a function.

        Args:
            function: what to call.
            name: the name of the tool, for messages.
            docs: what the docstring says.
            is_method: whether to pass over the first parameter, which is the instance.

        Raises:
            EGPError: a parameter has no type, or is of a kind that a model cannot fill in.
        """
        signature = inspect.signature(function)
        parameters = list(signature.parameters.values())[1 if is_method else 0 :]
        hints = _hints(function, name)
        made: list[tuple[str, Any, Any]] = []
        hidden: list[str] = []
        described = _describer([hints.get(parameter.name) for parameter in parameters])
        for parameter in parameters:
            hint = hints.get(parameter.name, parameter.empty)
            _check(parameter, hint, name)
            if _is_context(hint):
                hidden.append(parameter.name)
                continue
            text = _description(docs.parameters.get(parameter.name), parameter.default)
            has_default = parameter.default is not parameter.empty
            default = field(default_factory=lambda: _ABSENT) if has_default else field()
            made.append((parameter.name, described(hint, text), default))
        fields = make_dataclass(name, made, kw_only=True, namespace={"__doc__": docs.description})
        fields.__module__ = getattr(function, "__module__", __name__)
        return cls(fields, signature.replace(parameters=parameters), tuple(hidden))

    def named(self, values: object) -> dict[str, Any]:
        """Return the arguments by name, of what `fields` was read as; without those that were left out."""
        every = {name: getattr(values, name) for name in self._names()}
        return {name: value for name, value in every.items() if value is not _ABSENT}

    def bound(self, named: Mapping[str, Any], context: ToolContext[Any]) -> inspect.BoundArguments:
        """Return the arguments as the function takes them, by position and by name."""
        bound = self._signature.bind_partial()
        given = {**named, **dict.fromkeys(self._context_names, context)}
        by_position_only = [
            name
            for name, parameter in self._signature.parameters.items()
            if parameter.kind is parameter.POSITIONAL_ONLY
        ]
        for name in self._signature.parameters:
            if name in given:
                bound.arguments[name] = given[name]
            elif name in by_position_only:
                # Those after it need its place taken.
                bound.arguments[name] = self._signature.parameters[name].default
        return bound

    def _names(self) -> list[str]:
        return [name for name in self._signature.parameters if name not in self._context_names]


def _hints(function: Callable[..., Any], name: str) -> dict[str, Any]:
    try:
        return get_type_hints(inspect.unwrap(without_partial(function)), include_extras=True)
    except NameError as error:
        raise EGPError(f"an annotation of the tool {name!r} cannot be resolved: {error}") from None
    except TypeError:
        # A callable object: what it is called with is on its class.
        call: Callable[..., Any] = type(function).__call__
        return get_type_hints(call, include_extras=True)


def _check(parameter: inspect.Parameter, hint: object, name: str) -> None:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise EGPError(f"the tool {name!r} takes {parameter}: a model needs each parameter by its name")
    if hint is parameter.empty:
        raise EGPError(f"the parameter {parameter.name!r} of the tool {name!r} needs a type annotation")


def _is_context(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return hint is ToolContext or get_origin(hint) is ToolContext


def _description(text: str | None, default: object) -> str | None:
    if default is inspect.Parameter.empty or default is None:
        return text
    try:
        shown = json.dumps(default, ensure_ascii=False)
    except (TypeError, ValueError):
        return text
    return f"{text} (default: {shown})" if text else f"Default: {shown}"


def _describer(hints: list[Any]) -> Callable[[Any, str | None], Any]:
    """Return a function that puts a description on an annotation, where it has none of its own."""
    with LOADING:
        from egp.structured.fields import description_of
        from egp.structured.pydantic_backend import holds_pydantic

    # Pydantic does not read a text in Annotated, but its own Field.
    is_pydantic = any(hint is not None and not _is_context(hint) and holds_pydantic(hint) for hint in hints)

    def described(hint: Any, text: str | None) -> Any:
        own = description_of(hint)
        text = own or text
        if text is None:
            return hint
        if is_pydantic:
            return Annotated[hint, text, sys.modules["pydantic"].Field(description=text)]
        return hint if own else Annotated[hint, text]

    return described
