"""Hold the coverage of src/egp against its floors: `tox -e coverage` runs it after the tests.

The floor is on lines and branches together, as coverage.py counts them.
"""

import io
import sys
from pathlib import Path

import coverage

FLOOR = 95.0
"""Per cent of src/egp, egp.testing not counted."""
TRANSPORT_FLOOR = 92.0
"""Per cent of each module that connections go through."""
TRANSPORT = ("egp/_io/", "egp/_core/http1/", "egp/_core/pool.py")


def main() -> int:
    """Report what the tests left out, and return 1 where a floor is missed."""
    measured = coverage.Coverage()
    measured.load()
    found = []
    if (whole := measured.report(skip_covered=True)) < FLOOR:
        found.append(f"src/egp: {whole:.1f} %, and the floor is {FLOOR:g} %")
    for path in sorted(measured.get_data().measured_files()):
        if any(part in Path(path).as_posix() for part in TRANSPORT):
            percent = measured.report(include=[path], file=io.StringIO())
            if percent < TRANSPORT_FLOOR:
                found.append(
                    f"{path}: {percent:.1f} %, and the floor of the transport is {TRANSPORT_FLOOR:g} %"
                )
    print(*found, sep="\n", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
