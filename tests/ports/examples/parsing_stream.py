"""Watch a value of a type while it is being written."""

from openai import OpenAI
from pydantic import BaseModel


class Ingredient(BaseModel):
    name: str
    grams: int


class Recipe(BaseModel):
    title: str
    ingredients: list[Ingredient]
    minutes: int


client = OpenAI()

with client.chat.completions.stream(
    model="openai/gpt-4o",
    messages=[{"role": "user", "content": "What can I make of flour, eggs and milk?"}],
    response_format=Recipe,
) as stream:
    for event in stream:
        if event.type == "content.delta":
            print("piece", repr(event.delta), "of", len(event.snapshot), "characters")
        elif event.type == "content.done":
            recipe = event.parsed
            assert isinstance(recipe, Recipe)
            print("done:", recipe.title, [ingredient.name for ingredient in recipe.ingredients])
        elif event.type == "chunk":
            print("chunk with", len(event.chunk.choices), "choice")

    completion = stream.get_final_completion()

print(completion.choices[0].message.parsed)
print(completion.choices[0].finish_reason, stream.current_completion_snapshot.id == completion.id)
