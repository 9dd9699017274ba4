from typing import Literal

ServiceTier = (
    Literal[
        "auto",
        "default",
        "flex",
        "priority",
        "scale",
    ]
    | str
)
"""How a vendor ranks a request among others."""
