"""`tox -e bench`: every question, or those named, against the peers; `--quick` in about five minutes."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from benchmarks import report
from benchmarks.environments import make
from benchmarks.measure import ROOT, Worker, canned_server, compare
from benchmarks.question import Row

QUESTIONS = ("imports", "command", "call", "stream", "events", "concurrency", "decode", "memory")


def main() -> None:
    options = _options()
    pythons = make(options.environments)
    rounds = 3 if options.quick else 10
    results: list[report.Found] = []
    curves: list[report.Curve] = []
    with canned_server(pythons["plain"]) as url:
        for question in options.only or QUESTIONS:
            for row in importlib.import_module(f"benchmarks.questions.{question}").ROWS:
                row = _widened(row) if not options.quick else _narrowed(row)
                ratios = compare(question, row, pythons, url, rounds)
                results.append(report.Found(question, row, ratios))
                shown = "  ".join(
                    f"{name} {report.cell(ratios[name])}" for name in report.COLUMNS if name in ratios
                )
                print(f"{row.name:55} {shown}  {report.verdict(row, ratios)}", flush=True)
                if row.growth and not options.quick:
                    curves += _curves(question, row, pythons, url)
    if options.quick or options.only:
        print("Not written down: benchmarks/RESULTS.md holds full runs only.")
        return
    unfit = {found.row.name: why for found in results if (why := report.unfit(found)) is not None}
    for name, why in unfit.items():
        print(f"Not written down: {name}: {why}")
    results = [found for found in results if found.row.name not in unfit]
    folder = ROOT / "benchmarks"
    (folder / "RESULTS.md").write_text(report.as_markdown(results, rounds))
    (folder / "results.json").write_text(report.as_json(results, curves, rounds))
    report.draw([curve for curve in curves if curve.row.name not in unfit], folder / "growth.svg")
    if unfit:
        raise SystemExit(1)


def _widened(row: Row) -> Row:
    return (
        row if row.base == "stock" or "fast" in row.clients else row._replace(clients=(*row.clients, "fast"))
    )


def _narrowed(row: Row) -> Row:
    own = "egp" if "egp" in row.clients else "fast"
    return row._replace(
        clients=tuple(client for client in row.clients if client in {own, "openai", "aiohttp", "httpx2"})
    )


def _curves(question: str, row: Row, pythons: dict[str, str], url: str) -> list[report.Curve]:
    """The cheapest of a few batches at each size: growth is asked for, not noise."""
    curves: list[report.Curve] = []
    for client in (row.base, "egp", "openai", "scale"):
        points: list[tuple[int, float]] = []
        for case in row.growth:
            try:
                worker = Worker(pythons[client], question, case, client, url)
                worker.size(0.05)
            except RuntimeError:
                break
            # Where a batch takes long, one is enough: growth is asked for.
            batches = [worker.batch() for _ in range(1 if worker.seconds > 0.5 else 5)]
            worker.close()
            size = max(int(part) for part in case.replace("/", "-").split("-") if part.isdigit())
            points.append((size, min(batch["cpu"] / batch["rounds"] for batch in batches)))
        if points:
            curves.append(report.Curve(row, client, points))
    return curves


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tox -e bench --", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="few pairs, one peer, no curves, nothing written"
    )
    parser.add_argument("--only", nargs="+", choices=QUESTIONS, help="these questions; nothing written")
    parser.add_argument(
        "--environments", type=Path, default=ROOT / ".tox" / "bench" / "clients", help=argparse.SUPPRESS
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
