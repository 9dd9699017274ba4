"""Names in the generated code: every class, module, field and parameter has one of its own.

What the document calls by different names may come to one name in Python (`type` and `type_`, `HTTPError` and
`HttpError`), or to one that the generated code needs itself. Such names get an underscore or a number; a name
that needs no change keeps it. The outcome depends on the document alone.
"""

import keyword
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from openapi_python_client.parser import GeneratorData
from openapi_python_client.strings import RESERVED_WORDS, ClassName, PythonIdentifier


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What the templates' modules use under its own name.
CLASSES_IN_USE = _words("""
    ABSENT Any AnyObject AttrsObject AuthenticatedClient ClassVar Client Dataclass File HasModelDump HasToDict
    Iterable JSONAnswer JSONObject KEYWORDS LISTS_OF_OBJECTS Literal METHOD Mapping OBJECTS ObjectDict
    OtherObject PATH Protocol Required SECURITY SERVER Self Struct TYPECHECKING TypeAlias TypedDict UNSET UUID
    Unchecked Unset
""")
MEMBERS_IN_USE = _words("""
    additional_keys additional_properties from_dict keys model_dump model_dump_json model_extra
    model_fields_set to_dict to_json
""")
ANSWERS_MEMBERS_IN_USE = MEMBERS_IN_USE | {"request_id", "response_info"}
PARAMETERS_IN_USE = _words("""
    asyncio_detailed body client content_type parse parse_date parse_datetime parse_event parse_uuid
    request_kwargs sync_detailed
""")
# The builtins that the generated code uses where a field or a parameter by their name would hide them. The
# others may be names: users know `completion.object`, `tool.type` and `logprob.bytes`.
_HIDDEN_BY_FIELDS = frozenset(
    ("bool", "classmethod", "datetime", "dict", "false", "float", "int", "list", "self", "str", "true")
)
_HIDDEN_BY_PARAMETERS = _HIDDEN_BY_FIELDS | {"bytes", "isinstance", "type"}
_OF_THE_CLIENT = ("client", "url")


def unique(wanted: str, used: Iterable[str]) -> str:
    """`wanted`, or the first of wanted_2, wanted_3, … that is not in `used`."""
    name, number = wanted, 2
    taken = used if isinstance(used, set | frozenset) else set(used)
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


def normal(name: str) -> str:
    """Return a name as Python compares it (PEP 3131)."""
    return unicodedata.normalize("NFKC", name)


def settle(data: GeneratorData, classes: Iterable[str]) -> None:
    """Give every class, module and operation of `data` its final name: that of `classes`, in their order."""
    modules: set[str] = set()
    for made, name in zip([*data.models, *data.enums], classes, strict=True):
        # Around the generator's constructors, which would take underscores away.
        made.class_info.name = str.__new__(ClassName, name)
        made.class_info.module_name = _taken(normal(made.class_info.module_name), modules)
    for collection in data.endpoint_collections_by_tag.values():
        taken: set[str] = set()
        for endpoint in collection.endpoints:
            endpoint.name = _taken(normal(endpoint.name), taken)


def of_fields(wire: Sequence[str], prefix: str, *, in_answer: bool) -> list[str]:
    """Return the names in Python of the fields of a model; `in_answer`: an operation answers with it."""
    wanted = [_bare(PythonIdentifier(name, prefix), _HIDDEN_BY_FIELDS) for name in wire]
    return _distinct(wanted, wire, ANSWERS_MEMBERS_IN_USE if in_answer else MEMBERS_IN_USE)


def of_parameters(wire: Sequence[tuple[str, str]], prefix: str) -> list[str]:
    """Return the names in Python of an operation's parameters, which come with their locations.

    Those of several locations that come to one name say where they are.
    """
    found = [PythonIdentifier(name, prefix) for _, name in wire]
    placed = [(name, place) for name, (place, _) in zip(found, wire, strict=True)]
    places = Counter(name for name, _ in {*placed})
    apart = [
        PythonIdentifier(f"{name}_{place}", prefix) if name in _OF_THE_CLIENT or places[name] > 1 else name
        for name, place in placed
    ]
    wanted = [_bare(name, _HIDDEN_BY_PARAMETERS) for name in apart]
    return _distinct(wanted, [name for _, name in wire], PARAMETERS_IN_USE)


def _taken(wanted: str, taken: set[str]) -> PythonIdentifier:
    name = unique(wanted, taken)
    taken.add(name)
    return str.__new__(PythonIdentifier, name)


def _bare(name: str, hidden: frozenset[str]) -> str:
    """Return a name without the underscore that the generator puts behind builtins, unless it is needed."""
    bare = name.removesuffix("_")
    needed = (
        bare in hidden or keyword.iskeyword(bare) or not bare.isidentifier() or bare not in RESERVED_WORDS
    )
    return normal(name if needed else bare)


def _distinct(wanted: Sequence[str], wire: Sequence[str], used: Iterable[str]) -> list[str]:
    """Return a name for each one that is wanted. Those that are the same on the wire come first."""
    names = list(wanted)
    taken = set(used)
    for place in sorted(range(len(names)), key=lambda i: wanted[i] != wire[i]):
        if (name := names[place]) in taken:
            names[place] = unique(name if name.endswith("_") else f"{name}_", taken)
        taken.add(names[place])
    return names
