"""Templates of prompts: TOML files with `prompt`, `system`, `model`, `schema` and `[options]`."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from egp.cli.failure import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Template", "load"]

_PLACE = re.compile(r"\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_TEXTS = ("prompt", "system", "model", "schema")


class Template(NamedTuple):
    """What a template says; None and empty where it says nothing."""

    prompt: str | None = None
    system: str | None = None
    model: str | None = None
    schema: str | None = None
    options: dict[str, Any] = {}  # noqa: RUF012  # never changed

    def filled(self, text: str, parameters: Mapping[str, str]) -> Template:
        """Return the template with `$input` and its parameters put in; `$$` is a dollar.

        A prompt without `$input` is followed by the input. Raises `UsageError` for a parameter
        that is missing.
        """
        values = {**parameters, "input": text}
        prompt = self.prompt or "$input"
        if text and "input" not in {a or b for a, b in _PLACE.findall(prompt)}:
            prompt = f"{prompt}\n\n$input"
        system = None if self.system is None else _put_in(self.system, values)
        return self._replace(prompt=_put_in(prompt, values), system=system)


def load(name: str) -> Template:
    """Return the template in a file, or of a name in the folder of templates.

    The folder is `egp/templates` in `$XDG_CONFIG_HOME`, by default `~/.config`. Raises `UsageError` for a
    file that cannot be read or that says what no template says.
    """
    path = Path(name)
    if not name.endswith(".toml"):
        home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        path = Path(home) / "egp" / "templates" / f"{name}.toml"
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"the template {path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"the template {path} is not TOML: {error}") from None
    options = read.pop("options", {})
    for key, value in read.items():
        if key not in _TEXTS:
            known = ", ".join(_TEXTS)
            raise UsageError(f"the template {path}: {key!r} is unknown; a template has {known} and [options]")
        if not isinstance(value, str):
            raise UsageError(f"the template {path}: {key} must be text, got {value!r}")
    if not isinstance(options, dict):
        raise UsageError(f"the template {path}: options must be a table: write [options]")
    return Template(**read, options=options)


def _put_in(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name is None:
            return "$"
        if name not in values:
            raise UsageError(f"the template needs a value: -p {name}=…")
        return values[name]

    return _PLACE.sub(value, text)
