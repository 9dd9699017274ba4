"""The models that the server offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODELS = (
    ("claude-haiku-4", "chat_completion", "anthropic", "available"),
    ("claude-sonnet-4", "chat_completion", "anthropic", "available"),
    ("command-r-plus", "chat_completion", "cohere", "unavailable"),
    ("gemini-2.5-pro", "chat_completion", "gemini", "available"),
    ("gpt-3.5-turbo-instruct", "completion", "openai", "available"),
    ("gpt-4o", "chat_completion", "openai", "available"),
    ("gpt-4o-mini", "chat_completion", "openai", "available"),
    ("grok-3", "chat_completion", "xai", "unknown"),
    ("llama-3-70b-instruct", "generic", "llmengine", None),
)


def page(query: Mapping[str, str]) -> dict[str, Any]:
    """Return the page of models that the query asks for. The cursors are names, with or without vendor."""
    models = [_model(*row) for row in _MODELS]
    if "model_vendor" in query:
        models = [model for model in models if model["model_vendor"] == query["model_vendor"]]
    field = query.get("sort_by", "model_name")
    models.sort(key=lambda model: str(model.get(field, "")), reverse=query.get("sort_order") == "desc")
    places = {name: place for place, model in enumerate(models) for name in _names(model)}
    start = places.get(query.get("starting_after", ""), -1) + 1
    end = places.get(query.get("ending_before", ""), len(models))
    limit = max(int(query.get("limit", len(models))), 0)
    if "ending_before" in query and "starting_after" not in query:
        start = max(end - limit, 0)
    return {"object": "list", "items": models[start : min(end, start + limit)]}


def _model(name: str, kind: str, vendor: str, availability: str | None) -> dict[str, str]:
    model = {"model_name": name, "model_type": kind, "model_vendor": vendor}
    return model if availability is None else {**model, "model_availability": availability}


def _names(model: Mapping[str, str]) -> tuple[str, str]:
    return model["model_name"], f"{model['model_vendor']}/{model['model_name']}"
