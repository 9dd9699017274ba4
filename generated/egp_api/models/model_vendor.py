from typing import Literal

ModelVendor = (
    Literal[
        "anthropic",
        "azure",
        "bedrock",
        "cohere",
        "fireworks_ai",
        "gemini",
        "launch",
        "llmengine",
        "model_zoo",
        "openai",
        "vertex_ai",
        "xai",
    ]
    | str
)
"""Who serves a model."""
