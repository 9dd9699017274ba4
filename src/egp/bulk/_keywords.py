"""The options of a run, for type checkers and readers: not loaded at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from egp.bulk._progress import Snapshot
    from egp.prices import Prices

__all__ = ["RunKeywords"]


class RunKeywords(TypedDict, total=False):
    """Options of `egp.bulk.run` and `egp.bulk.arun`."""

    max_concurrency: int
    """The most requests in flight at once, 200 by default. The run finds out how many the service takes."""
    rpm: float | None
    """Requests a minute, for each model; None for what the service allows."""
    tpm: float | None
    """Tokens a minute, for each model, prompts and answers together; None for what the service allows."""
    max_cost: Decimal | str | float | None
    """What this run may cost, in the currency of `prices`: nothing is sent that might go beyond."""
    prices: Prices | None
    """What knows the price of an answer: `egp.prices.PriceTable`, or `ListPrices` of the extra `cost`."""
    deadline: float | None
    """Seconds after which nothing more is sent."""
    grace: float
    """Seconds that requests in flight have after the deadline, 60 by default."""
    max_retries: int
    """How often a request is asked again that fails while others are answered, 5 by default. Refusals by a
    limit, and failures while the service is away, are not counted."""
    patience: float
    """Seconds without any answer after which the run stops, 900 by default; also the longest wait that the
    service may ask for."""
    skip_invalid: bool
    """Leave out lines that cannot be sent, rather than send nothing."""
    changed: Literal["refuse", "redo", "keep"]
    """What to do where the body under an id is not the one whose answer has been written: `refuse` the run
    (the default), `redo` the request, or `keep` the answer."""
    retry_failed: bool
    """Ask again what failed in earlier runs."""
    ordered: bool
    """Put the output in the order of the input, once all is done."""
    progress: bool | Callable[[Snapshot], object] | None
    """Whether to show progress on stderr; None, the default: in a terminal. A function is called with
    snapshots."""
    report: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
    """Files to write the summary to: as JSON or, by the endings `.html` and `.svg`, as a page with curves or
    as the curves alone."""
    handle_signals: bool
    """Whether SIGINT and SIGTERM end the run in an orderly way; by default with `run`, in the main thread."""
