"""The operations of an OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from jsonschema import Draft202012Validator, validators
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from egp._core.json_types import is_object
from egp.testing._document import escape, follow, resolve
from egp.testing._operation import Operation, Parameter
from egp.testing._validation import describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from egp.testing._validation import Check

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_NAME = "urn:egp:openapi"


def _properties(
    validator: Any, properties: Mapping[str, Any], instance: Any, schema: Mapping[str, Any]
) -> Iterator[Any]:
    """Apply the keyword `properties`, but accept null for an optional property, as the service does."""
    if not is_object(instance):
        return
    required = schema.get("required", ())
    for name, property_schema in properties.items():
        if name in instance and (instance[name] is not None or name in required):
            yield from validator.descend(instance[name], property_schema, path=name, schema_path=name)


# What validators take and return is not typed in full.
_Validator: Any = cast("Any", validators).extend(
    Draft202012Validator, {"properties": cast("Any", _properties)}
)


class Contract:
    """An OpenAPI 3.1 document as a source of operations and checks."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        resource = Resource.from_contents(dict(document), default_specification=DRAFT202012)
        registry: Registry[Any] = cast("Any", Registry)()
        self._registry = registry.with_resource(_NAME, resource).crawl()

    def check(self, reference: str) -> Check:
        """Return a check against the schema at `reference`, such as `#/components/schemas/Tool`."""
        validator = _Validator({"$ref": f"{_NAME}{reference}"}, registry=self._registry)
        return lambda value, loc: describe(validator.iter_errors(value), loc)

    def operations(self) -> Iterator[Operation]:
        """Yield every operation, in the document's order."""
        for path in self._document["paths"]:
            reference, item = follow(f"#/paths/{escape(path)}", self._document)
            for method in _METHODS:
                if method in item:
                    yield self._operation(path, method, reference, item)

    def _operation(self, path: str, method: str, item_reference: str, item: Mapping[str, Any]) -> Operation:
        node, reference = item[method], f"{item_reference}/{method}"
        body: Mapping[str, Any] = {}
        body_schema = None
        if "requestBody" in node:
            body_reference, body = follow(f"{reference}/requestBody", self._document)
            kind = next((kind for kind in body["content"] if "json" in kind), None)
            if kind is not None:
                body_schema = f"{body_reference}/content/{escape(kind)}/schema"
        status, media = self._success(node)
        return Operation(
            method=method.upper(),
            path=path,
            root=self._document,
            parameters=[*self._parameters(item_reference, item, node, reference)],
            body_check=None if body_schema is None else self.check(body_schema),
            body_required=bool(body.get("required")),
            key_headers=self._key_headers(node),
            status=status,
            media=media,
        )

    def _parameters(
        self, item_reference: str, item: Mapping[str, Any], node: Mapping[str, Any], node_reference: str
    ) -> Iterator[Parameter]:
        found: dict[tuple[str, str], Parameter] = {}
        for owner, reference in ((item, item_reference), (node, node_reference)):
            for index in range(len(owner.get("parameters", ()))):
                where, parameter = follow(f"{reference}/parameters/{index}", self._document)
                if "schema" not in parameter:
                    continue
                schema_reference, schema = follow(f"{where}/schema", self._document)
                found[parameter["in"], parameter["name"]] = Parameter(
                    name=parameter["name"],
                    place=parameter["in"],
                    required=bool(parameter.get("required")),
                    schema=schema,
                    check=self.check(schema_reference),
                )
        yield from found.values()

    def _success(self, node: Mapping[str, Any]) -> tuple[int, Mapping[str, Mapping[str, Any]]]:
        for status, given in sorted(node.get("responses", {}).items(), key=lambda pair: str(pair[0])):
            if str(status).startswith("2"):
                response = resolve(given, self._document)
                content = response.get("content", {}).items()
                media = {kind.partition(";")[0].strip().lower(): value for kind, value in content}
                return int(str(status).replace("X", "0").replace("x", "0")), media
        return 200, {}

    def _key_headers(self, node: Mapping[str, Any]) -> list[list[str]]:
        """List the ways to be let in: for each, the headers that must carry a key. Empty: anyone is."""
        schemes = self._document.get("components", {}).get("securitySchemes", {})
        ways: list[list[str]] = []
        for requirement in node.get("security", self._document.get("security", ())):
            headers: list[str] = []
            for name in requirement:
                scheme = resolve(schemes[name], self._document)
                if scheme["type"] == "apiKey" and scheme["in"] == "header":
                    headers.append(scheme["name"])
                elif scheme["type"] in {"http", "oauth2", "openIdConnect"}:
                    headers.append("authorization")
            ways.append(headers)
        return ways
