"""`tox -e bench-bulk`: requests a second and CPU of bulk runs, against a server that is not the bottleneck.

Each client has an environment of its own, made on first use. BULK.md and bulk.svg hold the last full run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import ROOT

HERE = Path(__file__).parent
CONCURRENCY, MILLISECONDS = 200, 50
CEILING = CONCURRENCY * 1000 / MILLISECONDS
REQUIREMENTS = {
    "egp": ["httpx==0.28.1", "msgspec==0.22.0"],
    "openai": ["openai==3.57.0"],
    "litellm": ["litellm==1.110.2"],
    "ray_http": ["ray[data]==2.60.0", "aiohttp", "pydantic"],
}
COUNTS = {"egp": 20_000, "openai": 2_000, "litellm": 1_000, "ray_http": 600}
NAMES = {"egp": "egp.bulk", "openai": "openai", "litellm": "litellm", "ray_http": "Ray's HTTP processor"}


class Found(NamedTuple):
    """Medians of one client's rounds."""

    rate: float
    milliseconds: float | None
    """CPU for each request; None where it is spread over processes that are not the client's own."""
    peak: int
    """Requests in flight at once, by the server."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=Path, default=Path(".tox/bench-bulk-clients"))
    parser.add_argument("--only", nargs="*", choices=REQUIREMENTS, default=list(REQUIREMENTS))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    options.environments.mkdir(parents=True, exist_ok=True)
    server = options.environments / "server"
    subprocess.run(["gcc", "-O2", "-o", server, HERE / "server.c"], check=True)
    found: dict[str, Found] = {}
    for client in options.only:
        python = _environment(options.environments / client, client)
        rounds = 1 if client == "ray_http" else options.rounds
        found[client] = _measured(client, python, server, rounds)
        print(NAMES[client], found[client], flush=True)
    if set(found) == set(REQUIREMENTS):
        (HERE / "BULK.md").write_text(_table(found))
        (HERE / "bulk.svg").write_text(_picture(found))


def _environment(folder: Path, client: str) -> Path:
    python = folder / "bin" / "python"
    stamp = folder / "requirements.txt"
    wanted = "\n".join(REQUIREMENTS[client])
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        command = ["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
        subprocess.run(
            [*command, *REQUIREMENTS[client], *([str(ROOT)] if client == "egp" else [])], check=True
        )
        stamp.write_text(wanted)
    return python


def _measured(client: str, python: Path, server: Path, rounds: int) -> Found:
    count = COUNTS[client]
    rates, cpu, peaks = [], [], []
    for _ in range(rounds):
        with subprocess.Popen(
            [server, str(MILLISECONDS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            url = f"http://127.0.0.1:{int(process.stdout.readline())}"
            seconds, used = _run(client, python, url, count)
            peaks.append(_stats(url)["peak"])
            process.stdin.close()
        rates.append(count / seconds)
        if used is not None:
            cpu.append(used / count * 1000)
    return Found(statistics.median(rates), statistics.median(cpu) if cpu else None, max(peaks))


def _run(client: str, python: Path, url: str, count: int) -> tuple[float, float | None]:
    done = subprocess.run(
        [python, HERE / "peers" / f"{client}.py", url, str(count), str(CONCURRENCY)],
        capture_output=True,
        text=True,
        # The folder of the peers must not hide the packages that they are named for.
        env={**os.environ, "PYTHONSAFEPATH": "1", "NO_PROXY": "127.0.0.1"},
    )
    if done.returncode:
        raise SystemExit(f"{client} failed:\n{done.stderr[-2000:]}")
    seconds, used = json.loads(done.stdout.strip().splitlines()[-1])
    return seconds, used


def _stats(url: str) -> dict[str, int]:
    from urllib.request import urlopen

    with urlopen(f"{url}/stats") as response:
        stats: dict[str, int] = json.load(response)
    return stats


def _table(found: dict[str, Found]) -> str:
    own = found["egp"]
    about = (
        f"A server in C answers after {MILLISECONDS} ms; {CONCURRENCY} requests at once, so no client can"
        f" have more than {CEILING:.0f} a second. Medians. egp.bulk reads a file, writes a journal and shows"
        " progress; the others do none of it. Made by `tox -e bench-bulk`."
    )
    lines = [
        "# Bulk runs, measured",
        "",
        about,
        "",
        "| client | requests a second | of the ceiling | egp.bulk has | CPU ms a request | in flight |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for client, one in found.items():
        cpu = "" if one.milliseconds is None else f"{one.milliseconds:.3f}"
        lines.append(
            f"| {NAMES[client]} | {one.rate:.0f} | {one.rate / CEILING:.0%} | {own.rate / one.rate:.1f} times"
            f" | {cpu} | {one.peak} |"
        )
    return "\n".join([*lines, "", "![Requests a second](bulk.svg)", ""])


def _picture(found: dict[str, Found]) -> str:
    rows = []
    for index, (client, one) in enumerate(found.items()):
        y = 30 + index * 34
        width = 440 * one.rate / CEILING
        colour = "#0a7d4f" if client == "egp" else "#888"
        rows.append(
            f'<text x="150" y="{y + 15}" text-anchor="end">{NAMES[client]}</text>'
            f'<rect x="160" y="{y}" width="{width:.1f}" height="22" fill="{colour}"/>'
            f'<text x="{166 + width:.1f}" y="{y + 15}">{one.rate:.0f}/s</text>'
        )
    height = 50 + len(found) * 34
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 {height}" role="img"'
        ' font-family="system-ui, sans-serif" font-size="13">'
        f'<text x="160" y="18">Requests a second; the ceiling is {CEILING:.0f}</text>'
        f'<line x1="600" x2="600" y1="26" y2="{height - 20}" stroke="#888" stroke-dasharray="4 3"/>'
        f"{''.join(rows)}</svg>\n"
    )


if __name__ == "__main__":
    main()
