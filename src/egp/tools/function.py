"""Functions as tools: `egp.tool`."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from egp._loading import LOADING
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from egp.structured import Schema, Strict
    from egp.tools.context import ToolContext
    from egp.tools.parameters import Parameters

__all__ = ["Tool", "tool", "without_partial"]

P = ParamSpec("P")
R = TypeVar("R")


class Tool(Mapping[str, Any], Generic[P, R]):
    """A function that a model may call. Make one with `egp.tool`; call it as the function itself.

    It is a mapping, the tool as a request has it, so that it may stand in any `tools`.
    """

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None = None,
        description: str | None = None,
        strict: Strict = "auto",
    ) -> None:
        self._function = function
        described = without_partial(function)
        self._name = _checked(name or getattr(described, "__name__", None) or type(described).__name__)
        self._description = description
        self._strict: Strict = strict
        self._is_method = False
        self._made: tuple[Parameters, Schema[Any]] | None = None
        self.__doc__ = described.__doc__
        self.__name__ = self._name
        self.__wrapped__ = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function itself."""
        return self._function(*args, **kwargs)

    @property
    def name(self) -> str:
        """The name that the model calls it by."""
        return self._name

    @property
    def description(self) -> str | None:
        """The description for the model: the docstring above its sections, unless another was given."""
        return self._schema.description

    @property
    def parameters(self) -> dict[str, Any]:
        """The JSON schema of the arguments. Do not change it."""
        return self._schema.json_schema

    @property
    def is_strict(self) -> bool:
        """Whether the model must keep to the schema exactly."""
        return self._schema.is_strict

    @property
    def is_async(self) -> bool:
        """Whether the function is a coroutine function."""
        function = inspect.unwrap(self._function)
        call: Any = getattr(function, "__call__", None)  # noqa: B004  # the method of a callable object
        return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)

    def to_dict(self) -> dict[str, Any]:
        """Return the tool as a request has it."""
        return self._schema.function_tool()

    def decode(self, text: str) -> dict[str, Any]:
        """Return the arguments in the JSON that a model wrote, by name and each of its parameter's type.

        Raises:
            InvalidJSONError: the text is not JSON.
            OutputValidationError: it does not fit the parameters; `path` says where.
        """
        # Models write nothing, or null, where there is nothing to say.
        text = "{}" if text.strip() in ("", "null") else text
        return self._parameters.named(self._schema.decode(text))

    def read_partial(self, text: str) -> object:
        """Return what can be read of arguments that are still arriving, as plain JSON values."""
        return self._schema.read_partial(text)

    def call_with(self, arguments: dict[str, Any], context: ToolContext[Any]) -> Any:
        """Call the function with arguments that `decode` returned; a coroutine is not awaited."""
        bound = self._parameters.bound(arguments, context)
        function: Callable[..., Any] = self._function
        return function(*bound.args, **bound.kwargs)

    def __getitem__(self, key: str) -> Any:
        return self.to_dict()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.to_dict())

    def __len__(self) -> int:
        return len(self.to_dict())

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __set_name__(self, owner: type, name: str) -> None:
        self._is_method = not isinstance(self._function, (staticmethod, classmethod))

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        bind: Any = getattr(self._function, "__get__", None)
        if bind is None or (instance is None and self._is_method):
            return self
        return Tool(
            bind(instance, owner), name=self._name, description=self._description, strict=self._strict
        )

    def __repr__(self) -> str:
        return f"<Tool {self._name}{inspect.signature(self._function)}>"

    @property
    def _parameters(self) -> Parameters:
        return self._read()[0]

    @property
    def _schema(self) -> Schema[Any]:
        return self._read()[1]

    def _read(self) -> tuple[Parameters, Schema[Any]]:
        """Read the signature, at first use: annotations may name what stands further down in the module."""
        if self._made is None:
            with LOADING:
                from egp.structured import schema_of
                from egp.tools.docstrings import read_docstring
                from egp.tools.parameters import Parameters

            docs = read_docstring(inspect.getdoc(without_partial(self._function)))
            if self._description is not None:
                docs = docs._replace(description=self._description)
            parameters = Parameters.of(self._function, self._name, docs, is_method=self._is_method)
            schema: Schema[Any] = schema_of(parameters.fields, strict=self._strict, name=self._name)
            self._made = parameters, schema
        return self._made


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...
@overload
def tool(
    *, name: str | None = None, description: str | None = None, strict: Strict = "auto"
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    strict: Strict = "auto",
) -> Any:
    """Make a tool of a function: `@tool`, `@tool(name=…)`, or `tool(client.search)`.

    The schema is made from the annotations and the docstring (Google's, NumPy's or Sphinx's style), when it
    is first needed. A parameter annotated with `ToolContext` is hidden from the model. Methods work, too.

    Args:
        function: a function, method or callable object, sync or async.
        name: the name for the model: at most 64 letters, digits, `_` and `-`; by default the function's.
        description: the description for the model; by default the docstring's text above its sections.
        strict: whether the model must keep to the schema exactly; see `egp.structured.Strict`.

    Raises:
        EGPError: the name is not one that services take. When the schema is first needed: a parameter has no
            annotation, or one that has no schema; the message names it.
    """
    if function is not None:
        return Tool(function, name=name, description=description, strict=strict)

    def made(function: Callable[..., Any]) -> Tool[..., Any]:
        return Tool(function, name=name, description=description, strict=strict)

    return made


def without_partial(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what a `functools.partial` calls: it has the name, the docstring and the annotations."""
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _checked(name: str) -> str:
    if re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
        return name
    raise EGPError(
        f"the name of a tool must be 1 to 64 letters, digits, '_' and '-', got {name!r}; give one with name=…"
    )
