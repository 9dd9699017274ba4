"""Models: `client.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from egp._async.signatures import AsyncList
from egp._models import ModelList, model_list

if TYPE_CHECKING:
    from egp._async.session import AsyncSession

__all__ = ["AsyncModels"]


class AsyncModels(AsyncList[ModelList]):
    """`client.models`."""

    __slots__ = ("_session",)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def _list(self, keywords: dict[str, Any]) -> ModelList:
        response = await self._session.calls.models("list", keywords)
        return model_list(response.parse())
