"""Dates, times and UUIDs as text and as values. Text that is none, or would not come back as it was, stays text."""

import datetime
from typing import Any
from uuid import UUID

from dateutil.parser import isoparse


class DateTime(datetime.datetime):
    """A `datetime` that remembers how it was written: `Z` or `+00:00`, and every digit of its fraction.

    What is computed from it (`replace`, `+`, `astimezone`) is written as `isoformat` has it.
    """

    received: str | None = None

    def __reduce_ex__(self, protocol: Any) -> Any:
        if self.received is None:
            return super().__reduce_ex__(protocol)
        return parse_datetime, (self.received,)


def parse_datetime(value: Any) -> Any:
    """Return a `DateTime` if `value` is an ISO 8601 date and time, else `value`."""
    if not isinstance(value, str):
        return value
    try:
        parsed = isoparse(value)
    except (ValueError, OverflowError):
        return value
    result = DateTime(
        parsed.year,
        parsed.month,
        parsed.day,
        parsed.hour,
        parsed.minute,
        parsed.second,
        parsed.microsecond,
        parsed.tzinfo,
    )
    result.received = value
    return result


def parse_date(value: Any) -> Any:
    """Return a `date` if `value` is one in the form YYYY-MM-DD, else `value`."""
    if not isinstance(value, str):
        return value
    try:
        parsed = datetime.date.fromisoformat(value)
    except ValueError:
        return value
    return parsed if parsed.isoformat() == value else value


def parse_uuid(value: Any) -> Any:
    """Return a `UUID` if `value` is one in lower case with hyphens, else `value`."""
    if not isinstance(value, str):
        return value
    try:
        parsed = UUID(value)
    except ValueError:
        return value
    return parsed if str(parsed) == value else value
