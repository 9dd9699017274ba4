"""Folders that machines share: those of a file system, and those that fsspec opens."""

import pickle
import uuid

import pytest

from egp import EGPError
from egp.bulk import _folder, _output_line
from egp.bulk._folder import folder_of, written_in


def line(custom_id, status=200):
    return _output_line.answer_line(custom_id, 1, status, None, b"{}")


@pytest.fixture(params=["path", "store"])
def folder(request, tmp_path, monkeypatch):
    # So that no test waits: a lock is looked at again after 2.5 beats.
    monkeypatch.setattr(_folder, "_BEAT", 0.2)
    if request.param == "path":
        return folder_of(tmp_path / "out")
    pytest.importorskip("fsspec", reason="fsspec comes with Ray: tox -e ray")
    return folder_of(f"memory://bulk-{uuid.uuid4().hex}/out/")


def ids(folder):
    return [written.custom_id for written in written_in(folder)]


def test_lines_are_there_once_they_are_synced(folder):
    with folder.locked():
        journal = folder.open_journal("results-1.jsonl")

        journal.append(line("a"))
        journal.append(line("b\u2028"))
        journal.sync()
        journal.sync()
        journal.append(line("c"))
        journal.sync()

        assert ids(folder) == ["a", "b\u2028", "c"]


def test_a_rewriting_leaves_what_is_kept(folder):
    with folder.locked():
        for name in ("results-1.jsonl", "results-2.jsonl"):
            journal = folder.open_journal(name)
            journal.append(line(f"good-{name}"))
            journal.append(line(f"bad-{name}", 400))
            journal.sync()
            journal.close()

        first, _ = folder.journals()
        folder.rewrite(first, lambda written: written.is_success)

        assert ids(folder) == ["good-results-1.jsonl", "good-results-2.jsonl", "bad-results-2.jsonl"]


def test_a_rewriting_may_leave_nothing(folder):
    with folder.locked():
        journal = folder.open_journal("results-1.jsonl")
        journal.append(line("a"))
        journal.sync()
        journal.close()

        folder.rewrite(folder.journals()[0], lambda written: False)

        assert ids(folder) == []


def test_requests_are_handed_over(folder):
    with folder.locked():
        folder.put("000000.jsonl", b"one\n")

        assert folder.take("000000.jsonl") == b"one\n"
        folder.clear()
        folder.clear()
        with pytest.raises(OSError, match="000000"):
            folder.take("000000.jsonl")


def test_it_travels_to_other_machines(folder):
    other = pickle.loads(pickle.dumps(folder))

    with folder.locked():
        journal = other.open_journal("results-1.jsonl")
        journal.append(line("a"))
        journal.sync()

        assert ids(folder) == ["a"]
        assert str(other.name) == str(folder.name)


def test_a_second_run_is_refused_while_the_first_is_at_work(folder):
    with folder.locked(), pytest.raises(EGPError, match="in use by another run"), folder.locked():
        pass

    with folder.locked():
        pass


def test_a_lock_that_a_killed_run_has_left_is_taken_over(monkeypatch):
    files = pytest.importorskip("fsspec", reason="fsspec comes with Ray: tox -e ray").filesystem("memory")
    monkeypatch.setattr(_folder, "_BEAT", 0.2)
    name = f"bulk-{uuid.uuid4().hex}"
    files.pipe_file(f"/{name}/.lock", b"somebody 7\n")

    with folder_of(f"memory://{name}").locked():
        assert files.exists(f"/{name}/.lock")

    assert not files.exists(f"/{name}/.lock")


def test_what_a_store_did_not_take_is_kept_for_the_next_time(monkeypatch):
    files = pytest.importorskip("fsspec", reason="fsspec comes with Ray: tox -e ray").filesystem("memory")
    folder = folder_of(f"memory://bulk-{uuid.uuid4().hex}")
    journal = folder.open_journal("results-1.jsonl")
    journal.append(line("a"))
    with monkeypatch.context() as patch:
        patch.setattr(type(files), "pipe_file", lambda *arguments: 1 / 0)
        with pytest.raises(OSError, match="division by zero"):
            journal.sync()
    journal.append(line("b"))

    journal.sync()

    assert ids(folder) == ["a", "b"]


def test_a_store_that_there_is_not_is_said():
    pytest.importorskip("fsspec", reason="fsspec comes with Ray: tox -e ray")

    with pytest.raises(EGPError, match=r"nothing://x cannot be opened"), folder_of("nothing://x").locked():
        pass
