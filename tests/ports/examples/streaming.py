"""The ways in which a stream is read: joined, timed, with its usage, and left early."""

import time

from openai import OpenAI

client = OpenAI()
MODEL = "openai/gpt-4o"
QUESTION = [{"role": "user", "content": "Count from one to eight, please"}]

# Everything that has content, joined.
pieces = []
for chunk in client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, stream=True):
    delta = chunk.choices[0].delta
    if delta.content is not None:
        pieces.append(delta.content)
print("".join(pieces), len(pieces))

# The same in one expression.
stream = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
print("".join(chunk.choices[0].delta.content or "" for chunk in stream))

# Pieces with the seconds at which they came, as a table of them is often made.
begin = time.monotonic()
seen, reply = [], []
for chunk in client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
    seen.append(time.monotonic() - begin)
    reply.append(chunk.choices[0].delta)
assert seen == sorted(seen)
print("".join([part.content for part in reply if part.content is not None]))
print([part.role for part in reply], [part.tool_calls for part in reply][:1])

# The usage comes last, in a chunk without a choice.
stream = client.chat.completions.create(
    model=MODEL, messages=QUESTION, stream=True, stream_options={"include_usage": True}
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].finish_reason, chunk.usage, end=" ")
    else:
        print("\nin all:", chunk.usage.prompt_tokens, chunk.usage.completion_tokens, chunk.usage.total_tokens)

# Left after the second piece; the block frees the connection.
with client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream:
    first = next(iter(stream))
    print(repr(first.choices[0].delta.role))
stream.close()
