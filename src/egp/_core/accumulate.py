"""Chunks to the completion that they are the pieces of."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any, TypeVar, cast

from egp._loading import LOADING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from egp_api.models import ChatCompletion, ChatCompletionChunk

__all__ = ["CompletionAccumulator", "whole_characters"]

_CHOICE_KEYS = frozenset({"index", "delta", "finish_reason", "logprobs"})
_ABSENT = object()
# Strings that name a thing: servers send them once or again, but never cut them in pieces.
_RESTATED = frozenset({"id", "type", "role", "object", "format", "status", "index"})
# Strings that come in pieces or whole, and again and again as a whole.
_REPEATED = frozenset({"name", "signature"})
# Padding, which hides from listeners how long a chunk is.
_LEFT_OUT = "obfuscation"


class CompletionAccumulator:
    """Adds chunks up to a completion, without any I/O.

    Chunks of several choices may come interleaved. Time and memory are linear in what the answer says:
    of a chunk, nothing but its news is kept. What becomes of each field:

    - In the deltas, strings are pieces and are joined, those of unknown fields (`reasoning_content`) as
      well. Only `id`, `type`, `role`, `object`, `format` and `status` are whole: the last that is not
      empty stays. A `name` that repeats all that came of it is taken once.
    - Lists are joined. Tool calls, and objects of unknown lists that have a number as `index`, are put
      together by it. A tool call with a new `id` and a name begins a new call, whatever its index.
    - Pieces of reasoning (`reasoning_details`, `thinking_blocks`) are put together by `index`, `type` and
      `id`; without an index, a block goes on until its `signature` is there. Encrypted and redacted blocks
      stay as they came.
    - Objects are merged by these rules; of numbers and booleans the last stays. `null` never takes the
      place of a value.
    - The halves of a character that was cut in two (a surrogate pair) become one character. `obfuscation` is
      left out.
    - `logprobs` are joined. Beside the deltas, in choices and chunks, the last value that is not `null`
      stays: there servers repeat whole values.
    - `role` is `assistant`, `content` is null and the type of a function call is `function` where no
      chunk has them. A choice without a `finish_reason` yet has null there.

    Example:
        >>> accumulator = CompletionAccumulator()
        >>> for chunk in chunks:
        ...     accumulator.add(chunk)
        >>> accumulator.completion().choices[0].message.content
        'Hello'
    """

    __slots__ = ("_choices", "_top", "_unfinished", "latest")

    def __init__(self) -> None:
        self._top: dict[str, Any] = {}
        self._choices: dict[int, _Choice] = {}
        self._unfinished = 0
        self.latest: dict[str, Any] = {}
        """The last chunk added, as JSON."""

    def add(self, chunk: ChatCompletionChunk | Mapping[str, Any]) -> None:
        """Add the next chunk, as a model or as a dict. The chunk is not changed."""
        self.add_payload(chunk if isinstance(chunk, dict) else cast("Any", chunk).to_dict())

    def add_payload(self, payload: dict[str, Any]) -> None:
        """Add the next chunk as the JSON that came. Values that no completion can have are passed over."""
        self.latest = payload
        top = self._top
        if None in payload.values():
            for key, value in payload.items():
                if value is not None or key not in top:
                    top[key] = value
        else:
            top.update(payload)
        top.pop(_LEFT_OUT, None)
        choices: Any = payload.get("choices")
        if choices.__class__ is not list:
            return
        for choice in choices:
            if choice.__class__ is dict:
                self._add_choice(choice)

    def _add_choice(self, piece: dict[str, Any]) -> None:
        index: Any = piece.get("index")
        if index.__class__ is not int:
            index = 0
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = _Choice()
            self._unfinished += 1
        delta: Any = piece.get("delta")
        if delta.__class__ is dict:
            content = delta.get("content")
            if len(delta) == 1 and content.__class__ is str:
                choice.has_text = True
                choice.text.write(content)
            else:
                choice.add_delta(delta)
        if reason := piece.get("finish_reason"):
            if choice.finish_reason is None:
                self._unfinished -= 1
            choice.finish_reason = reason
        logprobs = piece.get("logprobs")
        if logprobs is not None or (choice.logprobs is _ABSENT and "logprobs" in piece):
            choice.add_logprobs(logprobs)
        if not _CHOICE_KEYS.issuperset(piece):
            choice.others.update(
                (key, value)
                for key, value in piece.items()
                if key not in _CHOICE_KEYS and (value is not None or key not in choice.others)
            )

    @property
    def has_choices(self) -> bool:
        """Whether any choice has begun."""
        return bool(self._choices)

    @property
    def is_complete(self) -> bool:
        """Whether there is a choice, and every choice that has begun has its `finish_reason`."""
        return self._unfinished == 0 and bool(self._choices)

    def completion(self) -> ChatCompletion:
        """Return what the chunks so far add up to. More chunks may be added afterwards."""
        with LOADING:
            from egp_api.models import ChatCompletion

        return ChatCompletion.from_dict(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON."""
        choices = [choice.to_dict(index) for index, choice in sorted(self._choices.items())]
        return {**self._top, "object": "chat.completion", "choices": choices}


