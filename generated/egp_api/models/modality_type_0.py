from typing import Literal

ModalityType0 = (
    Literal[
        "audio",
        "text",
    ]
    | str
)
