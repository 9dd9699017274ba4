"""The pages of the reference: every public name of `egp` and `egp_api`, in the form that autodoc reads."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any, NamedTuple

import methods
from docstrings import is_private, restructured

MODULES = (
    "egp",
    "egp.errors",
    "egp.types",
    "egp.content",
    "egp.structured",
    "egp.tools",
    "egp.stream_events",
    "egp.usage",
    "egp.prices",
    "egp.telemetry",
    "egp.bulk",
    "egp.bulk.ray",
    "egp.langchain",
    "egp.testing",
    "egp.cli",
    "egp_api",
    "egp_api.models",
    "egp_api.params",
    "egp_api.types",
    "egp_api.errors",
    "egp_api.api.inference.create_chat_completion",
    "egp_api.api.inference.list_chat_completion_models",
)
# A name is told in full on the page of the first of these that has it; elsewhere a line leads there.
_HOMES = ("egp.errors", "egp.content", "egp.tools", "egp.types", *MODULES)
# What every operation has, beside what its own module keeps for the client.
_OPERATION = ("sync", "sync_detailed", "asyncio", "asyncio_detailed", "stream", "request_kwargs", "parse")


class Name(NamedTuple):
    """A public name of a module."""

    module: str
    name: str
    value: Any

    @property
    def path(self) -> str:
        """The name with its module."""
        return f"{self.module}.{self.name}"


def pages() -> dict[str, str]:
    """Return the page of each module, and that of the methods of a client."""
    homes: dict[tuple[str, int], str] = {}
    for module in dict.fromkeys(_HOMES):
        for each in _names(module):
            homes.setdefault((each.name, id(each.value)), each.path)
    found = {f"reference/{module}.rst": _page(module, homes) for module in MODULES}
    return {**found, "reference/client.rst": methods.page()}


def _names(module: str) -> list[Name]:
    loaded = import_module(module)
    if module.startswith("egp_api.api."):
        return [Name(module, name, getattr(loaded, name)) for name in _OPERATION if hasattr(loaded, name)]
    return [Name(module, name, getattr(loaded, name)) for name in loaded.__all__]


def _page(module: str, homes: dict[tuple[str, int], str]) -> str:
    loaded = import_module(module)
    title = f"``{module}``"
    told = restructured((loaded.__doc__ or "").strip())
    parts = [title, "=" * len(title), "", f".. py:module:: {module}", "", told, ""]
    names = sorted(_names(module), key=_twins_together)
    elsewhere = [each for each in names if homes[each.name, id(each.value)] != each.path]
    for each in names:
        parts += [] if each in elsewhere else _in_full(each)
    if elsewhere and len(elsewhere) < len(names):
        parts += ["Told elsewhere", "--------------", ""]
    for each in elsewhere:
        parts += _mentioned(each, homes[each.name, id(each.value)])
    return "\n".join(parts) + "\n"


def _twins_together(each: Name) -> tuple[str, bool]:
    # `Client`, and then `AsyncClient`.
    return each.name.removeprefix("Async"), each.name.startswith("Async")


def _in_full(each: Name) -> list[str]:
    # A heading for each, so that a page's own contents have it.
    title = f"``{each.name}``"
    return [title, "-" * len(title), "", *_directive(each), ""]


def _directive(each: Name) -> list[str]:
    if inspect.isclass(each.value):
        kind = "autoexception" if issubclass(each.value, BaseException) else "autoclass"
        options = ["members", "undoc-members", *_of_its_bases(each.value)]
        return [f".. {kind}:: {each.path}", *(f"   :{option}:" for option in options)]
    if inspect.isroutine(each.value):
        return [f".. autofunction:: {each.path}"]
    return [f".. autodata:: {each.path}", *_value(each.value)]


def _of_its_bases(value: type) -> list[str]:
    # What a class has from a private one is its own to its users; others are named.
    bases = value.__mro__[1:]
    public = [base.__name__ for base in bases if not _is_ours(base) or not is_private(base)]
    shown = [] if all(is_private(base) for base in value.__bases__) else ["show-inheritance"]
    has_private = any(_is_ours(base) and is_private(base) for base in bases)
    return [*shown, *([f"inherited-members: {', '.join(dict.fromkeys(public))}"] if has_private else [])]


def _is_ours(value: type) -> bool:
    return value.__module__.partition(".")[0] in {"egp", "egp_api"}


def _value(value: object) -> list[str]:
    return [] if len(repr(value)) < 100 else ["   :no-value:"]


def _mentioned(each: Name, home: str) -> list[str]:
    kind = "function"
    if inspect.isclass(each.value):
        kind = "exception" if issubclass(each.value, BaseException) else "class"
    elif not inspect.isroutine(each.value):
        kind = "data"
    brackets = "()" if kind == "function" else ""
    return [f".. py:{kind}:: {each.name}{brackets}", "", f"   The same as :py:obj:`{home}`.", ""]
