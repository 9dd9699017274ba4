"""`tox -e bench-bulk`: requests a second and CPU of bulk runs, against a server that is not the bottleneck.

Each client has an environment of its own, made on first use. The rounds are interleaved, so that what else
the machine does weighs on all alike. BULK.md, bulk.json and bulk.svg hold the last full run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measure import ROOT

HERE = Path(__file__).parent
CONCURRENCY, MILLISECONDS = 200, 50
CEILING = CONCURRENCY * 1000 / MILLISECONDS
RAY = ["ray[data]==2.60.0", "aiohttp==3.14.5", "pydantic==2.14.4"]


class Client(NamedTuple):
    """Who is measured, and how."""

    name: str
    program: str
    requirements: list[str]
    count: int
    """Requests of a round: some seconds' worth."""
    settings: tuple[tuple[str, str], ...] = ()
    """Of the environment."""


CLIENTS = {
    "egp": Client("egp.bulk", "egp", ["httpx==0.28.1", "msgspec==0.22.0"], 20_000),
    "openai": Client("openai", "openai", ["openai==3.57.0"], 2_000),
    "litellm": Client("litellm", "litellm", ["litellm==1.110.2"], 1_000),
    "ray": Client("Ray's HTTP processor", "ray_http", RAY, 1_000),
    "ray-tuned": Client(
        "the same, tuned",
        "ray_http",
        RAY,
        2_000,
        (("BATCH_SIZE", "1"), ("RAY_DATA_DEFAULT_ASYNC_BATCH_UDF_MAX_CONCURRENCY", str(CONCURRENCY))),
    ),
}


class Round(NamedTuple):
    """One client's part of a round."""

    rate: float
    """Requests a second."""
    milliseconds: float | None
    """CPU for each request; None where it is spread over processes that are not the client's own."""
    peak: int
    """Requests in flight at once, by the server."""
    load: float
    """Of the machine, over the last minute, before it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=Path, default=Path(".tox/bench-bulk-clients"))
    parser.add_argument("--only", nargs="*", choices=CLIENTS, default=list(CLIENTS))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    options.environments.mkdir(parents=True, exist_ok=True)
    server = options.environments / "server"
    subprocess.run(["gcc", "-O2", "-o", server, HERE / "server.c"], check=True)
    pythons = {name: _environment(options.environments, name) for name in options.only}
    rounds: dict[str, list[Round]] = {name: [] for name in options.only}
    for number in range(options.rounds):
        for name in options.only:
            one = _round(CLIENTS[name], pythons[name], server)
            rounds[name].append(one)
            print(number + 1, CLIENTS[name].name, one, flush=True)
    if set(rounds) == set(CLIENTS):
        (HERE / "bulk.json").write_text(json.dumps(_document(rounds), indent=1) + "\n")
        (HERE / "BULK.md").write_text(_table(rounds))
        _draw(rounds, HERE / "bulk.svg")


def _environment(folder: Path, name: str) -> Path:
    client = CLIENTS[name]
    own = folder / client.program
    python = own / "bin" / "python"
    stamp = own / "requirements.txt"
    wanted = "\n".join(client.requirements)
    install = ["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, own], check=True)
        subprocess.run([*install, *client.requirements], check=True)
        stamp.write_text(wanted)
    if name == "egp":
        subprocess.run([*install, "--reinstall-package", "egp-client", "--no-cache", str(ROOT)], check=True)
    return python


def _round(client: Client, python: Path, server: Path) -> Round:
    load = os.getloadavg()[0]
    with subprocess.Popen(
        [server, str(MILLISECONDS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        seconds, used = _run(client, python, url)
        peak = _stats(url)["peak"]
        process.stdin.close()
    milliseconds = None if used is None else used / client.count * 1000
    return Round(client.count / seconds, milliseconds, peak, load)


def _run(client: Client, python: Path, url: str) -> tuple[float, float | None]:
    done = subprocess.run(
        [python, HERE / "peers" / f"{client.program}.py", url, str(client.count), str(CONCURRENCY)],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            **dict(client.settings),
            # The folder of the peers must not hide the packages that they are named for.
            "PYTHONSAFEPATH": "1",
            "PYTHONWARNINGS": "ignore",
            "NO_PROXY": "127.0.0.1",
        },
    )
    if done.returncode:
        raise SystemExit(f"{client.name} failed:\n{done.stderr[-2000:]}")
    # Ray may have something to say after it.
    (found,) = [line for line in done.stdout.splitlines() if line.startswith("[")]
    seconds, used = json.loads(found)
    return seconds, used


def _stats(url: str) -> dict[str, int]:
    from urllib.request import urlopen

    with urlopen(f"{url}/stats") as response:
        stats: dict[str, int] = json.load(response)
    return stats


def _document(rounds: dict[str, list[Round]]) -> dict[str, Any]:
    return {"ceiling": CEILING, "rounds": {name: [one._asdict() for one in rounds[name]] for name in rounds}}


def _rate(rounds: list[Round]) -> float:
    return statistics.median(one.rate for one in rounds)


def _table(rounds: dict[str, list[Round]]) -> str:
    loads = [one.load for each in rounds.values() for one in each]
    about = (
        f"A server in C answers after {MILLISECONDS} ms; {CONCURRENCY} requests at once, so no client can"
        f" have more than {CEILING:.0f} a second. egp.bulk reads a file, looks over it, writes a journal and"
        " shows progress, all of which is counted; the others do none of it, and Ray's start is not counted."
        f" Medians of {len(rounds['egp'])} interleaved rounds on {os.cpu_count()} processors,"
        f" Python {platform.python_version()}, at a load of {min(loads):.1f} to {max(loads):.1f}"
        " (the benchmark's own included). Made by `tox -e bench-bulk`."
    )
    lines = [
        "# Bulk runs, measured",
        "",
        about,
        "",
        "| client | requests a second | of the ceiling | egp.bulk has | CPU ms a request | in flight |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, each in rounds.items():
        ratio = statistics.median(
            own.rate / other.rate for own, other in zip(rounds["egp"], each, strict=True)
        )
        used = [one.milliseconds for one in each if one.milliseconds is not None]
        cpu = f"{statistics.median(used):.3f}" if used else ""
        lines.append(
            f"| {CLIENTS[name].name} | {_rate(each):,.0f} | {_rate(each) / CEILING:.1%} | {ratio:.1f} times"
            f" | {cpu} | {max(one.peak for one in each)} |"
        )
    tuned = " and ".join(f"`{name}={value}`" for name, value in CLIENTS["ray-tuned"].settings)
    note = f"Tuned is {tuned}: left alone, the requests of a batch are sent one after the other."
    lines += ["", note, "", "![Requests a second](bulk.svg)", ""]
    return "\n".join(lines)


def _draw(rounds: dict[str, list[Round]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "egp-client", "font.size": 9, "svg.fonttype": "none"})
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(7, 0.45 * len(rounds) + 0.8), layout="constrained")
    names = [CLIENTS[name].name for name in rounds]
    rates = [_rate(each) for each in rounds.values()]
    colours = ["#0a7d4f" if name == "egp" else "#999999" for name in rounds]
    bars = axis.barh(names, rates, color=colours)
    axis.bar_label(bars, [f" {rate:,.0f}" for rate in rates])
    axis.axvline(CEILING, color="#999999", linestyle="--", linewidth=1)
    axis.invert_yaxis()
    axis.set_xlim(0, CEILING * 1.08)
    axis.set_xlabel(f"requests a second; {CEILING:.0f} is the server's ceiling")
    axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
