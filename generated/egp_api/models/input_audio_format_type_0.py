from typing import Literal

InputAudioFormatType0 = (
    Literal[
        "mp3",
        "wav",
    ]
    | str
)
