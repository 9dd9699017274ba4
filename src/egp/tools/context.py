"""What a running tool may know beside its arguments."""

from __future__ import annotations

from typing import Generic, TypeVar

from attrs import frozen

__all__ = ["ToolContext"]

T = TypeVar("T")


@frozen
class ToolContext(Generic[T]):
    """What a tool may know beside its arguments. The model neither sees nor fills it in.

    A parameter with this annotation gets it:

        @egp.tool
        def open_tickets(context: ToolContext[Database], customer: str) -> list[str]:
            return context.value.tickets(customer)
    """

    value: T
    """What the program gave as `context` to `run_tools`; None where it gave nothing."""
    call_id: str
    """The id of the call, to recognise a call that is made again after a restart."""
    turn: int
    """The number of the model's answer that makes the call, from 1."""
