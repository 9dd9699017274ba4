from typing import Literal

ToolCallDeltaType = Literal["function",] | str
"""The kind of tool that a stream calls."""
