"""Stand-ins for what vLLM imports and its batch format makes no use of: torch, and all that runs a model.

With them the parsers and the writer of `vllm run-batch` are vLLM's own, loaded from its wheel, on a machine
that has none of its hundred dependencies.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from pydantic_core import core_schema

__all__ = ["install"]

PACKAGES = frozenset(
    {
        *(
            "PIL",
            "aiohttp",
            "cbor2",
            "cloudpickle",
            "huggingface_hub",
            "safetensors",
            "jinja2",
            "numpy",
            "openai_harmony",
            "partial_json_parser",
        ),
        *("prometheus_client", "pybase64", "requests", "tokenizers", "torch", "tqdm", "transformers"),
        *("urllib3", "uvloop", "zmq"),
    }
)
MODULES = (
    *("config", "connections", "distributed", "engine", "entrypoints.common", "env_override"),
    *("entrypoints.launchers.api_server", "model_executor", "multimodal", "platforms", "reasoning"),
    *("tool_parsers", "usage", "utils.argparse_utils", "v1.attention", "v1.engine", "v1.utils"),
)


def install() -> None:
    """Let the imports of this process find stand-ins."""
    sys.meta_path.insert(0, _Finder())
    import torch

    torch.__version__ = "2.14.0"
    # The range of a seed.
    torch.iinfo = lambda kind: SimpleNamespace(min=-(2**63), max=2**63 - 1)


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, inner = fullname.partition(".")
        is_absent = package in PACKAGES or (
            package == "vllm" and any(f"{inner}.".startswith(f"{name}.") for name in MODULES)
        )
        return ModuleSpec(fullname, self, is_package=True) if is_absent else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__path__ = []


class _Module(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything(name, (), _METHODS)


class _Anything(type):
    """A class that has every attribute, may be called as a decorator, and may stand in annotations."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything(name, (), _METHODS)

    def __call__(cls, *arguments: Any, **more: Any) -> Any:
        return _decorated(arguments, more) or super().__call__(*arguments, **more)

    def __or__(cls, other: Any) -> Any:
        return cls

    __ror__ = __or__
    __getitem__ = __or__


def _decorated(arguments: tuple[Any, ...], more: dict[str, Any]) -> Any:
    is_decorator = len(arguments) == 1 and not more and isinstance(arguments[0], (type, FunctionType))
    return arguments[0] if is_decorator else None


_METHODS: dict[str, Any] = {
    "__init__": lambda self, *arguments, **more: None,
    "__call__": lambda self, *arguments, **more: _decorated(arguments, more) or self,
    "__getattr__": lambda self, name: getattr(type(self), name),
    # A field of such a type takes anything.
    "__get_pydantic_core_schema__": classmethod(lambda cls, source, handler: core_schema.any_schema()),
}
