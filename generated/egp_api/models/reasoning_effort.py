from typing import Literal

ReasoningEffort = (
    Literal[
        "high",
        "low",
        "medium",
    ]
    | str
)
"""How much a reasoning model thinks before it answers. Vendors may know more values."""
