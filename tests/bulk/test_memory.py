"""Memory does not grow with the input."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bulk.conftest import envelope

ROOT = Path(__file__).parents[2]
PROGRAM = r"""
import re, sys
from egp.bulk import run
summary = run(sys.argv[1], sys.argv[2], ordered=sys.argv[3] == "ordered")
assert summary.is_complete, summary
# Not getrusage: its peak is that of the process that started this one, too.
print(int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1]) / 1024, summary.rate)
"""


@pytest.fixture
def quick_server(tmp_path):
    """The server of the benchmarks, without its wait."""
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    program = tmp_path / "server"
    subprocess.run(["gcc", "-O2", "-o", program, ROOT / "benchmarks" / "bulk" / "server.c"], check=True)
    with subprocess.Popen(
        [program, "1", "200"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.stdin.close()


def peak(url, folder, count, form):
    source, output = folder / f"in-{count}.jsonl", folder / f"out-{count}-{form}.jsonl"
    with source.open("w") as stream:
        stream.writelines(json.dumps(envelope(f"request-{number}")) + "\n" for number in range(count))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(source), str(output), form],
        env={**os.environ, "EGP_BASE_URL": url, "EGP_API_KEY": "k"},
        capture_output=True,
        text=True,
        check=True,
    )
    megabytes, rate = map(float, done.stdout.split())
    print(f"{count} lines, {form}: peak {megabytes:.1f} MB, {rate:.0f} requests a second")
    output.unlink()
    source.unlink()
    return megabytes


@pytest.mark.skipif(sys.platform != "linux", reason="the measure is that of Linux")
def test_twenty_thousand_lines_take_little_more_memory_than_a_thousand(quick_server, tmp_path):
    small, large = (peak(quick_server, tmp_path, count, "as-it-comes") for count in (1_000, 20_000))

    assert large - small < 25


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif("EGP_BULK_LONG" not in os.environ, reason="takes minutes: tox -e bulk-long")
@pytest.mark.parametrize("form", ["as-it-comes", "ordered"])
def test_a_million_lines_take_at_most_50_megabytes_more_than_ten_thousand(quick_server, tmp_path, form):
    small = peak(quick_server, tmp_path, 10_000, form)

    large = peak(quick_server, tmp_path, 1_000_000, form)

    assert large - small < 50
