from typing import Literal

ImageDetailType0 = (
    Literal[
        "auto",
        "high",
        "low",
    ]
    | str
)
