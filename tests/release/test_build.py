"""The distributions follow from the commit, and from nothing else."""

import os
import tarfile
import zipfile

import pytest

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

from tools.release.build import build, build_reproducibly, sha256
from tools.release.contents import check_wheel
from tools.release.errors import Refusal
from tools.release.repository import Repository

pytestmark = pytest.mark.index

EPOCH = 1_700_000_000


def test_any_folder_and_any_umask_give_the_same_bytes(pristine, tmp_path):
    digests = []
    for number, umask in enumerate((0o022, 0o077)):
        before = os.umask(umask)
        try:
            source = tmp_path / f"a folder {number}" / ("deep/" * number) / "source"
            Repository(pristine.root).export("HEAD", source)
            built = build(source, tmp_path / f"out-{number}", epoch=EPOCH)
        finally:
            os.umask(before)
        digests.append([sha256(file) for file in built.files])

    assert digests[0] == digests[1]


def test_every_time_stamp_is_that_of_the_commit(built):
    with tarfile.open(built.sdist) as archive:
        stamps = {int(member.mtime) for member in archive}
    with zipfile.ZipFile(built.wheel) as archive:
        dates = {info.date_time for info in archive.infolist()}

    assert stamps == {EPOCH}
    assert dates == {(2023, 11, 14, 22, 13, 20)}


def test_the_sdist_holds_what_a_build_needs_and_no_tests(built):
    with tarfile.open(built.sdist) as archive:
        tops = {name.split("/")[1] for name in archive.getnames()}

    assert tops == {
        *("CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md"),
        *(".gitignore", "generated", "openapi.yaml", "pyproject.toml", "src"),
    }


def test_the_built_wheel_holds_what_users_need_and_nothing_else(built, pristine):
    contract = (pristine.root / "openapi.yaml").read_bytes()

    assert "metadata complete" in check_wheel(built.wheel, version="0.1.0", contract=contract)


def test_an_sdist_that_lacks_a_source_is_refused(project, tmp_path):
    project.replace("pyproject.toml", '"generated/egp_api", "openapi.yaml"', '"openapi.yaml"')

    with pytest.raises(Refusal):
        build_reproducibly(project.root, tmp_path, epoch=EPOCH)
