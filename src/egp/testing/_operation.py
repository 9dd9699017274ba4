"""One operation of the document: which requests it takes and what it answers by default."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from egp._core.json_types import Object, is_array, is_object
from egp.testing import _validation
from egp.testing._document import resolve
from egp.testing._sample import sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from egp.testing._requests import RecordedRequest
    from egp.testing._validation import Check, Detail


class Parameter:
    """A parameter in the path, the query or the headers."""

    def __init__(
        self, *, name: str, place: str, required: bool, schema: Mapping[str, Any], check: Check
    ) -> None:
        self.name = name
        self.place = place
        self.required = required
        self._kinds = _kinds(schema)
        self._check = check

    def validate(self, texts: Sequence[str]) -> list[Detail]:
        """Return the validation errors of the values sent for this parameter."""
        if not texts:
            return [_validation.missing(self.place, self.name)] if self.required else []
        values = [_coerce(text, self._kinds) for text in texts]
        return self._check(values if "array" in self._kinds else values[-1], [self.place, self.name])


class Operation:
    """An operation of the document, ready to check requests and to answer them."""

    def __init__(
        self,
        *,
        method: str,
        path: str,
        root: Mapping[str, Any],
        parameters: Sequence[Parameter],
        body_check: Check | None,
        body_required: bool,
        key_headers: Sequence[Sequence[str]],
        status: int,
        media: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.method = method
        self.path = path
        self.status = status
        """The status of the answer when all is well."""
        self._root = root
        self._parameters = parameters
        self._body_check = body_check
        self._body_required = body_required
        self._key_headers = key_headers
        self._json = next((value for name, value in media.items() if "json" in name), None)
        self._events = media.get("text/event-stream")
        # The requests of a test are often the same, and checking one takes longer than answering it.
        self._body_details = lru_cache(maxsize=4096)(self._validate_body)

    def streams(self, request: RecordedRequest) -> bool:
        """Whether the answer to this request is an event stream."""
        return self._events is not None and (self._json is None or request.wants_stream)

    def admits(self, request: RecordedRequest) -> bool:
        """Whether the request carries a key: in the headers that the document names, or as a bearer token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not self._key_headers or (scheme.lower() == "bearer" and token.strip()):
            return True
        return any(
            all(request.headers.get(name, "").strip() for name in names) for names in self._key_headers
        )

    def valid_fields(self, request: RecordedRequest) -> Object:
        """Return the fields of the JSON body that the document allows; nulls, at any depth, are left out."""
        if not is_object(request.json):
            return {}
        details = self._body_details(request.content) if self._body_check is not None else []
        refused = {detail["loc"][1] for detail in details if len(detail["loc"]) > 1}
        return {
            name: _without_nulls(value)
            for name, value in request.json.items()
            if value is not None and name not in refused
        }

    def validate(self, request: RecordedRequest, path_values: Mapping[str, str]) -> list[Detail]:
        """Return what the document forbids in the request; empty when it is fine."""
        found: list[Detail] = []
        for parameter in self._parameters:
            found += parameter.validate(_texts(parameter, request, path_values))
        if self._body_check is None:
            return found
        if not request.content:
            return [*found, _validation.missing("body")] if self._body_required else found
        if "json" not in request.headers.get("content-type", "").lower():
            return [*found, _validation.not_an_object("body")]
        return [*found, *self._body_details(request.content)]

    @cached_property
    def json_example(self) -> Any:
        """The document's example of the JSON answer, or one made from its schema; None without either."""
        return None if self._json is None else next(self._examples(self._json))

    @cached_property
    def event_examples(self) -> list[Any]:
        """The payloads of the document's examples of the event stream, one event each."""
        return [] if self._events is None else [*self._examples(self._events)]

    def _examples(self, media: Mapping[str, Any]) -> Iterator[Any]:
        if "example" in media:
            yield media["example"]
        elif media.get("examples"):
            for example in media["examples"].values():
                yield resolve(example, self._root).get("value")
        else:
            yield sample(media.get("schema", {}), self._root)

    def _validate_body(self, content: bytes) -> list[Detail]:
        assert self._body_check is not None  # noqa: S101  # the caller looked
        try:
            body = json.loads(content, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            return [_validation.unreadable_json(error)]
        return self._body_check(body, ["body"])


def _without_nulls(value: Any) -> Any:
    if is_object(value):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if is_array(value) else value


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _texts(parameter: Parameter, request: RecordedRequest, path_values: Mapping[str, str]) -> list[str]:
    if parameter.place == "query":
        return request.query.get_list(parameter.name)
    if parameter.place == "header":
        return request.headers.get_list(parameter.name)
    return [path_values[parameter.name]] if parameter.name in path_values else []


def _kinds(schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the types that a parameter's schema allows, those of an array's items included."""
    kinds: set[str] = set()
    for variant in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        kind = variant.get("type", ())
        kinds.update([kind] if isinstance(kind, str) else kind)
        items = variant.get("items")
        if is_object(items):
            kinds |= _kinds(items)
    return frozenset(kinds)


def _coerce(text: str, kinds: frozenset[str]) -> Any:
    """Read a parameter's text as the type that its schema asks for; as text where it cannot be read so."""
    if "boolean" in kinds and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    for kind, read in (("integer", int), ("number", float)):
        if kind in kinds:
            try:
                return read(text)
            except ValueError:
                continue
    return text
