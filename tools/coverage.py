"""Hold the coverage of src/egp against its floors: `tox -e coverage` runs it after the tests.

The floor is on lines and branches together, as coverage.py counts them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

FLOOR = 95.0
"""Per cent of src/egp, egp.testing not counted."""
TRANSPORT_FLOOR = 92.0
"""Per cent of each module that connections go through."""
TRANSPORT = ("egp/_io/", "egp/_core/http1/", "egp/_core/pool.py")


def below_floor(report: dict[str, dict[str, dict[str, float]]]) -> list[str]:
    """Return what is below its floor, a line each, of a report in coverage.py's JSON."""
    found = []
    whole = report["totals"]["percent_covered"]
    if float(str(whole)) < FLOOR:
        found.append(f"src/egp: {whole:.1f} %, and the floor is {FLOOR:g} %")
    for path, file in sorted(report["files"].items()):
        percent = float(str(file["summary"]["percent_covered"]))  # type: ignore[index]
        if percent < TRANSPORT_FLOOR and any(part in Path(path).as_posix() for part in TRANSPORT):
            found.append(f"{path}: {percent:.1f} %, and the floor of the transport is {TRANSPORT_FLOOR:g} %")
    return found


def main() -> int:
    """Report what the tests left out, and return 1 where a floor is missed."""
    # It warns of the data of processes that tests have killed.
    coverage = [sys.executable, "-W", "ignore", "-m", "coverage"]
    subprocess.run([*coverage, "report", "--skip-covered"], check=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "coverage.json")
        subprocess.run([*coverage, "json", "-q", "-o", path], check=True)
        report = json.loads(path.read_text(encoding="utf-8"))
    found = below_floor(report)
    print(*found, sep="\n", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
