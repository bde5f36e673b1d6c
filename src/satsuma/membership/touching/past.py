"""Past: what the record says happened at which instants, where the index does not hold it.

Changes of segments and lists, the ledger of consent and the history of attributes are read from the record, a
few rows between two instants at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog
from satsuma.kernel.civil import AFTER_ALL_US, BEFORE_ALL_US
from satsuma.membership.touching.quiet import OfPast, Quiet, Stretch
from satsuma.membership.touching.sources import (
    ConsentPassed,
    CrossingPassed,
    JoiningPassed,
    ObservationPassed,
)
from satsuma.record.arrow import ints_of
from satsuma.record.layout import FIRST_OBSERVED_AT, NUMBER, OBSERVED_AT, entity_table, history_table
from satsuma.record.sql import INSTANT, fetch, quote, scalar


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The record's past, as a connection on a version reads it.

    Attributes:
        quiet: What is known of it without asking.
    """

    connection: duckdb.DuckDBPyConnection
    catalog: Catalog
    quiet: Quiet

    def between(self, source: OfPast, low: int, high: int) -> NDArray[np.uint32]:
        """Records with something of a source at instants `low <= at < high`, ascending, each once."""
        if self.quiet.covers(source, low, high):
            return np.zeros(0, dtype=np.uint32)
        table, values = self._rows(source)
        statement = f'SELECT DISTINCT member FROM ({table}) WHERE "at" >= {INSTANT} AND "at" < {INSTANT}'
        found = fetch(self.connection, statement, [*values, _stored(low), _stored(high)])
        return np.sort(ints_of(found, "member")).astype(np.uint32)

    def next_at(self, source: OfPast, at: int, now: int) -> int | None:
        """The least instant of a source that is not before another, or None.

        Args:
            now: Of the version: nothing can be written later that happened before it, but for what is
                noted among what a version touches.
        """
        known = self.quiet.from_(source, at)
        if known.happened:
            return known.high
        table, values = self._rows(source)
        statement = f'SELECT epoch_us(min("at")) FROM ({table}) WHERE "at" >= {INSTANT}'
        found: int | None = scalar(self.connection, statement, [*values, _stored(known.high)])
        high = now if found is None else min(found, now)
        if high > at:
            self.quiet.note(source, Stretch(at, high, happened=found == high))
        return found

    def _rows(self, source: OfPast) -> tuple[str, list[object]]:
        """A query of `member` and `at`, with its parameters."""
        match source:
            case CrossingPassed(segment=segment):
                return 'SELECT member, "at" FROM membership_changes WHERE segment = ?', [segment]
            case JoiningPassed(list=in_list):
                return 'SELECT member, "at" FROM list_changes WHERE list = ?', [in_list]
            case ConsentPassed(entity=entity):
                number = self.catalog.entities[entity].number
                return 'SELECT member, "at" FROM consent_ledger WHERE audience = ?', [number]
            case ObservationPassed(entity=entity):
                of_entity = self.catalog.entities[entity]
                history, now = quote(history_table(of_entity)), quote(entity_table(of_entity))
                rows = (
                    f'SELECT {NUMBER} AS member, {OBSERVED_AT} AS "at" FROM {history}'
                    f" UNION ALL SELECT {NUMBER}, {FIRST_OBSERVED_AT} FROM {now}"
                )
                return rows, []
            case _:
                assert_never(source)


def _stored(at: int) -> int:
    return min(max(at, BEFORE_ALL_US), AFTER_ALL_US)
