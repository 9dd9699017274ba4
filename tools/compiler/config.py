"""generator-config.yaml: the options of the generator that this project supports."""

import keyword
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
from openapi_python_client.config import ConfigFile

from tools.compiler import pointer
from tools.compiler.document import decode
from tools.compiler.errors import CompileError, Finding, reading
from tools.compiler.reader import locate, read_yaml
from tools.compiler.typos import did_you_mean

# What each option takes, in words for the message and as a type.
_OPTIONS: dict[str, tuple[str, type]] = {
    "package_name_override": ("text", str),
    "class_overrides": ("a mapping", dict),
    "content_type_overrides": ("a mapping of text to text", dict),
    "docstrings_on_attributes": ("true or false", bool),
    "field_prefix": ("text", str),
    "literal_enums": ("true or false", bool),
}
_OVERRIDES = ("class_name", "module_name")
# Options of the generator that would undo what the compiler promises, and why they are not taken.
_REFUSED = {
    "generate_all_tags": "an operation belongs to its first tag",
    "http_timeout": "the document is always a file",
    "package_version_override": "the version comes from the document",
    "post_hooks": "the compiler runs the pinned ruff itself",
    "project_name_override": "only the package is generated",
    "use_path_prefixes_for_title_model_names": "class names come from the names of components and fields",
}


def load(path: Path) -> ConfigFile:
    """Read the options at `path`; raise CompileError, with the line, for any that is not supported."""
    with reading(path):
        text = decode(path.read_bytes())
        content = {} if (read := read_yaml(text)) is None else read
        problems = [attrs.evolve(each, line=locate(text, each.pointer or "")) for each in _problems(content)]
        if problems:
            raise CompileError(*problems)
    return ConfigFile(**{"package_name_override": "egp_api", "literal_enums": True, **content})


def _problems(content: Any) -> Iterator[Finding]:
    if not isinstance(content, dict):
        yield Finding("the options must be a mapping", "")
        return
    for key, value in content.items():
        place = pointer.join("", key)
        if key in _REFUSED:
            yield Finding(f"the option {key} is not supported: {_REFUSED[key]}", place, remedy="Remove it.")
        elif key not in _OPTIONS:
            yield Finding(f"there is no option {key!r}", place, remedy=_meant(key, _OPTIONS))
        elif type(value) is not _OPTIONS[key][1]:
            yield Finding(f"the option {key} takes {_OPTIONS[key][0]}", place)
        else:
            yield from _value_problems(key, value, place)


def _value_problems(key: str, value: Any, place: str) -> Iterator[Finding]:
    if key in {"package_name_override", "field_prefix"}:
        yield from _name_problems(value, place)
    elif key == "literal_enums" and not value:
        yield Finding("literal_enums must be true: an enum class refuses values that are new", place)
    elif key == "content_type_overrides":
        for name in (name for name, target in value.items() if not isinstance(target, str)):
            yield Finding(f"the content type {name} is overridden by something that is not text", place)
    elif key == "class_overrides":
        for name, override in value.items():
            yield from _override_problems(override, pointer.join(place, name))


def _override_problems(override: Any, place: str) -> Iterator[Finding]:
    if not isinstance(override, dict):
        yield Finding("an override is a mapping of class_name and module_name", place)
        return
    for key, value in override.items():
        at = pointer.join(place, key)
        if key in _OVERRIDES:
            yield from _name_problems(value, at)
        else:
            yield Finding(f"a class override has no {key!r}", at, remedy=_meant(key, _OVERRIDES))


def _name_problems(value: Any, place: str) -> Iterator[Finding]:
    is_name = isinstance(value, str) and value.isascii() and value.isidentifier()
    if not is_name or keyword.iskeyword(value):
        yield Finding(f"{value!r} cannot be a name in Python", place)


def _meant(key: str, known: Iterable[str]) -> str:
    return did_you_mean(key, known) or f"The options are {', '.join(known)}."
