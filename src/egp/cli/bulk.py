"""`egp bulk run | resume | status`: a file of requests becomes a file of answers."""

from __future__ import annotations

import argparse
import sys

# Not from typing, and what else is slow to load is imported where it is used: help is to come at once.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from egp.bulk import Summary
    from egp.prices import Prices

__all__ = ["COMPLETE", "FAILURES", "STOPPED", "UNUSABLE", "add_arguments", "main"]

COMPLETE = 0
"""Each request has its answer."""
FAILURES = 1
"""Each request has its line, and some of them are failures."""
UNUSABLE = 2
"""Nothing was sent: the input, the output or an option cannot be used."""
STOPPED = 3
"""The run ended before its work did; the same command goes on with it."""

_EXIT_CODES = (
    "exit codes: 0 all answered; 1 some requests failed, and their lines say why; 2 nothing was sent;"
    " 3 the run was stopped, and the same command goes on with it"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs and their options to the parser of `egp bulk`."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    run = verbs.add_parser(
        "run",
        help="ask every request of a file, or those that are left",
        description="Ask every request of INPUT and write every answer to OUTPUT. What has its line there is"
        " done: the same command goes on where it stopped.",
        epilog=_EXIT_CODES,
    )
    _add_files(run)
    _add_run_options(run)
    resume = verbs.add_parser(
        "resume",
        help="go on with a run; like `run`, but there must be an output",
        description="Go on with a run whose output is there.",
        epilog=_EXIT_CODES,
    )
    _add_files(resume)
    _add_run_options(resume)
    status = verbs.add_parser(
        "status",
        help="say how far a run is, without sending anything",
        description="Say how many requests of INPUT have their answer in OUTPUT, during a run or after it.",
    )
    _add_files(status)
    status.add_argument("--json", action="store_true", help="say it as JSON")


def main(namespace: argparse.Namespace) -> int:
    """Carry out what was asked for; returns the exit code."""
    from egp.errors import EGPError

    verbs = {"run": _run, "resume": _resume, "status": _status}
    try:
        return verbs[namespace.verb](namespace)
    except EGPError as error:
        sys.stderr.write(f"egp bulk: {error.message}\n")
        return UNUSABLE
    except KeyboardInterrupt:
        sys.stderr.write("egp bulk: interrupted before anything was sent\n")
        return 130


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "input",
        metavar="INPUT",
        nargs="+",
        help="files of requests, one JSON object a line, plain or gzip, or Parquet; - is stdin",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUTPUT",
        required=True,
        help="the file of results: JSON lines, or by its ending .gz or .parquet",
    )


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    pace = parser.add_argument_group("pace")
    pace.add_argument("--max-concurrency", type=int, default=200, metavar="N", help="requests at once (200)")
    pace.add_argument("--rpm", type=float, metavar="N", help="requests a minute, for each model")
    pace.add_argument("--tpm", type=float, metavar="N", help="tokens a minute, for each model")
    pace.add_argument("--max-retries", type=int, default=5, metavar="N", help="of a request that fails (5)")
    pace.add_argument(
        "--patience", type=float, default=900.0, metavar="SECONDS", help="without any answer, then stop (900)"
    )
    pace.add_argument("--timeout", type=float, metavar="SECONDS", help="for one attempt to be answered (600)")
    pace.add_argument("--first-token-timeout", type=float, metavar="SECONDS", help="of streaming requests")
    limits = parser.add_argument_group("limits")
    limits.add_argument("--deadline", type=float, metavar="SECONDS", help="send nothing more after these")
    limits.add_argument("--max-cost", metavar="AMOUNT", help="send nothing that might cost more in all")
    limits.add_argument(
        "--price",
        action="append",
        default=[],
        metavar="MODEL=IN,OUT[,CACHED]",
        help="what a million tokens cost; may be given for several models",
    )
    limits.add_argument(
        "--list-prices", action="store_true", help="the vendors' list prices; needs egp-client[cost]"
    )
    handling = parser.add_argument_group("what to do")
    handling.add_argument(
        "--skip-invalid", action="store_true", help="leave out lines of the input that cannot be sent"
    )
    handling.add_argument(
        "--retry-failed", action="store_true", help="ask again what failed in an earlier run"
    )
    handling.add_argument(
        "--changed",
        choices=("refuse", "redo", "keep"),
        default="refuse",
        help="where a body is not the one whose answer was written",
    )
    handling.add_argument(
        "--ordered", action="store_true", help="put the output in the order of the input, at the end"
    )
    showing = parser.add_argument_group("what to show")
    showing.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="FILE",
        help="write the summary: .json, .html, or .svg (curves)",
    )
    showing.add_argument("--json", action="store_true", help="print the summary on stdout, as JSON")
    showing.add_argument("--quiet", action="store_true", help="no progress and no summary on stderr")
    engine = parser.add_argument_group("more machines")
    engine.add_argument("--engine", choices=("local", "ray"), default="local", help="who does the work")
    engine.add_argument("--ray-address", metavar="ADDRESS", help="of a Ray cluster; without it, this machine")
    engine.add_argument("--ray-actors", type=int, metavar="N", help="how many actors send (one a node)")


