"""Models that can be asked, as `client.models.list()` gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from egp_api.models import ChatModel, ChatModelList

__all__ = ["Model", "ModelList", "model_list"]


@frozen
class Model:
    """A model that can be asked."""

    id: str
    """What `create(model=…)` takes: `vendor/model`, or the name alone where the service names no vendor."""
    owned_by: str
    """The vendor; empty where the service names none."""
    details: ChatModel = field(repr=False)
    """The model as the service describes it."""
    object: Literal["model"] = "model"


@frozen
class ModelList:
    """The models that can be asked; iterating gives each."""

    data: list[Model]
    """The models."""
    object: Literal["list"] = "list"

    def __iter__(self) -> Iterator[Model]:
        return iter(self.data)


def model_list(models: ChatModelList) -> ModelList:
    """Return the models of an answer of the service, each with its id."""
    return ModelList([_model(each) for each in models.items or ()])


def _model(model: ChatModel) -> Model:
    # Any: the contract has a vendor for every model, and a service may leave it out all the same.
    vendor: Any = model.model_vendor
    if vendor is None:
        return Model(model.model_name, "", model)
    return Model(f"{vendor}/{model.model_name}", str(vendor), model)