class _Choice:
    __slots__ = ("_calls", "_message", "finish_reason", "has_text", "logprobs", "others", "text")

    def __init__(self) -> None:
        self.text = StringIO()
        self.has_text = False  # an empty text is not null
        self.finish_reason: Any = None
        self.others: dict[str, Any] = {}
        self._message: dict[str, Any] = {"role": "assistant", "content": None}
        self._calls: list[_Call] = []
        self.logprobs: Any = _ABSENT

    def add_delta(self, delta: dict[str, Any]) -> None:
        rest = dict(delta)
        if rest.get("content").__class__ is str:
            self.has_text = True
            self.text.write(rest.pop("content"))
        if rest.get("tool_calls").__class__ is list:
            self._message.setdefault("tool_calls", None)
            for piece in rest.pop("tool_calls"):
                if piece.__class__ is dict:
                    self._add_call(piece)
        _merge(self._message, rest)

    def _add_call(self, piece: dict[str, Any]) -> None:
        index, id_ = piece.get("index"), piece.get("id")
        call = find_call(self._calls, index, id_, has_name=has_name(piece))
        if call is None:
            call = _Call()
            self._calls.append(call)
        call.note(index, id_)
        _merge(call.fields, piece)

    def add_logprobs(self, logprobs: Any) -> None:
        if self.logprobs.__class__ is not dict:
            self.logprobs = {} if logprobs.__class__ is dict else None
        if logprobs.__class__ is dict:
            _merge(self.logprobs, logprobs)

    def to_dict(self, index: int) -> dict[str, Any]:
        message = _plain(self._message)
        if self.has_text:
            text, parts = whole_characters(self.text.getvalue()), message["content"]
            # Some vendors stream thinking as parts, and the answer after it as text.
            message["content"] = [*parts, {"type": "text", "text": text}] if isinstance(parts, list) else text
        if self._calls:
            # The sort keeps the order of arrival where the index says nothing.
            message["tool_calls"] = [_finished_call(call) for call in sorted(self._calls, key=_index_of)]
        choice = {"index": index, "message": message, "finish_reason": self.finish_reason, **self.others}
        if self.logprobs is not _ABSENT:
            choice["logprobs"] = _plain(self.logprobs)
        return choice


class CallPlace:
    """Where a streamed tool call stands: what the pieces to come are told apart by."""

    __slots__ = ("id", "index")

    def __init__(self) -> None:
        self.index: Any = None
        self.id: Any = None

    def note(self, index: object, id_: object) -> None:
        """Remember the index and the id of a piece, where it has them."""
        if index is not None:
            self.index = index
        if id_:
            self.id = id_


P = TypeVar("P", bound=CallPlace)


def find_call(calls: list[P], index: object, id_: object, *, has_name: bool) -> P | None:
    """Return the call that a piece belongs to, or None where it begins a new one."""
    call = calls[-1] if calls else None
    if index is not None and call is not None and call.index != index:
        call = next((call for call in reversed(calls) if call.index == index), None)
    # Some servers give every call the index 0, or none; a second id with a second name tells them apart.
    if call is not None and id_ and call.id not in (None, id_) and has_name:
        return None
    return call


