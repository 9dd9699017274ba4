"""`chat.completions.parse`: an answer as a value of a type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar, overload

from egp._core.options import count, seconds_or_none
from egp._loading import LOADING
from egp.errors import StructuredOutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Unpack

    from egp_api.params import FunctionToolParam
    from egp_api.types import JSONObject
    from typing_extensions import TypeForm

    from egp._async.session import AsyncSession
    from egp._options import ParseOptions
    from egp.structured import Strict
    from egp.structured.parsed import ParsedChatCompletion

    # Types and functions, tools of egp.tool among them, and what `create` takes.
    ToolLike = Callable[..., Any] | FunctionToolParam | Mapping[str, object] | JSONObject[Any]

__all__ = ["AsyncParsing"]

T = TypeVar("T")


class AsyncParsing:
    """The method `parse` of `client.chat.completions`."""

    __slots__ = ()

    _session: AsyncSession

    @overload
    async def parse(
        self,
        *,
        response_format: TypeForm[T],
        tools: Iterable[ToolLike] | None = None,
        strict: Strict = "auto",
        max_reasks: int = 0,
        **keywords: Unpack[ParseOptions],
    ) -> ParsedChatCompletion[T]: ...
    @overload
    async def parse(
        self,
        *,
        response_format: Mapping[str, object] | JSONObject[Any],
        tools: Iterable[ToolLike] | None = None,
        strict: Strict = "auto",
        max_reasks: int = 0,
        **keywords: Unpack[ParseOptions],
    ) -> ParsedChatCompletion[Any]: ...
    @overload
    async def parse(
        self,
        *,
        response_format: None = None,
        tools: Iterable[ToolLike] | None = None,
        strict: Strict = "auto",
        max_reasks: int = 0,
        **keywords: Unpack[ParseOptions],
    ) -> ParsedChatCompletion[None]: ...
    async def parse(
        self,
        *,
        response_format: Any = None,
        tools: Iterable[ToolLike] | None = None,
        strict: Strict = "auto",
        max_reasks: int = 0,
        **keywords: Any,
    ) -> ParsedChatCompletion[Any]:
        """Ask a model for a value of a type. Needs the extra `structured`.

        The other keywords are those of `create`.

        Args:
            response_format: a dataclass, attrs class, pydantic model, TypedDict, NamedTuple or
                `msgspec.Struct`, or what can be built of these and of plain types: lists, unions, `Literal`,
                `Enum`, dates, … Or a mapping as `create` takes it, for plain JSON.
            tools: types, functions, tools of `egp.tool`, and what `create` takes, mixed. The arguments of the
                calls are at `tool_calls[i].function.parsed_arguments`.
            strict: whether the model is held to the schema token by token: True, False, or "auto", the
                default: where the type can be. See `egp.structured.Strict`.
            max_reasks: how often the model may try again after an answer that does not fit. It is shown its
                answer and the error; `usage` is the sum of all tries. A deadline is for all tries together.

        Returns:
            The completion. `parsed` of it is the value of the first choice, `choices[i].message.parsed` that
            of each; None where the model called tools instead.

        Raises:
            StructuredOutputError: the model declined, was cut, or wrote something else. The error has the
                completion, its usage and its text; its subclass and `path` say what is wrong.
            APIError: as `create` raises it.
            EGPError: a type cannot be a schema, or the request cannot be sent; nothing was sent.
        """
        # Imported here: few programs need it, and the models are slow to load.
        with LOADING:
            from egp._requests import check_beside_create
            from egp.structured.output import output_fields, reask_messages

        if "stream" in keywords:
            raise TypeError("parse() takes no stream: use stream(response_format=…)")
        check_beside_create(self.parse, keywords)
        reasks = count("max_reasks", max_reasks)
        reader, fields = output_fields(response_format, tools, strict, str(keywords.get("model", "")))
        if isinstance(keywords.get("messages"), Iterator):
            # They are sent anew when the model is asked again.
            keywords["messages"] = [*keywords["messages"]]
        clock = self._session.clock
        deadline = seconds_or_none("deadline", keywords.get("deadline", self._session.settings.call.deadline))
        end = None if deadline is None else clock.monotonic() + deadline
        earlier: tuple[ParsedChatCompletion[Any], ...] = ()
        while True:
            response = await self._session.calls.create(None, {**keywords, **fields})
            try:
                return reader.read(response.parse(), earlier)
            except StructuredOutputError as error:
                more = reask_messages(error) if len(earlier) < reasks else None
                if more is None:
                    raise
                if end is not None:
                    keywords["deadline"] = end - clock.monotonic()
                    if keywords["deadline"] <= 0:
                        raise
                earlier = (*earlier, error.completion)
                keywords["messages"] = [*keywords["messages"], *more]
