"""The back end: from a checked, desugared document to a package on disk."""

from pathlib import Path
from typing import Any, NamedTuple

from openapi_python_client.config import ConfigFile


class CompileError(Exception):
    """A document that cannot be compiled, and the place in it (a JSON pointer) that is to blame."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.pointer = pointer


class Emitted(NamedTuple):
    """What was written: `tag.operation` names, and class names."""

    operations: tuple[str, ...]
    models: tuple[str, ...]
    enums: tuple[str, ...]


def emit(
    document: dict[str, Any], config: ConfigFile, output: Path, source: bytes, *, tidy: bool = True
) -> Emitted:
    """Writes the package for `document` into the empty directory `output`.

    `source` is the file that the document was read from, byte for byte: it goes into the package, with its hash.
    `tidy=False` leaves out ruff. Raises `CompileError` for whatever the generator would only warn about.
    """
    raise CompileError("the back end is being written")
