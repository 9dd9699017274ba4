from typing import Literal

Modality = (
    Literal[
        "audio",
        "text",
    ]
    | str
)
"""A kind of output. Vendors may know more values."""
