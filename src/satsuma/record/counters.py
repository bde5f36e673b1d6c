"""Counters: numbers that are handed out once and never again, kept in the store beside what bears them."""

from __future__ import annotations

import duckdb

from satsuma.kernel.errors import InvariantError

SEQ = "seq"
QUARANTINE = "quarantine"

_NUMBERS_MAX = 2**32


def members(entity: int) -> str:
    """The counter of an entity's record numbers."""
    return f"members:{entity}"


class Counters:
    """The next unused number of each counter; a change works on a copy, which is adopted when it commits."""

    def __init__(self, next_by_name: dict[str, int]) -> None:
        self._next = next_by_name
        self._taken: set[str] = set()

    @classmethod
    def load(cls, connection: duckdb.DuckDBPyConnection) -> Counters:
        """The counters as stored."""
        return cls(dict(connection.execute("SELECT name, next FROM counters").fetchall()))

    def copy(self) -> Counters:
        """These counters, for a change to count on."""
        return Counters(dict(self._next))

    def peek(self, name: str) -> int:
        """The number that comes next; counters start at 0."""
        return self._next.get(name, 0)

    def take(self, name: str, count: int = 1) -> int:
        """The first of `count` numbers in a row, which are from now on taken."""
        first = self._next.get(name, 0)
        if name.startswith("members:") and first + count > _NUMBERS_MAX:
            raise InvariantError(f"more than {_NUMBERS_MAX} records of one entity")
        if count:
            self._next[name] = first + count
            self._taken.add(name)
        return first

    def store(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write those that moved, inside the caller's transaction."""
        for name in sorted(self._taken):
            connection.execute("DELETE FROM counters WHERE name = ?", [name])
            connection.execute("INSERT INTO counters VALUES (?, ?)", [name, self._next[name]])
        self._taken.clear()
