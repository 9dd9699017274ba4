from typing import Literal

OutputAudioFormat = (
    Literal[
        "aac",
        "flac",
        "mp3",
        "opus",
        "pcm16",
        "wav",
    ]
    | str
)
"""The format of spoken output. Vendors may know more values."""
