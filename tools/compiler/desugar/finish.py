"""The last touch: null where a component may be null, names for enums without one, no default too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.compiler.desugar.merging import ANNOTATIONS, is_null, is_object, reference_of
from tools.compiler.desugar.naming import Names, Naming
from tools.compiler.desugar.values import default_fits
from tools.compiler.walk import SCHEMAS, component_of

if TYPE_CHECKING:
    from tools.compiler.desugar.schemas import Schemas


class Finish:
    """Finishes the schemas of a document, once all of them are known."""

    def __init__(self, schemas: Schemas, names: Names) -> None:
        self._schemas = schemas
        self._names = names

    def components(self) -> dict[str, dict[str, Any]]:
        """Every component, finished; those of enums that had no name yet come last."""
        given = self._schemas.components
        finished = {}
        for name in list(given):
            schema = self._without_default(given[name])
            if is_object(schema):
                schema = self._object(schema, self._names.class_of(name))
            elif "enum" not in schema:
                schema = self._schema(schema, Naming("", name))
            finished[name] = schema
        added = {name: schema for name, schema in given.items() if name not in finished}
        return finished | added

    def paths(self, node: Any, owner: str = "") -> Any:
        """Return the paths with every schema of theirs finished: those under the key `schema`."""
        if isinstance(node, dict):
            owner = node.get("operationId", owner)
            return {
                key: self._schema(value, Naming(owner, str(node.get("name", key))))
                if key == "schema" and isinstance(value, dict)
                else self.paths(value, owner)
                for key, value in node.items()
            }
        if isinstance(node, list):
            return [self.paths(item, owner) for item in node]
        return node

    def _schema(self, schema: dict[str, Any], naming: Naming) -> dict[str, Any]:
        schema = self._without_default(schema)
        reference = reference_of(schema)
        if reference is not None:
            name = component_of(reference)
            children = self._schemas.parents.get(name, [])
            null = [{"type": "null"}] if name in self._schemas.nullable else []
            if not null and not children:
                return schema
            said = {key: value for key, value in schema.items() if key in ANNOTATIONS}
            kinds = [{"$ref": f"{SCHEMAS}{child}"} for child in children if child != name]
            return {"anyOf": [*kinds, {"$ref": reference}, *null], **said}
        if "enum" in schema:
            return self._schemas.placed(schema, None, naming)
        if "anyOf" in schema:
            members = [
                part
                for member in schema["anyOf"]
                for finished in [self._schema(member, naming)]
                for part in finished.get("anyOf", [finished])
            ]
            nulls = [member for member in members if is_null(member)]
            return {**schema, "anyOf": [member for member in members if not is_null(member)] + nulls[:1]}
        if "items" in schema:
            return {**schema, "items": self._schema(schema["items"], naming.child("item"))}
        return self._object(schema, naming.class_name()) if is_object(schema) else schema

    def _object(self, schema: dict[str, Any], owner: str) -> dict[str, Any]:
        result = dict(schema)
        properties = schema.get("properties", {})
        names = self._names.apart(properties)
        result["properties"] = {
            names[name]: self._schema(value, Naming(owner, name)) for name, value in properties.items()
        }
        if renamed := {stand_in: name for name, stand_in in names.items() if stand_in != name}:
            result["x-names"] = renamed
            result["required"] = [names.get(name, name) for name in schema.get("required", [])]
        if isinstance(schema.get("additionalProperties"), dict):
            further = self._schema(schema["additionalProperties"], Naming(owner, "AdditionalProperty"))
            result["additionalProperties"] = further
        return result

    def _without_default(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema without a default that the generator cannot show."""
        default = schema.get("default")
        if default is None or default_fits(schema, default, self._schemas.components):
            return schema
        return {key: value for key, value in schema.items() if key != "default"}
