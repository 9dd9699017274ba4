"""CHANGELOG.md, in the form of keepachangelog.com: a section per version, the newest first."""

import re
from datetime import date, datetime
from typing import NamedTuple

from tools.release.errors import Refusal

CHANGELOG_FILE = "CHANGELOG.md"

_HEADING = re.compile(r"^##\s+\[?(?P<name>[^\]\s]+)\]?(?:\s+-\s+(?P<date>\S+))?(?:\s+\[YANKED\])?\s*$")
_ENTRY = re.compile(r"^\s*(?:[-*+]|\d+[.)])[ \t]+\S")
# What would ship unannounced, in whatever form.
_TEXT = re.compile(r"^\s*[^\s#\[]")


class Section(NamedTuple):
    """What the changelog says of one version."""

    name: str
    date: str | None
    entries: int


def read_sections(text: str) -> list[Section]:
    """Return the sections of a changelog in the order of the file."""
    sections: list[Section] = []
    shown = re.sub(r"^\s*```.*?^\s*```|<!--.*?-->", "", text, flags=re.DOTALL | re.MULTILINE)
    entry = _ENTRY
    for line in shown.splitlines():
        if heading := _HEADING.match(line):
            sections.append(Section(heading["name"], heading["date"], 0))
            entry = _TEXT if heading["name"].lower() == "unreleased" else _ENTRY
        elif sections and entry.match(line):
            sections[-1] = sections[-1]._replace(entries=sections[-1].entries + 1)
    return sections


def check_changelog(text: str, version: str, *, today: date, last: str | None = None) -> Section:
    """Return the section of a version that is ready to go out after `last`; raise Refusal where it is not."""
    sections = read_sections(text)
    found = [each for each in sections if each.name == version]
    heading = f"## [{version}] - {today.isoformat()}"
    renamed = f'make its heading "{heading}"'
    if not found:
        written = re.search(rf"^#+.*(?<![\w.])v?{re.escape(version)}(?![\w.]).*$", text, re.MULTILINE)
        way_out = (
            f'rename "{written[0] if written else "## [Unreleased]"}" to "{heading}", commit, and run again'
        )
        raise Refusal(f"{CHANGELOG_FILE} has no section for {version}.", way_out=way_out)
    if len(found) > 1:
        problem = f"{CHANGELOG_FILE} has more than one section for {version}."
        raise Refusal(problem, way_out="make them one section")
    (section,) = found
    if re.search(rf"^##\s+\[?{re.escape(version)}\]?\s.*\[YANKED\]", text, re.MULTILINE):
        way_out = "release the next version; what was yanked never comes back"
        raise Refusal(f"{CHANGELOG_FILE} says that {version} was yanked.", way_out=way_out)
    named = f"The section for {version} in {CHANGELOG_FILE}"
    if section.entries == 0:
        way_out = f'write at least one "- …" line under "{heading}": what a user can notice'
        raise Refusal(f"{named} says nothing.", way_out=way_out)
    day = _day(section.date)
    if day is None:
        raise Refusal(f"{named} has no date ({section.date or 'none'}).", way_out=renamed)
    if day > today:
        raise Refusal(f"{named} is dated {day}, and today is {today}.", way_out=renamed)
    before = next((_day(each.date) for each in sections if each.name == last), None)
    if before and day < before:
        problem = f"{CHANGELOG_FILE} dates {version} {day}, before the last release, {last} of {before}."
        raise Refusal(problem, way_out=renamed)
    left = sum(each.entries for each in sections if each.name.lower() == "unreleased")
    if left:
        problem = f"{CHANGELOG_FILE} has {left} entries under Unreleased that {version} would ship."
        raise Refusal(problem, way_out=f'move them under "{heading}"')
    return section


def _day(text: str | None) -> date | None:
    try:
        return datetime.strptime(text or "", "%Y-%m-%d").date()
    except ValueError:
        return None
