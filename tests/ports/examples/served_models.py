"""What the example clients of a server of models do: ask which there are, and talk to the first."""

import argparse

from openai import OpenAI

parser = argparse.ArgumentParser()
parser.add_argument("--stream", action="store_true")
client = OpenAI()


def talk(arguments: argparse.Namespace, model: str) -> None:
    answer = client.chat.completions.create(
        model=model,
        messages=[
            {"role": "system", "content": "You know all about sport."},
            {"role": "user", "content": "Who won the cup?"},
            {"role": "assistant", "content": "The home side."},
            {"role": "user", "content": "Where was it played?"},
        ],
        temperature=0,
        stream=arguments.stream,
        extra_body={"repetition_penalty": 1.1, "stop_token_ids": [7]},
    )
    if arguments.stream:
        for chunk in answer:
            print(chunk.choices[0].delta.content, end=",")
        print()
    else:
        print(answer.choices[0].message.content)


models = client.models.list()
print([model.id for model in models.data])
print([model.id for model in models] == [model.id for model in client.models.list()])
model = models.data[0].id
talk(parser.parse_args([]), model)
talk(parser.parse_args(["--stream"]), model)

# Reasoning is a field that the protocol does not have.
answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "9.11 or 9.8?"}])
print(
    getattr(answer.choices[0].message, "reasoning_content", None),
    hasattr(answer.choices[0].message, "nothing"),
)
stream = client.chat.completions.create(
    model=model, messages=[{"role": "user", "content": "9.11 or 9.8?"}], stream=True
)
for chunk in stream:
    if hasattr(chunk.choices[0].delta, "reasoning_content"):
        print("thinking:", chunk.choices[0].delta.reasoning_content)
    elif chunk.choices[0].delta.content:
        print("saying:", chunk.choices[0].delta.content)
