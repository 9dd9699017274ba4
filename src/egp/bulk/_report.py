"""The summary as a file: JSON, a page with the curves of the run in it, or the curves alone."""

from __future__ import annotations

import itertools
import json
from html import escape
from typing import TYPE_CHECKING

from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from egp.bulk._summary import Summary

__all__ = ["page", "picture", "write"]

_WIDTH, _HEIGHT = 720, 180
_LEFT, _RIGHT, _BOTTOM, _TOP = 56, 8, 24, 30

# A picture follows the colours of the reader's system; a page is as light as the browser shows it.
_STYLE = """
text { font: 11px system-ui, sans-serif; fill: currentColor; }
.title { font-size: 13px; font-weight: 600; }
.grid { stroke: currentColor; opacity: 0.15; }
.a, .b { fill: none; stroke-width: 1.5; }
.a { stroke: #0a7d4f; } .b { stroke: #c2570c; stroke-dasharray: 4 3; }
"""
_COLOURS = "svg { color: #1f2328; } @media (prefers-color-scheme: dark) { svg { color: #d1d7e0; } }"


def write(path: Path, summary: Summary) -> None:
    """Write the report in the form that the name says.

    Raises:
        EGPError: the file cannot be written.
    """
    make = {".html": page, ".htm": page, ".svg": picture}.get(path.suffix, _json)
    text = make(summary)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EGPError(f"the report {path} cannot be written: {error.strerror}") from None


def page(summary: Summary) -> str:
    """Return a page that needs nothing from anywhere else."""
    curves = [_svg([chart]) for chart in _charts(summary)]
    state = "complete" if summary.is_complete else f"{summary.left} left"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Bulk run: {summary.answered + summary.failed} results, {state}</title>
<style>
body {{ font: 14px/1.5 system-ui, sans-serif; max-width: 760px; margin: 2em auto; padding: 0 1em; }}
pre {{ white-space: pre-wrap; background: #8881; padding: 1em; }}
svg {{ width: 100%; height: auto; }}
{_STYLE}
table {{ border-collapse: collapse; }} td {{ padding: 0 1em 0 0; }}
</style>
</head>
<body>
<h1>Bulk run</h1>
<pre>{escape(str(summary))}</pre>
{"".join(curves)}
{_table("Requests sent", summary.attempts)}
{_table("Results", summary.statuses)}
{_table("Finish reasons", summary.finish_reasons)}
{_table("Waited, seconds", {why: round(seconds, 1) for why, seconds in summary.slowed.items()})}
{_table("What changed the pace", summary.events)}
</body>
</html>
"""


def picture(summary: Summary) -> str:
    """Return throughput, concurrency and latency over the time of a run as one SVG."""
    # A file of its own needs the namespace, a page does not.
    alone = _svg(_charts(summary), f"<style>{_STYLE}{_COLOURS}</style>")
    return alone.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1) + "\n"


def _json(summary: Summary) -> str:
    return json.dumps(summary.to_dict(), indent=2, ensure_ascii=False) + "\n"


def _columns(samples: tuple[tuple[float, ...], ...], *indexes: int) -> list[list[float]]:
    return [[sample[index] for sample in samples] for index in indexes]


def _charts(summary: Summary) -> list[str]:
    samples = summary.curve
    if len(samples) < 3:
        return []
    times = [sample[0] for sample in samples]
    rates = [
        (after[1] - before[1]) / max(after[0] - before[0], 1e-9)
        for before, after in itertools.pairwise(samples)
    ]
    return [
        _chart("Results a second", times[1:], [rates]),
        _chart("Requests in flight, and (dashed) the level allowed", times, _columns(samples, 2, 3)),
        _chart("Latency in seconds, mean", times, [[sample[4] or None for sample in samples]]),
    ]


def _svg(charts: list[str], style: str = "") -> str:
    height = _HEIGHT * len(charts)
    placed = "".join(
        f'<g transform="translate(0 {_HEIGHT * place})">{chart}</g>' for place, chart in enumerate(charts)
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' aria-label="Curves of a bulk run">{style}{placed}</svg>'
    )


def _chart(title: str, times: list[float], lines: Sequence[Sequence[float | None]]) -> str:
    """Draw lines over time; None, where there is nothing to show, is a gap."""
    last = times[-1] or 1.0
    highest = max((value or 0.0 for line in lines for value in line), default=0.0) or 1.0
    drawn = [f'<text class="title" x="{_LEFT}" y="16">{escape(title)}</text>']
    for values, kind in zip(lines, ("a", "b"), strict=False):
        pairs = zip(times, values, strict=True)
        for is_known, stretch in itertools.groupby(pairs, lambda pair: pair[1] is not None):
            if is_known:
                points = " ".join(
                    f"{_x(at, last):.1f},{_y(value or 0.0, highest):.1f}" for at, value in stretch
                )
                drawn.append(f'<polyline class="{kind}" points="{points}"/>')
    for share in (0.0, 0.5, 1.0):
        y = _y(highest * share, highest)
        drawn.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{highest * share:.3g}</text>')
    base = _HEIGHT - 8
    drawn.append(f'<text x="{_LEFT}" y="{base}">0 s</text>')
    drawn.append(f'<text x="{_WIDTH - _RIGHT}" y="{base}" text-anchor="end">{last:.3g} s</text>')
    return "".join(drawn)


def _x(at: float, last: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * at / last


def _y(value: float, highest: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / highest)


def _table(title: str, rows: dict[str, int] | dict[str, float]) -> str:
    if not rows:
        return ""
    cells = "".join(f"<tr><td>{escape(name)}</td><td>{value}</td></tr>" for name, value in rows.items())
    return f"<h2>{escape(title)}</h2><table>{cells}</table>"
