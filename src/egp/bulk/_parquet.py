"""Parquet files of requests and of results; needs pyarrow, of the extra `parquet`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from egp._core import json as codec
from egp._core.json import UnreadableError
from egp._core.json_types import is_array, is_object
from egp._extras import missing_extra
from egp._loading import load
from egp.bulk import _output_line
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["as_line", "requests", "results", "write"]

_ROWS = 2000


def _pyarrow(name: str) -> Any:
    # pyarrow has no types of its own.
    try:
        return load(name)
    except ModuleNotFoundError as error:
        raise missing_extra("pyarrow", "parquet", "Parquet") from error


def requests(path: Path) -> Iterator[dict[str, Any]]:
    """Every row as a line of input has it. Columns that hold JSON as text are read as JSON.

    Raises:
        EGPError: the file cannot be read as Parquet, or pyarrow is missing.
    """
    return map(as_line, _rows(path))


def results(path: Path) -> Iterator[bytes]:
    """Every row that `write` wrote, as a line of output; raises as `requests` does."""
    return map(_line_of, _rows(path))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    parquet = _pyarrow("pyarrow.parquet")
    arrow = _pyarrow("pyarrow")
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_ROWS):
                yield from batch.to_pylist()
    except (arrow.ArrowException, OSError) as error:
        raise EGPError(f"{path} cannot be read as Parquet: {error}") from None


def write(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines of output as Parquet; body and error are JSON, and content is the text of the answer."""
    parquet, arrow = _pyarrow("pyarrow.parquet"), _pyarrow("pyarrow")
    names = ("id", "custom_id", "request_id", "body", "error", "content")
    schema = arrow.schema([(name, arrow.string()) for name in names] + [("status_code", arrow.int32())])
    with parquet.ParquetWriter(path, schema) as writer:
        batch: list[dict[str, Any]] = []
        for line in lines:
            written = _output_line.read(line)
            if written is not None:
                batch.append(_as_row(written))
            if len(batch) >= _ROWS:
                writer.write_table(arrow.Table.from_pylist(batch, schema=schema))
                batch.clear()
        writer.write_table(arrow.Table.from_pylist(batch, schema=schema))


def as_line(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as a line of input: text that is JSON as JSON, and without the nulls of structs."""
    line: dict[str, Any] = {}
    for name, value in row.items():
        read = _read(value) if name in {"body", "messages", "tools", "response_format"} else value
        if read is not None:
            line[name] = _without_nulls(read)
    return line


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return codec.decode(value.encode())
    except UnreadableError:
        return value


def _without_nulls(value: Any) -> Any:
    """Structs of Parquet have every field of any row: those that are null were absent."""
    if is_object(value):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if is_array(value):
        return [_without_nulls(item) for item in value]
    return value


def _as_row(written: _output_line.Written) -> dict[str, Any]:
    found = written.document.get("response")
    response = found if is_object(found) else {}
    body, error = response.get("body"), written.document.get("error")
    return {
        "id": written.document.get("id"),
        "custom_id": written.custom_id,
        "status_code": written.status,
        "request_id": response.get("request_id"),
        "body": None if body is None else json.dumps(body, ensure_ascii=False),
        "error": None if error is None else json.dumps(error, ensure_ascii=False),
        "content": _output_line.content_of(body),
    }


def _line_of(row: dict[str, Any]) -> bytes:
    status, body, error = row.get("status_code"), row.get("body"), row.get("error")
    response = None
    if status is not None:
        read = None if body is None else json.loads(body)
        response = {"status_code": status, "request_id": row.get("request_id") or "", "body": read}
    line = {
        "id": row.get("id"),
        "custom_id": row["custom_id"],
        "response": response,
        "error": None if error is None else json.loads(error),
    }
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
