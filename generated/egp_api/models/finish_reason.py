from typing import Literal

FinishReason = (
    Literal[
        "content_filter",
        "function_call",
        "length",
        "stop",
        "tool_calls",
    ]
    | str
)
"""Why a model stopped: at a natural end or a stop sequence (`stop`), at the greatest number of tokens
(`length`), to call tools (`tool_calls`) or a function (`function_call`), or because a filter withheld
content (`content_filter`).
"""
