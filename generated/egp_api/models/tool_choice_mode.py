from typing import Literal

ToolChoiceMode = (
    Literal[
        "auto",
        "none",
        "required",
    ]
    | str
)
"""Whether the model calls tools: `none` forbids it, `auto` leaves it to the model, `required` demands at
least one call. Vendors may know more values.
"""
