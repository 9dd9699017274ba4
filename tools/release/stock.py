"""What an index has of a release, against what was built: what is still to go up."""

from collections.abc import Mapping
from typing import NamedTuple

from tools.release.refusal import Refusal


class Stock(NamedTuple):
    """The files of a release, by whether the index has them."""

    present: tuple[str, ...]
    missing: tuple[str, ...]


def compare_stock(built: Mapping[str, str], listed: Mapping[str, str], *, version: str) -> Stock:
    """Sort the built files by what the index lists of the version; both map file names to SHA-256.

    Raises Refusal if the index has anything else under this version: other bytes, or another file.
    """
    others = [
        f"    {name}: sha256 {listed[name]}" for name in sorted(listed) if built.get(name) != listed[name]
    ]
    if others:
        ours = [f"    {name}: sha256 {digest}" for name, digest in sorted(built.items())]
        raise Refusal(
            "\n".join([f"The index already has {version}, with other bytes:", *others, "built here:", *ours]),
            way_out="a version is never replaced: raise the version in src/egp/_version.py and CHANGELOG.md "
            "(or, if it was this version that was meant, check out the commit that its tag names)",
        )
    return Stock(
        present=tuple(name for name in built if name in listed),
        missing=tuple(name for name in built if name not in listed),
    )
