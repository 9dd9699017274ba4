from typing import Literal

InputAudioFormat = (
    Literal[
        "mp3",
        "wav",
    ]
    | str
)
"""The format of a recording. Vendors may know more values."""
