"""The media types of bodies and answers."""

from collections.abc import Mapping

EVENT_STREAM = "text/event-stream"
# The query parameter or the field that asks for the answer as a stream, if its operation has one.
STREAM_SWITCH = "stream"
_BODY_WORDS = {
    "application/x-www-form-urlencoded": "data",
    "multipart/form-data": "files",
}
_JSON_LINES = ("jsonl", "ndjson", "json-seq", "jsonlines", "x-ndjson", "x-jsonlines", "stream+json")


def media_type(value: str) -> str:
    """Return a media type without its parameters."""
    return value.partition(";")[0].strip().lower()


def is_json(value: str) -> bool:
    """Whether a media type is JSON (RFC 6839, section 3.1)."""
    kind = media_type(value)
    return kind == "application/json" or (kind.endswith("+json") and not is_lines(value))


def is_lines(value: str) -> bool:
    """Whether a media type is JSON, line by line."""
    return media_type(value).rpartition("/")[2] in _JSON_LINES


def body_word(value: str, overrides: Mapping[str, str]) -> str:
    """Return how a body of a media type is written: as json, data, files or content.

    `overrides` are media types to take others for.
    """
    value = overrides.get(value, value)
    return "json" if is_json(value) else _BODY_WORDS.get(media_type(value), "content")


def is_event_stream(value: str) -> bool:
    """Whether a media type is server-sent events."""
    return media_type(value) == EVENT_STREAM