def _run(namespace: argparse.Namespace) -> int:
    if namespace.engine == "ray":
        from egp.bulk.ray import run_files

        summary = run_files(
            namespace.input,
            namespace.output,
            address=namespace.ray_address,
            actors=namespace.ray_actors,
            client=_client_options(namespace),
            progress=not namespace.quiet,
            report=namespace.report,
            **_options(namespace),
        )
    else:
        summary = _run_here(namespace)
    if namespace.json:
        import json

        sys.stdout.write(json.dumps(summary.to_dict(), ensure_ascii=False) + "\n")
    if not namespace.quiet:
        sys.stderr.write(f"{summary}\n")
    return _exit_code(summary)


def _resume(namespace: argparse.Namespace) -> int:
    from egp.errors import EGPError

    if not _exists(namespace.output):
        raise EGPError(f"{namespace.output} does not exist: there is nothing to resume")
    return _run(namespace)


def _run_here(namespace: argparse.Namespace) -> Summary:
    import asyncio

    from egp import AsyncClient
    from egp.bulk import arun

    async def work() -> Summary:
        limit = max(1000, namespace.max_concurrency)
        async with AsyncClient(max_connections=limit, **_client_options(namespace)) as client:
            return await arun(
                namespace.input,
                namespace.output,
                client=client,
                handle_signals=True,
                progress=not namespace.quiet,
                report=namespace.report,
                **_options(namespace),
            )

    return asyncio.run(work())


def _client_options(namespace: argparse.Namespace) -> dict[str, Any]:
    given = {"timeout": namespace.timeout, "first_token_timeout": namespace.first_token_timeout}
    return {name: value for name, value in given.items() if value is not None}


def _options(namespace: argparse.Namespace) -> dict[str, Any]:
    names = (
        *("max_concurrency", "rpm", "tpm", "max_retries", "patience", "deadline", "max_cost"),
        *("skip_invalid", "retry_failed", "changed", "ordered"),
    )
    return {**{name: getattr(namespace, name) for name in names}, "prices": _prices(namespace)}


def _prices(namespace: argparse.Namespace) -> Prices | None:
    if not namespace.price and not namespace.list_prices:
        return None
    from egp.prices import ListPrices, PriceTable

    listed = ListPrices() if namespace.list_prices else None
    return PriceTable(dict(_price(text) for text in namespace.price), otherwise=listed)


def _price(text: str) -> tuple[str, Any]:
    from egp.errors import EGPError
    from egp.prices import Price

    model, _, amounts = text.rpartition("=")
    parts = amounts.split(",")
    if not model or len(parts) not in {2, 3}:
        raise EGPError(f"--price must be MODEL=IN,OUT or MODEL=IN,OUT,CACHED, got {text!r}")
    return model, Price(*parts)


def _status(namespace: argparse.Namespace) -> int:
    import json

    from egp.bulk._status import status_of

    found = status_of(namespace.input, namespace.output)
    sys.stdout.write(f"{json.dumps(found._asdict()) if namespace.json else found}\n")
    if found.left:
        return STOPPED
    return FAILURES if found.failed else COMPLETE


def _exists(output: str) -> bool:
    from pathlib import Path

    from egp.bulk._folder import folder_of, is_url

    if is_url(output):
        return bool(folder_of(output).journals())
    path = Path(output)
    return path.exists() or path.with_name(f"{path.name}.journal").exists()


def _exit_code(summary: Summary) -> int:
    if not summary.is_complete:
        return STOPPED
    return FAILURES if summary.failed or summary.failed_before else COMPLETE


if __name__ == "__main__":
    _parser = argparse.ArgumentParser(prog="egp bulk")
    add_arguments(_parser)
    sys.exit(main(_parser.parse_args()))
