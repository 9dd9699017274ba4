"""Documents drawn from a schema of the contract, or from near it.

A drawer of our own: hypothesis-jsonschema follows neither references in a circle nor keywords beside a
`$ref`, and takes seconds to prepare a union as wide as a request's. This one covers the keywords that
openapi.yaml uses, and raises for any other, so that no keyword is drawn past in silence.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias, cast

from hypothesis import strategies as st

from tests.contract.document import Schema, resolve

Document: TypeAlias = Any

_PROSE = {"description", "deprecated", "default", "examples", "summary"}
_KNOWN = _PROSE | {
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "enum",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "not",
    "oneOf",
    "properties",
    "required",
    "type",
}

# Names that a careless model would take for its own, and names that are no Python names.
FIELD_NAMES = st.sampled_from(
    [
        "reasoning_content",
        "class",
        "self",
        "cls",
        "d",
        "to_dict",
        "additional_properties",
        "_extras",
        "x-y",
        "",
    ]
) | st.text(max_size=4)
TEXTS = st.text(max_size=6)
# JSON knows no NaN and no infinity. Integers beyond 64 bits are legal.
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
INTEGERS = st.integers() | st.just(2**70)
ANYTHING: st.SearchStrategy[Document] = st.recursive(
    st.none() | st.booleans() | INTEGERS | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(FIELD_NAMES, inner, max_size=2),
    max_leaves=4,
)


class Liberties(NamedTuple):
    """What a drawn document may do that its schema does not provide for."""

    new_fields: bool = False
    """Fields that the schema does not name, in every object."""
    new_values: bool = False
    """Other values for constants and enums."""
    missing_fields: bool = False
    """Any field may be missing, required ones too."""
    wrong_types: bool = False
    """Any value at all, at any place inside the document."""


NONE = Liberties()


def documents(schema: Schema, liberties: Liberties = NONE) -> st.SearchStrategy[Document]:
    """Documents of `schema`. Without liberties, each is valid against it."""
    return _drawer(liberties).drawn(schema)


@cache
def _drawer(liberties: Liberties) -> "_Drawer":
    # Shared, since preparing the strategy of a component takes longer than drawing from it.
    return _Drawer(liberties)


class _Drawer:
    def __init__(self, liberties: Liberties) -> None:
        self._liberties = liberties
        self._components: dict[str, st.SearchStrategy[Document]] = {}

    def drawn(self, schema: Schema) -> st.SearchStrategy[Document]:
        unknown = schema.keys() - _KNOWN
        if unknown:
            raise NotImplementedError(f"documents with {', '.join(sorted(unknown))} cannot be drawn yet")
        if "$ref" in schema:
            return self._component(schema["$ref"], schema)
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return st.one_of([self._inside(member) for member in schema[union]])
        if "const" in schema:
            return self._listed([schema["const"]])
        if "enum" in schema:
            return self._listed(schema["enum"])
        types = schema.get("type", [])
        kinds = [types] if isinstance(types, str) else types
        return st.one_of([self._of_type(kind, schema) for kind in kinds]) if kinds else ANYTHING

    def _inside(self, schema: Schema) -> st.SearchStrategy[Document]:
        drawn = self.drawn(schema)
        return _mostly(drawn, ANYTHING) if self._liberties.wrong_types else drawn

    def _component(self, reference: str, schema: Schema) -> st.SearchStrategy[Document]:
        # Keywords beside a reference are prose in this document; the target's own strategy is shared.
        if schema.keys() - _PROSE != {"$ref"}:
            raise NotImplementedError(f"keywords beside {reference} cannot be drawn yet")
        if reference not in self._components:
            # A schema that leads back to itself meets the deferred strategy while its own is being made.
            self._components[reference] = st.deferred(lambda: self._components[reference])
            self._components[reference] = self.drawn(resolve({"$ref": reference}))
        return self._components[reference]

    def _listed(self, values: list[Any]) -> st.SearchStrategy[Document]:
        known = st.sampled_from(values)
        return known | TEXTS | st.integers() if self._liberties.new_values else known

    def _of_type(self, kind: str, schema: Schema) -> st.SearchStrategy[Document]:
        simple: dict[str, Callable[[], st.SearchStrategy[Document]]] = {
            "null": st.none,
            "boolean": st.booleans,
            "string": lambda: TEXTS,
            "integer": lambda: _whole(schema),
            "number": lambda: _whole(schema) | _real(schema),
            "array": lambda: self._array(schema),
            "object": lambda: self._object(schema),
        }
        strategy = simple[kind]()
        if "not" in schema:
            excluded = schema["not"]["enum"]
            return strategy.filter(lambda value: value not in excluded)
        return strategy

    def _array(self, schema: Schema) -> st.SearchStrategy[Document]:
        return st.lists(
            self._inside(schema.get("items", {})),
            min_size=schema.get("minItems", 0),
            max_size=min(2, schema.get("maxItems", 2)),
        )

    def _object(self, schema: Schema) -> st.SearchStrategy[Document]:
        properties = {key: self._inside(item) for key, item in schema.get("properties", {}).items()}
        required: set[str] = set() if self._liberties.missing_fields else set(schema.get("required", ()))
        named = st.fixed_dictionaries(
            {key: strategy for key, strategy in properties.items() if key in required},
            optional={key: strategy for key, strategy in properties.items() if key not in required},
        )
        names = FIELD_NAMES.filter(lambda name: name not in properties)
        further = schema.get("additionalProperties", True)
        own = st.dictionaries(names, ANYTHING, max_size=2)
        if self._liberties.new_fields:
            return _joined(named, st.dictionaries(names, ANYTHING, min_size=1, max_size=2))
        if isinstance(further, Mapping):
            values = self._inside(cast("Schema", further))
            return _joined(named, st.dictionaries(names, values, max_size=2))
        # An object with fields of its own is drawn without others; they are a liberty.
        return named if properties or further is False else own


def _mostly(
    usual: st.SearchStrategy[Document], rare: st.SearchStrategy[Document]
) -> st.SearchStrategy[Document]:
    return st.integers(0, 5).flatmap(lambda die: rare if die == 5 else usual)


def _joined(
    named: st.SearchStrategy[Document], further: st.SearchStrategy[Document]
) -> st.SearchStrategy[Document]:
    return st.tuples(named, further).map(lambda parts: {**parts[0], **parts[1]})


def _whole(schema: Schema) -> st.SearchStrategy[Document]:
    if "minimum" in schema or "maximum" in schema:
        return st.integers(schema.get("minimum"), schema.get("maximum"))
    return INTEGERS


def _real(schema: Schema) -> st.SearchStrategy[Document]:
    return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)
