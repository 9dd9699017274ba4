# Made by scripts/unasync from src/egp/_async/models.py: edit that file, then run the script.
"""Models: `client.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from egp._models import ModelList, model_list
from egp._sync.signatures import List

if TYPE_CHECKING:
    from egp._sync.session import Session

__all__ = ["Models"]


class Models(List[ModelList]):
    """`client.models`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def _list(self, keywords: dict[str, Any]) -> ModelList:
        response = self._session.calls.models("list", keywords)
        return model_list(response.parse())
