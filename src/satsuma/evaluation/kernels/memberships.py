"""Memberships: what conditions ask about segments, lists and consent, and the answers of the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import duckdb

from satsuma.evaluation.kernels.scope import Bools, Records
from satsuma.record.arrow import ints_of
from satsuma.record.sql import INSTANT, fetch

GIVEN_MAX = 10_000
"""Up to so many members are named in a query; for more everyone is read."""


class Memberships(Protocol):
    """Answers for each record of a frame."""

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """On the record at the version that is asked about: what is past is read there."""
        ...

    def segment(self, segment: int, frame: Records) -> Bools:
        """Member of that live segment (its id), overrides included."""
        ...

    def on_list(self, list_: int, frame: Records) -> Bools:
        """On that list (its id)."""
        ...

    def crossed(self, segment: int, *, entered: bool, low: int, high: int, frame: Records) -> Bools:
        """It entered (left) that segment, on balance, in a version of `low <= at < high` (microseconds)."""
        ...

    def consent(self, topic: str, state: str, now: int, frame: Records) -> Bools:
        """The latest ledger entry of the topic by now says so; of entries at one instant a denial counts."""
        ...


class SqlMemberships:
    """Answers from the tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read what a connection, or a cursor, reads."""
        self._connection = connection

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """On the record at the version that is asked about."""
        return self._connection

    def segment(self, segment: int, frame: Records) -> Bools:
        """Member of that live segment (its id), overrides included."""
        return self._members("segment_members", "segment = ?", "", [segment], frame)

    def on_list(self, list_: int, frame: Records) -> Bools:
        """On that list (its id)."""
        return self._members("list_members", "list = ?", "", [list_], frame)

    def crossed(self, segment: int, *, entered: bool, low: int, high: int, frame: Records) -> Bools:
        """It entered (left) that segment, on balance, in a version of `low <= at < high` (microseconds)."""
        # Compared as microseconds: the bounds may lie beyond what DuckDB's timestamps hold.
        where = 'segment = ? AND epoch_us("at") >= ?::BIGINT AND epoch_us("at") < ?::BIGINT'
        balance = f"GROUP BY member, version HAVING sum(sign) {'>' if entered else '<'} 0"
        return self._members("membership_changes", where, balance, [segment, low, high], frame)

    def consent(self, topic: str, state: str, now: int, frame: Records) -> Bools:
        """The latest ledger entry of the topic by now says so; of entries at one instant a denial counts."""
        known = f'audience = ? AND topic = ? AND "at" <= {INSTANT}'
        values: list[object] = [frame.table.entity.number, topic, now]
        if state == "unknown":
            return ~self._members("consent_ledger", known, "", values, frame)
        latest = "GROUP BY member HAVING arg_max(state, ROW(\"at\", state = 'denied', seq)) = ?"
        return self._members("consent_ledger", known, latest, [*values, state], frame)

    def _members(self, table: str, where: str, group: str, values: Sequence[object], frame: Records) -> Bools:
        """Which rows of a frame are members that a query finds.

        Args:
            values: What is bound in `where`, then in `group`.
        """
        places = where.count("?")
        given, numbers = members_given("member", frame)
        statement = f"SELECT DISTINCT member FROM (SELECT member FROM {table} WHERE {where}{given} {group})"
        parameters = [*values[:places], *numbers, *values[places:]]
        # Rows of a record that is gone may outlive it.
        return frame.marked(ints_of(fetch(self._connection, statement, parameters), "member"))


def members_given(column: str, frame: Records) -> tuple[str, list[object]]:
    """SQL that keeps a column of numbers to those of a frame, after `WHERE ...`, and what it binds.

    Nothing for frames of everyone, or of many: the answer may then have others too.
    """
    if frame.numbers is None or len(frame.numbers) > GIVEN_MAX:
        return "", []
    return f" AND {column} IN (SELECT unnest(?::UINTEGER[]))", [frame.numbers.tolist()]
