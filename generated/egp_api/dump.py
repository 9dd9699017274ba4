"""Models as dicts in the manner of pydantic, for `model_dump` and its kin."""

import json
from collections.abc import Mapping
from typing import Any, TypeGuard

from .types import JSONObject, encode


def dump(
    model: JSONObject[Any], mode: str, include: Any, exclude: Any, *, exclude_unset: bool, exclude_none: bool
) -> dict[str, Any]:
    """Return the fields of a model and of all within it, as `JSONObject.model_dump` says."""
    dumped: dict[str, Any] = {}
    present = vars(model)
    for key in (*model._names, *(key for key in present if key not in model._names)):  # noqa: SLF001 - of this package
        value = present.get(key)
        if (value is None and (exclude_none or (exclude_unset and key not in present))) or not (
            _is_included(key, include) and not _is_excluded(key, exclude)
        ):
            continue
        dumped[key] = _value(
            value,
            mode,
            _within(include, key),
            _within(exclude, key),
            exclude_unset=exclude_unset,
            exclude_none=exclude_none,
        )
    return dumped


def _value(value: Any, mode: str, include: Any, exclude: Any, **kept: bool) -> Any:
    if _is_model(value):
        return dump(value, mode, include, exclude, **kept)
    if _is_list(value):
        return [
            _value(item, mode, _within(include, place), _within(exclude, place), **kept)
            for place, item in enumerate(value)
            if _is_included(place, include) and not _is_excluded(place, exclude)
        ]
    if _is_mapping(value):
        return {key: _value(item, mode, None, None, **kept) for key, item in value.items()}
    return encode(value) if mode == "json" else value


def _is_included(key: str | int, include: Any) -> bool:
    return include is None or include is True or include is ... or key in include or "__all__" in include


def _is_excluded(key: str | int, exclude: Any) -> bool:
    """Whether all of it is left out; a mapping may say so of a part."""
    if exclude is None:
        return False
    if _is_mapping(exclude):
        return any(exclude.get(each) in (True, ...) for each in (key, "__all__"))
    return key in exclude or "__all__" in exclude


def _within(rule: Any, key: str | int) -> Any:
    """Return what a rule says of the inside of a field or an item."""
    if not _is_mapping(rule):
        return None
    inside = rule.get(key, rule.get("__all__"))
    return None if inside is True or inside is ... else inside


def _is_model(value: object) -> TypeGuard[JSONObject[Any]]:
    return isinstance(value, JSONObject)


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, (list, tuple))


def text(value: Any, indent: int | None) -> str:
    """Return JSON text, compact unless it is indented."""
    separators = (",", ":") if indent is None else None
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
