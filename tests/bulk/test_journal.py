"""The output as a journal: torn ends, locks, rewriting."""

import json
import os
import subprocess
import sys

import pytest

from egp import EGPError
from egp.bulk._journal import Journal
from egp.bulk._output_line import answer_line

LINE = answer_line("a", 1, 200, "req", b'{"choices":[{}]}')
OTHER = answer_line("b", 2, 200, "req", b'{"choices":[{}]}')


def test_lines_are_there_at_once(output):
    with Journal(output) as journal:
        journal.append(LINE)

        assert output.read_bytes() == LINE


@pytest.mark.parametrize("cut", range(1, len(OTHER)))
def test_a_last_line_that_was_torn_is_cut_off(output, cut):
    output.write_bytes(LINE + OTHER[:cut])

    with Journal(output) as journal:
        ids = [entry.custom_id for entry in journal.entries()]
        journal.append(OTHER)

    whole = cut == len(OTHER) - 1
    assert ids == (["a", "b"] if whole else ["a"])
    assert output.read_bytes() == LINE + OTHER + (OTHER if whole else b"")


def test_a_torn_line_that_is_the_only_one_is_cut_off(output):
    output.write_bytes(OTHER[:60])

    with Journal(output) as journal:
        journal.append(LINE)

    assert output.read_bytes() == LINE


def test_nul_bytes_at_the_end_as_a_loss_of_power_leaves_them_are_cut_off(output):
    output.write_bytes(LINE + b"\0" * 5000)

    with Journal(output) as journal:
        journal.append(OTHER)

    assert output.read_bytes() == LINE + OTHER


def test_a_torn_line_longer_than_any_buffer_is_cut_off(output):
    output.write_bytes(LINE + b'{"id":"egp-000000000000001","custom_id":"' + b"x" * 3_000_000)

    with Journal(output):
        pass

    assert output.read_bytes() == LINE


@pytest.mark.parametrize("text", [b"notes of mine", b'{"model": "m"}\n', b"notes\nof mine\n"])
def test_a_file_that_holds_something_else_is_left_alone(output, text):
    output.write_bytes(text)

    with pytest.raises(EGPError, match=r"Nothing was changed"), Journal(output) as journal:
        list(journal.entries())

    assert output.read_bytes() == text


def test_a_second_process_is_refused(output):
    program = "import pathlib, sys; from egp.bulk._journal import Journal; Journal(pathlib.Path(sys.argv[1]))"
    with Journal(output):
        done = subprocess.run(
            [sys.executable, "-c", program, str(output)], capture_output=True, text=True, timeout=60
        )

    assert "is in use by another run" in done.stderr


def test_the_lock_outlives_a_rewriting(output):
    output.write_bytes(LINE + OTHER)
    with Journal(output) as journal:
        journal.rewrite(lambda written: written.custom_id == "b")

        with pytest.raises(EGPError, match="in use"):
            Journal(output)
        journal.append(LINE)

    assert output.read_bytes() == OTHER + LINE


def test_a_lock_ends_with_its_run(output):
    with Journal(output):
        pass

    with Journal(output) as journal:
        assert list(journal.entries()) == []


def test_a_line_that_did_not_fit_leaves_nothing_behind(output, monkeypatch):
    with Journal(output) as journal:
        journal.append(LINE)
        real = os.write

        def full(file, data):
            if len(data) < len(OTHER):
                raise OSError(28, "No space left on device")
            return real(file, data[:10])

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            journal.append(OTHER)
        monkeypatch.undo()
        journal.append(OTHER)

    assert output.read_bytes() == LINE + OTHER


@pytest.mark.parametrize("path", ["missing/out.jsonl", "."])
def test_an_output_that_cannot_be_written_is_said(tmp_path, path):
    with pytest.raises(EGPError, match="cannot be written"):
        Journal(tmp_path / path)


def test_syncing_counts(output):
    with Journal(output) as journal:
        journal.append(LINE)
        before = journal.unsynced
        journal.sync()

        assert (before, journal.unsynced) == (1, 0)


def test_every_line_stays_readable(output):
    with Journal(output) as journal:
        for number in range(100):
            journal.append(answer_line(f"r{number}", number, 200, "req", b"{}"))

    assert [json.loads(line)["custom_id"] for line in output.read_bytes().splitlines()] == [
        f"r{number}" for number in range(100)
    ]
