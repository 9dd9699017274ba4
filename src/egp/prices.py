"""What answers cost: list prices, or a table of your own.

The amounts are estimates: what an account pays may differ from the list.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from egp._extras import missing_extra
from egp._loading import LOADING, load
from egp.errors import EGPError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from egp.usage import Usage

__all__ = ["ListPrices", "Price", "PriceTable", "Prices"]

_MILLION = Decimal(1_000_000)


class Prices(Protocol):
    """Knows the price of an answer: a `PriceTable`, `ListPrices`, or a class of your own."""

    def price(
        self,
        model: str,
        usage: Usage,
        *,
        at: datetime.datetime | None = None,
        service_tier: str | None = None,
    ) -> Decimal | None:
        """Return what one answer cost; None where that is not known.

        Args:
            model: the model as it was asked for, such as `openai/gpt-4o`.
            usage: the tokens of the one answer.
            at: when the answer was given; None is now.
            service_tier: the service tier that the answer names, such as `flex`.
        """
        ...


def _amount(value: Decimal | str | int) -> Decimal:
    if isinstance(value, float):
        raise TypeError(f"a price is a Decimal, a str or an int, not the float {value}: write it as a str")
    try:
        amount = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise EGPError(f"a price is a number that is not negative, such as '0.15', and not {value!r}")
    return amount


def _amount_or_none(value: Decimal | str | int | None) -> Decimal | None:
    return None if value is None else _amount(value)


@frozen
class Price:
    """The price of a model per million tokens, in the currency of your choice.

    Tokens that have no price of their own cost what the kind that they belong to costs.

    Raises:
        EGPError: an amount is no number, or a negative one.
        TypeError: an amount is a float, which is not the number that was written.
    """

    input: Decimal = field(converter=_amount)
    """Tokens of the prompt."""
    output: Decimal = field(converter=_amount)
    """Tokens of the answer."""
    cached_input: Decimal | None = field(default=None, converter=_amount_or_none)
    """Tokens of the prompt that were found in the vendor's cache."""
    cache_write: Decimal | None = field(default=None, converter=_amount_or_none)
    """Tokens of the prompt that were written to the vendor's cache."""
    input_audio: Decimal | None = field(default=None, converter=_amount_or_none)
    """Tokens of speech in the prompt."""
    output_audio: Decimal | None = field(default=None, converter=_amount_or_none)
    """Tokens of speech in the answer."""

    def of(self, usage: Usage) -> Decimal:
        """Return what tokens cost."""
        amount = usage.input_tokens * self.input + usage.output_tokens * self.output
        for tokens, own, usual in (
            (usage.cached_tokens, self.cached_input, self.input),
            (usage.cache_write_tokens, self.cache_write, self.input),
            (usage.input_audio_tokens, self.input_audio, self.input),
            (usage.output_audio_tokens, self.output_audio, self.output),
        ):
            if own is not None:
                # They are among the tokens counted above.
                amount += tokens * (own - usual)
        return amount / _MILLION


def checked_prices(name: str, prices: Prices | None) -> Prices | None:
    """Return what knows prices, or raise an `EGPError` where it does not."""
    if prices is not None and not callable(getattr(prices, "price", None)):
        raise EGPError(f"{name} must have a method price, as PriceTable has, got {type(prices).__name__}")
    return prices


def price_of_answer(
    prices: Prices, model: str, usage: Usage, *, at: datetime.datetime | None = None, service_tier: str | None
) -> Decimal | None:
    """Return what an answer cost; None where that is not known, or where `prices` fails, which is logged.

    An answer that was paid for is not lost for want of its price.
    """
    try:
        return prices.price(model, usage, at=at, service_tier=service_tier)
    except Exception:  # noqa: BLE001  # logged, by a logger that ruff does not know
        load("logging").getLogger("egp").exception("the price of an answer of %s could not be told", model)
        return None


class PriceTable:
    """Your own prices, by the name of the model as it is asked for.

    Args:
        prices: a price for each model.
        otherwise: what knows the price of a model that is not in the table, such as `ListPrices()`.

    Raises:
        EGPError: a price is no `Price`.
    """

    def __init__(self, prices: Mapping[str, Price], otherwise: Prices | None = None) -> None:
        self._prices = dict(prices)
        for model, price in self._prices.items():
            if not isinstance(price, Price):  # pyright: ignore[reportUnnecessaryIsInstance]  # from the program
                raise EGPError(
                    f"the price of {model} must be an egp.prices.Price, got {type(price).__name__}"
                )
        self._otherwise = checked_prices("otherwise", otherwise)

    def price(
        self,
        model: str,
        usage: Usage,
        *,
        at: datetime.datetime | None = None,
        service_tier: str | None = None,
    ) -> Decimal | None:
        """See `Prices`."""
        own = self._prices.get(model)
        if own is not None:
            return own.of(usage)
        if self._otherwise is None:
            return None
        return self._otherwise.price(model, usage, at=at, service_tier=service_tier)


class ListPrices:
    """The vendors' list prices in US dollars, as genai-prices knows them; needs the extra `cost`.

    They come with the package genai-prices, and are as old as the version that is installed. The vendor is
    the part of the model's name before the first slash.

    Raises:
        EGPError: the extra is not installed.
    """

    def __init__(self) -> None:
        # At once: the first price is asked for when an answer has come, and was paid for.
        if find_spec("genai_prices") is None:
            raise missing_extra("genai_prices", "cost", "list prices")

    def price(
        self,
        model: str,
        usage: Usage,
        *,
        at: datetime.datetime | None = None,
        service_tier: str | None = None,
    ) -> Decimal | None:
        """See `Prices`."""
        with LOADING:
            from genai_prices import Usage as Tokens
            from genai_prices import calc_price

        vendor, slash, name = model.partition("/")
        kinds = {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cache_read_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
            "input_audio_tokens": usage.input_audio_tokens,
            "output_audio_tokens": usage.output_audio_tokens,
        }
        try:
            calculated = calc_price(
                Tokens(**{kind: tokens for kind, tokens in kinds.items() if tokens}),
                model_ref=name if slash else model,
                provider_id=vendor if slash else None,
                genai_request_timestamp=at,
                price_context={"service_tier": service_tier} if service_tier else None,
            )
        except (LookupError, ValueError):
            # A model that is not listed, or counts that cannot be right.
            return None
        return calculated.total_price
