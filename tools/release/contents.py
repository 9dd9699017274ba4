"""What the wheel has to hold, what it may hold, and what its metadata has to say."""

import re
import zipfile
from email import message_from_bytes
from email.message import Message
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
        return message_from_bytes(archive.read(name))


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
    licence = f"egp_client-{version}.dist-info/licenses/LICENSE"
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    problems = [f"missing: {name}" for name in (*_REQUIRED, licence) if name not in files]
    problems += [f"should not be in it: {name}" for name in files if not _ALLOWED.fullmatch(name)]
    if not files.get(licence, b"is missing").strip():
        problems.append(f"empty: {licence}")
    if files.get("egp_api/openapi.yaml", contract) != contract:
        problems.append("egp_api/openapi.yaml is not the openapi.yaml of the repository: scripts/regenerate")
    metadata = read_metadata(wheel)
    problems += [f"missing: {field}" for field in _METADATA if not metadata.get_all(field)]
    if not str(metadata.get_payload()).strip():
        problems.append("missing: Description (the README)")
    if metadata["Version"] != version:
        problems.append(f"version {metadata['Version']} instead of {version}")
    if problems:
        raise Refusal(
            "The wheel or its metadata is not what it should be:",
            details=problems,
            way_out="see [project] and [tool.hatch] in pyproject.toml, and tools/release/contents.py",
        )
    return f"{len(files)} files, {wheel.stat().st_size:,} bytes, metadata complete"
