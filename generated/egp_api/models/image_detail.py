from typing import Literal

ImageDetail = (
    Literal[
        "auto",
        "high",
        "low",
    ]
    | str
)
"""How closely a model looks at an image. Vendors may know more values."""
