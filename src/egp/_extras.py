"""Optional packages: what to say where one is missing."""

from __future__ import annotations

from egp.errors import EGPError

__all__ = ["missing_extra"]


def missing_extra(package: str, extra: str, purpose: str) -> EGPError:
    """Return the error to raise where an optional package is needed and not installed.

    Args:
        package: the name under which it is imported.
        extra: the extra of egp-client that installs it.
        purpose: what it is needed for, such as `structured output`.
    """
    return EGPError(f'{purpose} needs the package {package}: pip install "egp-client[{extra}]"')
