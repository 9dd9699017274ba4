"""What a run has cost so far, and whether one more request may still be paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp.bulk._prices import cost_of

if TYPE_CHECKING:
    from egp.bulk._prices import Prices
    from egp.bulk._request import Request

__all__ = ["Spending"]


class Spending:
    """Dollars spent, and those that requests in flight are thought to cost."""

    __slots__ = ("_most", "_open", "_prices", "spent", "unpriced")

    def __init__(self, prices: Prices, most: float | None) -> None:
        self._prices = prices
        self._most = most
        self._open = 0.0
        self.spent = 0.0
        self.unpriced = 0

    def estimate(self, request: Request, answer_tokens: float) -> float:
        """Return what a request may cost: by the most that its answer may have, where the body says that."""
        price = self._prices.get(request.model)
        if price is None:
            return 0.0
        answer = answer_tokens if request.most_tokens is None else request.most_tokens
        return cost_of(price, request.prompt_tokens, answer)

    def allows(self, estimate: float) -> bool:
        """Whether a request of this estimate may be sent."""
        return self._most is None or self.spent + self._open + estimate <= self._most

    def start(self, estimate: float) -> None:
        """Note that it has been sent."""
        self._open += estimate

    def settle(self, estimate: float) -> None:
        """Note that it has ended."""
        self._open = max(0.0, self._open - estimate)

    def pay(self, model: str, usage: tuple[int, int, int] | None) -> None:
        """Add what an answer cost."""
        price = self._prices.get(model)
        if price is None or usage is None:
            self.unpriced += 1
        else:
            self.spent += cost_of(price, *usage)
