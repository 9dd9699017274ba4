import json

from pydantic import BaseModel


class Person(BaseModel):
    name: str
    age: int


person, completion = (
    client.chat.completions.create(
        model="openai/gpt-4o", messages=[{"role": "user", "content": content}], response_model=model
    )
    for content, model in [("Who is there?", Person), ("Hello there", None)]
)

print(json.dumps({"whole": completion.choices[0].message.content, "structured": person.model_dump()}))
