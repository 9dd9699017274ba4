"""The sdist and the wheel of a commit: the same bytes on every machine with the same Python and zlib."""

import hashlib
import shutil
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

from uv import find_uv_bin

from tools.release.errors import Refusal
from tools.release.process import run, sparse_environment

_WAY_OUT = "build it by hand to see more: uv build"


class Distributions(NamedTuple):
    """The two files of a release."""

    sdist: Path
    wheel: Path

    @property
    def files(self) -> tuple[Path, Path]:
        """Return both, the wheel first: it goes up first, since a wheel alone can be installed as it is."""
        return self.wheel, self.sdist

    @property
    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of both, by file name."""
        return {file.name: sha256(file) for file in self.files}


def sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive; Python 3.11.4 and later also filter strange paths."""
    if hasattr(tarfile, "data_filter"):
        shutil.unpack_archive(archive, folder, filter="data")
    else:
        shutil.unpack_archive(archive, folder)


def build(source: Path, output: Path, *, epoch: int) -> Distributions:
    """Build the sdist and, from the same folder, the wheel; every time stamp in them is `epoch`."""
    run(
        [find_uv_bin(), "build", "--sdist", "--wheel", "--python", sys.executable, "-o", output, source],
        cwd=source,
        env=sparse_environment("UV_", SOURCE_DATE_EPOCH=str(epoch), TZ="UTC", LC_ALL="C.UTF-8"),
        refused="The distributions do not build:",
        way_out=_WAY_OUT,
    )
    sdists, wheels = list(output.glob("*.tar.gz")), list(output.glob("*.whl"))
    if len(sdists) != 1 or len(wheels) != 1:
        found = ", ".join(sorted(path.name for path in output.iterdir())) or "nothing"
        raise Refusal(f"One sdist and one wheel were expected, found: {found}.", way_out=_WAY_OUT)
    return Distributions(sdists[0], wheels[0])


def build_reproducibly(source: Path, workspace: Path, *, epoch: int) -> Distributions:
    """Build a release, build it again from its own sdist, and raise Refusal unless the bytes agree.

    What the second build shows: the sdist holds all that a build needs, and nothing but the sources and the
    time of the commit shows in the result.
    """
    first = build(source, workspace / "dist", epoch=epoch)
    unpacked = workspace / "from-sdist"
    unpack(first.sdist, unpacked)
    (top,) = unpacked.iterdir()
    second = build(top, workspace / "dist-from-sdist", epoch=epoch)
    for one, other in zip(first.files, second.files, strict=True):
        if sha256(one) != sha256(other):
            raise Refusal(
                f"{one.name} built from the tree and from its own sdist differ:",
                details=[f"{sha256(each)}  {each}" for each in (one, other)],
                way_out="diffoscope shows where; the build settings of pyproject.toml decide what goes in",
            )
    return first
