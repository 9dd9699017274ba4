"""The rule: every kind of change that a report can name, and the version step that each asks for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Step(StrEnum):
    """How far a release must move its version (semver.org, clauses 6 to 8)."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        """The step's place, from 0 for `none` to 3 for `major`."""
        return list(Step).index(self)


# Words in a text: one a line would be a page.
_MAJOR = """
    operation-removed operation-renamed operation-moved parameter-removed parameter-moved
    parameter-made-required parameter-type-narrowed parameter-type-changed required-parameter-added
    path-parameters-reordered body-removed body-made-required body-type-narrowed body-type-changed
    body-media-type-removed required-body-added keyword-removed keyword-made-required
    keyword-type-narrowed keyword-type-changed required-keyword-added response-removed
    response-type-widened response-type-changed response-media-type-removed stream-removed
    schema-removed schema-renamed schema-kind-changed field-removed field-type-changed
    required-field-added request-field-made-required request-field-type-narrowed
    response-field-made-optional response-field-type-widened enum-value-removed union-reordered
    security-added security-changed api-key-header-changed environment-removed
"""
_MINOR = """
    operation-added operation-deprecated operation-undeprecated operation-method-changed
    operation-path-changed parameter-added parameter-made-optional parameter-type-widened
    parameter-default-changed parameter-deprecated parameter-undeprecated
    parameter-serialization-changed body-added body-made-optional body-type-widened
    body-media-type-added keyword-added keyword-made-optional keyword-type-widened
    keyword-default-changed keyword-deprecated keyword-undeprecated response-added
    response-type-narrowed response-values-widened response-media-type-added stream-added schema-added
    schema-deprecated schema-undeprecated field-added field-default-changed field-deprecated
    field-undeprecated request-field-made-optional request-field-type-widened
    response-field-made-required response-field-type-narrowed response-field-values-widened
    enum-value-added security-alternative-added security-removed environment-added
    environment-url-changed default-environment-changed
"""
_PATCH = """
    documentation-changed constraint-changed
"""

KINDS: Mapping[str, Step] = MappingProxyType(
    {
        kind: step
        for step, kinds in ((Step.MAJOR, _MAJOR), (Step.MINOR, _MINOR), (Step.PATCH, _PATCH))
        for kind in kinds.split()
    }
)
"""Every kind with its step. docs/spec-changes.md says what each means, and why."""
