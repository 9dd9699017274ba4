"""The media types of bodies and answers, put as the generator can take them.

The generator knows one media type per answer, the first that it supports, and one answer per status. So:
the event stream and the JSON lines of a success are moved into answers of their own, under statuses that HTTP
does not have; JSON goes before other types; and what is neither JSON nor text is bytes.
"""

from collections.abc import Mapping
from typing import Any

from tools.compiler import kinds
from tools.compiler.kinds import Property
from tools.compiler.literals import text
from tools.compiler.walk import operations

EVENT_STREAM = "text/event-stream"
EVENT_STATUS = 600
LINE_STATUS = 601
STREAM_SWITCH = "stream"
_BODY_WORDS = {
    "application/x-www-form-urlencoded": "data",
    "multipart/form-data": "files",
    "application/octet-stream": "content",
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


def is_switch(prop: Property) -> bool:
    """Whether a property asks for the answer as a stream, if its operation has one."""
    is_boolean = any(isinstance(member, kinds.Boolean) for member in kinds.flatten(prop))
    return text(prop.name) == STREAM_SWITCH and is_boolean


def body_word(value: str) -> str:
    """Return what the class of an inline body is called by, where an operation takes several media types."""
    return _BODY_WORDS.get(media_type(value), "json")


def is_event_stream(value: str) -> bool:
    """Whether a media type is server-sent events."""
    return media_type(value) == EVENT_STREAM


def arrange(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the document whose answers the generator can take. Shares what it does not change."""
    paths = {path: dict(item) for path, item in document["paths"].items()}
    for path, method, operation, *_ in operations(document):
        paths[path][method] = {**operation, "responses": _apart(operation["responses"])}
    return {**document, "paths": paths}


def _apart(responses: Mapping[str, Any]) -> dict[str, Any]:
    """Return the responses, JSON first in each, and the parts of streams as responses of their own."""
    result: dict[str, Any] = {}
    parts: dict[int, list[Any]] = {EVENT_STATUS: [], LINE_STATUS: []}
    for status, response in responses.items():
        content = {}
        for kind, media in sorted(response.get("content", {}).items(), key=_place_of):
            stream = EVENT_STATUS if is_event_stream(kind) else LINE_STATUS if is_lines(kind) else 0
            if not stream or not status.startswith("2"):
                content[kind] = media
            elif media["schema"] not in parts[stream]:
                parts[stream].append(media["schema"])
        result[status] = {**response, "content": content}
    for stream, found in parts.items():
        if found:
            schema = {"anyOf": found} if len(found) > 1 else found[0]
            result[str(stream)] = {"description": "", "content": {"application/json": {"schema": schema}}}
    return result


def _place_of(item: tuple[str, Any]) -> tuple[bool, bool]:
    return (not is_json(item[0]), is_event_stream(item[0]))


def overrides(document: Mapping[str, Any]) -> dict[str, str]:
    """For each media type that the generator would refuse, the one to take it for."""
    result: dict[str, str] = {}
    for _, _, operation, *_ in operations(document):
        holders = [operation.get("requestBody", {}), *operation["responses"].values()]
        for is_answer, holder in enumerate(holders):
            for kind in holder.get("content", {}):
                plain = media_type(kind)
                if not (plain in _BODY_WORDS or is_json(plain) or (is_answer and plain.startswith("text/"))):
                    result[kind] = "application/octet-stream"
    return result
