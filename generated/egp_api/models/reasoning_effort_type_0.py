from typing import Literal

ReasoningEffortType0 = (
    Literal[
        "high",
        "low",
        "medium",
    ]
    | str
)
