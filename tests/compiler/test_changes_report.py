"""The report, for a person and for a program."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tools.compiler.changes import Change, Report, compare


def changes(count: int, kind: str = "field-removed") -> list[Change]:
    return [Change(kind, f"Model.field_{number:03}", before="string") for number in range(count)]


def test_the_gravest_change_decides_the_step_and_comes_first() -> None:
    found = [
        Change("documentation-changed", "A"),
        Change("field-added", "B.x", after="string"),
        Change("operation-removed", "z"),
    ]

    report = Report.of(found, same_bytes=False)

    assert report.step == "major"
    assert [change.kind for change in report.changes] == [
        "operation-removed",
        "field-added",
        "documentation-changed",
    ]


@pytest.mark.parametrize(("same_bytes", "step"), [(True, "none"), (False, "patch")])
def test_without_a_change_the_bytes_decide(same_bytes: bool, step: str) -> None:
    assert Report.of([], same_bytes=same_bytes).step == step


def test_bytes_that_differ_in_a_comment_alone_are_a_patch(contract: dict[str, Any]) -> None:
    report = compare(contract, copy.deepcopy(contract), same_bytes=False)

    assert report.to_dict() == {"step": "patch", "changes": []}


def test_a_kind_outside_the_rule_cannot_be_reported() -> None:
    with pytest.raises(ValueError, match="kind"):
        Change("field-vanished", "A.x")


def test_the_json_names_kind_place_and_whether_it_breaks() -> None:
    report = Report.of(changes(1), same_bytes=False)

    assert json.loads(json.dumps(report.to_dict())) == {
        "step": "major",
        "changes": [
            {
                "kind": "field-removed",
                "where": "Model.field_000",
                "breaking": True,
                "step": "major",
                "before": "string",
            }
        ],
    }


def test_the_text_groups_by_step_and_ends_with_the_step() -> None:
    found = [
        Change("response-field-type-widened", "A.x", before="string", after="string | null"),
        Change("enum-value-added", "B", after='"c"'),
        Change("documentation-changed", "C", "description"),
    ]

    text = Report.of(found, same_bytes=False).to_text()

    assert text.splitlines() == [
        "breaking (1):",
        "  response-field-type-widened: A.x: string → string | null",
        "compatible (1):",
        '  enum-value-added: B: "c"',
        "documentation only (1):",
        "  documentation-changed: C: description",
        "version step: major (a caller's code can break)",
    ]


def test_the_text_fits_on_a_screen_and_counts_what_it_leaves_out() -> None:
    found = changes(500) + changes(500, "field-added") + changes(500, "documentation-changed")

    lines = Report.of(found, same_bytes=False).to_text().splitlines()

    assert len(lines) <= 50
    assert "  … and 488 field-removed" in lines
    assert max(map(len, lines)) <= 120


def test_a_type_of_any_length_stays_on_one_line() -> None:
    change = Change("field-type-changed", "A.x", before="a | " * 100, after="string")

    assert len(change.to_line()) <= 110


def test_of_long_unions_only_what_went_and_came_is_told() -> None:
    members = " | ".join(f"Member{number}Part" for number in range(10))
    change = Change("response-type-changed", "A", before=f"Old | {members}", after=f"{members} | New | null")

    assert change.to_line() == "response-type-changed: A: without Old; with New, null"
    assert change.to_dict()["after"] == f"{members} | New | null"


def test_a_value_that_was_not_there_before_is_told_as_none() -> None:
    come = Change("field-default-changed", "A.x", after="1")
    gone = Change("field-default-changed", "A.x", before="1")

    assert come.to_line() == "field-default-changed: A.x: none → 1"
    assert gone.to_line() == "field-default-changed: A.x: 1 → none"


@pytest.mark.parametrize("text", ["a\nb", "\x1b[31mred", "a\u2028b", "a\u202eb", "\ud800"])
def test_text_of_the_document_cannot_break_out_of_its_line(text: str) -> None:
    report = Report.of([Change("field-removed", f"A.{text}", before=text)], same_bytes=False)

    assert report.to_text().isascii()
    assert len(report.to_text().splitlines()) == 3


def test_the_breaking_changes_are_at_hand() -> None:
    report = Report.of([*changes(2), *changes(3, "field-added")], same_bytes=False)

    assert [change.where for change in report.changes if change.breaking] == [
        "Model.field_000",
        "Model.field_001",
    ]


def test_the_same_change_is_named_once() -> None:
    report = Report.of([*changes(1), *changes(1)], same_bytes=False)

    assert len(report.changes) == 1


def test_an_order_of_finding_is_no_order_of_the_report() -> None:
    found = changes(20)

    assert Report.of(found, same_bytes=False) == Report.of(found[::-1], same_bytes=False)
