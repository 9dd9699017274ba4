"""The summary as a file: JSON, or a page with the curves of the run in it."""

from __future__ import annotations

import itertools
import json
from html import escape
from typing import TYPE_CHECKING

from egp.errors import EGPError

if TYPE_CHECKING:
    from pathlib import Path

    from egp.bulk._summary import Summary

__all__ = ["page", "write"]

_WIDTH, _HEIGHT = 720, 160
_LEFT, _BOTTOM, _TOP = 56, 24, 12


def write(path: Path, summary: Summary) -> None:
    """Write the report in the form that the name says.

    Raises:
        EGPError: the file cannot be written.
    """
    text = page(summary) if path.suffix in {".html", ".htm"} else _json(summary)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EGPError(f"the report {path} cannot be written: {error.strerror}") from None


def page(summary: Summary) -> str:
    """Return a page that needs nothing from anywhere else."""
    samples = summary.curve
    times = [sample[0] for sample in samples]
    rates = [
        (after[1] - before[1]) / max(after[0] - before[0], 1e-9)
        for before, after in itertools.pairwise(samples)
    ]
    curves = (
        _picture("Results a second", times[1:], [rates]),
        _picture("Requests in flight, and the level allowed", times, _columns(samples, 2, 3)),
        _picture("Latency in seconds, mean", times, _columns(samples, 4)),
    )
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
svg text {{ font: 11px system-ui, sans-serif; fill: currentColor; }}
.grid {{ stroke: currentColor; opacity: 0.15; }}
.a, .b {{ fill: none; stroke-width: 1.5; }}
.a {{ stroke: #0a7d4f; }} .b {{ stroke: #c2570c; stroke-dasharray: 4 3; }}
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


def _json(summary: Summary) -> str:
    return json.dumps(summary.to_dict(), indent=2, ensure_ascii=False) + "\n"


def _columns(samples: tuple[tuple[float, ...], ...], *indexes: int) -> list[list[float]]:
    return [[sample[index] for sample in samples] for index in indexes]


def _picture(title: str, times: list[float], lines: list[list[float]]) -> str:
    if len(times) < 2:
        return ""
    last = times[-1] or 1.0
    highest = max((value for line in lines for value in line), default=0.0) or 1.0
    drawn: list[str] = []
    for values, kind in zip(lines, ("a", "b"), strict=False):
        points = " ".join(
            f"{_x(at, last):.1f},{_y(value, highest):.1f}" for at, value in zip(times, values, strict=True)
        )
        drawn.append(f'<polyline class="{kind}" points="{points}"/>')
    for share in (0.0, 0.5, 1.0):
        y = _y(highest * share, highest)
        drawn.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{highest * share:.3g}</text>')
    base = _HEIGHT - 6
    drawn.append(f'<text x="{_LEFT}" y="{base}">0 s</text>')
    drawn.append(f'<text x="{_WIDTH}" y="{base}" text-anchor="end">{last:.3g} s</text>')
    label = escape(title)
    return (
        f'<h2>{label}</h2><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(drawn)}</svg>"
    )


def _x(at: float, last: float) -> float:
    return _LEFT + (_WIDTH - _LEFT) * at / last


def _y(value: float, highest: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / highest)


def _table(title: str, rows: dict[str, int] | dict[str, float]) -> str:
    if not rows:
        return ""
    cells = "".join(f"<tr><td>{escape(name)}</td><td>{value}</td></tr>" for name, value in rows.items())
    return f"<h2>{escape(title)}</h2><table>{cells}</table>"
