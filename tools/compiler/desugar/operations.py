"""Operations, with everything they refer to or inherit in its place."""

import re
from typing import Any

from tools.compiler import pointer
from tools.compiler.desugar.forms import Schema, without
from tools.compiler.desugar.naming import Naming
from tools.compiler.desugar.schemas import Schemas
from tools.compiler.errors import CompileError, Finding
from tools.compiler.media import EVENT_STREAM, body_word, media_type
from tools.compiler.names import unique
from tools.compiler.servers import server_url
from tools.compiler.walk import Operation, follow, operations, parameters

_SIMPLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Operations:
    """The paths of a document; each operation says all that applies to it.

    `places` says where each is in the document, by `tag.operation`. `media` are the media types of bodies and
    responses: as written, the place, the desugared schema.
    """

    def __init__(self, content: dict[str, Any], schemas: Schemas, prefix: str) -> None:
        self._content = content
        self._schemas = schemas
        self._prefix = prefix
        self.places: dict[str, str] = {}
        self.media: list[tuple[dict[str, Any], str, Schema]] = []
        self.problems: list[Finding] = []

    def build(self) -> dict[str, Any]:
        """Return the `paths` of the desugared document."""
        paths: dict[str, Any] = {}
        for each in operations(self._content):
            try:
                plain, operation = self._operation(each)
            except CompileError as error:
                self.problems += error.problems
                continue
            if each.method in paths.get(plain, {}):
                message = f"{each.method.upper()} {plain} is there twice, with parameters of other names"
                self.problems.append(Finding(message, each.place, remedy="Remove one of the two."))
            paths.setdefault(plain, {})[each.method] = operation
            place = pointer.join("/paths", each.path, each.method)
            self.places[f"{each.tag}.{each.name(self._prefix)}"] = place
        return paths

    def _operation(self, found: Operation) -> tuple[str, dict[str, Any]]:
        node, place = found.node, found.place
        name = found.name(self._prefix)
        own: dict[tuple[str, str], tuple[dict[str, Any], str]] = {}
        for parameter, at, _ in parameters(self._content, found):
            own.setdefault((parameter["in"], parameter["name"]), (parameter, at))
        taken = [self._parameter(parameter, at, name) for parameter, at in own.values()]
        path = _named_simply(found.path, taken)
        result = {
            key: value
            for key, value in node.items()
            if key in ("summary", "description", "deprecated") or key.startswith("x-")
        }
        result["operationId"] = node.get("operationId", name)
        result["tags"] = (node.get("tags") or ["default"])[:1]
        if taken:
            result["parameters"] = taken
        if node.get("requestBody") is not None:
            result["requestBody"] = self._body(node["requestBody"], pointer.join(place, "requestBody"), name)
        result["responses"] = {
            code.upper() if code != "default" else code: self._response(
                response, pointer.join(place, "responses", code), name, code
            )
            for code, response in node.get("responses", {}).items()
            if not code.startswith("x-")
        }
        security = node.get("security", self._content.get("security"))
        if security is not None:
            result["security"] = security
        return path, {**result, "x-server": self._server(node, found.item, place, name)}

    def _parameter(self, parameter: dict[str, Any], place: str, name: str) -> dict[str, Any]:
        # A parameter with `content` is written as that type.
        [(kind, media)] = parameter.get("content", {"": parameter}).items()
        at = pointer.join(place, *(["content", kind] if kind else []), "schema")
        made = self._schemas.nested(media.get("schema", {}), at, Naming(name, parameter["name"]))
        content = {"content": {kind: {"schema": made}}} if kind else {}
        return {**without(parameter, "example", "examples"), "schema": made, **content}

    def _body(self, body: dict[str, Any], place: str, name: str) -> dict[str, Any]:
        body, place = follow(self._content, body, place)
        several = len(body["content"]) > 1
        content = {}
        for kind, media in body["content"].items():
            own = f"{name}_{body_word(kind, {})}" if several else name
            content[kind] = self._media(media, pointer.join(place, "content", kind), Naming(own, "body"))
        return {**body, "content": _json_of_any(content)}

    def _response(self, response: dict[str, Any], place: str, name: str, code: str) -> dict[str, Any]:
        response, place = follow(self._content, response, place)
        content = {}
        for kind, media in (response.get("content") or {}).items():
            naming = Naming(name, "event" if media_type(kind) == EVENT_STREAM else f"response_{code.upper()}")
            content[kind] = self._media(media, pointer.join(place, "content", kind), naming)
        return {"description": str(response.get("description", "")), "content": _json_of_any(content)}

    def _media(self, media: dict[str, Any], place: str, naming: Naming) -> dict[str, Any]:
        """Return a media type with its schema; without one it holds any value."""
        schema = self._schemas.nested(media.get("schema", {}), f"{place}/schema", naming)
        self.media.append((media, place, schema))
        return {**({"encoding": media["encoding"]} if "encoding" in media else {}), "schema": schema}

    def _server(self, node: dict[str, Any], item: dict[str, Any], place: str, name: str) -> str:
        """Return the URL of an operation's own server; empty where it has none."""
        servers = node.get("servers") or item.get("servers")
        everywhere = [server_url(server) for server in self._content.get("servers") or ()]
        url = server_url(servers[0]) if servers else ""
        if not url or url in everywhere:
            return ""
        if "://" not in url:
            message = f"the server {url[:80]!r} of an operation is not a whole URL"
            at = pointer.join(place, "servers") if node.get("servers") else place
            remedy = "Write it with its scheme and host: a client has one base URL."
            raise CompileError(Finding(message, at, remedy=remedy))
        self._schemas.notes.append(Finding(f"{name} is sent to {url}, whatever the base URL", place))
        return url.rstrip("/")


def _json_of_any(content: dict[str, Any]) -> dict[str, Any]:
    """Return the media types; where */* stands for JSON, as some frameworks write it, it is JSON."""
    schema = content.get("*/*", {}).get("schema")
    is_json = schema and schema.get("type") != "string" and len(content) == 1
    return {"application/json": content["*/*"]} if is_json else content


def _named_simply(path: str, parameters: list[dict[str, Any]]) -> str:
    """Return a path, names that Python takes in the place of others. Only the path shows those names."""
    used = {parameter["name"] for parameter in parameters}
    for parameter in parameters:
        name = parameter["name"]
        if parameter["in"] == "path" and not _SIMPLE_NAME.fullmatch(name):
            simple = re.sub(r"\W", "_", name, flags=re.ASCII)
            simple = unique(simple if _SIMPLE_NAME.fullmatch(simple) else f"parameter_{simple}", used)
            used.add(simple)
            path = path.replace(f"{{{name}}}", f"{{{simple}}}")
            parameter["name"] = simple
    return path
