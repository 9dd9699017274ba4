"""Which requests are the same as a recorded one."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from egp._core.json_types import is_array, is_object
from egp.testing._redaction import collapsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_DIFF_LINES = 60
_MOST_COMPARED = 10_000  # characters


def _strings(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError(
            f"ignore_fields, ignore_query and ignore_text must be lists of texts, got the text {values!r}"
        )
    return tuple(values)


@frozen(kw_only=True)
class Matching:
    """What may differ between a request and the recorded one.

    Method, path, query and body are compared; headers are not. JSON is compared by what it says: the order of
    members, white space, and 1 or 1.0 make no difference; null and absent do. Secrets are all the same.
    """

    ignore_fields: Sequence[str] = field(default=(), converter=_strings)
    """Fields of the JSON body that may differ or be absent, such as `metadata.run_id` or `messages.*.name`;
    `*` stands for any member or place."""
    ignore_query: Sequence[str] = field(default=(), converter=_strings)
    """Parameters of the query that may differ or be absent."""
    ignore_text: Sequence[str] = field(default=(), converter=_strings)
    r"""Regular expressions for what may differ within the texts of the body, such as `\d{4}-\d\d-\d\d`."""

    def normalized(self, method: str, path: str, query: Iterable[tuple[str, str]], body: bytes) -> Request:
        """Return what is compared of a request."""
        try:
            content: Any = json.loads(body)
        except (ValueError, RecursionError):
            content = body.decode("utf-8", "backslashreplace")
        for ignored in self.ignore_fields:
            _remove(content, ignored.split("."))
        kept = sorted(pair for pair in query if pair[0] not in self.ignore_query)
        value = {
            "method": method,
            "path": path,
            "query": [list(pair) for pair in kept],
            "body": self._normal(content),
        }
        return Request(collapsed(value))

    def _normal(self, value: Any) -> Any:
        if isinstance(value, str):
            for pattern in self.ignore_text:
                value = re.sub(pattern, "…", value)
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if is_object(value):
            return {name: self._normal(inner) for name, inner in value.items()}
        return [self._normal(inner) for inner in value] if is_array(value) else value


class Request:
    """What is compared of a request."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._value = value
        self.key = json.dumps(value, sort_keys=True)
        """The same for the same request."""

    @property
    def title(self) -> str:
        """The method and path."""
        return f"{self._value['method']} {self._value['path']}"

    def similarity(self, other: Request) -> float:
        """Return how alike two requests are, from 0 to 1, by the beginnings of what is compared."""
        begin = slice(_MOST_COMPARED)
        return difflib.SequenceMatcher(None, self.key[begin], other.key[begin]).quick_ratio()

    def diff(self, received: Request) -> str:
        """Return what is different in the request received, line by line."""
        lines = difflib.unified_diff(
            self._pretty(), received._pretty(), "recorded", "received", lineterm="", n=2
        )
        shown = [*lines]
        if len(shown) > _MOST_DIFF_LINES:
            shown = [*shown[:_MOST_DIFF_LINES], f"… and {len(shown) - _MOST_DIFF_LINES} lines more"]
        return "\n".join(shown)

    def _pretty(self) -> list[str]:
        return json.dumps(self._value, sort_keys=True, indent=2, ensure_ascii=False).splitlines()


def _remove(value: Any, path: Sequence[str]) -> None:
    step, *rest = path
    if is_object(value):
        for name in [name for name in value if step in {"*", name}]:
            if rest:
                _remove(value[name], rest)
            else:
                del value[name]
    elif is_array(value):
        places = [place for place in range(len(value)) if step in {"*", str(place)}]
        for place in reversed(places):
            if rest:
                _remove(value[place], rest)
            else:
                del value[place]
