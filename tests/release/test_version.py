"""The version: how it is read, how far it moved, how far it had to."""

import pytest
from packaging.version import Version

from tools.release.errors import Refusal
from tools.release.version import (
    carries,
    last_release,
    next_version,
    read_version,
    required_step,
    step_between,
)


@pytest.mark.parametrize("stated", ["0.1.0", "1.0.0rc1", "1.2.3.post1"])
def test_a_version_of_a_release_is_read(stated):
    version = read_version(f'"""The version."""\n__version__ = "{stated}"\n')

    assert version == Version(stated)


def test_a_comment_may_stand_behind_the_version():
    assert read_version('__version__ = "0.2.0"  # the next one\n') == Version("0.2.0")


def test_a_version_that_is_stated_twice_is_refused():
    with pytest.raises(Refusal, match="does not assign one string"):
        read_version('__version__ = "0.2.0"\n__version__ = "0.3.0"\n')


@pytest.mark.parametrize(
    "stated", ["1.0", "1.0.0-rc.1", "1.0.0.dev1", "1.0.0+local", "one", "v1.0.0", "01.0.0"]
)
def test_a_version_that_no_release_may_have_is_refused_with_an_example(stated):
    with pytest.raises(Refusal) as refused:
        read_version(f'__version__ = "{stated}"')

    assert repr(stated) in refused.value.problem
    assert "src/egp/_version.py" in refused.value.way_out


def test_a_file_without_a_version_is_refused():
    with pytest.raises(Refusal, match="does not assign"):
        read_version("__version__ = '.'.join(parts)")


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("0.1.0", "0.1.1", "patch"),
        ("0.1.0", "0.1.0.post1", "patch"),
        ("0.1.9", "0.2.0", "minor"),
        ("0.9.0", "1.0.0", "major"),
        ("1.2.3", "1.3.0rc1", "minor"),
        ("1.2.3", "3.0.0", "major"),
    ],
)
def test_the_first_number_that_differs_is_the_step(old, new, step):
    assert step_between(Version(old), Version(new)) == step


@pytest.mark.parametrize(
    ("change", "old", "required"),
    [
        ("major", "1.0.0", "major"),
        ("major", "0.1.0", "minor"),
        ("minor", "1.0.0", "minor"),
        ("minor", "0.1.0", "minor"),
        ("patch", "0.1.0", "patch"),
        ("none", "0.1.0", "none"),
    ],
)
def test_before_one_a_breaking_change_needs_the_second_number(change, old, required):
    assert required_step(change, Version(old)) == required


def test_a_larger_step_carries_every_smaller_one():
    assert carries("major", "minor")
    assert carries("patch", "none")
    assert not carries("patch", "minor")
    assert not carries("minor", "major")


def test_the_last_release_is_the_latest_final_one_before_this():
    versions = [Version(each) for each in ("0.1.0", "0.2.0rc1", "0.10.0", "0.9.0", "1.0.0")]

    assert last_release(versions, Version("1.0.0")) == Version("0.10.0")
    assert last_release(versions, Version("0.2.0")) == Version("0.1.0")
    assert last_release(versions, Version("0.1.0")) is None


@pytest.mark.parametrize(("step", "version"), [("major", "2.0.0"), ("minor", "1.3.0"), ("patch", "1.2.4")])
def test_the_next_version_starts_again_at_zero(step, version):
    assert next_version(Version("1.2.3"), step) == Version(version)
