"""The page of what is called on a client, each keyword written out, under the names that users type."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from typing import TYPE_CHECKING, Any

from docstrings import described

from egp import AsyncClient, Client

if TYPE_CHECKING:
    from collections.abc import Iterator

_TITLE = "What is called on a client"
_RETURNED = "What they return"
# Beside the models and the streams that have a public name.
_CLASSES = (
    "egp._sync.event_stream.ChatCompletionStream",
    "egp._sync.tool_runner.ToolRunner",
    "egp._sync.tool_runner.Turn",
    "egp._sync.streaming_response.StreamingCall",
    "egp._sync.streaming_response.StreamingResponse",
)
_LEAD = """The methods of ``Client``. Those of ``AsyncClient`` have the same names and keywords, and are
awaited; its streams are read by ``async for``. ``OF_THE_CLIENT`` stands for the client's own value. A client
itself and its options: :py:class:`egp.Client`."""


def page() -> str:
    """Return the page."""
    parts = [_TITLE, "=" * len(_TITLE), "", _LEAD, ""]
    client, twin = Client(api_key="none"), AsyncClient(api_key="none")
    for path in _resources(client, ""):
        title = f"``client.{path}``"
        parts += [title, "-" * len(title), ""]
        resource, other = _at(client, path), _at(twin, path)
        arguments = _type_arguments(type(resource))
        for name, method in _methods(resource):
            bound = arguments.get(method.__qualname__.partition(".")[0], {})
            parts += [f"``{name}()``", "^" * (len(name) + 6), ""]
            parts += _described(f"egp.Client.{path}.{name}", method, bound)
        for name, _ in _methods(other):
            parts += _twin(f"{path}.{name}")
    client.close()
    parts += [_RETURNED, "-" * len(_RETURNED), ""]
    for path in _CLASSES:
        title = f"``{path.rpartition('.')[2]}``"
        parts += [title, "^" * len(title), "", f".. autoclass:: {path}", "   :members:", ""]
    return "\n".join(parts) + "\n"


def _resources(parent: Any, path: str) -> Iterator[str]:
    # A resource is what a property gives, with methods or further resources on it.
    for name, _ in inspect.getmembers_static(type(parent), lambda value: isinstance(value, property)):
        value = None if name.startswith("_") or name == "generated" else getattr(parent, name)
        if value is not None and type(value).__module__.startswith("egp._sync."):
            here = f"{path}.{name}".lstrip(".")
            if any(_methods(value)):
                yield here
            yield from _resources(value, here)


def _at(client: Any, path: str) -> Any:
    for name in path.split("."):
        client = getattr(client, name)
    return client


def _methods(resource: Any) -> Iterator[tuple[str, Any]]:
    for name, method in inspect.getmembers(resource, inspect.ismethod):
        if not name.startswith("_"):
            yield name, method


def _described(path: str, method: Any, types: dict[str, str]) -> list[str]:
    signature = inspect.signature(method)
    text = described(inspect.getdoc(method) or "")
    indented = [f"   {line}".rstrip() for line in text.splitlines()]
    return [f".. py:method:: {path}{_plain(signature, types)}", "", *indented, ""]


def _type_arguments(resource: type) -> dict[str, dict[str, str]]:
    # What the type variables of each base stand for in this class: only its source says.
    module = sys.modules[resource.__module__]
    tree = ast.parse(inspect.getsource(module))
    given = {base: node.slice for base, node in _subscripts(tree)}
    (class_,) = (
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == resource.__name__
    )
    found: dict[str, dict[str, str]] = {}
    for base in class_.bases:
        name = ast.unparse(base.value if isinstance(base, ast.Subscript) else base)
        index = base.slice if isinstance(base, ast.Subscript) else given.get(name)
        if index is not None:
            arguments = index.elts if isinstance(index, ast.Tuple) else [index]
            generic = getattr(module, name)
            pairs = zip(generic.__parameters__, arguments, strict=True)
            found[generic.__name__] = {variable.__name__: ast.unparse(each) for variable, each in pairs}
    return found


def _subscripts(tree: ast.Module) -> Iterator[tuple[str, ast.Subscript]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            yield ast.unparse(node.targets[0]), node.value


def _plain(signature: inspect.Signature, types: dict[str, str]) -> str:
    # Annotations are texts in the code, and a default that has a name is shown by it.
    parameters = [
        each.replace(annotation=_Text(each.annotation), default=_default(each.default))
        for each in signature.parameters.values()
    ]
    returned = re.sub(r"\w+", lambda word: types.get(word[0], word[0]), str(signature.return_annotation))
    return str(signature.replace(parameters=parameters, return_annotation=_Text(returned)))


class _Text:
    """What `inspect` writes as it is."""

    def __init__(self, text: object) -> None:
        self._text = text if isinstance(text, str) else repr(text)

    def __repr__(self) -> str:
        return " ".join(self._text.split())


def _default(value: object) -> object:
    if value is inspect.Parameter.empty or isinstance(value, (str, int, float, bool, type(None))):
        return value
    return _Text(getattr(value, "__name__", None) or repr(value))


def _twin(path: str) -> list[str]:
    line = f"The same as :py:meth:`egp.Client.{path}`, awaited."
    return [f".. py:method:: egp.AsyncClient.{path}(...)", "", f"   {line}", ""]
