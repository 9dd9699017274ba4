"""The bill of materials of a wheel, in CycloneDX: what it brings with it, as it was tested."""

import json
import sys
from pathlib import Path

from tools.release.build import sha256
from tools.release.environment import Environment
from tools.release.process import run

_CYCLONEDX = (
    "-m", "cyclonedx_py", "environment", "--output-reproducible", "--spec-version=1.6", "--mc-type=library",
    "--no-validate",  # it takes seconds; a test validates the bill
)  # fmt: skip


def write_sbom(environment: Environment, wheel: Path, pyproject: Path) -> Path:
    """Write the bill beside the wheel, from an environment that holds the wheel and its dependencies only."""
    bill = wheel.with_suffix(".cdx.json")
    run(
        [sys.executable, *_CYCLONEDX, "--pyproject", pyproject, "--output-file", bill, environment.python],
        cwd=environment.folder,
        refused="The bill of materials could not be made:",
        way_out="run cyclonedx-py environment on an environment that holds the wheel",
    )
    content = json.loads(bill.read_text(encoding="utf-8"))
    content["metadata"]["component"]["hashes"] = [{"alg": "SHA-256", "content": sha256(wheel)}]
    bill.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return bill
