"""The first calls that anybody makes: an answer, and an answer piece by piece."""

from openai import OpenAI

client = OpenAI()

print("----- whole -----")
completion = client.chat.completions.create(
    model="openai/gpt-4o",
    messages=[{"role": "user", "content": "Name a colour"}],
)
print(completion.choices[0].message.content)
print(completion.choices[0].message.role, completion.choices[0].finish_reason, completion.object)

print("----- streamed -----")
stream = client.chat.completions.create(
    model="openai/gpt-4o",
    messages=[{"role": "user", "content": "Name three rivers of Europe"}],
    stream=True,
)
for chunk in stream:
    if not chunk.choices:
        continue
    print(chunk.choices[0].delta.content, end="|")
print()

print("----- the id of the request -----")
print(
    client.chat.completions.create(
        model="openai/gpt-4o", messages=[{"role": "user", "content": "And you?"}]
    ).id
)
