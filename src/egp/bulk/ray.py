"""Bulk runs on Ray, where one machine is not enough; needs the extra `ray`.

    from egp.bulk.ray import run_dataset

    summary = run_dataset(ray.data.read_parquet("s3://…/questions"), "/shared/results")

The promise is that of a run on one machine, and so is the way it is kept. All input is looked over before
the first request is sent. What is left to do goes, in chunks, to actors with one client each. Each actor
appends to a journal of its own in the shared folder; what has its line in any of them is never asked again.
One limiter, an actor too, shares out the limits.

Ray's own retries and checkpoints are off. Ray knows of blocks, not of answers: a block that it repeats asks
again for what has been answered and paid, and its checkpoints are committed when a block is done. The
journals know each answer.
"""

from __future__ import annotations

import json
import logging
import math
import os
import time
import warnings
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import evolve

from egp._loading import LOADING, load
from egp.bulk import _request, _scan
from egp.bulk._folder import folder_of, written_in
from egp.bulk._input import Input, opened
from egp.bulk._progress import Snapshot, display
from egp.bulk._results import Result
from egp.bulk._summary import Summary
from egp.bulk._tally import Tally
from egp.bulk._worker import Worker, add_counts
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Unpack

    from egp.bulk._folder import Folder
    from egp.bulk._keywords import RunKeywords
    from egp.bulk._limiter import Ask, Grant
    from egp.bulk._options import Options

__all__ = ["results", "run_dataset", "run_files"]

_CHUNK = 500


def run_files(
    source: Any,
    output: str | os.PathLike[str],
    *,
    address: str | None = None,
    actors: int | None = None,
    client: Mapping[str, Any] | None = None,
    **options: Unpack[RunKeywords],
) -> Summary:
    """Do what `egp.bulk.run` does, on Ray.

    Args:
        source: as for `egp.bulk.arun`.
        output: a folder that every node sees, by its path, or a URL of what fsspec opens (`s3://…`). Results
            are in its files `results-*.jsonl`; `results` reads them, and so does `ray.data.read_json`.
        address: of a cluster, as `ray.init` takes it; None for the one that is connected already, or for
            processes of this machine.
        actors: how many send; by default one for each node, and on one machine one for each processor.
        client: options of the actors' clients. What is not given comes from the environment of each node.
        options: as for `egp.bulk.arun`; `max_concurrency` and `max_cost` are shared out among the actors.
            `ordered` is not for folders.

    Raises what `egp.bulk.arun` raises, and `EGPError` where Ray is not installed.
    """
    with LOADING:
        import asyncio

    made = _checked(options)
    with asyncio.run(opened(source)) as lines:
        return _performed(lines, folder_of(output), made, address, actors, dict(client or {}))


def run_dataset(
    dataset: Any,
    output: str | os.PathLike[str],
    *,
    actors: int | None = None,
    client: Mapping[str, Any] | None = None,
    **options: Unpack[RunKeywords],
) -> Summary:
    """Ask every row of a Ray Dataset; see `run_files` for all but the first argument.

    A row is a request with `custom_id` and `body`, or has the fields of a body beside `custom_id`. Columns
    may hold JSON as text. Rows come in no order, so that each needs its id.
    """
    made = _checked(options)
    rows = (_row(row, number) for number, row in enumerate(dataset.iter_rows(), 1))
    with LOADING:
        import asyncio

    with asyncio.run(opened(rows)) as lines:
        return _performed(lines, folder_of(output), made, None, actors, dict(client or {}))


def results(folder: str | os.PathLike[str]) -> Iterator[Result]:
    """Read the results in a folder, by its path or URL, one at a time.

    Raises:
        EGPError: the folder cannot be opened.
    """
    for written in written_in(folder_of(folder)):
        yield Result.of(written)


def _checked(options: Mapping[str, Any]) -> Options:
    _ray("ray.data")
    with LOADING:
        from egp.bulk import options_of

    made = options_of(options)
    if made.ordered:
        raise EGPError("a run on Ray writes a folder of files, which are in no order: leave `ordered` out")
    return made


def _ray(name: str) -> Any:
    # Ray's own types are not checked against: it is an extra.
    try:
        return load(name)
    except ModuleNotFoundError as error:
        raise EGPError(
            'bulk runs on Ray need an extra: pip install "egp-client[ray]" (Ray has wheels up to Python 3.13)'
        ) from error


