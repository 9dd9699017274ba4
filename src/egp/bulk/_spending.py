"""What a run has cost so far, and whether one more request may still be paid for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from egp.errors import EGPError
from egp.prices import checked_prices, price_of_answer
from egp.usage import Usage, usage_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from egp.bulk._request import Request
    from egp.prices import Prices

__all__ = ["Spending"]

_NOTHING = Decimal(0)


class Spending:
    """What was spent, and what requests in flight are thought to cost."""

    __slots__ = ("_most", "_open", "_prices", "spent", "unpriced")

    def __init__(self, prices: Prices | None, most: Decimal | None) -> None:
        self._prices = checked_prices("prices", prices)
        self._most = most
        self._open = _NOTHING
        self.spent = _NOTHING
        self.unpriced = 0
        """Answers whose price is not known, or whose usage."""

    @property
    def has_prices(self) -> bool:
        """Whether costs are counted at all."""
        return self._prices is not None

    def check(self, models: Iterable[str]) -> None:
        """Raise `EGPError` where there is a limit, and a model without a price."""
        if self._prices is None or self._most is None:
            return
        for model in models:
            if self._prices.price(model, Usage(input_tokens=1, output_tokens=1)) is None:
                raise EGPError(f"max_cost needs the price of {model}, which is not known. Nothing was sent.")

    def estimate(self, request: Request, answer_tokens: float) -> Decimal:
        """Return what a request may cost: by the most that its answer may have, where the body says that."""
        if self._prices is None or self._most is None:
            return _NOTHING
        answer = int(answer_tokens) if request.most_tokens is None else request.most_tokens
        usage = Usage(requests=1, input_tokens=request.prompt_tokens, output_tokens=answer)
        return self._prices.price(request.model, usage) or _NOTHING

    def allows(self, estimate: Decimal) -> bool:
        """Return whether a request of this estimate may be sent."""
        return self._most is None or self.spent + self._open + estimate <= self._most

    def start(self, estimate: Decimal) -> None:
        """Note that it has been sent."""
        self._open += estimate

    def settle(self, estimate: Decimal) -> None:
        """Note that it has ended."""
        self._open -= estimate

    def pay(self, model: str, document: Any) -> None:
        """Add what an answer cost, by the usage that it tells."""
        if self._prices is None:
            return
        usage = usage_of(document.get("usage"))
        price = None
        if not usage.requests_without_usage:
            price = price_of_answer(self._prices, model, usage, service_tier=document.get("service_tier"))
        if price is None:
            self.unpriced += 1
        else:
            self.spent += price
