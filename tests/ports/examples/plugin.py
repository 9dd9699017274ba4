"""A plugin that logs every answer as JSON without its nulls, whole or put together from chunks."""

import json

from openai import OpenAI

client = OpenAI(default_headers={"X-Title": "logbook"})


def without_null(value):
    if isinstance(value, dict):
        return {key: without_null(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_null(each) for each in value]
    return value


def combined(chunks):
    content, role, finish_reason, usage = "", None, None, None
    for chunk in chunks:
        if chunk.usage:
            usage = chunk.usage.model_dump()
        for choice in chunk.choices:
            if choice.delta.role is not None:
                role = choice.delta.role
            if choice.delta.content is not None:
                content += choice.delta.content
            if choice.finish_reason is not None:
                finish_reason = choice.finish_reason
    first = chunks[0]
    return without_null(
        {
            "content": content,
            "role": role,
            "finish_reason": finish_reason,
            "usage": usage,
            "id": first.id,
            "object": first.object,
            "model": first.model,
            "created": first.created,
        }
    )


def execute(prompt: str, stream: bool, **options):
    keywords = dict(options)
    if stream:
        keywords["stream_options"] = {"include_usage": True}
    answer = client.chat.completions.create(
        model="openai/gpt-4o", messages=[{"role": "user", "content": prompt}], stream=stream, **keywords
    )
    if not stream:
        yield answer.choices[0].message.content
        log(without_null(answer.model_dump()))
        return
    chunks = []
    for chunk in answer:
        chunks.append(chunk)
        try:
            content = chunk.choices[0].delta.content
        except IndexError:
            content = None
        if content is not None:
            yield content
    log(combined(chunks))


def log(record) -> None:
    print("\nlog:", json.dumps(record, sort_keys=True))


print("".join(execute("Name a bird", stream=True, temperature=0.5, max_tokens=None, logit_bias=None)))
print("".join(execute("Name a fish", stream=False, seed=3, presence_penalty=None)))
