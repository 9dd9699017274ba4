"""Keys that are misspelt: what stands below `pahts` or `propertis` would be missing without a word."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openapi_python_client import schema as oai
from openapi_python_client.schema.openapi_schema_pydantic import Components
from pydantic import BaseModel

from tools.compiler import pointer
from tools.compiler.errors import Finding


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _keys(model: type[BaseModel]) -> frozenset[str]:
    """Return the keys of an object of OpenAPI 3.1, as the generator knows it."""
    return frozenset(str(field.alias or name) for name, field in model.model_fields.items())


DOCUMENT = _keys(oai.OpenAPI) | {"jsonSchemaDialect", "webhooks"}
COMPONENTS = _keys(Components) | {"pathItems"}
PATH_ITEM = _keys(oai.PathItem) | {"$ref"}
OPERATION = _keys(oai.Operation)
MEDIA_TYPE = _keys(oai.MediaType) | {"itemSchema", "itemEncoding"}
# The keywords of JSON Schema that say what a value is. Others may be anything (JSON Schema, section 6.5).
SCHEMA = _words("""
    $ref type properties required items additionalProperties enum const format allOf anyOf oneOf nullable
    default discriminator prefixItems patternProperties
""")
_OTHER_KEYWORDS = (_keys(oai.Schema) - SCHEMA) | _words("""
    $anchor $comment $defs $dynamicAnchor $dynamicRef $id $schema $vocabulary additionalItems contains
    contentEncoding contentMediaType contentSchema definitions dependencies dependentRequired dependentSchemas
    else examples exclusiveMaximum exclusiveMinimum if maxContains minContains propertyNames then
    unevaluatedItems unevaluatedProperties
""")
_ALIKE = 0.75
# Keywords that say no type are many, and so are the extensions of others: nearly the same word it must be.
_NEARLY_THE_SAME = 0.85
SCHEMA_FLAGS = (
    "deprecated", "exclusiveMaximum", "exclusiveMinimum", "nullable", "readOnly", "uniqueItems", "writeOnly"
)  # fmt: skip
# JSON Schema, section 7.3, and the registry of OpenAPI (spec.openapis.org/registry/format).
_FORMATS = _words("""
    base64url binary byte char commonmark date date-time decimal decimal128 double double-int duration
    email float hostname html http-date idn-email idn-hostname int16 int32 int64 int8 ipv4 ipv6 iri
    iri-reference json-pointer media-range password regex relative-json-pointer sf-binary sf-boolean
    sf-decimal sf-integer sf-string sf-token time uint16 uint32 uint64 uint8 uri uri-reference
    uri-template uuid
""")


def misspelt(node: Mapping[str, Any], known: frozenset[str], place: str) -> Iterator[Finding]:
    """Yield the keys of `node` that are nearly a known one, and are not known themselves."""
    for key in [key for key in node if not _is_known(key, known)]:
        close = difflib.get_close_matches(key, sorted(known - node.keys()), n=1, cutoff=_ALIKE)
        if known is SCHEMA and not close:
            others = sorted(_OTHER_KEYWORDS - node.keys())
            close = difflib.get_close_matches(key, others, n=1, cutoff=_NEARLY_THE_SAME)
        if close:
            remedy = f"Did you mean `{close[0]}`? A key of one's own starts with x-."
            yield _finding(f"`{key[:60]}` means nothing here", place, key, remedy)


def schemas_among_keywords(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys that are no keywords and hold what looks like a schema, as of a property too deep."""
    for key, value in schema.items():
        if isinstance(value, dict) and SCHEMA & value.keys() and not _is_known(key, SCHEMA):
            yield key


def misspelt_flags(node: Mapping[str, Any], flags: Iterable[str], place: str) -> Iterator[Finding]:
    """Yield text that stands where true or false belongs."""
    for key in flags:
        if isinstance(node.get(key), str):
            message = f"`{key}` must be true or false, not {node[key][:40]!r}"
            yield _finding(message, place, key, "In YAML 1.2, yes and no are text.")


def misspelt_format(schema: Mapping[str, Any], place: str) -> Iterator[Finding]:
    """Yield a format that is nearly a known one."""
    form = schema.get("format")
    if isinstance(form, str) and len(form) > 3 and form not in _FORMATS:
        meant = next((known for known in sorted(_FORMATS) if _is_slip(form, known)), None)
        if meant is not None:
            message = f"{form[:40]!r} is not a format that anybody knows"
            yield _finding(message, place, "format", f"Did you mean {meant}?")


def _is_known(key: str, known: frozenset[str]) -> bool:
    return key in known or key in _OTHER_KEYWORDS or key.startswith("x-")


def _finding(message: str, place: str, key: str, remedy: str) -> Finding:
    return Finding(message, pointer.join(place, key), remedy=remedy, local=True)


def _is_slip(written: str, meant: str) -> bool:
    """Whether two letters next to each other changed places, or one is missing, doubled or wrong."""
    if len(written) == len(meant):
        differ = [pair for pair in zip(written, meant, strict=True) if pair[0] != pair[1]]
        swapped = len(differ) == 2 and differ[0] == differ[1][::-1]
        return swapped or (len(differ) == 1 and not "".join(differ[0]).isdigit())
    longer, shorter = sorted((written, meant), key=len, reverse=True)
    cut = [longer[:i] + longer[i + 1 :] for i, letter in enumerate(longer) if letter.isalpha()]
    return len(shorter) >= 5 and shorter in cut


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question about the word that is most like `word`; empty where none is."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean {close[0]}?" if close else ""
