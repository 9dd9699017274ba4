from typing import Literal

ModelAvailability = (
    Literal[
        "available",
        "unavailable",
        "unknown",
    ]
    | str
)
"""Whether a model can be asked now."""
