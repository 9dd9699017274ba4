"""JSON Pointers (RFC 6901), as places in a document are named."""

from urllib.parse import unquote


def join(pointer: str, *tokens: str | int) -> str:
    """Return the place below `pointer` that the keys and indexes `tokens` lead to."""
    escaped = (str(token).replace("~", "~0").replace("/", "~1") for token in tokens)
    return "/".join((pointer, *escaped))


def split(pointer: str) -> tuple[str, ...]:
    """Return the keys and indexes of `pointer`, unescaped; empty for the whole document."""
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def of_reference(reference: str) -> str:
    """Return the pointer in a `$ref` that starts with `#`, percent-encoding undone (RFC 6901, section 6)."""
    return unquote(reference.removeprefix("#"))
