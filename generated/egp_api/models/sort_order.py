from typing import Literal

SortOrder = (
    Literal[
        "asc",
        "desc",
    ]
    | str
)
"""A direction to sort in."""
