"""CHANGELOG.md, in the form of keepachangelog.com: a section per version, the newest first."""

import re
from datetime import date, datetime
from typing import NamedTuple

from tools.release.errors import Refusal

CHANGELOG_FILE = "CHANGELOG.md"
UNRELEASED = "unreleased"

_HEADING = re.compile(r"^##\s+\[?(?P<name>[^\]\s]+)\]?(?:\s+-\s+(?P<date>\S+))?(?:\s+\[YANKED\])?\s*$")
_ENTRY = re.compile(r"^[-*+][ \t]+\S")


class Section(NamedTuple):
    """What the changelog says of one version."""

    name: str
    date: str | None
    entries: int


def read_sections(text: str) -> list[Section]:
    """Return the sections of a changelog in the order of the file."""
    sections: list[Section] = []
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        if fenced:
            continue
        if heading := _HEADING.match(line):
            sections.append(Section(heading["name"], heading["date"], 0))
        elif sections and _ENTRY.match(line.lstrip()):
            sections[-1] = sections[-1]._replace(entries=sections[-1].entries + 1)
    return sections


def check_changelog(text: str, version: str, *, today: date, last: str | None = None) -> Section:
    """Return the section of a version that is ready to go out after `last`; raise Refusal where it is not."""
    sections = read_sections(text)
    section = next((each for each in sections if each.name == version), None)
    if sum(each.name == version for each in sections) > 1:
        raise Refusal(
            f"{CHANGELOG_FILE} has more than one section for {version}.", way_out="make them one section"
        )
    if re.search(rf"^##\s+\[?{re.escape(version)}\]?\s.*\[YANKED\]", text, re.MULTILINE):
        raise Refusal(
            f"{CHANGELOG_FILE} says that {version} was yanked.",
            way_out="release the next version; what was yanked never comes back",
        )
    heading = f"## [{version}] - {today.isoformat()}"
    if section is None:
        raise Refusal(
            f"{CHANGELOG_FILE} has no section for {version}.",
            way_out=f'rename "## [Unreleased]" to "{heading}", commit, and run again',
        )
    if section.entries == 0:
        raise Refusal(
            f"The section for {version} in {CHANGELOG_FILE} says nothing.",
            way_out=f'write at least one "- …" line under "{heading}": what a user can notice',
        )
    day = _day(section.date)
    if day is None:
        raise Refusal(
            f"The section for {version} in {CHANGELOG_FILE} has no date ({section.date or 'none'}).",
            way_out=f'make its heading "{heading}"',
        )
    if day > today:
        raise Refusal(
            f"The section for {version} in {CHANGELOG_FILE} is dated {day}, and today is {today}.",
            way_out=f'make its heading "{heading}"',
        )
    before = next((_day(each.date) for each in sections if each.name == last), None)
    if before and day < before:
        raise Refusal(
            f"{CHANGELOG_FILE} dates {version} {day}, before the last release, {last} of {before}.",
            way_out=f'make its heading "{heading}"',
        )
    unreleased = next((each for each in sections if each.name.lower() == UNRELEASED), None)
    if unreleased and unreleased.entries:
        raise Refusal(
            f"{CHANGELOG_FILE} has {unreleased.entries} entries under Unreleased that {version} would ship.",
            way_out=f'move them under "{heading}"',
        )
    return section


def _day(text: str | None) -> date | None:
    try:
        return datetime.strptime(text or "", "%Y-%m-%d").date()
    except ValueError:
        return None
