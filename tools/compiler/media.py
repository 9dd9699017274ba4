"""The media types of bodies and answers, put as the generator can take them.

The generator knows one media type per answer, the first that it supports, and one answer per status. So:
the event stream and the JSON lines of a success are moved into answers of their own, under statuses that HTTP
does not have; JSON goes before other types; and what is neither JSON nor text is bytes.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tools.compiler import kinds
from tools.compiler.kinds import Property
from tools.compiler.literals import text
from tools.compiler.walk import operations

EVENT_STREAM = "text/event-stream"
EVENT_STATUS = 600
LINE_STATUS = 601
STREAM_SWITCH = "stream"
_KNOWN = {
    "application/json",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
}
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


_STREAMS = ((EVENT_STATUS, "Event", is_event_stream), (LINE_STATUS, "Line", is_lines))


def arrange(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the document whose answers the generator can take. Shares what it does not change."""
    paths = {
        path: dict(item) if isinstance(item, Mapping) else item for path, item in document["paths"].items()
    }
    for path, method, operation, *_ in operations(document):
        responses = {
            status: _json_first(response) for status, response in operation.get("responses", {}).items()
        }
        for status, name, matches in _STREAMS:
            item = _take(responses, matches)
            if item is not None:
                schema = _titled(item, name)
                content = {"application/json": {"schema": schema}}
                responses[str(status)] = {"description": f"A part ({name}).", "content": content}
        paths[path][method] = {**operation, "responses": responses}
    return {**document, "paths": paths}


def _json_first(response: Any) -> Any:
    content = response.get("content") if isinstance(response, Mapping) else None
    if not isinstance(content, Mapping):
        return response
    ordered = sorted(
        content.items(), key=lambda item: (not is_json(item[0]), media_type(item[0]) == EVENT_STREAM)
    )
    return {**response, "content": dict(ordered)}


def _take(responses: dict[str, Any], matches: Callable[[str], bool]) -> Any:
    """Remove a kind of stream from the successes; return the schema of its parts, None if there are none."""
    parts: list[Any] = []
    for status, response in responses.items():
        content = response.get("content") if isinstance(response, Mapping) else None
        if not status.startswith("2") or not isinstance(content, Mapping):
            continue
        streams = [kind for kind in content if matches(kind)]
        if streams:
            found = [(content[kind] or {}).get("schema", {}) for kind in streams]
            parts += [schema for schema in found if schema not in parts]
            rest = {kind: media for kind, media in content.items() if kind not in streams}
            responses[status] = {**response, "content": rest}
    return {"anyOf": parts} if len(parts) > 1 else next(iter(parts), None)


def _titled(schema: Any, name: str) -> Any:
    if isinstance(schema, Mapping) and "$ref" not in schema and "title" not in schema:
        return {**schema, "title": name}
    return schema


def overrides(document: Mapping[str, Any]) -> dict[str, str]:
    """For each media type that the generator would refuse, the one to take it for."""
    result: dict[str, str] = {}
    for _, _, operation, *_ in operations(document):
        holders = [operation.get("requestBody"), *operation.get("responses", {}).values()]
        for is_answer, holder in enumerate(holders):
            content = holder.get("content") if isinstance(holder, Mapping) else None
            for kind in content if isinstance(content, Mapping) else ():
                plain = media_type(kind)
                known = plain in _KNOWN or is_json(plain) or (is_answer and plain.startswith("text/"))
                if not known:
                    result[kind] = "application/octet-stream"
    return result
