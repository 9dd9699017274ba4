"""The one place where tests look into a client: what it was told, and what carries out its requests."""

from __future__ import annotations

from typing import Any

from egp import AsyncClient, Client


def session_of(client: Client | AsyncClient) -> Any:
    """Return the session of a client, which sends requests of any kind and knows settings and engine."""
    return client._session


def pools_of(client: Client | AsyncClient) -> list[Any]:
    """Return the connection pools of a client, one for each origin that it has called."""
    return client._session.engine._pools.pools()
