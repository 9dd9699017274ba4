"""JSON by request: free, and by a schema."""

import json

from openai import OpenAI

client = OpenAI()
SCHEMA = {
    "type": "object",
    "properties": {
        "steps": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "answer": {"type": "string"},
    },
    "required": ["steps", "answer"],
    "additionalProperties": False,
}

completion = client.chat.completions.create(
    model="openai/gpt-4o",
    messages=[{"role": "system", "content": "Answer in JSON."}, {"role": "user", "content": "Name a fruit"}],
    response_format={"type": "json_object"},
)
print(type(json.loads(completion.choices[0].message.content)).__name__)

completion = client.chat.completions.create(
    model="openai/gpt-4o",
    messages=[{"role": "user", "content": "Solve 8x + 7 = -23"}],
    response_format={
        "type": "json_schema",
        "json_schema": {"name": "solution", "schema": SCHEMA, "strict": True},
    },
)
message = completion.choices[0].message
if message.refusal:
    print("refused:", message.refusal)
else:
    print(json.dumps(json.loads(message.content), sort_keys=True))

completion = client.chat.completions.create(
    model="openai/gpt-4o",
    messages=[{"role": "user", "content": "Something forbidden"}],
    response_format={"type": "text"},
)
print("refused:", completion.choices[0].message.refusal, completion.choices[0].message.content)
