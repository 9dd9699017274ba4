"""What a run counts, shows and reports."""

import io
import random
import statistics
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from egp.bulk._progress import Snapshot, display, text_of
from egp.bulk._report import page, picture
from egp.bulk._scan import Fault
from egp.bulk._summary import Summary
from egp.bulk._tally import Curve, Latencies

SUMMARY = Summary(
    output=Path("out.jsonl"),
    total=10,
    done_before=2,
    failed_before=0,
    answered=5,
    failed=1,
    invalid=1,
    faults=(Fault("in.jsonl:3", "not <JSON>"),),
    unwritten=0,
    rescue=None,
    foreign=0,
    stopped="SIGINT was received",
    seconds=2.0,
    attempts={"200": 5, "400": 1},
    statuses={"200": 5, "400": 1},
    finish_reasons={"stop": 5},
    prompt_tokens=50,
    completion_tokens=20,
    cached_tokens=0,
    unknown_usage=0,
    cost=None,
    unpriced=0,
    latency={"p50": 0.1, "p90": 0.2, "p95": 0.2, "p99": 0.3, "max": 0.3, "mean": 0.1},
    slowed={"Retry-After": 1.5},
    events={"concurrency lowered after a 429": 1},
    curve=((0.0, 0, 1, 20.0, 0.0), (1.0, 3, 5, 20.0, 0.1), (2.0, 6, 0, 16.0, 0.2)),
)
SNAPSHOT = Snapshot(200, 120, 1, 12, 20.0, 310.4, 12_345, 0.1234, 3.0, 3.0, "")


def test_a_summary_says_what_is_left_and_why():
    text = str(SUMMARY)

    assert text.startswith("5 answered, 1 failed, 2 left of 10 (2 from earlier runs), in 2.0 s (3.0/s)")
    assert "waited: Retry-After 1.5 s" in text
    assert text.endswith(
        "stopped: SIGINT was received\n2 requests are left: the same run again goes on with them"
    )


def test_the_page_is_whole_well_formed_and_needs_nothing_from_elsewhere():
    text = page(SUMMARY)

    pictures = text.split("<svg")[1:]
    assert len(pictures) == 3
    for one in pictures:
        ElementTree.fromstring("<svg" + one.partition("</svg>")[0] + "</svg>")
    assert "not &lt;JSON&gt;" in text
    assert "://" not in text


def test_the_curves_alone_are_one_small_picture():
    text = picture(SUMMARY)

    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(root.findall(".//{*}polyline")) == 4
    assert "1 failed" not in text


def test_centiles_are_right_to_a_few_percent():
    chance = random.Random(1)
    values = [chance.lognormvariate(0, 1) for _ in range(10_000)]
    latencies = Latencies()

    for value in values:
        latencies.add(value)

    exact = statistics.quantiles(values, n=100)
    for percent in (50, 90, 95, 99):
        assert latencies.centile(percent) == pytest.approx(exact[percent - 1], rel=0.04)
    assert latencies.centile(100) == max(values)


def test_no_latency_is_none():
    assert Latencies().centile(50) is None


def test_a_curve_stays_small_and_keeps_its_ends():
    curve = Curve()

    for step in range(100_000):
        curve.add(step * 0.25, step)

    assert len(curve.samples) < 600
    assert curve.samples[0] == (0.0, 0)
    assert curve.samples[-1][0] > 0.9 * 25_000


def test_progress_is_one_line_of_text():
    assert (
        text_of(SNAPSHOT)
        == "120/200 done, 1 failed, 12 in flight, 310/s, 12.3k tokens, cost 0.1234, 0:03 left"
    )
    assert text_of(SNAPSHOT._replace(waits_for="tokens a minute")).endswith("waits: tokens a minute")


def test_outside_a_terminal_nothing_is_shown_unless_wanted():
    silent, wanted = io.StringIO(), io.StringIO()

    display(None, silent).show(SNAPSHOT)
    display(True, wanted).show(SNAPSHOT)

    assert silent.getvalue() == ""
    assert wanted.getvalue() == text_of(SNAPSHOT) + "\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_in_a_terminal_the_line_is_written_over(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    terminal = Terminal()

    shown = display(None, terminal)
    shown.show(SNAPSHOT)
    shown.show(SNAPSHOT._replace(done=9))
    shown.end()

    assert "120/200 done" in terminal.getvalue()
    assert "9/200 done" in terminal.getvalue()


def test_with_rich_it_is_a_bar(monkeypatch):
    pytest.importorskip("rich", reason="rich is in the extra cli")
    monkeypatch.setenv("COLUMNS", "120")
    terminal = Terminal()

    shown = display(None, terminal)
    shown.show(SNAPSHOT)
    shown.end()

    assert text_of(SNAPSHOT) in terminal.getvalue()
    assert "━" in terminal.getvalue()