def _row(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    with LOADING:
        from egp.bulk._parquet import as_line

    line = as_line(dict(row))
    custom_id = line.pop("custom_id", None)
    if custom_id is None:
        raise EGPError(f"row {number} of the dataset has no custom_id. Nothing was sent.")
    body = line.get("body", line)
    return {"custom_id": custom_id, "body": body}


def _performed(
    lines: Input,
    folder: Folder,
    options: Options,
    address: str | None,
    actors: int | None,
    client: dict[str, Any],
) -> Summary:
    with folder.locked():
        plan = _scan.scan(
            lines, lambda: written_in(folder), changed=options.changed, retry_failed=options.retry_failed
        )
        if plan.invalid and not options.skip_invalid:
            raise _scan.InvalidInputError(plan.faults, plan.invalid)
        drops = plan.drops
        if drops is not None:
            for journal in folder.journals():
                folder.rewrite(journal, lambda written: not drops(written))
        plan = plan._replace(drops=None)
        folder.clear()
        run = _Run(plan, folder, options)
        try:
            if plan.to_do:
                run.perform(lines, address, actors, client)
        finally:
            folder.clear()
        summary = run.summary()
    if options.report:
        with LOADING:
            from egp.bulk._report import write

        for path in options.report:
            write(path, summary)
    return summary


class _Run:
    def __init__(self, plan: _scan.Plan, folder: Folder, options: Options) -> None:
        self._plan = plan
        self._folder = folder
        self._before = frozenset(folder.journals())
        self._options = options
        self._tally = Tally()
        self._events: dict[str, int] = {}
        self._slowed: dict[str, float] = {}
        self._cost = Decimal(0)
        self._unpriced = 0
        self._stopped: str | None = None
        self._started = self._ended = time.monotonic()
        self._samples: list[tuple[float, ...]] = []

    def perform(self, lines: Input, address: str | None, actors: int | None, client: dict[str, Any]) -> None:
        ray, data = _ray("ray"), _ray("ray.data")
        _connect(ray, address)
        count = min(actors or _actors(ray), self._plan.to_do)
        chunks = self._write_chunks(lines, count)
        options = self._options
        spending = None if options.max_cost is None else options.max_cost / count
        own = evolve(
            options,
            max_concurrency=max(1, options.max_concurrency // count),
            max_cost=spending,
            rpm=None,
            tpm=None,
            deadline=None,
            progress=False,
            report=(),
            handle_signals=False,
        )
        limiter = ray.remote(num_cpus=0)(_LimiterActor).remote(options.rpm, options.tpm, options.deadline)
        blocks = max(1, math.ceil(len(chunks) / 4))
        spread = data.from_items([{"chunk": chunk} for chunk in chunks], override_num_blocks=blocks)
        with warnings.catch_warnings():
            # Ray 2.60 warns of the two that have no other way in yet.
            warnings.simplefilter("ignore")
            dataset = spread.map_batches(
                _Asker,
                fn_constructor_args=(self._folder, client, own, limiter),
                batch_size=1,
                # One client each. They wait for answers: they need little of a processor to be placed.
                # Two tasks at most are kept ready for each, so that the first one to be up takes not all.
                compute=data.ActorPoolStrategy(size=count, max_tasks_in_flight_per_actor=2),
                num_cpus=0.1,
                # See the module's docstring.
                max_restarts=0,
                max_task_retries=0,
            )
        # Progress is shown by ours, stdout is the user's, and what fails is said in the summary.
        data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        self._started = time.monotonic()
        shown = display(options.progress)
        try:
            for row in dataset.iter_rows():
                self._add(json.loads(row["counts"]))
                shown.show(self._snapshot())
        except Exception as error:  # noqa: BLE001 - whatever Ray raises, the journals say what is done
            self._stopped = self._stopped or f"Ray: {_reason(error)}"
        finally:
            self._ended = time.monotonic()
            shown.end()
            ray.kill(limiter)
        if self._stopped is not None:
            self._recount()

    def _write_chunks(self, lines: Input, actors: int) -> list[str]:
        """Put what is to do into files that the actors read; returns their names."""
        size = max(1, min(_CHUNK, math.ceil(self._plan.to_do / (actors * 8))))
        names: list[str] = []
        batch: list[bytes] = []

        def put() -> None:
            names.append(f"{len(names):06}.jsonl")
            self._folder.put(names[-1], b"".join(batch))
            batch.clear()

        for line in lines.lines():
            if self._plan.states[line.number - 1] == _scan.TO_DO:
                request = _request.read(line.text, line.number, is_checked=True)
                head = json.dumps(request.custom_id).encode()
                batch.append(b'{"custom_id":' + head + b',"body":' + request.body + b"}\n")
            if len(batch) == size:
                put()
        if batch:
            put()
        return names

    def _add(self, counts: dict[str, Any]) -> None:
        add_counts(self._tally, counts)
        for into, name in ((self._events, "events"), (self._slowed, "slowed")):
            for key, number in counts[name].items():
                into[key] = into.get(key, 0) + number
        self._stopped = self._stopped or counts["stopped"]
        self._cost += Decimal(counts["cost"])
        self._unpriced += counts["unpriced"]
        results_so_far = self._tally.answered + self._tally.failed
        mean = self._tally.latencies.summary().get("mean", 0.0)
        self._samples.append((time.monotonic() - self._started, results_so_far, 0, 0.0, mean))
        if len(self._samples) > 1000:
            self._samples = self._samples[::2]

    def _recount(self) -> None:
        """Count by the journals of this run: what was counted need not have been written, or is lost."""
        done = failed = 0
        for written in written_in(self._folder, self._before):
            done += written.is_success
            failed += not written.is_success
        tally = self._tally
        tally.unwritten += max(0, tally.answered + tally.failed - done - failed)
        tally.answered, tally.failed = done, failed

    def _snapshot(self) -> Snapshot:
        plan, tally = self._plan, self._tally
        done = tally.answered + tally.failed
        seconds = time.monotonic() - self._started
        rate = done / seconds if seconds else 0.0
        return Snapshot(
            total=plan.to_do + plan.done + plan.failed,
            done=plan.done + plan.failed + done,
            failed=plan.failed + tally.failed,
            in_flight=0,
            level=0.0,
            rate=rate,
            tokens=tally.tokens,
            cost=None if self._options.prices is None else float(self._cost),
            seconds=seconds,
            seconds_left=(plan.to_do - done) / rate if rate else None,
            waits_for="",
        )

    def summary(self) -> Summary:
        plan, tally = self._plan, self._tally
        return Summary(
            output=self._folder.name,
            total=plan.to_do + plan.done + plan.failed,
            done_before=plan.done,
            failed_before=plan.failed,
            answered=tally.answered,
            failed=tally.failed,
            invalid=plan.invalid,
            faults=plan.faults,
            unwritten=tally.unwritten,
            rescue=None,
            foreign=plan.foreign,
            stopped=self._stopped,
            seconds=self._ended - self._started,
            attempts=tally.attempts,
            statuses=tally.statuses,
            finish_reasons=tally.finish_reasons,
            prompt_tokens=tally.prompt_tokens,
            completion_tokens=tally.completion_tokens,
            cached_tokens=tally.cached_tokens,
            unknown_usage=tally.unknown_usage,
            cost=None if self._options.prices is None else self._cost,
            unpriced=self._unpriced,
            latency=tally.latencies.summary(),
            slowed=self._slowed,
            events=self._events,
            curve=tuple(self._samples),
        )


class _Asker:
    """What Ray makes an actor of."""

    def __init__(self, folder: Folder, client: dict[str, Any], options: Options, limiter: Any) -> None:
        async def exchange(asks: list[Ask], stopped: str | None) -> tuple[list[Grant], str | None]:
            grants, why = await limiter.exchange.remote(asks, stopped)
            return grants, why

        self._worker = Worker(folder, client, options, exchange)

    async def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        counts = [await self._worker.ask(str(name)) for name in batch["chunk"]]
        return {"counts": [json.dumps(one) for one in counts]}


class _LimiterActor:
    """The one limiter of a run, and the one place that knows that it stops."""

    def __init__(self, rpm: float | None, tpm: float | None, deadline: float | None) -> None:
        with LOADING:
            from egp.bulk._limiter import Limiter

        self._limiter = Limiter(rpm, tpm)
        self._stopped: str | None = None
        self._until = None if deadline is None else time.monotonic() + deadline

    def exchange(self, asks: list[Ask], stopped: str | None) -> tuple[list[Grant], str | None]:
        now = time.monotonic()
        self._stopped = self._stopped or stopped
        if self._until is not None and now >= self._until:
            self._stopped = self._stopped or "the deadline is over"
        return self._limiter.exchange(now, asks), self._stopped


def _reason(error: BaseException) -> str:
    """Return what is at the bottom of an error of Ray's, which has those of its layers one in another."""
    cause: Any = error
    while (below := getattr(cause, "cause", None) or cause.__cause__) is not None:
        cause = below
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    return lines[0]


def _connect(ray: Any, address: str | None) -> None:
    if ray.is_initialized():
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address is not None:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        return
    # It is for this machine alone.
    ray.init(
        num_cpus=max(2, os.cpu_count() or 1),
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        _node_ip_address="127.0.0.1",
    )


def _actors(ray: Any) -> int:
    nodes: Iterable[Any] = [node for node in ray.nodes() if node.get("Alive")]
    count = len(list(nodes))
    return count if count > 1 else max(1, os.cpu_count() or 1)
