"""Tools: functions that a model calls.

    @egp.tool
    def get_weather(city: str) -> str:
        "Return the weather of a city, now."
        …

    run = client.chat.completions.run_tools(model=…, messages=…, tools=[get_weather])
    print(run.final().content)

What they return goes back to the model, until it answers in words.
"""

from __future__ import annotations

from egp._core.tool_calls import Decision, Deny, Edit, Stop, ToolCall
from egp.tools.context import ToolContext
from egp.tools.function import Tool, tool

__all__ = ["Decision", "Deny", "Edit", "Stop", "Tool", "ToolCall", "ToolContext", "tool"]
