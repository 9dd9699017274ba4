"""Several answers to one question, and how sure the model was of each token."""

from math import exp

from openai import OpenAI

client = OpenAI()

completion = client.chat.completions.create(
    model="openai/gpt-4o",
    messages=[{"role": "user", "content": "A name for a boat"}],
    n=2,
    logprobs=True,
    top_logprobs=2,
    seed=7,
    max_tokens=20,
)
for choice in completion.choices:
    print(choice.index, choice.message.content, choice.finish_reason)
    for token in choice.logprobs.content:
        alternatives = [(each.token, f"{exp(each.logprob):.1%}") for each in token.top_logprobs]
        print("  ", repr(token.token), f"{exp(token.logprob):.3f}", token.bytes, alternatives)
print(completion.system_fingerprint, completion.usage.completion_tokens)

texts = {}
for chunk in client.chat.completions.create(
    model="openai/gpt-4o", messages=[{"role": "user", "content": "A name for a cat"}], n=2, stream=True
):
    for choice in chunk.choices:
        texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
        assert choice.logprobs is None
print(sorted(texts.items()))
