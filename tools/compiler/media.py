"""The media types of bodies and answers, put as the generator can take them.

The generator knows one media type per answer, the first that it supports, and one answer per status. So:
an event stream of a success is moved into an answer of its own, under a status that HTTP does not have;
JSON goes before other types; and what is neither JSON nor text is bytes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.compiler.errors import CompileError
from tools.compiler.pointer import join

EVENT_STREAM = "text/event-stream"
EVENT_STATUS = 600
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
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
    """A media type without its parameters."""
    return value.partition(";")[0].strip().lower()


def is_json(value: str) -> bool:
    """Whether a media type is JSON (RFC 6839, section 3.1)."""
    kind = media_type(value)
    return kind == "application/json" or kind.endswith("+json")


def body_word(value: str) -> str:
    """What the class of an inline body is called by, where an operation takes several media types."""
    return _BODY_WORDS.get(media_type(value), "json")


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any], dict[str, Any]]]:
    """Path, method, path item and operation, in the order in which the generator takes them."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if isinstance(item, Mapping) and isinstance(item.get(method), dict):
                yield path, method, item, item[method]


def resolve(document: Mapping[str, Any], node: Any) -> Any:
    """What `node` refers to, or itself."""
    for _ in range(32):
        if not (isinstance(node, Mapping) and isinstance(node.get("$ref"), str)):
            return node
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = (
                target.get(step.replace("~1", "/").replace("~0", "~"))
                if isinstance(target, Mapping)
                else None
            )
        node = target
    return node


def arrange(document: dict[str, Any]) -> dict[str, Any]:
    """A copy of the document whose answers the generator can take. Shares what it does not change."""
    paths = {
        path: dict(item) if isinstance(item, Mapping) else item for path, item in document["paths"].items()
    }
    for path, method, _, operation in operations(document):
        responses = {
            status: _json_first(resolve(document, response))
            for status, response in operation.get("responses", {}).items()
        }
        event = _take_events(responses)
        if event is not None:
            responses[str(EVENT_STATUS)] = {
                "description": "An event.",
                "content": {"application/json": {"schema": _titled(event)}},
            }
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


def _take_events(responses: dict[str, Any]) -> Any:
    """Removes the event streams of successes; the schema of their events, None if there are none."""
    events: list[Any] = []
    for status, response in responses.items():
        content = response.get("content") if isinstance(response, Mapping) else None
        if not status.startswith("2") or not isinstance(content, Mapping):
            continue
        streams = [kind for kind in content if media_type(kind) == EVENT_STREAM]
        if streams:
            found = [(content[kind] or {}).get("schema", {}) for kind in streams]
            events += [schema for schema in found if schema not in events]
            rest = {kind: media for kind, media in content.items() if kind not in streams}
            responses[status] = {**response, "content": rest}
    return {"anyOf": events} if len(events) > 1 else next(iter(events), None)


def _titled(schema: Any) -> Any:
    if isinstance(schema, Mapping) and "$ref" not in schema and "title" not in schema:
        return {**schema, "title": "Event"}
    return schema


def overrides(document: Mapping[str, Any]) -> dict[str, str]:
    """For each media type that the generator would refuse, the one to take it for."""
    result: dict[str, str] = {}
    for path, method, _, operation in operations(document):
        places = [("requestBody", resolve(document, operation.get("requestBody")))]
        places += [
            (f"responses/{status}", resolve(document, response))
            for status, response in operation.get("responses", {}).items()
        ]
        for place, holder in places:
            content = holder.get("content") if isinstance(holder, Mapping) else None
            for kind in content if isinstance(content, Mapping) else ():
                plain = media_type(kind)
                if plain.rpartition("/")[2] in _JSON_LINES:
                    raise CompileError(
                        f"{plain} cannot be streamed",
                        remedy=f"Document it as {EVENT_STREAM} or as application/octet-stream.",
                        pointer=join("", "paths", path, method, *place.split("/"), "content", kind),
                    )
                is_text_answer = plain.startswith("text/") and place != "requestBody"
                if plain not in _KNOWN and not is_json(plain) and not is_text_answer:
                    result[kind] = "application/octet-stream"
    return result
