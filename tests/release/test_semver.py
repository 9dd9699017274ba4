"""The agreement of the version with the kind of change."""

import pytest
from packaging.version import Version

from tools.release.errors import Refusal
from tools.release.version import Change, check_step, largest

REMOVED = Change("spec", "field-removed", "ChatCompletion.usage", "major")
ADDED = Change("spec", "keyword-added", "create_chat_completion(seed)", "minor")
PROSE = Change("spec", "documentation-changed", "info", "patch")


def test_the_largest_step_decides():
    assert largest([PROSE, REMOVED, ADDED]) == "major"
    assert largest([]) == "none"


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("1.0.0", "2.0.0", [REMOVED, ADDED]),
        ("1.0.0", "1.1.0", [ADDED, PROSE]),
        ("1.0.0", "1.0.1", [PROSE]),
        ("1.0.0", "1.0.1", []),
        ("1.0.0", "2.0.0", []),
        ("0.1.0", "0.2.0", [REMOVED]),
        ("0.1.0", "1.0.0", [REMOVED]),
    ],
)
def test_a_step_as_large_as_the_change_goes_through(old, new, changes):
    assert "is a" in check_step(Version(old), Version(new), changes)


@pytest.mark.parametrize("new", ["1.0.1", "1.1.0"])
def test_a_removed_field_is_refused_below_major_and_named(new):
    with pytest.raises(Refusal, match=r"ChatCompletion\.usage") as refused:
        check_step(Version("1.0.0"), Version(new), [PROSE, REMOVED, ADDED])

    assert "2.0.0 (major)" in refused.value.way_out
    assert "seed" not in refused.value.problem


def test_an_added_field_is_refused_as_a_patch_with_the_right_step_named():
    with pytest.raises(Refusal, match=r"create_chat_completion\(seed\)") as refused:
        check_step(Version("1.4.2"), Version("1.4.3"), [ADDED])

    assert "1.5.0 (minor)" in refused.value.way_out


def test_before_one_both_ways_out_of_a_breaking_patch_are_named():
    with pytest.raises(Refusal) as refused:
        check_step(Version("0.1.0"), Version("0.1.1"), [REMOVED])

    assert "0.2.0 (minor) or 1.0.0 (major)" in refused.value.way_out


def test_a_long_list_of_reasons_stays_on_one_screen():
    changes = [Change("api", "removed", f"egp.name_{number}", "major") for number in range(500)]

    with pytest.raises(Refusal, match="488 more") as refused:
        check_step(Version("1.0.0"), Version("1.0.1"), changes)

    assert len(refused.value.problem.splitlines()) < 20
