# Made by scripts/unasync from src/egp/_async/models.py: edit that file, then run the script.
"""Models: `client.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from egp._models import ModelList, model_list

if TYPE_CHECKING:
    from typing import Unpack

    from egp._options import ModelsOptions
    from egp._sync.session import Session

__all__ = ["Models"]


class Models:
    """`client.models`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, **keywords: Unpack[ModelsOptions]) -> ModelList:
        """List the models that can be asked, each with the `id` that `create(model=…)` takes.

        It makes the call of `chat.completions.models`, with its keywords and its errors.
        """
        response = self._session.calls.models(cast("dict[str, Any]", keywords))
        return model_list(response.parse())
