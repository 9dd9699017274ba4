"""Models: `client.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from egp._models import ModelList, model_list

if TYPE_CHECKING:
    from typing import Unpack

    from egp._async.session import AsyncSession
    from egp._options import ModelsOptions

__all__ = ["AsyncModels"]


class AsyncModels:
    """`client.models`."""

    __slots__ = ("_session",)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list(self, **keywords: Unpack[ModelsOptions]) -> ModelList:
        """List the models that can be asked, each with the `id` that `create(model=…)` takes.

        It makes the call of `chat.completions.models`, with its keywords and its errors.
        """
        response = await self._session.calls.models(cast("dict[str, Any]", keywords))
        return model_list(response.parse())
