"""The rules of strict schemas, written down a second time: tests share no code with the package."""

import re

# What each kind of node may hold, beside its description and title.
ALLOWED = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"enum", "pattern", "format"},
    "number": {"enum", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "integer": {"enum", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "boolean": {"enum"},
    "null": set(),
}
FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}


def violations(schema):
    """Every rule that a schema breaks, with the place where it does."""
    found = []
    if schema.get("type") != "object" or "anyOf" in schema or "$ref" in schema:
        found.append("$: the root is no object")
    definitions = schema.get("$defs", {})
    _visit({key: value for key, value in schema.items() if key != "$defs"}, "$", definitions, found)
    for name, definition in definitions.items():
        if not re.fullmatch(r"[\w.-]+", name):
            found.append(f"$defs: the name {name!r}")
        _visit(definition, name, definitions, found)
    return found


def _visit(node, place, definitions, found):
    if not isinstance(node, dict):
        found.append(f"{place}: no schema but {node!r}")
        return
    if "$ref" in node:
        if set(node) != {"$ref"}:
            found.append(f"{place}: keywords beside $ref")
        if node["$ref"].removeprefix("#/$defs/") not in definitions:
            found.append(f"{place}: $ref leads nowhere")
        return
    keywords = set(node) - {"description", "title"}
    if "anyOf" in node:
        if keywords != {"anyOf"}:
            found.append(f"{place}: keywords beside anyOf: {keywords}")
        for index, each in enumerate(node["anyOf"]):
            _visit(each, f"{place}|{index}", definitions, found)
        return
    kind = node.get("type")
    if kind not in ALLOWED:
        found.append(f"{place}: type {kind!r}")
        return
    keywords -= {"type"}
    if keywords - ALLOWED[kind]:
        found.append(f"{place}: {kind} with {keywords - ALLOWED[kind]}")
    if "format" in node and node["format"] not in FORMATS:
        found.append(f"{place}: format {node['format']}")
    if "(?" in node.get("pattern", "").replace("(?:", ""):
        found.append(f"{place}: pattern {node['pattern']}")
    if kind == "object":
        if node.get("additionalProperties") is not False:
            found.append(f"{place}: open")
        if sorted(node.get("required", [])) != sorted(node.get("properties", {})):
            found.append(f"{place}: not all required")
        for name, each in node.get("properties", {}).items():
            _visit(each, f"{place}.{name}", definitions, found)
    if kind == "array":
        _visit(node.get("items"), f"{place}[]", definitions, found)
