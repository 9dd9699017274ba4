"""The field `usage` of an answer: the counts in it, and the sum of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from egp._core.json_types import is_number, is_object

__all__ = ["add_usage", "token_counts"]

_TOO_MANY = 2**53
_PROMPT, _ANSWER = "prompt_tokens_details", "completion_tokens_details"
# Where each count stands; Anthropic's names, which gateways pass on, are at the top.
_PLACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "input_tokens": (("prompt_tokens",),),
    "cached_tokens": ((_PROMPT, "cached_tokens"), ("cache_read_input_tokens",)),
    "cache_write_tokens": ((_PROMPT, "cache_creation_tokens"), ("cache_creation_input_tokens",)),
    "input_audio_tokens": ((_PROMPT, "audio_tokens"),),
    "output_tokens": (("completion_tokens",),),
    "reasoning_tokens": ((_ANSWER, "reasoning_tokens"),),
    "output_audio_tokens": ((_ANSWER, "audio_tokens"),),
    "accepted_prediction_tokens": ((_ANSWER, "accepted_prediction_tokens"),),
    "rejected_prediction_tokens": ((_ANSWER, "rejected_prediction_tokens"),),
}


def token_counts(usage: Any) -> dict[str, int]:
    """Return the counts of a `usage`, as JSON, by the names of the fields of `egp.usage.Usage`.

    A count that is absent, null or no count is left out; all of them are where `usage` is no object. Where
    the tokens of the prompt or of the answer are missing, they are the rest of the total.
    """
    counts: dict[str, int] = {}
    for name, places in _PLACES.items():
        found = [count for place in places if (count := _count(_at(usage, place))) is not None]
        if found:
            counts[name] = max(found)
    total = _count(_at(usage, ("total_tokens",)))
    if total is not None:
        for missing, other in (("input_tokens", "output_tokens"), ("output_tokens", "input_tokens")):
            if missing not in counts and other in counts:
                counts[missing] = max(total - counts[other], 0)
    return counts


def _at(usage: object, place: tuple[str, ...]) -> object:
    value = usage
    for name in place:
        value = cast("Mapping[str, Any]", value).get(name) if isinstance(value, Mapping) else None
    return value


def _count(value: object) -> int | None:
    if not is_number(value) or value < 0:
        return None
    # Some servers write 12.0; infinity and NaN are no counts.
    return int(value) if value == value // 1 and value < _TOO_MANY else None


def add_usage(total: dict[str, Any] | None, usage: Any) -> dict[str, Any] | None:
    """Return the sum of two usages, as JSON and at any depth; None where there is neither."""
    if not is_object(usage):
        return total
    summed = dict(total or {})
    for key, value in usage.items():
        old = summed.get(key)
        if is_object(value):
            summed[key] = add_usage(old if is_object(old) else None, value)
        elif is_number(value):
            summed[key] = value + (old if is_number(old) else 0)
        elif old is None:
            summed[key] = value
    return summed
