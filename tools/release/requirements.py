"""What a wheel says that it needs."""

import zipfile
from email.parser import BytesParser
from pathlib import Path

from packaging.requirements import Requirement


def read_requirements(wheel: Path, *, extra: str) -> list[str]:
    """Return the requirements of a wheel with an extra, those that this machine's markers let through."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = BytesParser().parsebytes(archive.read(name))
    found: list[str] = []
    for text in metadata.get_all("Requires-Dist", []):
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            requirement.marker = None
            found.append(str(requirement))
    return found
