import json

from pydantic import BaseModel

MODEL = "openai/gpt-4o"
QUESTION = [{"role": "user", "content": "Who is there?"}]
HELLO = [{"role": "user", "content": "Hello there"}]


class Person(BaseModel):
    name: str
    age: int


completions = client.chat.completions
whole = completions.create(model=MODEL, messages=HELLO, response_model=None)
person = completions.create(model=MODEL, messages=QUESTION, response_model=Person)
parts = [*completions.create_partial(model=MODEL, messages=QUESTION, response_model=Person)]
several = [*completions.create_iterable(model=MODEL, messages=QUESTION, response_model=Person)]

print(
    json.dumps(
        {
            "whole": whole.choices[0].message.content,
            "structured": person.model_dump(),
            "streamed": parts[-1].model_dump(),
            "several": [one.model_dump() for one in several],
        }
    )
)
