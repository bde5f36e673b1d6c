"""Keys: of an entity's records by number, in both directions, and in order.

The keys in the files come first; those of records made since stand in a list, which later versions share:
each reads as many as it has numbers. A key of a record that is gone is empty in the files, and stands here
until the table is merged; whether there is such a record, `EntityTable.alive` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.index.files import Folder, Making
from satsuma.index.texts import (
    Lookup,
    StringsMaker,
    from_list,
    joined,
    large,
    lookup_of,
    open_lookup,
    open_strings,
    taken,
    write_lookup,
)
from satsuma.record.arrow import Column as Strings


class _Added:
    """Keys of records that were made since; only the one who makes versions adds to it."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self._places: dict[str, int] = {}
        self._earlier: list[int] = []

    def cut(self, size: int) -> None:
        """Forget those of a version that was given up."""
        while len(self.keys) > size:
            key, earlier = self.keys[-1], self._earlier[-1]
            if earlier >= 0:
                self._places[key] = earlier
            else:
                self._places.pop(key, None)
            self.keys.pop()
            self._earlier.pop()

    def add(self, keys: Sequence[str]) -> None:
        """Add keys; one that a record had that is gone may come again."""
        for key in keys:
            self._earlier.append(self._places.get(key, -1))
            self.keys.append(key)
            if key:
                self._places[key] = len(self.keys) - 1

    def place(self, key: str, size: int) -> int:
        """The last place of a key among the first ones; -1 where it has none."""
        place = self._places.get(key, -1)
        while place >= size:
            place = self._earlier[place]
        return place


class Keys:
    """The keys of one version; it never changes."""

    def __init__(self, stored: Strings, lookup: Lookup, ranks: NDArray[np.uint32]) -> None:
        """The keys of the files.

        Args:
            stored: By number; empty where there is no record.
            lookup: What finds them.
            ranks: By number, the place of the key among all, by code point.
        """
        self._stored = stored
        self._lookup = lookup
        self._ranks = ranks
        self._added = _Added()
        self._more = 0

    def __len__(self) -> int:
        return len(self._stored) + self._more

    @cached_property
    def whole(self) -> Strings:
        """All keys, by number."""
        return joined(self._stored, from_list(self._added.keys[: self._more])) if self._more else self._stored

    def take(self, numbers: NDArray[Any]) -> Strings:
        """The keys of some numbers, at a cost that does not grow with the table."""
        if not self._more:
            return taken(self._stored, numbers)
        is_stored = numbers < len(self._stored)
        some = numbers[~is_stored].astype(np.int64) - len(self._stored)
        both = joined(
            taken(self._stored, numbers[is_stored]),
            from_list([self._added.keys[place] for place in some.tolist()]),
        )
        places = np.empty(len(numbers), dtype=np.int64)
        places[is_stored] = np.arange(len(numbers) - len(some))
        places[~is_stored] = len(numbers) - len(some) + np.arange(len(some))
        return taken(both, places)

    def find(self, keys: Strings) -> NDArray[np.int64]:
        """The last number that had each key; -1 where none had. The record may be gone."""
        found = self._lookup.find(keys)
        if self._more:
            first = len(self._stored)
            texts: list[Any] = keys.to_pylist()
            places = np.array([self._added.place(key, self._more) for key in texts], dtype=np.int64)
            found = np.where(places >= 0, places + first, found)
        return found

    def with_(self, numbers: NDArray[np.int64], keys: Sequence[str], size: int) -> Keys:
        """With the keys of records that were made (numbers ascending, not below `len`), for `size` numbers.

        Only the newest version may be asked, by the one who makes versions.
        """
        more = [""] * (size - len(self))
        for number, key in zip(numbers.tolist(), keys, strict=True):
            more[number - len(self)] = key
        made = Keys(self._stored, self._lookup, self._ranks)
        made._added = self._added
        made._added.cut(self._more)
        made._added.add(more)
        made._more = self._more + len(more)
        return made

    def rebased(self, stored: Keys) -> Keys:
        """These keys on those of other files, which are of an earlier version."""
        numbers = np.arange(len(stored), len(self))
        return stored.with_(numbers, [str(key) for key in self.take(numbers).to_pylist()], len(self))

    @cached_property
    def ranks(self) -> NDArray[np.uint32]:
        """By number, the place of the key among all, by code point, uint32; made when asked for."""
        if not self._more:
            return self._ranks
        keys = self._added.keys[: self._more]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        below = self._below([keys[place] for place in order])
        # How many of the new keys come before each place among the stored ones.
        before = np.cumsum(np.bincount(below, minlength=len(self._stored) + 1))[: len(self._stored)]
        found = np.empty(len(self), dtype=np.uint32)
        found[: len(self._stored)] = self._ranks + before[self._ranks]
        found[len(self._stored) + np.array(order)] = below + np.arange(len(order))
        return found

    def _below(self, keys: list[str]) -> NDArray[np.int64]:
        """For keys in order, how many of the stored keys come before each."""
        in_order = np.empty(len(self._stored), dtype=np.int64)
        in_order[self._ranks] = np.arange(len(self._stored))
        stored: Any = self._stored
        found, low = [], 0
        for key in keys:
            high = len(in_order)
            while low < high:
                middle = (low + high) // 2
                if stored[int(in_order[middle])].as_py() < key:
                    low = middle + 1
                else:
                    high = middle
            found.append(low)
        return np.array(found, dtype=np.int64)


def write_keys(making: Making, keys: Strings) -> None:
    """Write keys by number (null or empty where there is no record), for `open_keys`."""
    StringsMaker(making, "keys").append(keys)
    write_lookup(making, "keys", keys)
    making.array("key_rank", ranks_of(keys))


def ranks_of(keys: Strings) -> NDArray[np.uint32]:
    """The place of each key among all."""
    ranks = np.zeros(len(keys), dtype=np.uint32)
    # Arrow orders texts by their bytes in UTF-8, which is by code points.
    order: Any = pc.sort_indices(large(keys))
    ranks[order.to_numpy()] = np.arange(len(keys), dtype=np.uint32)
    return ranks


def open_keys(folder: Folder) -> Keys:
    """The keys of a table's folder."""
    stored = open_strings(folder, "keys")
    return Keys(stored, open_lookup(folder, "keys", stored), folder.array("key_rank"))


def no_keys() -> Keys:
    """Of an entity without records."""
    empty: Strings = pa.array([], pa.large_string())
    return Keys(empty, lookup_of(empty), np.zeros(0, dtype=np.uint32))
