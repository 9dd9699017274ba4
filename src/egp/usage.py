"""What calls use: requests, tokens by kind and by model, retries, and what they cost.

    meter = UsageMeter(prices=ListPrices())
    client = Client(usage=meter)
    …
    print(meter.total.input_tokens, meter.total.cost)

A client counts nothing unless it is given a meter.
"""

from __future__ import annotations

import contextlib
import datetime
from collections import deque
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import evolve, fields, frozen
from egp_api.types import JSONObject

from egp._core.json_types import is_array, is_object
from egp._core.token_counts import token_counts
from egp._loading import wait_before_forks
from egp.errors import APIError, EGPError
from egp.prices import checked_prices, price_of_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from egp_api.models import ChatCompletion, CompletionUsage

    from egp._responses import RawResponse
    from egp._stream import BaseStream
    from egp.prices import Prices

__all__ = ["ModelKey", "Usage", "UsageMeter", "usage_of"]

_CHARACTERS_PER_TOKEN = 4  # of English text, for the usual tokenizers
_MANY_PENDING = 100

# Held while a meter adds up. One for all meters, since a fork waits for it: what the child has is whole.
_ADDING = Lock()
wait_before_forks(_ADDING)

# Keys of a message whose text the model did not write.
_NOT_WRITTEN = frozenset(("role", "id", "type", "audio"))


class ModelKey(NamedTuple):
    """What usage is counted by."""

    model: str
    """The model as it was asked for."""
    service_tier: str | None
    """The service tier that the answer names, such as `flex`; None where it names none."""


@frozen
class Usage:
    """Counts of requests and tokens. They add: `a + b`.

    Kinds of tokens are parts of `input_tokens` and `output_tokens`, not additions to them.
    """

    requests: int = 0
    """Answers received, whole ones and streams that came to their end."""
    requests_without_usage: int = 0
    """Those of them for which the service reported no usage, or only a part: their tokens are missing."""
    failures: int = 0
    """Calls that ended with an error. What they cost, if anything, is not known."""
    retries: int = 0
    """Attempts after the first, of all calls. A service may bill some of them."""
    input_tokens: int = 0
    """Tokens of the prompts."""
    cached_tokens: int = 0
    """Those of them that were found in the vendor's cache."""
    cache_write_tokens: int = 0
    """Those of them that were written to the vendor's cache."""
    input_audio_tokens: int = 0
    """Those of them that are speech."""
    output_tokens: int = 0
    """Tokens of the answers."""
    reasoning_tokens: int = 0
    """Those of them that are reasoning."""
    output_audio_tokens: int = 0
    """Those of them that are speech."""
    accepted_prediction_tokens: int = 0
    """Those of them that a prediction in the request had right."""
    rejected_prediction_tokens: int = 0
    """Those of them that a prediction had wrong."""
    aborted_streams: int = 0
    """Streams that ended before they reported their usage. Their tokens are only in the estimate."""
    estimated_output_tokens: int = 0
    """Tokens of what came of aborted streams, at four characters each. Part of no other count."""
    known_cost: Decimal = Decimal(0)
    """What the answers cost whose price is known."""
    unpriced_requests: int = 0
    """Answers and aborted streams whose price is not known."""

    @property
    def total_tokens(self) -> int:
        """Tokens of prompts and answers together."""
        return self.input_tokens + self.output_tokens

    @property
    def tokens_are_known(self) -> bool:
        """Whether the tokens of all answers are counted here."""
        return not self.requests_without_usage

    @property
    def cost(self) -> Decimal | None:
        """What all of it cost; None where the price of any part is not known."""
        return None if self.unpriced_requests else self.known_cost

    def __add__(self, other: object) -> Usage:
        if not isinstance(other, Usage):
            return NotImplemented
        return Usage(*(getattr(self, name) + getattr(other, name) for name in _NAMES))


_NAMES = tuple(attribute.name for attribute in fields(Usage))


def usage_of(reported: CompletionUsage | Mapping[str, Any] | None) -> Usage:
    """Return the counts of one answer, from its field `usage`.

    What is absent, null or no count is not known: the answer counts among `requests_without_usage` if the
    tokens of its prompt or of its text are not known, and other kinds of tokens are 0.
    """
    if isinstance(reported, JSONObject):
        reported = reported.to_dict()
    # Any: the names are those of fields that are whole numbers.
    counts: Any = token_counts(reported)
    is_known = "input_tokens" in counts and "output_tokens" in counts
    return Usage(requests=1, requests_without_usage=int(not is_known), **counts)


