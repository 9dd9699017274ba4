from typing import Literal

GrammarSyntaxType0 = (
    Literal[
        "lark",
        "regex",
    ]
    | str
)
