"""The chat model of LangChain on our clients."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr, SecretStr, model_validator

from egp._async.client import AsyncClient
from egp._core.names import did_you_mean
from egp._core.secrets import Secret
from egp._core.token_counts import add_usage
from egp._sync.client import Client
from egp.errors import EGPError
from egp.langchain import structured
from egp.langchain.answers import result_of
from egp.langchain.fields import ChatFields
from egp.langchain.messages import request_messages
from egp.langchain.pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from egp_api.models import ChatCompletion, ChatCompletionChunk
    from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
    from langchain_core.language_models import LangSmithParams, LanguageModelInput
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.outputs import ChatGenerationChunk, ChatResult
    from langchain_core.runnables import Runnable

    from egp._async.chat import AsyncCompletions
    from egp._async.stream import AsyncStream
    from egp._sync.chat import Completions
    from egp._sync.stream import Stream

    _Chunks = Stream[ChatCompletionChunk]
    _AsyncChunks = Awaitable[AsyncStream[ChatCompletionChunk]]

__all__ = ["ChatEGP"]

Method = Literal["json_schema", "function_calling", "json_mode"]
Tool = dict[str, Any] | type | Callable[..., Any] | BaseTool

_OPTIONS = ("api_key", "account_id", "base_url", "environment")
_MERGED = ("extra_body", "extra_headers", "extra_query")
# LangChain writes these down: in traces, caches and saved chains.
_UNTOLD = frozenset({"extra_headers", "retry"})


class ChatEGP(ChatFields):
    """The chat model of LangChain on our clients.

    It takes the keywords of `chat.completions.create`, for all calls, or for one:
    `model.invoke("…", temperature=0)`. Retries, deadlines and errors are those of the client; LangChain
    adds none.

    Fields of vendors that LangChain has no place for are in the message's `additional_kwargs`, which are sent
    back with it, and in `response_metadata`. Send such fields by `extra_body`; the `metadata` of a request
    too, since LangChain has that name for something else.

    Raises:
        EGPError: at construction, for options that cannot be right; in a call, whatever
            `chat.completions.create` raises.
        TypeError: a keyword that neither `create` nor LangChain knows.

    Example:
        >>> from egp.langchain import ChatEGP
        >>> model = ChatEGP(model="openai/gpt-4o", temperature=0)
        >>> model.invoke("Why is the sky blue?").content
    """

    client: Client | None = Field(default=None, exclude=True)
    """The client to ask through. Without one, the model makes its own of the options below. Asynchronous
    calls of a model that was given no `async_client` run this one in threads."""
    async_client: AsyncClient | None = Field(default=None, exclude=True)
    """The client for asynchronous calls."""
    api_key: SecretStr | Callable[[], str | Awaitable[str]] | None = None
    """The key. Absent: `EGP_API_KEY`, else `SGP_API_KEY`."""
    account_id: SecretStr | None = None
    """The account that calls are made for. Absent: `EGP_ACCOUNT_ID`, else `SGP_ACCOUNT_ID`."""
    base_url: str | None = None
    """Where the service is. Absent: `EGP_BASE_URL`, else that of the environment."""
    environment: str | None = None
    """`production` (the default), `production-multitenant`, `staging`, `development` or `local`."""
    streaming: bool = False
    """Whether `invoke` reads a stream, too."""
    stream_usage: bool = True
    """Whether streams report their tokens at the end (`stream_options={"include_usage": True}`)."""

    _completions: Completions | None = PrivateAttr(default=None)
    _async_completions: AsyncCompletions | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, given: dict[str, Any]) -> dict[str, Any]:
        known = cls.model_fields.keys() | {
            field.alias for field in cls.model_fields.values() if field.alias is not None
        }
        unknown = next((name for name in given if name not in known), None)
        if unknown is not None:
            del given  # so that no frame of ours shows a key
            raise TypeError(f"{cls.__name__} takes no option {unknown!r}{did_you_mean(unknown, known)}")
        return given

    @model_validator(mode="after")
    def _make_clients(self) -> Self:
        if self.client is None and self.async_client is None:
            options = self._client_options()
            self._completions = Client(**options).chat.completions
            self._async_completions = AsyncClient(**options).chat.completions
            return self
        for name in _OPTIONS:
            if getattr(self, name) is not None:
                raise EGPError(f"give {name} to the client: the model was given a client of your own")
        if self.client is not None:
            self._completions = self.client.chat.completions
        if self.async_client is not None:
            self._async_completions = self.async_client.chat.completions
        return self

    def _client_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {}
        for name in _OPTIONS:
            value = getattr(self, name)
            options[name] = Secret(value.get_secret_value()) if isinstance(value, SecretStr) else value
        return options

    @property
    def _llm_type(self) -> str:
        return "egp-chat"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {name: value for name, value in self._of_all_calls().items() if name not in _UNTOLD}

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Return True: LangChain can write the model down and read it back, without its secrets."""
        return True

    @classmethod
    def get_lc_namespace(cls) -> list[str]:
        """Return where a model that was written down is looked for."""
        return ["egp", "langchain"]

    @property
    def lc_secrets(self) -> dict[str, str]:
        """What is written as the name of a variable, and never as it is."""
        return {"api_key": "EGP_API_KEY", "account_id": "EGP_ACCOUNT_ID"}

    def bind_tools(
        self,
        tools: Sequence[Tool],
        *,
        tool_choice: str | bool | dict[str, Any] | None = None,
        strict: bool | None = None,
        parallel_tool_calls: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with tools that it may call.

        Args:
            tools: functions, LangChain's tools, pydantic models, or tools as the contract has them.
            tool_choice: the name of the tool to call, `auto`, `none`, `required` (or `any`, or True), or a
                choice as the contract has it.
            strict: whether the arguments must keep to the schema exactly; None leaves it to the vendor.
            parallel_tool_calls: whether several tools may be called in one answer.
            kwargs: keywords of `chat.completions.create`.
        """
        converted = [_tool(tool, strict=strict) for tool in tools]
        keywords = {
            "parallel_tool_calls": parallel_tool_calls,
            "tool_choice": _choice(tool_choice, converted),
        }
        given = {name: value for name, value in keywords.items() if value is not None}
        return self.bind(tools=converted, **given, **kwargs)

    def with_structured_output(
        self,
        schema: dict[str, Any] | type | None = None,
        *,
        method: Method = "json_schema",
        include_raw: bool = False,
        strict: bool | None = None,
        tools: Sequence[Tool] | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Return the model with answers of a form: objects of a pydantic model, else dicts.

        Args:
            schema: a pydantic model, a TypedDict, or a JSON schema; only `json_mode` goes without one.
            method: `json_schema` asks for the form by `response_format`; `function_calling` by a tool that
                must be called, which more models know; `json_mode` asks for any JSON, and the prompt must
                say which.
            include_raw: whether to return a dict of `raw` (the message), `parsed` and `parsing_error`.
            strict: whether the answer must keep to the schema exactly; None leaves it to the vendor.
            tools: tools that the model may call as well, with `json_schema` only.
            kwargs: keywords of `chat.completions.create`.

        The returned model raises a `StructuredOutputError` for a refusal, for an answer that was cut, and for
        an empty one; the error has the text and the tokens. For an answer of another form it raises
        LangChain's `OutputParserException`.
        """
        if method not in ("json_schema", "function_calling", "json_mode"):
            raise ValueError(f"method must be json_schema, function_calling or json_mode, got {method!r}")
        if schema is None and method != "json_mode":
            raise ValueError(f"{method} needs a schema")
        if tools is not None and method != "json_schema":
            raise ValueError("tools go with method='json_schema'")
        told = {"kwargs": {"method": method, "strict": strict}, "schema": schema}
        bound: Runnable[Any, Any]
        if method == "function_calling":
            # Of these, a caller's own win.
            choice: dict[str, Any] = {
                "tool_choice": structured.tool_name(schema),
                "parallel_tool_calls": False,
                **kwargs,
                "ls_structured_output_format": told,
            }
            bound = self.bind_tools([cast("Tool", schema)], strict=strict, **choice)
        else:
            format_ = (
                structured.response_format(schema, strict=strict)
                if method == "json_schema"
                else {"type": "json_object"}
            )
            with_tools = {"tools": [_tool(tool, strict=strict) for tool in tools]} if tools else {}
            bound = self.bind(
                **with_tools, response_format=format_, **kwargs, ls_structured_output_format=told
            )
        return structured.parsed(bound, schema, by_tool=method == "function_calling", include_raw=include_raw)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - of LangChain's signature
        **kwargs: Any,
    ) -> ChatResult:
        create = cast("Callable[..., ChatCompletion]", self._client_of_calls().create)
        return result_of(create(**self._asked(messages, stop, kwargs)))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        if self._async_completions is None:
            return await super()._agenerate(messages, stop, run_manager, **kwargs)
        create = cast("Callable[..., Awaitable[ChatCompletion]]", self._async_completions.create)
        return result_of(await create(**self._asked(messages, stop, kwargs)))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        asked = self._asked_as_stream(messages, stop, kwargs)
        pieces = Pieces()
        create = cast("Callable[..., _Chunks]", self._client_of_calls().create)
        with create(**asked, stream=True) as stream:
            for chunk in stream:
                piece = pieces.piece(chunk)
                if piece is None:
                    continue
                if run_manager is not None:
                    run_manager.on_llm_new_token(piece.text, chunk=piece)
                yield piece
            last = pieces.last(stream.get_final_completion())
        if run_manager is not None:
            run_manager.on_llm_new_token(last.text, chunk=last)
        yield last

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        if self._async_completions is None:
            async for each in super()._astream(messages, stop, run_manager, **kwargs):
                yield each
            return
        asked = self._asked_as_stream(messages, stop, kwargs)
        pieces = Pieces()
        create = cast("Callable[..., _AsyncChunks]", self._async_completions.create)
        async with await create(**asked, stream=True) as stream:
            async for chunk in stream:
                piece = pieces.piece(chunk)
                if piece is None:
                    continue
                if run_manager is not None:
                    await run_manager.on_llm_new_token(piece.text, chunk=piece)
                yield piece
            last = pieces.last(await stream.get_final_completion())
        if run_manager is not None:
            await run_manager.on_llm_new_token(last.text, chunk=last)
        yield last

    def _combine_llm_outputs(self, llm_outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
        """Return what is said of several answers together: their tokens."""
        known = [output for output in llm_outputs if output is not None]
        total: dict[str, Any] | None = None
        for output in known:
            total = add_usage(total, output.get("token_usage"))
        return {"token_usage": total, "model_name": known[-1].get("model_name")} if known else {}

    def _client_of_calls(self) -> Completions:
        if self._completions is None:
            raise EGPError(
                "the model was given an async_client only: give it a client, too, or await its calls"
            )
        return self._completions

    def _of_all_calls(self) -> dict[str, Any]:
        """Return the keywords of `create` that the model was given."""
        return {
            name: value for name in ChatFields.__annotations__ if (value := getattr(self, name)) is not None
        }

    def _asked(
        self, messages: list[BaseMessage], stop: list[str] | None, given: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the keywords of one call: the model's, with those of the call in their place."""
        keywords = self._of_all_calls()
        for name, value in given.items():
            if name in _MERGED and value is not None:
                keywords[name] = {**cast("Mapping[str, Any]", keywords.get(name, {})), **value}
            else:
                keywords[name] = value
        if stop is not None:
            keywords["stop"] = stop
        # LangChain means none by an empty list.
        keywords["stop"] = keywords.get("stop") or None
        keywords.pop("stream", None)
        keywords.pop("stream_usage", None)
        return {**keywords, "messages": request_messages(messages)}

    def _asked_as_stream(
        self, messages: list[BaseMessage], stop: list[str] | None, given: dict[str, Any]
    ) -> dict[str, Any]:
        keywords = self._asked(messages, stop, given)
        if (keywords.get("n") or 1) > 1:
            raise EGPError("LangChain streams one choice: leave n out, or use invoke")
        if given.get("stream_usage", self.stream_usage) and keywords.get("stream_options") is None:
            keywords["stream_options"] = {"include_usage": True}
        return keywords

    def _get_invocation_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        return super()._get_invocation_params(stop, **_told(kwargs))

    def _get_llm_string(self, stop: list[str] | None = None, **kwargs: Any) -> str:
        return super()._get_llm_string(stop, **_told(kwargs))

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop, **kwargs)
        params["ls_provider"] = "egp"
        own = [self.stop] if isinstance(self.stop, str) else list(self.stop or ())
        if not stop and own:
            params["ls_stop"] = own
        limit = kwargs.get("max_completion_tokens", self.max_completion_tokens)
        if limit is not None:
            params["ls_max_tokens"] = limit
        return params


def _told(keywords: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in keywords.items() if name not in _UNTOLD}


def _tool(tool: Tool, *, strict: bool | None) -> dict[str, Any]:
    return convert_to_openai_tool(tool, strict=strict)


def _choice(choice: str | bool | dict[str, Any] | None, tools: Sequence[Mapping[str, Any]]) -> Any:
    """Return a choice of tools as the contract has it; None leaves it to the model."""
    if choice is None or choice is False:
        return None
    if choice is True or choice == "any":
        return "required"
    if isinstance(choice, str):
        for tool in tools:
            kind = str(tool.get("type", "function"))
            if choice == cast("Mapping[str, Any]", tool.get(kind, tool)).get("name"):
                return {"type": kind, kind: {"name": choice}}
    return choice