class UsageMeter:
    """Counts what calls use, for one client or many: threads, tasks and event loops may share it.

    Meters of other processes are pickled and added: `total = ours + theirs`.

    Args:
        prices: what knows the price of an answer, `ListPrices()` or a `PriceTable`. None, the default, is no
            price: every answer counts as unpriced. So does one for which `prices` raises, which is logged.
    """

    def __init__(self, prices: Prices | None = None) -> None:
        self._prices = checked_prices("prices", prices)
        self._counted: dict[ModelKey, Usage] = {}
        # Still to be added up: the garbage collector, which may count a stream, may take no lock.
        self._pending: deque[tuple[ModelKey, Usage]] = deque()
        self._parent: UsageMeter | None = None

    def part(self) -> UsageMeter:
        """Return a new meter, what it counts being counted here too: for one job out of many.

        Give it to a copy of the client: `client.with_options(usage=meter.part())`.
        """
        part = UsageMeter(self._prices)
        part._parent = self  # of the same class
        return part

    @property
    def total(self) -> Usage:
        """All that was counted."""
        return sum(self._copy().values(), Usage())

    @property
    def by_model(self) -> dict[str, Usage]:
        """What was counted, by the name of the model as it was asked for."""
        models: dict[str, Usage] = {}
        for key, usage in self._copy().items():
            models[key.model] = models.get(key.model, Usage()) + usage
        return models

    @property
    def by_key(self) -> dict[ModelKey, Usage]:
        """What was counted, by model and service tier."""
        return self._copy()

    def reset(self) -> UsageMeter:
        """Return what was counted as a meter of its own, and begin again from nothing."""
        taken = UsageMeter(self._prices)
        with _ADDING:
            self._add_up()
            taken._counted, self._counted = self._counted, {}
        return taken

    def add(self, model: str, usage: Usage, *, service_tier: str | None = None) -> None:
        """Count usage that comes from elsewhere.

        Raises:
            EGPError: it is no `Usage`; `usage_of` makes one of what a completion reports.
        """
        if not isinstance(usage, Usage):  # pyright: ignore[reportUnnecessaryIsInstance]  # from users
            raise EGPError(f"usage must be an egp.usage.Usage, got {type(usage).__name__}: pass usage_of(…)")
        self._pending.append((ModelKey(model, service_tier), usage))
        if len(self._pending) > _MANY_PENDING and _ADDING.acquire(blocking=False):
            try:
                self._add_up()
            finally:
                _ADDING.release()
        if self._parent is not None:
            self._parent.add(model, usage, service_tier=service_tier)

    def record_answer(self, completion: ChatCompletion, *, model: str, retries: int = 0) -> None:
        """Count one answer: a whole one, or a stream that came to its end.

        Args:
            completion: the answer.
            model: the model as it was asked for.
            retries: attempts after the first that the answer took.
        """
        usage = usage_of(completion.usage or None)
        tier = completion.service_tier or None
        cost = self._cost(model, usage, completion.created, tier) if usage.tokens_are_known else None
        self.add(model, _priced(usage, cost, retries), service_tier=tier)

    def record_response(self, response: RawResponse[ChatCompletion], *, model: str) -> None:
        """Count the answer in a response, or a failure where it has none that can be read."""
        retries = max(len(response.attempts) - 1, 0)
        try:
            completion = response.parse()
        except APIError:
            # Whoever asks for the answer gets the error.
            self.record_failure(model=model, retries=retries)
            return
        self.record_answer(completion, model=model, retries=retries)

    def record_stream(self, stream: BaseStream[Any, Any], *, model: str) -> None:
        """Count a stream that is closed: at its end, or before."""
        record = self.record_answer if stream.is_ended else self.record_aborted
        record(stream.partial(), model=model, retries=max(len(stream.attempts) - 1, 0))

    def record_aborted(self, completion: ChatCompletion | None, *, model: str, retries: int = 0) -> None:
        """Count a stream that ended before it reported its usage, by what came of it.

        Its tokens are estimated; the usage counts as unknown, and so does the price.
        """
        if completion is not None and completion.usage:
            # The usage came, and the end did not.
            self.record_answer(completion, model=model, retries=retries)
            return
        estimate = 0 if completion is None else -(-_characters(completion) // _CHARACTERS_PER_TOKEN)
        usage = Usage(aborted_streams=1, estimated_output_tokens=estimate)
        self.add(model, _priced(usage, None, retries))

    def record_failure(self, *, model: str, retries: int = 0) -> None:
        """Count a call that ended with an error."""
        self.add(model, Usage(failures=1, retries=retries))

    def __add__(self, other: object) -> UsageMeter:
        if not isinstance(other, UsageMeter):
            return NotImplemented
        both = UsageMeter(self._prices)
        for meter in (self, other):
            for key, usage in meter.by_key.items():
                both.add(key.model, usage, service_tier=key.service_tier)
        return both

    def __repr__(self) -> str:
        total = self.total
        return f"<UsageMeter {total.requests} requests, {total.total_tokens} tokens>"

    def __getstate__(self) -> dict[str, Any]:
        return {"_prices": self._prices, "_counted": self._copy()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _pending=deque(), _parent=None)

    def _copy(self) -> dict[ModelKey, Usage]:
        with _ADDING:
            self._add_up()
            return dict(self._counted)

    def _add_up(self) -> None:
        while self._pending:
            key, usage = self._pending.popleft()
            self._counted[key] = self._counted.get(key, Usage()) + usage

    def _cost(self, model: str, usage: Usage, created: object, tier: str | None) -> Decimal | None:
        if self._prices is None:
            return None
        at = None
        if isinstance(created, int):
            with contextlib.suppress(ValueError, OverflowError, OSError):
                at = datetime.datetime.fromtimestamp(created, datetime.UTC)
        return price_of_answer(self._prices, model, usage, at=at, service_tier=tier)


def _priced(usage: Usage, cost: Decimal | None, retries: int) -> Usage:
    return evolve(
        usage, retries=retries, known_cost=cost or Decimal(0), unpriced_requests=1 if cost is None else 0
    )


def _characters(completion: ChatCompletion) -> int:
    """Return how much text there is in an answer: content, refusals, reasoning, names and arguments."""
    return sum(_text_in(choice.message.to_dict()) for choice in completion.choices)


def _text_in(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if is_object(value):
        return sum(_text_in(each) for key, each in value.items() if key not in _NOT_WRITTEN)
    return sum(_text_in(each) for each in value) if is_array(value) else 0
