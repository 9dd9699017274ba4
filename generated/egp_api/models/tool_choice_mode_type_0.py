from typing import Literal

ToolChoiceModeType0 = (
    Literal[
        "auto",
        "none",
        "required",
    ]
    | str
)
