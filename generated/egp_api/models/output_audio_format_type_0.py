from typing import Literal

OutputAudioFormatType0 = (
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
