"""A program whose mistakes mypy --strict has to find: each in a line that says so, and no others."""

from egp import Client

client = Client(api_kee="test")  # type: ignore[call-arg]

client.chat.completions.create(  # type: ignore[call-overload]
    model="openai/gpt-4o", messages=[{"role": "user", "content": "Hello"}], temprature=0.5
)
client.chat.completions.create(messages=[{"role": "user", "content": "Hello"}])  # type: ignore[call-overload]
print(client.chat.completion)  # type: ignore[attr-defined]
