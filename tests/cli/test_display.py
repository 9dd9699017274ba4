"""What of a growing Markdown text is printed for good."""

from hypothesis import given
from hypothesis import strategies as st

from egp.cli.display import _complete

LINES = ("", "text", "```", "- item", "1. item", "  more", "# Title")


def test_a_paragraph_is_complete_when_the_next_has_begun():
    assert _complete("one\n\ntwo") == ("one\n\n", "two")
    assert _complete("one\n\n") == ("", "one\n\n")


def test_a_blank_line_in_code_divides_nothing():
    assert _complete("```\na\n\nb") == ("", "```\na\n\nb")


def test_a_blank_line_within_a_list_divides_nothing():
    assert _complete("- a\n\n- b\n\n  c") == ("", "- a\n\n- b\n\n  c")


@given(st.lists(st.sampled_from(LINES)).map("\n".join))
def test_nothing_is_lost_and_no_fence_is_cut(text):
    done, rest = _complete(text)
    assert done + rest == text
    assert sum(line.startswith("```") for line in done.splitlines()) % 2 == 0
