"""The words of a refusal are those of pydantic, which writes them for the service."""

from typing import Annotated, Literal

import jsonschema
import pytest
from pydantic import Field, TypeAdapter, ValidationError

from egp.testing._validation import describe

CASES = [
    ({"type": "string"}, str, 5),
    ({"type": "boolean"}, bool, "maybe"),
    ({"type": "boolean"}, bool, {}),
    ({"type": "integer"}, int, "many"),
    ({"type": "integer"}, int, 1.5),
    ({"type": "integer"}, int, []),
    ({"type": "number"}, float, "much"),
    ({"type": "number"}, float, []),
    ({"type": "array"}, list, 5),
    ({"type": "object"}, dict, 5),
    ({"type": "null"}, type(None), 5),
    ({"enum": ["a"]}, Literal["a"], "x"),
    ({"enum": ["a", "b"]}, Literal["a", "b"], "x"),
    ({"enum": ["a", "b", "c"]}, Literal["a", "b", "c"], "x"),
    ({"const": "a"}, Literal["a"], "x"),
    ({"maximum": 2}, Annotated[float, Field(le=2)], 3),
    ({"minimum": 2}, Annotated[float, Field(ge=2)], 1),
    ({"exclusiveMaximum": 2}, Annotated[float, Field(lt=2)], 2),
    ({"exclusiveMinimum": 2}, Annotated[float, Field(gt=2)], 2),
    ({"multipleOf": 2}, Annotated[int, Field(multiple_of=2)], 3),
    ({"maxItems": 1}, Annotated[list[int], Field(max_length=1)], [1, 2]),
    ({"minItems": 2}, Annotated[list[int], Field(min_length=2)], [1]),
    ({"maxProperties": 1}, Annotated[dict[str, int], Field(max_length=1)], {"a": 1, "b": 2}),
    ({"minProperties": 1}, Annotated[dict[str, int], Field(min_length=1)], {}),
    ({"maxLength": 1}, Annotated[str, Field(max_length=1)], "ab"),
    ({"minLength": 3}, Annotated[str, Field(min_length=3)], "ab"),
    ({"pattern": "^a"}, Annotated[str, Field(pattern="^a")], "b"),
]


@pytest.mark.parametrize(
    ("schema", "equivalent", "value"), CASES, ids=[f"{case[0]}-{case[2]}" for case in CASES]
)
def test_a_fault_is_worded_as_pydantic_words_it(schema, equivalent, value):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(equivalent).validate_python(value)
    (expected,) = caught.value.errors()

    (found,) = describe(jsonschema.Draft202012Validator(schema).iter_errors(value), ["body"])

    assert (found["type"], found["msg"]) == (expected["type"], expected["msg"].replace("2.0", "2"))
