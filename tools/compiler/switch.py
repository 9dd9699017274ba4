"""The field or parameter that asks for an answer as a stream."""

from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property

from tools.compiler.alternatives import flatten
from tools.compiler.literals import text

STREAM_SWITCH = "stream"


def is_switch(prop: Property) -> bool:
    """Whether a property is the switch, if its operation has a stream to answer with."""
    is_boolean = any(isinstance(member, BooleanProperty) for member in flatten(prop))
    return text(prop.name) == STREAM_SWITCH and is_boolean
