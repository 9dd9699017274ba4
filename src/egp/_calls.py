"""The calls of `chat.completions`, sync and async: all that both do is in `_asked`.

Apart from `_chat`, so that a client can be made and handed around before anything heavy is loaded.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from egp._asked import created, listed, received
from egp._raw import RawResponse
from egp._stream import AsyncStream, Stream

if TYPE_CHECKING:
    from egp_api.models import ChatModelList

    from egp._client import AsyncClient, Client

__all__ = ["create", "create_async", "models", "models_async"]


def create(client: Client, stream: bool | None, keywords: dict[str, Any]) -> RawResponse[Any]:
    asked = created(client._settings, keywords, streaming=bool(stream))  # noqa: SLF001
    if asked.options is None:
        reply = client._send(asked.call)  # noqa: SLF001
        return RawResponse(reply, partial(received, asked.parse, reply))
    chunks = Stream(client._open(asked.call), asked.parse, asked.options, is_chat=True)  # noqa: SLF001
    chunks.require_events()
    return RawResponse(chunks.reply, lambda: chunks)


def models(client: Client, keywords: dict[str, Any]) -> RawResponse[ChatModelList]:
    asked = listed(keywords)
    reply = client._send(asked.call)  # noqa: SLF001
    return RawResponse(reply, partial(received, asked.parse, reply))


async def create_async(
    client: AsyncClient, stream: bool | None, keywords: dict[str, Any]
) -> RawResponse[Any]:
    asked = created(client._settings, keywords, streaming=bool(stream))  # noqa: SLF001
    if asked.options is None:
        reply = await client._send(asked.call)  # noqa: SLF001
        return RawResponse(reply, partial(received, asked.parse, reply))
    chunks = AsyncStream(await client._open(asked.call), asked.parse, asked.options, is_chat=True)  # noqa: SLF001
    await chunks.require_events()
    return RawResponse(chunks.reply, lambda: chunks)


async def models_async(client: AsyncClient, keywords: dict[str, Any]) -> RawResponse[ChatModelList]:
    asked = listed(keywords)
    reply = await client._send(asked.call)  # noqa: SLF001
    return RawResponse(reply, partial(received, asked.parse, reply))
