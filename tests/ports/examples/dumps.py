"""Results as dictionaries and as JSON, and back into a conversation."""

import json

from openai import OpenAI

client = OpenAI()
completion = client.chat.completions.create(
    model="openai/gpt-4o", messages=[{"role": "user", "content": "Name a tree"}]
)

whole = completion.model_dump(exclude_none=True)
print(json.dumps(whole, sort_keys=True))
print(json.loads(completion.model_dump_json(exclude_unset=True)) == json.loads(completion.to_json()))
print(json.loads(completion.model_dump_json(exclude_none=True)) == whole)
print(sorted(completion.choices[0].message.model_dump(include={"role", "content"}).items()))
print(completion.usage.model_dump(include={"prompt_tokens", "total_tokens"}))
print(completion.to_dict()["choices"][0]["message"]["content"])
print(completion.choices[0].model_dump(mode="json", exclude_unset=True)["finish_reason"])

message = completion.choices[0].message.model_dump(exclude_none=True)
again = client.chat.completions.create(
    model="openai/gpt-4o",
    messages=[
        {"role": "user", "content": "Name a tree"},
        message,
        {"role": "user", "content": "Another one"},
    ],
)
print(again.choices[0].message.content, again.model_extra)
