"""A question to a model: what it is made of, and how its answer is shown."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from egp.cli.exit_codes import DONE, FAILED
from egp.cli.failure import UsageError, note

if TYPE_CHECKING:
    import argparse

    from egp import Client
    from egp._options import CreateOptions, StreamCreateOptions
    from egp.cli.template import Template

__all__ = ["Answer", "ask", "carry_out", "keep", "verdict"]

_OWN = {
    "model": "-m MODEL",
    "messages": "PROMPT, -s and -f",
    "stream": "--stream or --no-stream",
    "api_key": "the environment variable EGP_API_KEY",
}


class Answer(NamedTuple):
    """An answer, whole."""

    completion: dict[str, Any]
    content: str | None
    finish_reason: str | None
    refusal: str | None
    tool_calls: list[dict[str, Any]]
    request_id: str | None

    def to_dict(self, model: str) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "model": self.completion.get("model") or model,
            "content": self.content,
            "refusal": self.refusal,
            "tool_calls": self.tool_calls,
            "finish_reason": self.finish_reason,
            "usage": self.completion.get("usage"),
            "request_id": self.request_id,
            "completion": self.completion,
        }


def carry_out(namespace: argparse.Namespace) -> int:
    """Ask, or begin a conversation."""
    text, is_interactive = _text(namespace)
    template = _template(namespace, text)
    options = {**template.options, **dict(_pair(given, "-o", as_json=True) for given in namespace.options)}
    for name, instead in _OWN.items():
        if name in options:
            raise UsageError(f"-o {name}: give it as {instead}")
    schema = namespace.schema or template.schema
    if schema:
        from egp.cli.short_schema import response_format

        options["response_format"] = response_format(schema)
        namespace.plain = True
    model, messages = _beginning(namespace, template)
    from egp import Client

    with Client() as client:
        if is_interactive:
            from egp.cli.interactive import converse

            return converse(client, namespace, model, messages, options)
        messages.append(_user_message(template.prompt or "", namespace.files))
        return _once(client, namespace, model, messages, options)


def ask(
    client: Client,
    namespace: argparse.Namespace,
    model: str,
    messages: list[dict[str, Any]],
    options: dict[str, Any],
) -> Answer:
    """Ask, and show the answer as it comes; its chunks as JSON lines with `--json`."""
    is_streamed = namespace.stream
    if is_streamed is None:
        is_streamed = not namespace.json and options.get("n", 1) == 1
    # What the user names is checked by `create` and by the service.
    keywords = {**options, "model": model, "messages": messages}
    try:
        if is_streamed:
            return _streamed(client, namespace, cast("StreamCreateOptions", keywords))
        answer = _answer(client.chat.completions.create(**cast("CreateOptions", keywords)))
    except TypeError as error:
        raise UsageError(
            str(error).replace("create() got an unexpected keyword argument", "-o: no field")
        ) from None
    if not namespace.json:
        _show(namespace, answer)
    return answer


def verdict(answer: Answer) -> int:
    """Say what is not right with an answer; return the exit code."""
    if answer.refusal:
        note(f"the model declined: {answer.refusal}")
        return FAILED
    if answer.finish_reason == "content_filter":
        note("a filter of the service took out the answer or a part of it")
        return FAILED
    if answer.finish_reason == "length":
        note("the answer was cut off at its largest length; -o max_completion_tokens=… sets it")
    return DONE


def _once(
    client: Client,
    namespace: argparse.Namespace,
    model: str,
    messages: list[dict[str, Any]],
    options: dict[str, Any],
) -> int:
    answer = ask(client, namespace, model, messages, options)
    if namespace.json and not namespace.stream:
        sys.stdout.write(f"{json.dumps(answer.to_dict(model), ensure_ascii=False)}\n")
    if not namespace.no_save and answer.content:
        keep(model, [*messages, {"role": "assistant", "content": answer.content}])
    return verdict(answer)


def keep(model: str, messages: list[dict[str, Any]]) -> None:
    """Keep a conversation for `-c`."""
    from egp.cli.conversation import Conversation, save

    save(Conversation(model, messages))


def _streamed(client: Client, namespace: argparse.Namespace, keywords: StreamCreateOptions) -> Answer:
    from egp.cli.display import display

    shown = None if namespace.json else display(markdown=not namespace.plain)
    with client.chat.completions.create(stream=True, **keywords) as stream:
        try:
            for chunk in stream:
                if shown is None:
                    sys.stdout.write(f"{json.dumps(chunk.to_dict(), ensure_ascii=False)}\n")
                    sys.stdout.flush()
                elif chunk.choices and chunk.choices[0].index == 0:
                    shown.add(chunk.choices[0].delta.content or "")
        finally:
            if shown is not None:
                shown.end()
        answer = _answer(stream.get_final_completion())
    if shown is not None:
        _show_calls(answer)
    return answer


def _show(namespace: argparse.Namespace, answer: Answer) -> None:
    from egp.cli.display import display

    shown = display(markdown=not namespace.plain)
    contents = [choice["message"].get("content") for choice in answer.completion["choices"]]
    shown.add("\n\n".join(content for content in contents if content))
    shown.end()
    _show_calls(answer)


def _show_calls(answer: Answer) -> None:
    for call in answer.tool_calls:
        sys.stdout.write(f"{json.dumps(call, ensure_ascii=not sys.stdout.isatty())}\n")


def _answer(completion: Any) -> Answer:
    # Any: a completion, whose fields are what the service sent.
    plain: dict[str, Any] = completion.to_dict()
    choices: list[dict[str, Any]] = plain.get("choices") or [{}]
    message: dict[str, Any] = choices[0].get("message") or {}
    content = message.get("content")
    info = completion.response_info
    return Answer(
        completion=plain,
        content=content if isinstance(content, str) else None,
        finish_reason=choices[0].get("finish_reason"),
        refusal=message.get("refusal") or None,
        tool_calls=message.get("tool_calls") or [],
        request_id=None if info is None else info.request_id,
    )


def _text(namespace: argparse.Namespace) -> tuple[str, bool]:
    """Return what was asked in words, and whether a conversation is to begin instead."""
    from egp.cli.attachments import piped_text

    words = [word for word in namespace.prompt if word != "-"]
    prompt = " ".join(words)
    is_explicit = len(words) < len(namespace.prompt)
    piped = piped_text(is_needed=is_explicit or not (prompt or namespace.files or namespace.template))
    text = "\n\n".join(part for part in (piped.rstrip("\n"), prompt) if part.strip())
    if text or namespace.files or namespace.template:
        return text, False
    if sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty() and not namespace.json:  # pyright: ignore[reportUnnecessaryComparison]  # None where closed
        return "", True
    raise UsageError("there is no prompt: give one, or pipe text into stdin")


def _template(namespace: argparse.Namespace, text: str) -> Template:
    from egp.cli.template import Template, load

    if namespace.template is None:
        if namespace.param:
            raise UsageError("-p is for a template: give one with -t")
        return Template(prompt=text)
    parameters = dict(_pair(given, "-p", as_json=False) for given in namespace.param)
    return load(namespace.template).filled(text, parameters)


def _beginning(namespace: argparse.Namespace, template: Template) -> tuple[str, list[dict[str, Any]]]:
    """Return the model, and the messages before the prompt."""
    model = namespace.model or template.model
    messages: list[dict[str, Any]] = []
    if namespace.go_on:
        from egp.cli.conversation import last

        before = last()
        model, messages = model or before.model, before.messages
    system = namespace.system or template.system
    if system:
        messages = [one for one in messages if one.get("role") != "system"]
        messages.insert(0, {"role": "system", "content": system})
    model = model or os.environ.get("EGP_MODEL", "").strip()
    if not model:
        raise UsageError("no model: pass -m MODEL or set EGP_MODEL; `egp models` lists them")
    return model, messages


def _user_message(prompt: str, files: list[str]) -> dict[str, Any]:
    if not files:
        return {"role": "user", "content": prompt}
    from egp.cli.attachments import parts_of

    texts, parts = parts_of(files)
    text = "\n\n".join([*texts, prompt] if prompt else texts)
    if not parts:
        return {"role": "user", "content": text}
    return {"role": "user", "content": [*([{"type": "text", "text": text}] if text else []), *parts]}


def _pair(given: str, option: str, *, as_json: bool) -> tuple[str, Any]:
    name, equals, value = given.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"{option} {given}: write it as {option} NAME=VALUE")
    if not as_json:
        return name.strip(), value
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value
