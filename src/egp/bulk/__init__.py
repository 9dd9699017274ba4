"""Many requests: a file of them becomes a file of answers, at the rate that the service allows.

    from egp.bulk import run

    summary = run("requests.jsonl", "results.jsonl")
    print(summary)

Input and output are in the format of OpenAI's batch service, which vLLM reads and writes as well. The same
call on the same files goes on where an earlier one was broken off, by whatever: what has its line in the
output is never asked again. docs/bulk.md has it all; `egp bulk run` is the same for the shell.
"""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs

from egp._core.names import did_you_mean
from egp._loading import LOADING
from egp.bulk._options import Options
from egp.bulk._results import Result, results
from egp.bulk._scan import Fault, InvalidInputError
from egp.bulk._summary import Summary
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Coroutine, Iterable, Mapping
    from typing import Unpack

    from egp import AsyncClient
    from egp.bulk._keywords import RunKeywords

__all__ = ["Fault", "InvalidInputError", "Result", "Summary", "arun", "results", "run"]

T = TypeVar("T")


async def arun(
    source: str | os.PathLike[str] | Iterable[Any] | AsyncIterable[Any],
    output: str | os.PathLike[str],
    *,
    client: AsyncClient | None = None,
    **options: Unpack[RunKeywords],
) -> Summary:
    """Ask every request of `source` and write every answer to `output`; needs asyncio.

    Args:
        source: a path, several paths, or an iterable or async iterable of bodies or of envelopes
            `{"custom_id": …, "body": {…}}`. Files are JSON lines, plain or gzip, or Parquet; `-` is stdin.
        output: a file of JSON lines; ending in `.gz` or `.parquet` it is that. What it holds already counts
            as done.
        client: whose key, URL, timeouts and connections are used; by default a client of its own, from the
            environment. Its retries are not.
        options: see `RunKeywords`.

    Returns:
        The summary. A run that had to stop says why in `stopped`, and how many requests are `left`.

    Raises:
        InvalidInputError: lines of the input cannot be sent. Nothing was.
        EGPError: a file cannot be read or written or is in use, an option makes no sense, or a body has
            changed under an id that has its answer. Nothing was sent.
    """
    made = options_of(cast("dict[str, Any]", options))
    with LOADING:
        from egp import AsyncClient
        from egp.bulk._run import perform

    if client is not None:
        if not isinstance(client, AsyncClient):  # pyright: ignore[reportUnnecessaryIsInstance]  # from users
            raise EGPError(f"client must be an egp.AsyncClient, got {type(client).__name__}")
        return await perform(source, Path(output), client, made)
    async with AsyncClient(max_connections=max(1000, made.max_concurrency)) as own:
        return await perform(source, Path(output), own, made)


def run(
    source: str | os.PathLike[str] | Iterable[Any] | AsyncIterable[Any],
    output: str | os.PathLike[str],
    **options: Unpack[RunKeywords],
) -> Summary:
    """Ask every request of `source` and write every answer to `output`; return the summary.

    Arguments, options and errors are those of `arun`, but for `client`. It may also be called where an event
    loop runs, as in Jupyter.

    SIGINT and SIGTERM end the run in an orderly way, where this is the main thread: what is in flight is
    finished and written. A second one stops at once.
    """
    options.setdefault("handle_signals", True)
    return _waited(arun(source, output, **options))


def options_of(given: Mapping[str, Any]) -> Options:
    """Return the options of a run from its keywords; raises TypeError for one that there is not."""
    report: Any = given.get("report") or ()
    is_one = isinstance(report, (str, os.PathLike))
    paths: Any = [report] if is_one else report
    known = {attribute.name for attribute in attrs.fields(Options)}
    for name in given:
        if name not in known:
            raise TypeError(f"a bulk run takes no option {name!r}{did_you_mean(name, known)}")
    options: dict[str, Any] = {**given, "report": tuple(Path(path) for path in paths)}
    return Options(**options)


def _waited(work: Coroutine[Any, Any, T]) -> T:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    result: list[T] = []
    errors: list[BaseException] = []

    def target() -> None:
        try:
            result.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is waited for
            errors.append(error)

    thread = threading.Thread(target=target, name="egp-bulk")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return result[0]