class _Call(CallPlace):
    __slots__ = ("fields",)

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}


def _merge(into: dict[str, Any], piece: dict[str, Any]) -> None:
    for key, value in piece.items():
        old: Any = into.get(key)
        if value is None:
            into.setdefault(key, None)
        elif value.__class__ is str:
            if key in _RESTATED:
                if value or old is None:
                    into[key] = value
            elif old.__class__ is not StringIO:
                into[key] = StringIO()
                into[key].write(value)
            elif key not in _REPEATED or old.getvalue() != value:
                old.write(value)
        elif value.__class__ is dict:
            if old.__class__ is not dict:
                old = into[key] = {}
            _merge(old, value)
        elif value.__class__ is list:
            if old.__class__ is not list:
                old = into[key] = []
            _extend(old, value)
        else:
            into[key] = value


def _extend(into: list[Any], items: list[Any]) -> None:
    for item in items:
        if item.__class__ is not dict or _is_sealed(item):
            into.append(item)
        elif item.get("index").__class__ is int:
            _merge(_begun(into, item), item)
        elif _is_reasoning(item):
            last: Any = into[-1] if into else None
            if last.__class__ is not dict or not _goes_on(last, item):
                last = {}
                into.append(last)
            _merge(last, item)
        else:
            into.append(item)


def _begun(items: list[Any], piece: dict[str, Any]) -> dict[str, Any]:
    """Return the object of a list that a piece with an index belongs to, a new one if there is none."""
    index = piece["index"]
    for item in reversed(items):
        last: Any = item.get("index") if item.__class__ is dict else None
        if last == index and _is_same(item, piece):
            return cast("dict[str, Any]", item)
        # Indices come in ascending order, nearly always; then a new one needs no search.
        if last.__class__ is int and last < index and item is items[-1] and len(items) == last + 1:
            break
    new: dict[str, Any] = {}
    items.append(new)
    return new


def _is_same(item: dict[str, Any], piece: dict[str, Any]) -> bool:
    """Whether neither type nor id says that they are pieces of different things."""
    return not _is_sealed(item) and all(
        item.get(key) in (None, "", piece.get(key)) or piece.get(key) in (None, "") for key in ("type", "id")
    )


def _is_reasoning(item: dict[str, Any]) -> bool:
    type_ = item.get("type")
    return item.get("thinking").__class__ is str or (
        isinstance(type_, str) and type_.startswith("reasoning.")
    )


def _goes_on(block: dict[str, Any], piece: dict[str, Any]) -> bool:
    """Whether a piece without an index belongs to the block of reasoning before it."""
    signature: Any = block.get("signature")
    is_signed = signature.__class__ is StringIO and bool(signature.getvalue())
    return not is_signed and "index" not in block and _is_reasoning_block(block) and _is_same(block, piece)


def _is_reasoning_block(block: dict[str, Any]) -> bool:
    return block.get("thinking").__class__ is StringIO or _is_reasoning(block)


def _is_sealed(item: dict[str, Any]) -> bool:
    """Whether it is an encrypted or redacted block, of which nothing can be told but that it is whole."""
    type_ = str(item.get("type"))
    return "encrypted" in type_ or "redacted" in type_


def whole_characters(text: str) -> str:
    """Return the text, with surrogates that form a pair as the character that they stand for."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text


def _plain(value: Any) -> Any:
    if value.__class__ is StringIO:
        return whole_characters(value.getvalue())
    if value.__class__ is dict:
        return {key: _plain(item) for key, item in value.items()}
    if value.__class__ is list:
        return [_plain(item) for item in value]
    return value


def has_name(call: dict[str, Any]) -> bool:
    """Return whether a piece of a call has the name of what is called."""
    return any(value.__class__ is dict and value.get("name") for value in call.values())


def _index_of(call: _Call) -> int:
    return call.index if isinstance(call.index, int) else 0


def _finished_call(call: _Call) -> dict[str, Any]:
    finished: dict[str, Any] = _plain({key: value for key, value in call.fields.items() if key != "index"})
    if "function" in finished and not finished.get("type"):
        finished["type"] = "function"
    return finished
