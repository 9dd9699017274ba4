"""Ask for a value of a type, and use it as one."""

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

completion = client.chat.completions.parse(
    model="openai/gpt-4o",
    messages=[
        {"role": "system", "content": "You are a cook. Keep it simple."},
        {"role": "user", "content": "What can I make of flour, eggs and milk?"},
    ],
    response_format=Recipe,
)

message = completion.choices[0].message
if message.parsed:
    recipe = message.parsed
    print(f"{recipe.title}, ready in {recipe.minutes} minutes")
    for ingredient in recipe.ingredients:
        print(f"- {ingredient.grams} g {ingredient.name}")
else:
    print("declined:", message.refusal)
if completion.usage:
    print(completion.usage.total_tokens, "tokens")
