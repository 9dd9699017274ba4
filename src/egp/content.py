"""Parts of a message that are not text: images, recordings and files, and the arguments of tool calls.

The first three are made from a path, bytes or an address:

    from egp.content import image_part

    messages = [
        {
            "role": "user",
            "content": [{"type": "text", "text": "What is this?"}, image_part("photo.jpg")],
        }
    ]

A `str` that begins with `http://`, `https://` or `data:` is an address, any other one is a path. What is
read goes into the request, in base64: a third larger than it is.
"""

from __future__ import annotations

import base64
import json
import mimetypes
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeGuard, cast

from egp._core.json_types import is_object
from egp._core.objects import as_object
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from egp_api.models import FunctionCall, FunctionToolCall
    from egp_api.params import AudioPartParam, FilePartParam, ImagePartParam

__all__ = ["Source", "audio_part", "file_part", "image_part", "tool_arguments"]

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""An address or a path, the bytes themselves, or a file open for reading bytes."""

_ADDRESSES = ("http://", "https://", "data:")

# What a file begins with tells its type more surely than its name. (offset, bytes, type)
_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftypM4A", "audio/mp4"),
    (0, b"\x1aE\xdf\xa3", "audio/webm"),
    (0, b"%PDF-", "application/pdf"),
)
# The names that audio formats go by in requests, where they are not the subtype itself.
_FORMATS = {
    "mpeg": "mp3",
    "x-wav": "wav",
    "wave": "wav",
    "vnd.wave": "wav",
    "x-flac": "flac",
    "mp4": "m4a",
    "x-m4a": "m4a",
}


class _Content(NamedTuple):
    data: bytes
    name: str | None

    @property
    def media_type(self) -> str | None:
        for offset, signature, media_type in _SIGNATURES:
            if self.data.startswith(signature, offset):
                return media_type
        return mimetypes.guess_type(self.name)[0] if self.name else None

    @property
    def base64(self) -> str:
        return base64.b64encode(self.data).decode("ascii")


def image_part(source: Source, *, detail: str | None = None, media_type: str | None = None) -> ImagePartParam:
    """Return an image for the model to look at.

    Args:
        source: its address, which the vendor fetches, or where its bytes are.
        detail: how closely to look: `auto`, `low`, `high`, or what else the vendor knows.
        media_type: such as `image/png`; by default, what its first bytes or else its name say.

    Raises:
        EGPError: there are no bytes, or nothing tells what type of image they are.
        OSError: the file cannot be read.
    """
    if _is_address(source):
        url = source
    else:
        content = _read(source)
        found = media_type or content.media_type
        if found is None or not found.startswith("image/"):
            raise EGPError(_unknown("image", found, "media_type='image/…'"))
        url = f"data:{found};base64,{content.base64}"
    part: ImagePartParam = {"type": "image_url", "image_url": {"url": url}}
    if detail is not None:
        part["image_url"] = {"url": url, "detail": detail}
    return part


def audio_part(source: Source, *, format: str | None = None) -> AudioPartParam:  # noqa: A002 - the field's name
    """Return a recording for the model to listen to.

    Args:
        source: where its bytes are. Requests carry recordings themselves, so an address is refused.
        format: `wav`, `mp3`, or what else the vendor knows; by default, what its first bytes or else its name
            say.

    Raises:
        EGPError: the source is an address, there are no bytes, or nothing tells their format.
        OSError: the file cannot be read.
    """
    if _is_address(source):
        raise EGPError("requests carry recordings themselves: pass the path or the bytes, not an address")
    content = _read(source)
    if format is None:
        found = content.media_type
        if found is None or not found.startswith("audio/"):
            raise EGPError(_unknown("recording", found, "format='wav'"))
        subtype = found.removeprefix("audio/")
        format = _FORMATS.get(subtype, subtype)  # noqa: A001 - the same
    return {"type": "input_audio", "input_audio": {"data": content.base64, "format": format}}


def file_part(source: Source, *, filename: str | None = None, media_type: str | None = None) -> FilePartParam:
    """Return a file for the model to read, such as a PDF. It is sent along as a `data:` URL.

    Args:
        source: where its bytes are. Requests carry files themselves, so an address is refused.
        filename: its name for the model; by default, that of the path or open file. Needed for bytes.
        media_type: such as `application/pdf`; by default, what its first bytes or else its name say, or
            `application/octet-stream`.

    Raises:
        EGPError: the source is an address, there are no bytes, or they have no name.
        OSError: the file cannot be read.
    """
    if _is_address(source):
        raise EGPError("requests carry files themselves: pass the path or the bytes, not an address")
    content = _read(source)
    name = filename or content.name
    if name is None:
        raise EGPError("a file needs a name: pass filename=…")
    found = media_type or content._replace(name=name).media_type or "application/octet-stream"
    return {"type": "file", "file": {"filename": name, "file_data": f"data:{found};base64,{content.base64}"}}


def tool_arguments(call: FunctionToolCall | FunctionCall | Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a tool call by name, whether the server sends them as text or as an object.

    Args:
        call: a call of an answer, or its `function`, as a model or as a dict.

    Raises:
        EGPError: the arguments are not a JSON object; models do not always write what they should.
    """
    given = as_object(call) or {}
    function = as_object(given.get("function", given)) or {}
    arguments: Any = function.get("arguments")
    try:
        read = json.loads(arguments) if isinstance(arguments, str) else arguments
    except (ValueError, RecursionError) as error:
        raise EGPError(f"the arguments of {function.get('name')!r} are not JSON: {error}") from None
    if not is_object(read):
        raise EGPError(f"the arguments of {function.get('name')!r} are not a JSON object: {read!r}")
    return read


def _is_address(source: Source) -> TypeGuard[str]:
    return isinstance(source, str) and source[:8].lower().startswith(_ADDRESSES)


def _read(source: Source) -> _Content:
    if isinstance(source, (bytes, bytearray, memoryview)):
        content = _Content(bytes(source), None)
    elif isinstance(source, (str, os.PathLike)):
        path = Path(source)
        content = _Content(path.read_bytes(), path.name)
    elif hasattr(source, "read"):
        name = getattr(source, "name", None)
        read = cast("bytes | str", source.read())
        if isinstance(read, str):
            raise EGPError("the file is open for reading text: open it with mode 'rb'")
        content = _Content(read, Path(name).name if isinstance(name, str) else None)
    else:
        raise EGPError(f"source must be a path, bytes or an open file, got {type(source).__name__}")
    if not content.data:
        raise EGPError("the source is empty: it has no bytes")
    return content


def _unknown(what: str, found: str | None, remedy: str) -> str:
    seems = f"seems to be {found}" if found else "is of no type that its bytes or name tell"
    return f"the {what} {seems}: pass {remedy} if it is one"
