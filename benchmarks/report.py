"""The results as a table for people, as JSON for programs, and as a picture of how costs grow."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.environments import REQUIREMENTS
from benchmarks.measure import Ratio
from benchmarks.question import Row

NAMES = {
    "plain": "httpx",
    "egp": "egp-client",
    "fast": "egp-client[fast]",
    "stock": "stock generated",
    "httpx2": "httpx2",
    "aiohttp": "aiohttp",
    "openai": "openai",
    "scale": "scale-gp-beta",
}
COLUMNS = ("egp", "fast", "stock", "httpx2", "aiohttp", "openai", "scale")

FEWEST_PAIRS = 5
"""A row with fewer pairs, or with a client that failed, is not written down."""


class Found(NamedTuple):
    """One row's results: a ratio for each client, or the error that it ended with."""

    question: str
    row: Row
    ratios: Mapping[str, Ratio | str]


class Curve(NamedTuple):
    """Figures of one client over growing cases, per unit of work."""

    row: Row
    client: str
    points: Sequence[tuple[int, float]]


def cell(found: Ratio | str | None) -> str:
    if found is None:
        return ""
    return "fails" if isinstance(found, str) else f"{found.median:.2f}"


def unfit(found: Found) -> str | None:
    """Return why a row is not written down; None where it is."""
    for client, ratio in found.ratios.items():
        if isinstance(ratio, str):
            return f"{NAMES[client]} failed: {ratio}"
        if ratio.pairs < FEWEST_PAIRS:
            return f"{NAMES[client]} has {ratio.pairs} pairs, and {FEWEST_PAIRS} are the fewest"
    return None


def verdict(row: Row, ratios: Mapping[str, Ratio | str]) -> str:
    # Some rows need an extra, which the bare package does without.
    own = ratios.get("egp", ratios.get("fast"))
    if row.target is None or not isinstance(own, Ratio):
        return ""
    if row.stretch is not None and own.median <= row.stretch:
        return "stretch"
    return "met" if own.median <= row.target else "missed"


def _base_figure(row: Row, ratios: Mapping[str, Ratio | str]) -> str:
    known = [ratio.base for ratio in ratios.values() if isinstance(ratio, Ratio)]
    if not known:
        return ""
    if row.figure == "ratio":
        return "40 ms" if row.unit == "process" else "its own chunks"
    value = known[0]
    if row.figure == "value" and "memory" in row.name:
        return f"{value / 1024:,.0f} KiB"
    return f"{value * 1e3:,.2f} ms" if value >= 1e-3 else f"{value * 1e6:,.1f} µs"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )


def machine(rounds: int) -> dict[str, Any]:
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "pairs_per_row": rounds,
        "versions": {
            client: needed for client, needed in REQUIREMENTS.items() if client not in {"egp", "fast"}
        },
        "egp-client": version("egp-client"),
    }


def as_json(results: Sequence[Found], curves: Sequence[Curve], rounds: int) -> str:
    rows = [
        {
            "question": found.question,
            "name": found.row.name,
            "figure": found.row.figure,
            "unit": found.row.unit,
            "base": NAMES[found.row.base],
            "target": found.row.target,
            "stretch": found.row.stretch,
            "clients": {
                NAMES[client]: ratio if isinstance(ratio, str) else ratio.as_json()
                for client, ratio in sorted(found.ratios.items())
            },
        }
        for found in results
    ]
    drawn = [
        {"name": curve.row.name, "client": NAMES[curve.client], "points": list(curve.points)}
        for curve in curves
    ]
    # A line for each row: small, and its changes can be read.
    head = json.dumps(machine(rounds))
    lines = [",\n".join(f"  {json.dumps(item)}" for item in items) for items in (rows, drawn)]
    return f'{{"machine": {head},\n"rows": [\n{lines[0]}\n],\n"growth": [\n{lines[1]}\n]}}\n'


def as_markdown(results: Sequence[Found], rounds: int) -> str:
    here = machine(rounds)
    lines = [
        "# Results",
        "",
        "Written by `tox -e bench`; the same numbers for programs: results.json. Every number is a ratio to",
        "plain httpx (or to what the row names) doing the same work in the same run: the median of pairs of",
        "batches that ran one right after the other, in CPU time of the client's process unless the row says",
        "otherwise. Below 1 is cheaper than plain httpx. Times of their own mean little on a shared machine;",
        "ratios hold to about 10 %, with concurrency to 20 %.",
        "",
        f"{here['python']}, {here['system']}, {here['processor']}; up to {rounds} pairs a row. "
        + ", ".join(needed[0] for needed in here["versions"].values())
        + ".",
        "",
        "| work | base | " + " | ".join(NAMES[client] for client in COLUMNS) + " | target | stretch | |",
        "| --- | --- |" + " ---: |" * len(COLUMNS) + " ---: | ---: | --- |",
    ]
    for _, row, ratios in results:
        cells = " | ".join(cell(ratios.get(client)) for client in COLUMNS)
        limits = " | ".join("" if limit is None else f"{limit:.2f}" for limit in (row.target, row.stretch))
        base = "" if row.base == "plain" else f" ({NAMES[row.base]})"
        figures = f"{_base_figure(row, ratios)}{base} | {cells} | {limits}"
        lines.append(f"| {row.name} | {figures} | {verdict(row, ratios)} |")
    lines += ["", "What each row means for a user:", ""]
    lines += [f"- **{row.name}**: {row.meaning}" for _, row, _ in results if row.meaning]
    lines += ["", "![How costs grow](growth.svg)", ""]
    return "\n".join(lines)


def draw(curves: Sequence[Curve], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "egp-client", "font.size": 9, "svg.fonttype": "none"})
    from matplotlib import pyplot

    names = list(dict.fromkeys(curve.row.name for curve in curves))
    figure, axes = pyplot.subplots(
        1, len(names), figsize=(3.4 * len(names), 3.2), squeeze=False, layout="constrained"
    )
    for axis, name in zip(axes[0], names, strict=True):
        for curve in (curve for curve in curves if curve.row.name == name):
            sizes, costs = zip(*curve.points, strict=True)
            emphasis = 2.4 if curve.client == "egp" else 1.2
            axis.plot(
                sizes,
                [cost * 1e6 for cost in costs],
                marker="o",
                markersize=3,
                linewidth=emphasis,
                label=NAMES[curve.client],
            )
        axis.set(xscale="log", yscale="log", title=name, ylabel="µs of CPU per round")
        axis.grid(alpha=0.3)
    axes[0][0].legend(fontsize=7)
    figure.savefig(path, metadata={"Date": None})
