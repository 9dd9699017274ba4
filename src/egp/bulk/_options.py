"""The options of a run, checked."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from egp._core.json_types import is_integer, is_number
from egp.bulk._schedule import Policy
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from egp.bulk._progress import Snapshot
    from egp.bulk._scan import Changed
    from egp.prices import Prices

__all__ = ["Options"]


def _amount(value: Decimal | str | float | None) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise EGPError(f"max_cost must be an amount of money > 0, got {value!r}")
    return amount


@frozen(kw_only=True)
class Options:
    """The options of `run` and `arun`.

    Raises:
        EGPError: a value makes no sense; the message names it.
    """

    max_concurrency: int = 200
    """The most requests in flight at once. The run finds out how many the service takes."""
    rpm: float | None = None
    """Requests a minute, for each model; None for what the service allows."""
    tpm: float | None = None
    """Tokens a minute, for each model, prompts and answers together; None for what the service allows."""
    max_cost: Decimal | None = field(default=None, converter=_amount)
    """What this run may cost, in the currency of `prices`: nothing is sent that might go beyond."""
    prices: Prices | None = None
    """What knows the price of an answer: `egp.prices.PriceTable` or `ListPrices`."""
    deadline: float | None = None
    """Seconds after which nothing more is sent."""
    grace: float = 60.0
    """Seconds that requests in flight have after the deadline."""
    max_retries: int = 5
    """How often a request is asked again that fails while others are answered. Refusals by a limit, and
    failures while the service is away, are not counted."""
    patience: float = 900.0
    """Seconds without any answer after which the run stops; also the longest wait the service may ask for."""
    skip_invalid: bool = False
    """Leave out lines that cannot be sent, rather than send nothing."""
    changed: Changed = "refuse"
    """What to do where the body under an id is not the one whose answer has been written: `refuse` the run,
    `redo` the request, or `keep` the answer."""
    retry_failed: bool = False
    """Ask again what failed in earlier runs."""
    ordered: bool = False
    """Put the output in the order of the input, once all is done."""
    progress: bool | Callable[[Snapshot], object] | None = None
    """Whether to show progress on stderr; None: in a terminal. A function is called with snapshots."""
    report: tuple[Path, ...] = ()
    """Files to write the summary to: as JSON or, by the endings `.html` and `.svg`, as a page with curves or
    as the curves alone."""
    handle_signals: bool = False
    """Whether SIGINT and SIGTERM end the run in an orderly way; only in the main thread."""

    def __attrs_post_init__(self) -> None:
        # Users pass what they like, whatever the types say.
        for name, least in (("max_concurrency", 1), ("max_retries", 0)):
            value: Any = getattr(self, name)
            if not (is_integer(value) and value >= least):
                raise EGPError(f"{name} must be an integer >= {least}, got {value!r}")
        for name in ("rpm", "tpm", "deadline", "patience"):
            value = getattr(self, name)
            if value is not None and not (is_number(value) and 0 < value < float("inf")):
                raise EGPError(f"{name} must be a number > 0, got {value!r}")
        if not (is_number(self.grace) and self.grace >= 0):
            raise EGPError(f"grace must be a number of seconds >= 0, got {self.grace!r}")
        if self.changed not in {"refuse", "redo", "keep"}:
            raise EGPError(f"changed must be 'refuse', 'redo' or 'keep', got {self.changed!r}")
        if self.max_cost is not None and self.prices is None:
            raise EGPError("max_cost needs prices: egp.prices.PriceTable, or ListPrices")

    @property
    def policy(self) -> Policy:
        """The options that the schedule needs."""
        return Policy(self.max_concurrency, self.rpm, self.tpm, self.max_retries, self.patience)
