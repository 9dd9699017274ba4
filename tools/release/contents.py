"""What the wheel has to hold, what it may hold, and what its metadata has to say."""

import re
import zipfile
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from packaging.requirements import Requirement

from tools.release.errors import Refusal

PROJECT = "egp-client"
CONTRACT_FILE = "openapi.yaml"

_REQUIRED = (
    "egp/__init__.py", "egp/_version.py", "egp/py.typed", "egp/testing/__init__.py",
    "egp_api/__init__.py", "egp_api/openapi.yaml", "egp_api/py.typed",
)  # fmt: skip
_ALLOWED = re.compile(
    r"""
    egp/(?:\w+/)*\w+\.py | egp/py\.typed |
    egp_api/(?:\w+/)*\w+\.py | egp_api/py\.typed | egp_api/openapi\.yaml |
    egp_client-[\w.]+\.dist-info/(?:METADATA|WHEEL|RECORD|entry_points\.txt|licenses/LICENSE)
    """,
    re.VERBOSE,
)
_METADATA = (
    "Author", "Classifier", "Description-Content-Type", "Keywords", "License-Expression", "License-File",
    "Project-URL", "Provides-Extra", "Requires-Dist", "Requires-Python", "Summary",
)  # fmt: skip


def read_metadata(wheel: Path) -> Message:
    """Return the metadata of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        return BytesParser().parsebytes(archive.read(name))


def read_requirements(wheel: Path, *, extra: str) -> list[str]:
    """Return the requirements of a wheel with an extra, those that this machine's markers let through."""
    found: list[str] = []
    for text in read_metadata(wheel).get_all("Requires-Dist", []):
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            requirement.marker = None
            found.append(str(requirement))
    return found


def check_wheel(wheel: Path, *, version: str, contract: bytes) -> str:
    """Say what a good wheel holds; raise Refusal for what is missing, strange, or not the contract."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        _check_names(names, version)
        if archive.read("egp_api/openapi.yaml") != contract:
            raise Refusal(
                "The wheel's egp_api/openapi.yaml is not the openapi.yaml of the repository.",
                way_out="scripts/regenerate, commit the result, and run again",
            )
        if not archive.read(f"egp_client-{version}.dist-info/licenses/LICENSE").strip():
            raise Refusal("The licence in the wheel is empty.", way_out="write LICENSE and commit it")
    _check_metadata(read_metadata(wheel), version)
    return f"{len(names)} files, {wheel.stat().st_size:,} bytes, metadata complete"


def _check_names(names: list[str], version: str) -> None:
    needed = [*_REQUIRED, f"egp_client-{version}.dist-info/licenses/LICENSE"]
    missing = [f"    missing: {name}" for name in needed if name not in names]
    strange = [f"    should not be in it: {name}" for name in names if not _ALLOWED.fullmatch(name)]
    if problems := [*missing, *strange]:
        raise Refusal(
            "\n".join(["The wheel does not hold what it should:", *problems[:20]]),
            way_out="see [tool.hatch.build.targets.wheel] in pyproject.toml, and tools/release/contents.py",
        )


def _check_metadata(metadata: Message, version: str) -> None:
    missing = [field for field in _METADATA if not metadata.get_all(field)]
    if not str(metadata.get_payload()).strip():
        missing.append("Description (the README)")
    problems = [f"    missing: {field}" for field in missing]
    if metadata["Version"] != version:
        problems.append(f"    version {metadata['Version']} instead of {version}")
    if problems:
        raise Refusal(
            "\n".join(["The metadata of the wheel is not complete:", *problems]),
            way_out="fill in [project] of pyproject.toml",
        )
