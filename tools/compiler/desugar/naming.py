"""Names of the classes that inline schemas become."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from openapi_python_client.config import ClassOverride, ConfigFile
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import ClassName, PythonIdentifier, pascal_case

from tools.compiler.names import CLASSES_IN_USE, normal

# In bytes. A module's name is longer by its underscores, and still makes the name of a file.
_LONGEST_NAME = 120


class Naming(NamedTuple):
    """Where a schema is: the class that it belongs to (empty for a component), and its own name there."""

    parent: str
    own: str

    def child(self, suffix: str) -> Naming:
        """Return the place of a part: an item of an array, a member of a union."""
        return Naming(self.parent, f"{self.own}_{suffix}")

    def class_name(self) -> str:
        """Return the name that the generator would give a class here."""
        name = f"{pascal_case(self.parent)}{pascal_case(self.own)}" if self.parent else self.own
        written = name.encode()
        if len(written) > _LONGEST_NAME:
            digest = hashlib.sha256(written).hexdigest()[:8]
            name = f"{written[: _LONGEST_NAME - 8].decode(errors='ignore')}{digest}"
        return name


class Names:
    """The names that are taken, as classes in Python."""

    def __init__(self, config: ConfigFile) -> None:
        self._prefix = config.field_prefix
        self._overrides: dict[str, ClassOverride] = config.class_overrides or {}
        self._classes: dict[str, str] = {}
        self._taken: set[str] = set()

    def class_of(self, wanted: str) -> str:
        """Return the class that the generator makes of a name, overrides included.

        It gets an underscore where the generated code needs the name itself.
        """
        if wanted not in self._classes:
            name = ClassName(UntrustedString(wanted), self._prefix)
            override = self._overrides.get(name)
            if override is not None and override.class_name is not None:
                name = ClassName(override.class_name, self._prefix)
            self._classes[wanted] = f"{name}_" if name in CLASSES_IN_USE else normal(name)
        return self._classes[wanted]

    def module_of(self, name: str) -> str:
        """Return the module that the generator puts a class into, unless an option names another."""
        return str(PythonIdentifier(UntrustedString(name), self._prefix))

    def take(self, wanted: str) -> str:
        """Return the class of `wanted`, or the first of wanted2, wanted3, … whose class is not taken yet."""
        name, number = self.class_of(wanted), 2
        while name in self._taken:
            name, number = self.class_of(f"{wanted}{number}"), number + 1
        self._taken.add(name)
        return name
