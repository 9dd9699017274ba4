"""A program whose mistakes mypy --strict has to find, each on the line that says so, and no others."""

from egp import Client

client = Client(api_kee="test")  # rejected: call-arg

client.chat.completions.create(  # rejected: call-overload
    model="openai/gpt-4o", messages=[{"role": "user", "content": "Hello"}], temprature=0.5
)
client.chat.completions.create(messages=[{"role": "user", "content": "Hello"}])  # rejected: call-overload
print(client.chat.completion)  # rejected: attr-defined
