"""What answers cost, as far as prices are known. An estimate: the bill is the service's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from egp.errors import EGPError

__all__ = ["Price", "Prices", "prices_of"]


class Price(NamedTuple):
    """US dollars for a million tokens."""

    input: float
    output: float
    cached_input: float | None = None
    """For tokens of the prompt that came from the service's cache; None: as `input`."""


Prices = Mapping[str, Price]


def prices_of(given: Mapping[str, Price | tuple[float, ...]] | None) -> dict[str, Price]:
    """Return prices by model from what users pass.

    Raises:
        EGPError: a price is no number from 0.
    """
    prices: dict[str, Price] = {}
    for model, price in (given or {}).items():
        parts: Any = tuple(price)
        if len(parts) not in {2, 3}:
            raise EGPError(f"the price of {model} is two numbers, input and output, or three, not {parts!r}")
        made = Price(*parts)
        if not all(part is None or 0 <= part < float("inf") for part in made):
            raise EGPError(f"the price of {model} is dollars for a million tokens, from 0: not {parts!r}")
        prices[model] = made
    return prices


def cost_of(price: Price, prompt: float, answer: float, cached: float = 0) -> float:
    """Return the dollars that tokens cost; `cached` is a part of `prompt`."""
    for_cached = price.input if price.cached_input is None else price.cached_input
    return ((prompt - cached) * price.input + cached * for_cached + answer * price.output) / 1e6
