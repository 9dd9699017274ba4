"""What is given with a prompt: text on stdin, and files."""

from __future__ import annotations

import os
import select
import stat
import sys
from pathlib import Path
from typing import Any

from egp.cli.failure import UsageError, note

__all__ = ["parts_of", "piped_text"]

_PATIENCE = 2.0  # seconds that an open pipe may stay empty where there is a prompt already


def piped_text(*, is_needed: bool) -> str:
    """Return the text on stdin; nothing from a terminal.

    Where it is not needed, a pipe that stays open and empty is left alone after two seconds, which is said on
    stderr: who starts a command from a program often leaves one open. Raises `UsageError` for
    what is no text.
    """
    stream = sys.stdin
    if stream is None or stream.isatty():  # pyright: ignore[reportUnnecessaryComparison]  # None where closed
        return ""
    if not is_needed and not _has_something(stream):
        note("nothing came on stdin within 2 s, so it is left out; the prompt - waits for it")
        return ""
    try:
        return stream.read()
    except UnicodeDecodeError:
        raise UsageError("stdin is not UTF-8 text: give files as -f FILE") from None


def _has_something(stream: Any) -> bool:
    """Return whether a read would give text or the end soon."""
    try:
        descriptor = stream.fileno()
        kind = os.fstat(descriptor).st_mode
    except (OSError, ValueError):
        return True
    # Windows selects on sockets only.
    if not (stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind)) or sys.platform == "win32":
        return True
    # Not select(), which ends at descriptor 1,023.
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(_PATIENCE * 1000))


def parts_of(sources: list[str]) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the texts among files, each under its name, and parts of a message for all others.

    An address of the web is an image that the vendor fetches. Raises `UsageError` for a file that cannot be
    read.
    """
    texts: list[str] = []
    parts: list[dict[str, Any]] = []
    for source in sources:
        try:
            part = _part(source)
        except OSError as error:
            raise UsageError(f"-f {source}: {error.strerror}") from None
        if isinstance(part, str):
            texts.append(part)
        else:
            parts.append(part)
    return texts, parts


def _part(source: str) -> str | dict[str, Any]:
    from egp.content import audio_part, file_part, image_part
    from egp.errors import EGPError

    if source.lower().startswith(("http://", "https://")):
        return dict(image_part(source))
    # Bytes tell images and recordings, so both are tried before text.
    for make in (image_part, audio_part):
        try:
            return dict(make(Path(source)))
        except EGPError:
            continue
    data = Path(source).read_bytes()
    if not data:
        raise UsageError(f"-f {source}: the file is empty")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return dict(file_part(Path(source)))
    if "\0" in text or text.startswith("%PDF-"):
        return dict(file_part(Path(source)))
    return f"{Path(source).name}:\n{text}"
