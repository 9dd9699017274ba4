"""JSON both ways: request bodies to bytes, bytes received to values and results.

Reading loses nothing: integers of any size, NaN and infinities (which some servers write, against
RFC 8259), lone surrogates and the last of duplicate keys come out as the standard library reads them. With
msgspec installed (`egp-client[fast]`) it reads first, as it agrees wherever it succeeds, and the standard
library reads what it refuses. docs/decisions/json.md has the measurements.
"""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, TypeGuard, TypeVar, cast

from egp_api.types import UNSET

from egp._core.json_types import is_object
from egp._core.objects import as_object
from egp.errors import EGPError

__all__ = [
    "COLLECTOR_PAUSE_BYTES",
    "UnreadableError",
    "decode",
    "decode_as",
    "decode_plain",
    "encode",
]

T = TypeVar("T")

COLLECTOR_PAUSE_BYTES = 256 * 1024
"""Bodies from this size on are read with the garbage collector paused: what is read has no cycles, and the
full collections that its many objects set off cost more than reading it."""


_DEEPEST = 200  # levels that are searched for a fault


class UnreadableError(Exception):
    """Bytes that are not JSON in UTF-8; the message says where."""


# Reading

# What `JSONDecoder.raw_decode` calls, without that call: it runs once per chunk.
_scan_once: Callable[[str, int], tuple[Any, int]] = cast("Any", json.JSONDecoder()).scan_once


def decode_plain(data: bytes) -> Any:
    """Read JSON with the standard library.

    Raises:
        UnreadableError: the bytes are not UTF-8 or not JSON, or nested deeper than the interpreter allows.
    """
    try:
        text = data.decode()
        try:
            value, end = _scan_once(text, 0)
        except StopIteration:  # no value begins here: what comes first is white space, or no JSON
            value, end = None, -1
        # `loads` takes the white space around a value, and nearly twice the time.
        return value if end == len(text) else json.loads(text.removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise UnreadableError(f"byte {error.start} is not UTF-8") from None
    except RecursionError:
        raise UnreadableError("nested too deeply") from None
    except ValueError as error:  # JSONDecodeError, and integers longer than the interpreter converts
        raise UnreadableError(str(error)) from None


decode: Callable[[bytes], Any] = decode_plain
"""Read JSON the fastest way that is installed; like `decode_plain` in every other respect."""

try:
    import msgspec
except ImportError:
    pass
else:
    _msgspec_decode = msgspec.json.Decoder().decode
    _msgspec_failures = (msgspec.MsgspecError, ValueError, RecursionError)

    def decode_fast(data: bytes) -> Any:
        """Read JSON with msgspec, and with the standard library what msgspec refuses."""
        try:
            return _msgspec_decode(data)
        except _msgspec_failures:
            return decode_plain(data)

    decode = decode_fast


def decode_as(data: bytes, parse: Callable[[Any], T]) -> T:
    """Read JSON and make a result of it."""
    if len(data) < COLLECTOR_PAUSE_BYTES or not gc.isenabled():
        return parse(decode(data))
    gc.disable()
    try:
        return parse(decode(data))
    finally:
        gc.enable()


# Writing


def encode(body: object) -> bytes:
    """Write a request body: compact UTF-8, with models, tuples, iterators and other iterables in any place.

    An iterator is used up once; what is sent again in a retry is these bytes. A value that is `UNSET` is left
    out with its key. Plain dicts and lists are written as they are.

    Raises:
        EGPError: a value that JSON or UTF-8 cannot carry, with the path to it.
    """
    run = _Encoding()
    try:
        text = run.write(body)
        if run.met_unset:
            text = run.write(run.without_unset(body))
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        if error is run.raised_by_iterable:
            raise
        fault = run.locate(body) or f"the request body cannot be written as JSON: {error}"
    raise EGPError(fault)


class _Encoding:
    """One body on its way to JSON, with the iterators in it kept as lists once they are used up."""

    __slots__ = ("_lists", "met_unset", "raised_by_iterable")

    def __init__(self) -> None:
        self._lists: dict[int, tuple[object, list[Any]]] = {}
        self.met_unset = False
        self.raised_by_iterable: Exception | None = None

    def write(self, value: object) -> str:
        return json.JSONEncoder(
            ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=self._plain
        ).encode(value)

    def _plain(self, value: Any) -> Any:
        """Return what JSON has for a value that is no dict, list, tuple, string, number, boolean or None."""
        if value is UNSET:
            self.met_unset = True
            return None
        fields = as_object(value)
        if fields is not None:
            return fields
        if isinstance(value, Enum):
            return value.value
        if _is_iterable(value):
            return self._listed(value)
        raise TypeError(f"a value of type {type(value).__name__}")

    def _listed(self, iterable: Iterable[Any]) -> list[Any]:
        if id(iterable) in self._lists:
            return self._lists[id(iterable)][1]
        try:
            items = list(iterable)
        except Exception as error:
            self.raised_by_iterable = error
            raise
        # The iterable is kept beside the list so that its id stays its own.
        self._lists[id(iterable)] = (iterable, items)
        return items

    def without_unset(self, value: Any) -> Any:
        if value is None or value is UNSET or isinstance(value, (str, int, float)):
            return value
        if is_object(value):
            return {key: self.without_unset(item) for key, item in value.items() if item is not UNSET}
        if _is_sequence(value):
            return [self.without_unset(item) for item in value]
        return self.without_unset(self._plain(value))

    def locate(self, value: Any, path: str = "", above: tuple[int, ...] = ()) -> str | None:
        """Return what is wrong with the first value that cannot be sent, or None."""
        place = path or "the request body"
        if value is None or isinstance(value, (str, int, float)):
            fault = _fault(value)
            return None if fault is None else f"{place}: {fault}"
        if id(value) in above:
            return f"{place}: the value contains itself"
        if len(above) > _DEEPEST:
            return f"{place[:200]}…: nested too deeply"
        above = (*above, id(value))
        if is_object(value):
            return self._locate_in(value, path, above)
        if _is_sequence(value):
            faults = (self.locate(item, f"{path}[{index}]", above) for index, item in enumerate(value))
            return next(filter(None, faults), None)
        try:
            plain = self._plain(value)
        except TypeError:
            return f"{place}: a value of type {type(value).__name__} cannot be sent as JSON"
        except ValueError as error:
            return f"{place}: {error}"
        return self.locate(plain, path, above)

    def _locate_in(self, value: Mapping[Any, Any], path: str, above: tuple[int, ...]) -> str | None:
        for key, item in value.items():
            if key is not None and not isinstance(key, (str, int, float)):
                return (
                    f"{path or 'the request body'}: a key of type {type(key).__name__} cannot be sent as JSON"
                )
            if fault := _fault(key):
                return f"{path or 'the request body'}: a key: {fault}"
            if found := self.locate(item, f"{path}.{key}" if path else str(key), above):
                return found
        return None


def _is_sequence(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, (list, tuple))


def _is_iterable(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray, memoryview, type))


def _fault(value: str | float | None) -> str | None:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return "a lone surrogate cannot be sent as UTF-8"
    elif isinstance(value, float) and not math.isfinite(value):
        return f"{value} cannot be sent, JSON has no such number"
    return None
