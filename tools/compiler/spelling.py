"""Keys that are misspelt: what stands below `pahts` or `propertis` would be missing without a word."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from tools.compiler import pointer
from tools.compiler.errors import Problem
from tools.compiler.media import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

# OpenAPI 3.1, section 4.8, by the object that the keys belong to.
DOCUMENT = frozenset(
    ("openapi", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components", "security", "tags")
) | {"externalDocs"}
COMPONENTS = frozenset(
    ("schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes", "links")
) | {"callbacks", "pathItems"}
PATH_ITEM = frozenset(("$ref", "summary", "description", "servers", "parameters", *METHODS))
OPERATION = frozenset(
    (
        "tags",
        "summary",
        "description",
        "externalDocs",
        "operationId",
        "parameters",
        "requestBody",
        "responses",
    )
) | {"callbacks", "deprecated", "security", "servers"}
MEDIA_TYPE = frozenset(("schema", "example", "examples", "encoding", "itemSchema", "itemEncoding"))
# The keywords of JSON Schema that say what a value is. Others may be anything (JSON Schema, section 6.5).
SCHEMA = frozenset(
    ("$ref", "type", "properties", "required", "items", "additionalProperties", "enum", "const", "format")
) | {"allOf", "anyOf", "oneOf", "nullable", "default", "discriminator", "prefixItems", "patternProperties"}
_OTHER_KEYWORDS = frozenset(
    (
        *("$anchor", "$comment", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$schema", "$vocabulary"),
        *(
            "additionalItems",
            "contains",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
            "definitions",
        ),
        *("dependencies", "dependentRequired", "dependentSchemas", "deprecated", "description", "else"),
        *("example", "examples", "exclusiveMaximum", "exclusiveMinimum", "externalDocs", "if", "maxContains"),
        *("maximum", "maxItems", "maxLength", "maxProperties", "minContains", "minimum", "minItems"),
        *("minLength", "minProperties", "multipleOf", "not", "pattern", "propertyNames", "readOnly"),
        *("then", "title", "unevaluatedItems", "unevaluatedProperties", "uniqueItems", "writeOnly", "xml"),
    )
)
_ALIKE = 0.75


def misspelt(node: Mapping[str, Any], known: frozenset[str], place: str) -> Iterator[Problem]:
    """The keys of `node` that are nearly a known one, and are not known themselves."""
    for key in node:
        if key in known or key in _OTHER_KEYWORDS or key.startswith("x-"):
            continue
        close = difflib.get_close_matches(key, sorted(known - node.keys()), n=1, cutoff=_ALIKE)
        if close:
            yield Problem(
                f"`{key[:60]}` means nothing here",
                pointer.join(place, key),
                remedy=f"Did you mean `{close[0]}`? A key of one's own starts with x-.",
            )
