from typing import Literal

GrammarSyntax = (
    Literal[
        "lark",
        "regex",
    ]
    | str
)
"""The language of a grammar. Vendors may know more values."""
