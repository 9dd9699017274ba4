"""Replace secrets by asterisks of the same length, so that bodies keep their length and JSON stays valid.

A secret is found by the name of its field, header, parameter or environment variable, by its shape, or
because it was seen under such a name elsewhere. Texts are bytes read as Latin-1, as in `_json_positions`.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from bisect import bisect_right
from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus

from egp._core.json_types import is_array, is_object
from egp.testing import _secrets
from egp.testing._json_positions import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from egp.testing._json_positions import Leaf, Scope

    Pairs = Sequence[tuple[str, str]]
    Hide = Callable[[int, int, bytes], None]
    """Replace the characters from a start to an end by repetitions of a byte."""

_SHORTEST = 6  # a shorter value would be found everywhere by chance
_OPENING = {"{", "["}
_SHORT, _MOST_REMEMBERED = 100, 10_000
_DATA_LINE = re.compile(r"^data:[ ]?(.*)$", re.MULTILINE)
_OTHER_LINE = re.compile(r"^(?!data:)(.+)$", re.MULTILINE)
_PARAMETER = re.compile(r"([^&=\s]+)=([^&\s]*)")


class Redactor:
    """What is known to be secret, and how it is taken out.

    Args:
        secrets: Values that are secret wherever they stand. So are the values of environment variables whose
            names end in KEY, TOKEN, SECRET or PASSWORD.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._found: dict[str, list[tuple[int, int]]] = {}
        """What was found in short texts: those of a stream repeat themselves."""
        self.learn(*secrets)
        self.learn(*(value for name, value in os.environ.items() if _secrets.is_secret_variable(name)))

    def learn(self, *values: str) -> None:
        """Take values for secrets from now on; those of fewer than six characters are passed over."""
        for value in values:
            secret = _as_latin(value).strip()
            if len(secret) < _SHORTEST or set(secret) == {"*"} or secret in self._known:
                continue
            self._known |= {secret, quote(value.strip(), safe="")}
            self._pattern = None
            self._found.clear()

    def learn_headers(self, headers: Pairs) -> None:
        """Take the values of headers that hold secrets, by their names."""
        for name, value in headers:
            if "cookie" in name.lower():
                self.learn(*(pair.partition("=")[2] for pair in _cookies(name, value)))
            elif _secrets.is_secret_header(name):
                scheme, _, token = value.strip().partition(" ")
                self.learn(value, token)
                if scheme.lower() == "basic":
                    self.learn(_password(token))

    def learn_query(self, query: Pairs) -> None:
        """Take the values of parameters that hold secrets, by their names."""
        self.learn(*(value for name, value in query if _secrets.is_secret_parameter(name)))

    def learn_body(self, content: bytes, media_type: str) -> None:
        """Take the values of the fields of a body that hold secrets, by their names."""
        _Body(self, content, media_type)

    def headers(self, headers: Pairs) -> list[tuple[str, str]]:
        """Return headers without secrets. Names and attributes of cookies stay, and `Bearer`."""
        return [(name, self._header(name, value)) for name, value in headers]

    def query(self, query: Pairs) -> list[tuple[str, str]]:
        """Return the parameters of a query without secrets."""
        return [
            (self.text(name), _stars(value) if _secrets.is_secret_parameter(name) else self.text(value))
            for name, value in query
        ]

    def text(self, text: str) -> str:
        """Return a text without secrets, such as a path or the value of a header."""
        return self.body(text.encode("utf-8", "surrogateescape"), "text/plain").decode(
            "utf-8", "surrogateescape"
        )

    def body(self, content: bytes, media_type: str) -> bytes:
        """Return a body without secrets, of the same length; what secret fields hold is learnt on the way."""
        return _Body(self, content, media_type).without_secrets()

    def parts(self, parts: Sequence[bytes], media_type: str) -> list[bytes]:
        """Return the parts of a body without secrets, each of the same length; a secret may span several."""
        whole = self.body(b"".join(parts), media_type)
        ends = [*accumulate(len(part) for part in parts)]
        return [whole[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where a text has known secrets, and what has the shape of one."""
        if len(text) < _SHORTEST:
            return []
        found = self._found.get(text)
        if found is None:
            if self._pattern is None:
                known = sorted(self._known, key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, known)) or r"(?!)")
            found = [match.span() for match in self._pattern.finditer(text)] + _secrets.shapes(text)
            if len(text) < _SHORT and len(self._found) < _MOST_REMEMBERED:
                self._found[text] = found
        return found

    def _header(self, name: str, value: str) -> str:
        if "cookie" in name.lower():
            for pair in _cookies(name, value):
                secret = pair.partition("=")[2]
                value = value.replace(f"={secret}", f"={_stars(secret)}") if secret else value
        elif _secrets.is_secret_header(name):
            scheme, space, token = value.partition(" ")
            value = scheme + space + _stars(token) if token else _stars(value)
        return self.text(value)


class _Body:
    """One body: finds its secrets. Making one learns them, too."""

    def __init__(self, redactor: Redactor, content: bytes, media_type: str) -> None:
        self._redactor = redactor
        self._content = bytearray(content)
        self._text = content.decode("latin-1")
        start = content.lstrip()[:7]
        if "event-stream" in media_type or start.startswith((b"data:", b"event:")):
            self._kind = "events"
        elif "json" in media_type or start[:1] in {b"{", b"["}:
            self._kind = "json"
        else:
            self._kind = "form" if "urlencoded" in media_type else "text"
        self._leaves = [*self._scanned()]
        self._in_pieces = self._joined()
        self._learn()

    def without_secrets(self) -> bytes:
        for leaf in self._leaves:
            self._hide_leaf(leaf)
        for source in self._in_pieces:
            self._hide_in(source)
        self._hide_log_probabilities()
        if self._kind == "events":
            for line in _OTHER_LINE.finditer(self._text):
                self._hide_spans(line[1], line.start(1))
        if self._kind == "form":
            for match in _PARAMETER.finditer(self._text):
                if _secrets.is_secret_parameter(unquote_plus(match[1])):
                    self._hide(match.start(2), match.end(2), b"*")
        if not self._is_json():
            self._hide_spans(self._text, 0)
        return bytes(self._content)

    def _scanned(self) -> Iterator[Leaf]:
        if self._kind == "json":
            yield from scan(self._text)
        elif self._kind == "events":
            for line in _DATA_LINE.finditer(self._text):
                yield from scan(self._text, *line.span(1))

    def _is_json(self) -> bool:
        """Whether every character that may hold a secret is in a leaf, so that the rest can be left alone."""
        texts = [self._text] if self._kind == "json" else []
        if self._kind == "events":
            texts = [line[1].strip() for line in _DATA_LINE.finditer(self._text)]
        return bool(texts) and all(text == "[DONE]" or _reads_as_json(text) for text in texts)

    def _joined(self) -> list[_Joined]:
        """Return what comes in pieces, put together: the texts of a stream, and the tokens of a text."""
        groups: dict[object, list[Leaf]] = defaultdict(list)
        for leaf in self._leaves:
            if leaf.kind == "string" and (self._kind == "events" or "logprobs" in leaf.names):
                groups[leaf.path].append(leaf)
        return [_Joined(leaves) for leaves in groups.values() if len(leaves) > 1]

    def _learn(self) -> None:
        learn = self._redactor.learn
        for leaf in _secret_leaves(self._leaves):
            learn(_utf8(leaf.text))
        texts = [leaf.text for leaf in self._leaves] + [joined.text for joined in self._in_pieces]
        for text in texts:
            for leaf in _secret_leaves(_inner(text)):
                learn(_utf8(leaf.text))
        if self._kind == "form":
            for match in _PARAMETER.finditer(self._text):
                if _secrets.is_secret_parameter(unquote_plus(match[1])):
                    learn(unquote_plus(match[2]))

    def _hide_leaf(self, leaf: Leaf) -> None:
        if leaf.kind != "name" and _is_secret(leaf):
            self._hide(leaf.offsets[0], leaf.offsets[-1], b"1" if leaf.kind == "number" else b"*")
        elif leaf.kind == "number":
            if (0, len(leaf.text)) in self._redactor.spans(leaf.text):
                self._hide(leaf.offsets[0], leaf.offsets[-1], b"1")
        elif self._redactor.spans(leaf.text) or leaf.text.lstrip()[:1] in _OPENING:
            self._hide_in(_Joined([leaf]))

    def _hide_in(self, source: _Joined) -> None:
        for start, end in self._redactor.spans(source.text):
            source.hide(start, end, b"*", self._hide)
        for leaf in _inner(source.text):
            if leaf.kind != "name" and _is_secret(leaf):
                fill = b"1" if leaf.kind == "number" else b"*"
                source.hide(leaf.offsets[0], leaf.offsets[-1], fill, self._hide)
            elif leaf.kind != "number":
                for start, end in self._redactor.spans(leaf.text):
                    source.hide(leaf.offsets[start], leaf.offsets[end], b"*", self._hide)

    def _hide_log_probabilities(self) -> None:
        """Hide all of an entry with a hidden token: its bytes would spell the secret out."""
        leaves = [leaf for leaf in self._leaves if "logprobs" in leaf.names]
        hidden = {leaf.scope for leaf in leaves if leaf.name == "token" and self._is_hidden(leaf)}
        for leaf in leaves if hidden else ():
            spells = leaf.kind != "name" and {"token", "bytes"} & {leaf.name, leaf.scope.name}
            if spells and _is_within(leaf.scope, hidden):
                self._hide(leaf.offsets[0], leaf.offsets[-1], b"1" if leaf.kind == "number" else b"*")

    def _is_hidden(self, leaf: Leaf) -> bool:
        place = slice(leaf.offsets[0], leaf.offsets[-1])
        return bytes(self._content[place]) != self._text[place].encode("latin-1")

    def _hide_spans(self, text: str, offset: int) -> None:
        for start, end in self._redactor.spans(text):
            self._hide(offset + start, offset + end, b"*")

    def _hide(self, start: int, end: int, fill: bytes) -> None:
        self._content[start:end] = fill * (end - start)


class _Joined:
    """Leaves read as one text."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.leaves = leaves
        self.text = "".join(leaf.text for leaf in leaves)
        self._ends = [*accumulate(len(leaf.text) for leaf in leaves)]

    def hide(self, start: int, end: int, fill: bytes, hide: Hide) -> None:
        """Hide a span of the text in each of the leaves that it touches."""
        place = bisect_right(self._ends, start)
        while start < end:
            leaf = self.leaves[place]
            begin = self._ends[place] - len(leaf.text)
            stop = min(end, self._ends[place])
            hide(leaf.offsets[start - begin], leaf.offsets[stop - begin], fill)
            start, place = stop, place + 1


def _inner(text: str) -> Iterator[Leaf]:
    """Yield the leaves of the JSON that a text is, as the arguments of a tool's call are."""
    return scan(text) if text.lstrip()[:1] in _OPENING else iter(())


def _secret_leaves(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    return (leaf for leaf in leaves if leaf.kind != "name" and _is_secret(leaf))


def _is_secret(leaf: Leaf) -> bool:
    names = leaf.names
    return any(_secrets.is_secret_field(name, inside=names) for name in names)


def _is_within(scope: Scope, scopes: set[Scope]) -> bool:
    return any(one in scopes for one in scope.up())


def _reads_as_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _cookies(name: str, value: str) -> list[str]:
    pairs = value.split(";")
    return pairs[:1] if name.lower() == "set-cookie" else pairs


def _password(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _stars(value: str) -> str:
    return "*" * len(value)


def _as_latin(value: str) -> str:
    return value.encode("utf-8", "surrogatepass").decode("latin-1")


def _utf8(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")


def collapsed(value: Any) -> Any:
    """Return a JSON value with each run of asterisks as one, so that secrets compare as equal."""
    if isinstance(value, str):
        return re.sub(r"\*+", "*", value)
    if is_object(value):
        return {collapsed(name): collapsed(inner) for name, inner in value.items()}
    return [collapsed(inner) for inner in value] if is_array(value) else value
