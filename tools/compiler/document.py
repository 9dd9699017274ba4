"""The OpenAPI document that is compiled, with the place of everything in it."""

import contextlib
import json
from pathlib import Path
from typing import Any

import attrs

from tools.compiler.errors import CompileError, Finding, reading
from tools.compiler.reader import locate, read_json, read_yaml


@attrs.frozen(eq=False)
class Document:
    """A description of an API as it was read.

    `source` holds the bytes of the file, `content` what they say: a tree of dict (with text keys only), list,
    str, int, float, bool and None.
    """

    source: bytes
    text: str = attrs.field(repr=False)
    content: dict[str, Any] = attrs.field(repr=False)

    def line(self, place: str) -> int | None:
        """Return the line (from 1) of the JSON Pointer `place`, or of the nearest place above."""
        return locate(self.text, place)


def load(path: Path) -> Document:
    """Read the YAML or JSON document at `path`; raise CompileError for what is neither."""
    with reading(path):
        return parse(path.read_bytes(), str(path))


def parse(source: bytes, name: str) -> Document:
    """Read the bytes of a YAML or JSON document; of a file `name`, which may say that it is JSON."""
    text = decode(source)
    content = (read_json if name.endswith(".json") or _is_json(text) else read_yaml)(text)
    if content is None:
        raise CompileError(Finding("the document is empty", line=1))
    if not isinstance(content, dict):
        kind = "list" if isinstance(content, list) else type(content).__name__
        raise CompileError(Finding(f"the top of the document is a {kind}, not a mapping", line=1))
    return Document(source, text, content)


def _is_json(text: str) -> bool:
    """Whether a file that does not say so by its name is JSON (which is not quite a part of YAML)."""
    with contextlib.suppress(ValueError, RecursionError):
        return isinstance(json.loads(text), dict)
    return False


def decode(source: bytes) -> str:
    """Return the text of a file in UTF-8, without its byte-order mark."""
    if not (encoding := json.detect_encoding(source)).startswith("utf-8"):
        message = f"the file is in {encoding[:6].upper()}"
        raise CompileError(Finding(message, line=1, remedy="Save it as UTF-8."))
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the byte {source[error.start]:#04x} is not UTF-8"
        line = source.count(b"\n", 0, error.start) + 1
        raise CompileError(Finding(message, line=line, remedy="Save the file as UTF-8.")) from None
