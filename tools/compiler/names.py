"""Names in the generated code: every class, module, field and parameter has one of its own.

What the document calls by different names may come to one name in Python (`type` and `type_`, `HTTPError` and
`HttpError`), or to one that the generated code needs itself. Such names get an underscore or a number; a name
that needs no change keeps it. The outcome depends on the document alone.
"""

import keyword
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import RESERVED_WORDS, ClassName, PythonIdentifier

from tools.compiler import kinds
from tools.compiler.kinds import Model, Property
from tools.compiler.literals import text


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


def settle(data: GeneratorData, config: Config) -> None:
    """Give every class, module, field, operation and parameter of `data` its final name."""
    _settle_classes(data)
    answers = _answers(data)
    for model in data.models:
        in_use = ANSWERS_MEMBERS_IN_USE if model.class_info.name in answers else MEMBERS_IN_USE
        _settle_fields(model, config, in_use)
    for collection in data.endpoint_collections_by_tag.values():
        _settle_operations(collection.endpoints)


def _settle_classes(data: GeneratorData) -> None:
    final: dict[str, Class] = {}
    modules: set[str] = set()
    for named in [*data.models, *data.enums]:
        name, module = named.class_info.name, unique(normal(named.class_info.module_name), modules)
        modules.add(module)
        final[name] = Class(
            # Around the generator's constructor, which would take the underscore away.
            name=str.__new__(ClassName, f"{name}_" if name in CLASSES_IN_USE else normal(name)),
            module_name=_identifier(module),
        )
    seen: set[int] = set()
    for prop in _every_property(data):
        if isinstance(prop, Model | kinds.Enum) and id(prop.class_info) not in seen:
            seen.add(id(prop.class_info))
            settled = final[prop.class_info.name]
            prop.class_info.name, prop.class_info.module_name = settled.name, settled.module_name


def _identifier(name: str) -> PythonIdentifier:
    return str.__new__(PythonIdentifier, name)


def _bare(name: str, hidden: frozenset[str]) -> str:
    """Return a name without the underscore that the generator puts behind builtins, unless it is needed."""
    bare = name.removesuffix("_")
    needed = (
        bare in hidden or keyword.iskeyword(bare) or not bare.isidentifier() or bare not in RESERVED_WORDS
    )
    return normal(name if needed else bare)


def _every_property(data: GeneratorData) -> Iterator[Property]:
    yield from data.enums
    for model in data.models:
        yield model
        yield from kinds.every(*kinds.parts(model))
    for endpoint in _endpoints(data):
        yield from kinds.every(*endpoint.list_all_parameters(), *(each.prop for each in endpoint.responses))


def _endpoints(data: GeneratorData) -> Iterator[Endpoint]:
    for collection in data.endpoint_collections_by_tag.values():
        yield from collection.endpoints


def _distinct(wanted: Sequence[str], wire: Sequence[str], used: Iterable[str]) -> list[PythonIdentifier]:
    """Return a name for each one that is wanted. Those that are the same on the wire come first."""
    names = list(wanted)
    taken = set(used)
    for place in sorted(range(len(names)), key=lambda i: wanted[i] != wire[i]):
        if (name := names[place]) in taken:
            names[place] = unique(name if name.endswith("_") else f"{name}_", taken)
        taken.add(names[place])
    return [_identifier(name) for name in names]


def _settle_fields(model: Model, config: Config, in_use: frozenset[str]) -> None:
    # The generator was given stand-ins for names that come to one name in Python.
    stand_ins = (model.data.model_extra or {}).get("x-names", {})
    own = {UntrustedString(stand_in): UntrustedString(name) for stand_in, name in stand_ins.items()}
    described = model.data.properties or {}
    model.data.properties = {own.get(name, name): entry for name, entry in described.items()}
    required = len(model.required_properties or ())
    properties = [*(model.required_properties or ()), *(model.optional_properties or ())]
    wire = [own.get(prop.name, prop.name) for prop in properties]
    wanted = [_bare(PythonIdentifier(name, config.field_prefix), _HIDDEN_BY_FIELDS) for name in wire]
    names = _distinct(wanted, [text(name) for name in wire], in_use)
    # Models that share a field through allOf share its object: each model gets its own copy.
    renamed = [
        evolve(prop, name=known, python_name=name)
        for prop, known, name in zip(properties, wire, names, strict=True)
    ]
    model.required_properties, model.optional_properties = renamed[:required], renamed[required:]


def _answers(data: GeneratorData) -> set[str]:
    """Return the models that are the whole answer of an operation."""
    answers = [response.prop for endpoint in _endpoints(data) for response in endpoint.responses]
    return {prop.class_info.name for prop in answers if isinstance(prop, Model)}


def _settle_operations(endpoints: list[Endpoint]) -> None:
    taken: set[str] = set()
    for endpoint in endpoints:
        name = unique(normal(endpoint.name), taken)
        taken.add(name)
        endpoint.name = _identifier(name)
        parameters = [prop for _, prop in endpoint.iter_all_parameters()]
        wanted = [_bare(prop.python_name, _HIDDEN_BY_PARAMETERS) for prop in parameters]
        names = _distinct(wanted, [text(prop.name) for prop in parameters], PARAMETERS_IN_USE)
        for prop, own in zip(parameters, names, strict=True):
            object.__setattr__(prop, "python_name", own)
