"""Parquet, in and out; where pyarrow is installed (tox -e ray, bulk-long)."""

import json

import pytest

from egp import EGPError
from egp.bulk import results, run
from tests.bulk.conftest import envelope
from tests.bulk.service import Answer


def test_without_pyarrow_the_extra_is_named(service, write, tmp_path, monkeypatch):
    import egp.bulk._parquet as parquet

    def missing(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(parquet, "load", missing)
    source = tmp_path / "in.parquet"
    source.write_bytes(b"PAR1 and so on")

    with pytest.raises(EGPError, match=r'pip install "egp-client\[parquet\]"'):
        run(source, tmp_path / "out.jsonl")


@pytest.fixture
def table(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")

    def table(rows):
        path = tmp_path / "in.parquet"
        parquet.write_table(arrow.Table.from_pylist(rows), path)
        return path

    return table


@pytest.mark.parametrize("form", ["struct", "text"])
def test_requests_are_read_from_parquet(service, output, table, form):
    rows = [envelope(f"r{number}") for number in range(5)]
    rows[3]["body"]["temperature"] = 0.5
    if form == "text":
        rows = [{**row, "body": json.dumps(row["body"])} for row in rows]
    bodies = []
    service.decide = lambda body, number: bodies.append(body) or Answer()

    run(table(rows), output)

    assert sorted(result.custom_id for result in results(output)) == [f"r{number}" for number in range(5)]
    # What a row does not have is not sent as null.
    assert sorted("temperature" in body for body in bodies) == [False] * 4 + [True]


def test_results_are_written_as_parquet_and_resumed(service, write, tmp_path):
    pytest.importorskip("pyarrow")
    output = tmp_path / "out.parquet"
    service.decide = lambda body, number: (
        Answer(400, {"error": {"message": "no"}}) if body["messages"][0]["content"] == "r1" else Answer()
    )

    first = run(write(5), output)
    second = run(write(8), output, ordered=True)

    found = list(results(output))
    assert (first.answered, first.failed, second.answered) == (4, 1, 3)
    assert [result.custom_id for result in found] == [f"r{number}" for number in range(8)]
    assert found[0].content == "r0"
    assert (found[1].status_code, found[1].body) == (400, {"error": {"message": "no"}})
    assert not output.with_name("out.parquet.journal").exists()
