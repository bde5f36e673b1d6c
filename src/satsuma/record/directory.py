"""The directory of an entity: from keys to record numbers in memory, and what writes must know of a record.

DuckDB would read all keys to find a few. Here hashes of the keys lead to numbers, and the key itself, kept by
number, confirms. About 40 bytes for each record there ever was. Built from the store when first needed, kept
up by the writer; what an aborted change did to it is taken back.
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Entity
from satsuma.record.arrow import Column, ints_of, places_of, table_of
from satsuma.record.layout import entity_table
from satsuma.record.sql import fetch, lent, quote

NEVER = int(np.iinfo(np.int64).min)
"""In place of an instant: it never happened."""

_FIRST, _LAST = "first", "last"

_FEW = 1_000
"""So many texts are handed to DuckDB as a parameter: to lend it a table costs a millisecond by itself."""

_Run = tuple[NDArray[np.uint64], NDArray[np.uint32]]


class Directory:
    """Keys, numbers, and first and last observed_at of the records of one entity.

    Numbers are dense: there is a place for each number ever given, and a record that is gone has `NEVER` as
    its first instant.
    """

    def __init__(self) -> None:
        self.count = 0
        self._us: dict[str, NDArray[np.int64]] = {
            name: np.empty(0, dtype=np.int64) for name in (_FIRST, _LAST)
        }
        # Sorted by hash; equal hashes may follow each other. As in `hashes.HashRuns`, a run never changes.
        self._runs: tuple[_Run, ...] = ()
        # Keys of consecutive numbers: (first number, keys).
        self._chunks: tuple[tuple[int, Column], ...] = ()
        self._saved: tuple[int, tuple[_Run, ...], tuple[tuple[int, Column], ...]] = (0, (), ())
        # What stood before it was overwritten: (array, numbers, values).
        self._log: list[tuple[str, NDArray[np.int64], NDArray[np.int64]]] = []

    @classmethod
    def load(cls, connection: duckdb.DuckDBPyConnection, entity: Entity, count: int) -> Directory:
        """Read the records of an entity, of which `count` numbers were given so far."""
        rows = fetch(
            connection,
            "SELECT _number, _key, hash(_key) AS hash, epoch_us(_first_observed_at) AS first,"
            f" coalesce(epoch_us(_last_observed_at), {NEVER}) AS last"
            f" FROM {quote(entity_table(entity))} ORDER BY _number",
        )
        numbers = ints_of(rows, "_number")
        places = np.full(count, -1, dtype=np.int64)
        places[numbers] = np.arange(len(numbers))
        found = cls()
        found.count = count
        found._reserve(count)
        found._us[_FIRST][numbers] = ints_of(rows, "first")
        found._us[_LAST][numbers] = ints_of(rows, "last")
        keys: Any = rows["_key"].combine_chunks()
        found._chunks = ((0, keys.take(places_of(places, places < 0))),) if count else ()
        found._runs = (_sorted(ints_of(rows, "hash"), numbers),)
        found.commit()
        return found

    def find(self, connection: duckdb.DuckDBPyConnection, keys: Column) -> NDArray[np.int64]:
        """The number of the record that has each key now; -1 where there is none.

        Args:
            connection: Any: DuckDB makes the hashes.
            keys: Distinct, without nulls.
        """
        hashes = hashes_of(connection, keys)
        found = np.full(len(keys), -1, dtype=np.int64)
        for run_hashes, run_numbers in self._runs:
            starts = np.searchsorted(run_hashes, hashes)
            wanted = np.arange(len(keys))
            # A key that was deleted and came back stands more than once: step on until it is found or past.
            while len(wanted):
                at = starts[wanted]
                inside = at < len(run_hashes)
                wanted, at = wanted[inside], at[inside]
                alike = run_hashes[at] == hashes[wanted]
                wanted, at = wanted[alike], at[alike]
                numbers = run_numbers[at].astype(np.int64)
                same = (self._us[_FIRST][numbers] != NEVER) & self._have(numbers, keys, wanted)
                found[wanted[same]] = numbers[same]
                starts[wanted] += 1
                wanted = wanted[~same]
        return found

    def keys_of(self, numbers: NDArray[np.int64]) -> Column:
        """The keys of numbers below `count`, in any order; of records that are gone while they are known."""
        if not self._chunks or not len(numbers):
            return pa.nulls(len(numbers), pa.string())
        starts = np.array([start for start, _ in self._chunks])
        chunk_of = np.searchsorted(starts, numbers, side="right") - 1
        parts, places = [], []
        for place, (start, keys) in enumerate(self._chunks):
            mine = np.flatnonzero(chunk_of == place)
            if len(mine):
                parts.append(keys.take(places_of(numbers[mine] - start)))
                places.append(mine)
        order = np.empty(len(numbers), dtype=np.int64)
        order[np.concatenate(places)] = np.arange(len(numbers))
        whole: Any = pa.concat_arrays(parts)
        taken: Column = whole.take(places_of(order))
        return taken

    def first_us(self, numbers: NDArray[Any]) -> NDArray[np.int64]:
        """The first observed_at of records, microseconds UTC."""
        found: NDArray[np.int64] = self._us[_FIRST][numbers]
        return found

    def last_us(self, numbers: NDArray[Any]) -> NDArray[np.int64]:
        """The last observed_at of records; `NEVER` where only interactions or lists are known."""
        found: NDArray[np.int64] = self._us[_LAST][numbers]
        return found

    def add(
        self,
        connection: duckdb.DuckDBPyConnection,
        keys: Column,
        first_us: NDArray[np.int64],
        last_us: NDArray[np.int64] | None = None,
    ) -> None:
        """Take in new records, whose numbers follow `count`."""
        numbers = np.arange(self.count, self.count + len(keys), dtype=np.uint32)
        self._reserve(self.count + len(keys))
        self._us[_FIRST][numbers] = first_us
        self._us[_LAST][numbers] = NEVER if last_us is None else last_us
        self._add_run(_sorted(hashes_of(connection, keys), numbers))
        self._add_chunk(self.count, keys)
        self.count += len(keys)

    def observe(
        self,
        numbers: NDArray[Any],
        *,
        first_us: NDArray[np.int64] | None = None,
        last_us: NDArray[np.int64] | None = None,
    ) -> None:
        """Note the instants of records anew."""
        for name, values in ((_FIRST, first_us), (_LAST, last_us)):
            if values is not None:
                self._log.append((name, np.asarray(numbers, dtype=np.int64), self._us[name][numbers]))
                self._us[name][numbers] = values

    def remove(self, numbers: NDArray[Any]) -> None:
        """Let records be gone; their numbers are not given again."""
        self.observe(numbers, first_us=np.full(len(numbers), NEVER, dtype=np.int64))

    def commit(self) -> None:
        """What was done up to here stands."""
        self._saved = (self.count, self._runs, self._chunks)
        self._log.clear()

    def rollback(self) -> None:
        """Take back everything since the last commit."""
        self.count, self._runs, self._chunks = self._saved
        for name, numbers, values in reversed(self._log):
            self._us[name][numbers] = values
        self._log.clear()

    def _have(self, numbers: NDArray[np.int64], keys: Column, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each number's key is the key at its place."""
        mine: Any = keys
        equal: Any = pc.equal(self.keys_of(numbers), mine.take(places_of(places)))
        return np.asarray(equal.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def _reserve(self, count: int) -> None:
        have = len(self._us[_FIRST])
        if count <= have:
            return
        for name, old in self._us.items():
            self._us[name] = np.full(max(count, 2 * have, 1024), NEVER, dtype=np.int64)
            self._us[name][:have] = old

    def _add_run(self, run: _Run) -> None:
        runs = list(self._runs)
        while runs and len(runs[-1][0]) <= 2 * len(run[0]):
            hashes, numbers = runs.pop()
            run = _sorted(np.concatenate((hashes, run[0])), np.concatenate((numbers, run[1])))
        self._runs = (*runs, run)

    def _add_chunk(self, start: int, keys: Column) -> None:
        chunks = list(self._chunks)
        while chunks and len(chunks[-1][1]) <= 2 * len(keys):
            start, before = chunks.pop()
            keys = pa.concat_arrays([before, keys])
        self._chunks = (*chunks, (start, keys))


def hashes_of(connection: duckdb.DuckDBPyConnection, texts: Column) -> NDArray[np.uint64]:
    """DuckDB's 64-bit hash of each text: the same within one process, and nowhere stored."""
    if len(texts) <= _FEW:
        found = connection.execute(
            "SELECT hash(unnest($1::VARCHAR[])) AS hash", [texts.to_pylist()]
        ).fetchnumpy()
        return np.asarray(found["hash"], dtype=np.uint64)
    with lent(connection, _texts=table_of({"text": texts})):
        return ints_of(fetch(connection, "SELECT hash(text) AS hash FROM _texts"), "hash")


def _sorted(hashes: NDArray[np.uint64], numbers: NDArray[np.uint32]) -> _Run:
    order = np.argsort(hashes, kind="stable")
    return hashes[order], numbers[order]
