"""The changelog: what a release needs it to say."""

from datetime import date

import pytest

from tools.release.changelog import Section, check_changelog, read_sections
from tools.release.errors import Refusal

TODAY = date(2026, 11, 23)
GOOD = """\
# Changelog

## [Unreleased]

## [0.2.0] - 2026-11-20

### Added

- A field.
  - with a detail
* Another one.

```
## [9.9.9] - an example, not a section
```

## 0.1.0 - 2026-10-01 [YANKED]
- The beginning.
"""


def test_sections_are_read_with_their_dates_and_entries():
    sections = read_sections(GOOD)

    assert sections == [
        Section("Unreleased", None, 0),
        Section("0.2.0", "2026-11-20", 3),
        Section("0.1.0", "2026-10-01", 1),
    ]


def test_a_section_with_date_and_entries_passes():
    assert check_changelog(GOOD, "0.2.0", today=TODAY).date == "2026-11-20"


def test_a_missing_section_is_refused_with_the_heading_to_write():
    with pytest.raises(Refusal, match=r"no section for 0\.3\.0") as refused:
        check_changelog(GOOD, "0.3.0", today=TODAY)

    assert "## [0.3.0] - 2026-11-23" in refused.value.way_out


@pytest.mark.parametrize(
    "heading", ["## [0.2.0]", "## [0.2.0] - soon", "## [0.2.0] - 2026-13-01", "## [0.2.0] - 20261120"]
)
def test_a_section_without_a_date_is_refused(heading):
    with pytest.raises(Refusal, match="has no date"):
        check_changelog(f"{heading}\n- A field.\n", "0.2.0", today=TODAY)


def test_a_section_that_says_nothing_is_refused():
    with pytest.raises(Refusal, match="says nothing"):
        check_changelog("## [0.2.0] - 2026-11-20\n\n### Added\n", "0.2.0", today=TODAY)


def test_entries_that_would_go_out_unannounced_are_refused():
    text = GOOD.replace("## [Unreleased]\n", "## [Unreleased]\n\n- Something else.\n")

    with pytest.raises(Refusal, match="entries under Unreleased"):
        check_changelog(text, "0.2.0", today=TODAY)


@pytest.mark.parametrize("text", ["Something else.", "1. Something else.", "* Something else."])
def test_whatever_is_said_under_unreleased_would_go_out_unannounced(text):
    changelog = GOOD.replace("## [Unreleased]\n", f"## [Unreleased]\n\n### Added\n\n{text}\n")

    with pytest.raises(Refusal, match="entries under Unreleased"):
        check_changelog(changelog, "0.2.0", today=TODAY)


def test_what_nobody_sees_is_no_section():
    hidden = "<!--\n## [0.3.0] - 2026-11-20\n\n- A field.\n-->\n"

    with pytest.raises(Refusal, match=r"no section for 0\.3\.0"):
        check_changelog(GOOD + hidden, "0.3.0", today=TODAY)


@pytest.mark.parametrize("heading", ["## [v0.3.0] - 2026-11-20", "## 0.3.0 (2026-11-20)", "### [0.3.0]"])
def test_a_heading_in_another_form_is_named(heading):
    with pytest.raises(Refusal, match=r"no section for 0\.3\.0") as refused:
        check_changelog(f"{heading}\n\n- A field.\n", "0.3.0", today=TODAY)

    assert refused.value.way_out.startswith(f'rename "{heading}" to "## [0.3.0] - 2026-11-23"')


def test_a_version_is_not_mistaken_for_one_that_begins_like_it():
    with pytest.raises(Refusal, match="no section"):
        check_changelog("## [0.2.0rc1] - 2026-11-20\n- A candidate.\n", "0.2.0", today=TODAY)


def test_a_date_in_the_future_is_refused():
    with pytest.raises(Refusal, match="dated 2026-11-24, and today is 2026-11-23") as refused:
        check_changelog("## [0.2.0] - 2026-11-24\n- A field.\n", "0.2.0", today=TODAY)

    assert "## [0.2.0] - 2026-11-23" in refused.value.way_out


def test_a_date_before_the_last_release_is_refused():
    text = "## [0.2.0] - 2026-09-30\n- A field.\n## [0.1.0] - 2026-10-01\n- The beginning.\n"

    with pytest.raises(Refusal, match=r"before the last release, 0\.1\.0 of 2026-10-01"):
        check_changelog(text, "0.2.0", today=TODAY, last="0.1.0")


def test_the_day_of_the_last_release_is_late_enough():
    text = "## [0.1.1] - 2026-10-01\n- A fix.\n## [0.1.0] - 2026-10-01\n- The beginning.\n"

    assert check_changelog(text, "0.1.1", today=TODAY, last="0.1.0").date == "2026-10-01"


def test_two_sections_for_one_version_are_refused():
    text = "## [0.2.0] - 2026-11-20\n- A field.\n## [0.2.0] - 2026-11-19\n- Another one.\n"

    with pytest.raises(Refusal, match="more than one section"):
        check_changelog(text, "0.2.0", today=TODAY)


def test_a_version_that_was_yanked_is_refused():
    with pytest.raises(Refusal, match="was yanked") as refused:
        check_changelog(GOOD, "0.1.0", today=TODAY)

    assert "next version" in refused.value.way_out
