from typing import Literal

DeltaRole = (
    Literal[
        "assistant",
        "developer",
        "system",
        "tool",
        "user",
    ]
    | str
)
"""Who speaks in a stream."""
