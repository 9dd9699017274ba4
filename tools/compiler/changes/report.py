"""What changed, as values, as text for a person, and as JSON for a program."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

import attrs

from tools.steps import STEPS, Step

_ROOM_PER_STEP = 12
_WIDTH = 110


_VALUE = "deprecated undeprecated default-changed made-optional type-widened"
_INPUT = "removed made-required type-narrowed type-changed"
# What can be said of a noun, as major and as minor.
_RULES = {
    "operation": ("removed renamed moved", "added deprecated undeprecated method-changed path-changed"),
    "parameter": (f"{_INPUT} moved", f"added {_VALUE} serialization-changed"),
    "required-parameter": ("added", ""),
    "path-parameters": ("reordered", ""),
    "body": (_INPUT, "added made-optional type-widened"),
    "required-body": ("added", ""),
    "body-media-type": ("removed", "added"),
    "keyword": (_INPUT, f"added {_VALUE}"),
    "required-keyword": ("added", ""),
    "response": ("removed type-widened type-changed", "added type-narrowed values-widened"),
    "response-media-type": ("removed", "added"),
    "stream": ("removed", "added"),
    "schema": ("removed renamed kind-changed", "added deprecated undeprecated"),
    "field": ("removed type-changed", "added default-changed deprecated undeprecated"),
    "required-field": ("added", ""),
    "request-field": ("made-required type-narrowed", "made-optional type-widened"),
    "response-field": ("made-optional type-widened", "made-required type-narrowed values-widened"),
    "enum-value": ("removed", "added"),
    "union": ("reordered", ""),
    "security": ("added changed", "alternative-added removed"),
    "api-key-header": ("changed", ""),
    "environment": ("removed", "added url-changed"),
    "default-environment": ("", "changed"),
}

KINDS: dict[str, Step] = {"documentation-changed": "patch", "constraint-changed": "patch"}
for _noun, (_breaking, _compatible) in _RULES.items():
    KINDS |= dict.fromkeys((f"{_noun}-{change}" for change in _breaking.split()), "major")
    KINDS |= dict.fromkeys((f"{_noun}-{change}" for change in _compatible.split()), "minor")
"""Every kind with its step. docs/spec-changes.md says what each means, and why."""


@attrs.frozen
class Change:
    """One thing that differs for users of the generated code.

    `kind` is a key of `KINDS`. `where` names the place as a user would: `create_chat_completion`,
    `create_chat_completion(seed)`, `ChatCompletion.usage`, `create_chat_completion 200 text/event-stream`.
    `before` and `after` are set where there is something to set against each other.
    """

    kind: str = attrs.field(validator=attrs.validators.in_(KINDS))
    where: str
    detail: str | None = None
    before: str | None = None
    after: str | None = None

    @property
    def step(self) -> Step:
        """The version step that this change alone asks for."""
        return KINDS[self.kind]

    @property
    def breaking(self) -> bool:
        """Whether it can break a caller's running or type-checked code."""
        return self.step == "major"

    def to_dict(self) -> dict[str, Any]:
        """Return the change as JSON, without what is not set."""
        said = attrs.asdict(self, filter=lambda _, value: value is not None)
        return {"kind": self.kind, "where": self.where, "breaking": self.breaking, "step": self.step} | said

    def to_line(self) -> str:
        """Return the change in one line, without characters that a terminal would obey."""
        told = [value for value in (self.before, self.after) if value is not None]
        if len(told) == 1 and self.kind.endswith("-changed"):
            told = [self.before or "none", self.after or "none"]
        said = self.detail or " → ".join(told)
        head = f"{self.kind}: {self.where}"
        if len(told) == 2 and len(f"{head}: {said}") > _WIDTH:
            said = _difference(*told) or said
        line = printable(f"{head}: {said}" if said else head)
        return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


@attrs.frozen
class Report:
    """The changes between two documents, and the version step that follows.

    `changes` come with the gravest step first, then by place. `step` is the gravest of theirs, `patch` where
    the documents differ in nothing that a user could notice, and `none` only where they are the same bytes.
    """

    step: Step
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, changes: list[Change], *, same_bytes: bool) -> Self:
        """Return the report of these changes."""
        if same_bytes and not changes:
            return cls(step="none", changes=())
        ordered = sorted(set(changes), key=lambda c: (c.where, c.kind, c.before or "", c.after or ""))
        ordered.sort(key=lambda change: STEPS.index(change.step), reverse=True)
        return cls(step=ordered[0].step if ordered else "patch", changes=tuple(ordered))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON: `{"step": …, "changes": [{"kind": …, "where": …, …}, …]}`."""
        return {"step": self.step, "changes": [change.to_dict() for change in self.changes]}

    def to_text(self, *, room: int = _ROOM_PER_STEP) -> str:
        """Return the report for a screen: what breaks first, at most `room` lines a step, and the step."""
        lines: list[str] = []
        for step, (heading, _) in _WORDS.items():
            group = [change for change in self.changes if change.step == step]
            lines += [f"{heading} ({len(group)}):"] if group else []
            lines += [f"  {change.to_line()}" for change in group[:room]]
            if rest := Counter(change.kind for change in group[room:]):
                told = ", ".join(f"{count} {kind}" for kind, count in sorted(rest.items()))
                lines.append(f"  … and {told}")
        return "\n".join([*lines, f"version step: {self.step} ({_WORDS[self.step][1]})"])


def _difference(before: str, after: str) -> str:
    """Return which members of a union went and which came; nothing where all did."""
    old, new = before.split(" | "), after.split(" | ")
    gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
    if len(gone) == len(old):
        return ""
    return "; ".join(
        f"{word} {', '.join(names)}" for word, names in (("without", gone), ("with", come)) if names
    )


def printable(text: str) -> str:
    """Return the text without characters that a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


# What stands above the changes of a step, and what the step means.
_WORDS: Mapping[Step, tuple[str, str]] = {
    "major": ("breaking", "a caller's code can break"),
    "minor": ("compatible", "callers' code keeps working"),
    "patch": ("documentation only", "nothing that code could notice"),
    "none": ("", "the same bytes"),
}
