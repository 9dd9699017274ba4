"""The package as its templates see it."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from attrs import define, field
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty

from tools.compiler import calls
from tools.compiler.calls import Call
from tools.compiler.classes import Classes, Model
from tools.compiler.dictionaries import Dictionaries
from tools.compiler.from_dict import decode
from tools.compiler.kinds import Type, model_of
from tools.compiler.security import Security
from tools.compiler.servers import by_environment
from tools.compiler.walk import Operation, operations


def numbered(document: Mapping[str, Any]) -> dict[str, Operation]:
    """Return the operations by the paths by which the generator knows them."""
    return {f"/{number}": operation for number, operation in enumerate(operations(document))}


# Each import within an import takes some seven frames of the thousand that Python allows.
_MOST_NESTED_IMPORTS = 100


@define(slots=False)
class Package:
    """What the templates ask for; each view is made once."""

    data: GeneratorData
    document: Mapping[str, Any]
    source: bytes
    config: Config
    params: Dictionaries = field(init=False)
    classes: Classes = field(init=False)
    _calls: dict[str, Call] = field(init=False)
    _answers: set[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.classes = Classes(self.document, self.data, self.config)
        self.params = Dictionaries(self.classes)
        collections = self.data.endpoint_collections_by_tag.values()
        names = {e.path.get_untrusted_value(): str(e.name) for each in collections for e in each.endpoints}
        self._calls = {
            path: calls.view(names[path], operation, self.classes, self.params, self.config)
            for path, operation in numbered(self.document).items()
        }
        self._answers = {model_of(call.result.type) for call in self._calls.values() if call.result}

    def model(self, model: ModelProperty) -> Model:
        """Return the model as its template sees it."""
        return self.classes.models[str(model.class_info.name)]

    def is_answer(self, model: Model) -> bool:
        """Whether an operation answers with it, so that its objects carry what came with the response."""
        return model.name in self._answers

    def decode(self, allowed: Type) -> str:
        """Return the expression that decodes `v`."""
        return decode(allowed, "v", self.classes.models)

    def decoded(self, model: Model) -> Mapping[str, str]:
        """Return the expressions of fields by their names in JSON; none for what is as it came."""
        code = {field.name: self.decode(field.type) for field in model.fields}
        return {name: expression for name, expression in code.items() if expression != "v"}

    def operation(self, endpoint: Endpoint) -> Call:
        """Return the operation as its template sees it."""
        return self._calls[endpoint.path.get_untrusted_value()]

    @property
    def links_models(self) -> bool:
        """Whether there are so many models that their modules cannot simply import each other."""
        return len(self.data.models) > _MOST_NESTED_IMPORTS

    @property
    def sha256(self) -> str:
        """The hash of the document's file."""
        return hashlib.sha256(self.source).hexdigest()

    @cached_property
    def security(self) -> Security:
        """Where credentials go."""
        return Security.of(self.document)

    @cached_property
    def servers(self) -> Mapping[str, Mapping[str, Any]]:
        """The servers by environment."""
        return by_environment(self.document)

    @property
    def api_key_header(self) -> str:
        """The header of the first security scheme that is a key in a header."""
        return self.security.api_key_header or "Authorization"
