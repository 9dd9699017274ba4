"""What programs catch, what they read of it, and how they try again."""

from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    OpenAI,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)

client = OpenAI(max_retries=0)
QUESTION = [{"role": "user", "content": "Hello"}]


def ask(client=client, **keywords):
    return client.chat.completions.create(model="openai/gpt-4o", messages=QUESTION, **keywords)


def with_patience(tries: int) -> str | None:
    for _ in range(tries):
        try:
            return ask().choices[0].message.content
        except RateLimitError as error:
            print(
                "waiting:", error.status_code, error.response.headers["retry-after"], error.code, error.type
            )
    return None


print(with_patience(3))

for kind in (
    BadRequestError,
    AuthenticationError,
    PermissionDeniedError,
    NotFoundError,
    UnprocessableEntityError,
    InternalServerError,
):
    try:
        ask()
    except kind as error:
        print(kind.__name__, error.status_code, error.code, error.param, error.body is not None)
        print(isinstance(error, APIStatusError), isinstance(error, APIError))
        print(error.response.status_code, error.request_id, "the words of the server" in error.message)

try:
    for chunk in ask(stream=True):
        print(chunk.choices[0].delta.content)
except APIError as error:
    print("in the stream:", error.message)

try:
    ask(client.with_options(timeout=5.0))
except APIConnectionError as error:
    print("no connection:", type(error).__name__)

# The client's own retries.
print(ask(client.with_options(max_retries=2)).choices[0].message.content)
