"""The look over all input before the first request is sent: what is to do, and what cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from egp.bulk import _request
from egp.bulk._ids import DONE, FAILED, SEEN, IdTable, pack, state_of
from egp.bulk._request import UnusableError, digest_of
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from egp.bulk._input import Input
    from egp.bulk._output_line import Written

__all__ = ["Changed", "Fault", "InvalidInputError", "Plan", "scan"]

TO_DO, IS_DONE, HAS_FAILED, IS_INVALID = 0, 1, 2, 3

Changed = Literal["refuse", "redo", "keep"]
"""What to do about a request whose body has changed since its answer was written."""

_SHOWN = 100
_TWINS = 10_000


class Fault(NamedTuple):
    """A line of input that cannot be sent."""

    where: str
    """File and line."""
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class InvalidInputError(EGPError):
    """Lines of the input cannot be sent; `faults` has the first hundred, `count` says how many there are."""

    def __init__(self, faults: tuple[Fault, ...], count: int) -> None:
        lines = "".join(f"\n  {fault}" for fault in faults[:10])
        more = f"\n  and {count - 10} more" if count > 10 else ""
        noun = "line" if count == 1 else "lines"
        super().__init__(
            f"{count} {noun} of the input cannot be sent; nothing was.{lines}{more}\n"
            "Mend them, or leave them out with skip_invalid (--skip-invalid)."
        )
        self.faults = faults
        self.count = count


class Plan(NamedTuple):
    """What a run has to do."""

    states: bytearray
    """By the number of the line, less one: to do, done, failed before, or invalid."""
    to_do: int
    done: int
    failed: int
    """Failed before, and not to be asked again."""
    invalid: int
    faults: tuple[Fault, ...]
    """The first hundred."""
    models: tuple[str, ...]
    tokens: int
    """An estimate of the prompts to be sent."""
    foreign: int
    """Lines of output whose ids are not in the input."""
    drops: Callable[[Written], bool] | None
    """Which lines of output are to go, since their requests are asked again; None where all stay."""


def scan(
    source: Input,
    written: Callable[[], Iterable[Written]],
    *,
    changed: Changed = "refuse",
    retry_failed: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Plan:
    """Read all input, and what has been written, and return what there is to do.

    Raises:
        EGPError: a file cannot be read, or a body has changed under an id that has its answer.
    """
    salt = 0
    while True:
        scanning = _Scan(salt, changed, retry_failed)
        scanning.read_written(written())
        scanning.read_input(source, progress)
        if scanning.tell_twins_apart(source):
            return scanning.plan()
        # Two different ids had the same hash: that is about as likely as a broken disk.
        salt += 1


class _Scan:
    def __init__(self, salt: int, changed: Changed, retry_failed: bool) -> None:
        self._ids = IdTable(salt)
        self._changed = changed
        self._retry_failed = retry_failed
        self._states = bytearray()
        self._counts = [0, 0, 0, 0]
        self._faults: list[Fault] = []
        self._models: dict[str, None] = {}
        self._tokens = 0
        self._written = 0
        self._met = 0
        self._redone: set[int] = set()
        self._repeated = 0
        self._twins: dict[int, list[tuple[str, str]]] = {}
        self._twin_lines = 0

    def read_written(self, entries: Iterable[Written]) -> None:
        ids = self._ids
        for entry in entries:
            self._written += 1
            key = ids.key(entry.custom_id)
            before = ids.get(key)
            if before and before & DONE:
                continue
            ids.set(key, pack(entry.digest, DONE if entry.is_success else FAILED))

    def read_input(self, source: Input, progress: Callable[[int], None] | None) -> None:
        for line in source.lines():
            try:
                request = _request.read(line.text, line.number)
            except UnusableError as error:
                self._fault(line.where, error.message)
                continue
            key = self._ids.key(request.custom_id)
            value = self._ids.get(key)
            if value & SEEN:
                self._twin(key, line.where, request.custom_id)
                continue
            digest = digest_of(request)
            self._add(self._state(value, digest, request.custom_id, line.where))
            self._ids.set(key, value | SEEN if value else pack(digest, SEEN))
            if self._states[-1] == TO_DO:
                self._tokens += request.prompt_tokens
                if len(self._models) < 1000:
                    self._models[request.model] = None
            if progress is not None and not line.number & 0x3FF:
                progress(line.number)

    def tell_twins_apart(self, source: Input) -> bool:
        """Note ids that are there twice. Returns False if different ids were taken for one another."""
        if not self._twins:
            return True
        first: dict[int, tuple[str, str]] = {}
        for line in source.lines():
            try:
                custom_id = _request.read(line.text, line.number).custom_id
            except UnusableError:
                continue
            key = self._ids.key(custom_id)
            if key in self._twins and key not in first:
                first[key] = (line.where, custom_id)
        for key, twins in self._twins.items():
            place, custom_id = first[key]
            for where, other in twins:
                if other != custom_id:
                    return False
                self._note(where, f"custom_id {other!r} is that of {place}, too")
        return True

    def plan(self) -> Plan:
        counts = self._counts
        return Plan(
            self._states,
            counts[TO_DO],
            counts[IS_DONE],
            counts[HAS_FAILED],
            counts[IS_INVALID],
            tuple(self._faults),
            tuple(self._models),
            self._tokens,
            self._written - self._met,
            self._drops if self._redone or self._repeated else None,
        )

    def _drops(self, written: Written) -> bool:
        if written.digest in self._redone:
            return True
        is_repeated = self._retry_failed and not written.is_success
        return is_repeated and bool(self._ids.get(self._ids.key(written.custom_id)) & SEEN)

    def _state(self, value: int, digest: int, custom_id: str, where: str) -> int:
        if not value & (DONE | FAILED):
            return TO_DO
        self._met += 1
        known, _ = state_of(value)
        if known and known != digest:
            if self._changed == "redo":
                self._redone.add(known)
                return TO_DO
            if self._changed == "refuse":
                raise EGPError(
                    f"{where}: the body under custom_id {custom_id!r} is not the one whose answer has been"
                    " written. Give it another id, or say changed='redo' to ask again or changed='keep' to"
                    " keep the old answer (--changed redo, --changed keep)."
                )
        if not value & FAILED:
            return IS_DONE
        if not self._retry_failed:
            return HAS_FAILED
        self._repeated += 1
        return TO_DO

    def _add(self, state: int) -> None:
        self._states.append(state)
        self._counts[state] += 1

    def _twin(self, key: int, where: str, custom_id: str) -> None:
        self._add(IS_INVALID)
        self._twin_lines += 1
        if self._twin_lines <= _TWINS:
            self._twins.setdefault(key, []).append((where, custom_id))

    def _fault(self, where: str, message: str) -> None:
        self._add(IS_INVALID)
        self._note(where, message)

    def _note(self, where: str, message: str) -> None:
        if len(self._faults) < _SHOWN:
            self._faults.append(Fault(where, message))
