from typing import Literal

ChatModelType = (
    Literal[
        "chat_completion",
        "completion",
        "generic",
    ]
    | str
)
"""What a model does."""
