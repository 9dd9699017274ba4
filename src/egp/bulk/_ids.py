"""A table from ids to what is known of them, in about 25 bytes for each.

A dict of a million ids takes ten times that, and a run's memory must not grow so with its input.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DONE", "FAILED", "SEEN", "IdTable", "pack", "state_of"]

SEEN = 1
"""The id is in the input."""
DONE = 2
"""Its answer has been written."""
FAILED = 4
"""Its failure has been written."""

_SHARDS = 64
_FULL = 0.75
_GROWTH = 1.5


def pack(digest: int, state: int) -> int:
    """Return a value of the table: the digest of the request (0 where it is not known), and flags."""
    return digest << 4 | state


def state_of(value: int) -> tuple[int, int]:
    """Return the digest and the flags of a value."""
    return value >> 4, value & 15


class IdTable:
    """Values of 64 bits by id. Ids are known by their hash alone: two may be taken for one another.

    That happens once in 36 million runs of a million requests. `salt` makes other hashes, with which the
    same two are apart.
    """

    __slots__ = ("_keys", "_salt", "_sizes", "_values")

    def __init__(self, salt: int = 0) -> None:
        self._salt = salt
        # In shards, so that growing one copies little.
        self._keys = [array("Q", bytes(8 * 16)) for _ in range(_SHARDS)]
        self._values = [array("Q", bytes(8 * 16)) for _ in range(_SHARDS)]
        self._sizes = [0] * _SHARDS

    def __len__(self) -> int:
        return sum(self._sizes)

    def key(self, custom_id: str) -> int:
        """Return what the table knows an id by; never 0, which marks a free place."""
        return hash((self._salt, custom_id)) & 0xFFFF_FFFF_FFFF_FFFF or 1

    def get(self, key: int) -> int:
        """Return the value of a key, 0 where there is none."""
        shard = key % _SHARDS
        keys = self._keys[shard]
        return self._values[shard][place] if keys[place := _place(keys, key)] else 0

    def set(self, key: int, value: int) -> None:
        """Set the value of a key, which is not 0."""
        shard = key % _SHARDS
        keys = self._keys[shard]
        place = _place(keys, key)
        if not keys[place]:
            if self._sizes[shard] >= len(keys) * _FULL:
                self._grow(shard)
                keys = self._keys[shard]
                place = _place(keys, key)
            keys[place] = key
            self._sizes[shard] += 1
        self._values[shard][place] = value

    def values(self) -> Iterator[int]:
        """Every value that was set."""
        for values in self._values:
            yield from filter(None, values)

    def _grow(self, shard: int) -> None:
        old_keys, old_values = self._keys[shard], self._values[shard]
        size = int(len(old_keys) * _GROWTH)
        keys, values = array("Q", bytes(8 * size)), array("Q", bytes(8 * size))
        for key, value in zip(old_keys, old_values, strict=True):
            if key:
                place = _place(keys, key)
                keys[place], values[place] = key, value
        self._keys[shard], self._values[shard] = keys, values


def _place(keys: array[int], key: int) -> int:
    size = len(keys)
    place = (key // _SHARDS) % size
    while (found := keys[place]) and found != key:
        place += 1
        if place == size:
            place = 0
    return place
