"""One answer, whole and then streamed.

python -m egp.testing -- python examples/chat.py      against a local server
EGP_API_KEY=… python examples/chat.py                 against the service
"""

from egp import Client

MESSAGES = [{"role": "user", "content": "Why is the sky blue?"}]

with Client() as client:
    completion = client.chat.completions.create(model="openai/gpt-4o", messages=MESSAGES)
    print("whole:   ", completion.choices[0].message.content)

    print("streamed:", end=" ")
    with client.chat.completions.create(model="openai/gpt-4o", messages=MESSAGES, stream=True) as stream:
        for chunk in stream:
            for choice in chunk.choices:
                print(choice.delta.content or "", end="|", flush=True)
    print()
