"""When time is next to change anything, asked of every leaf anew: what the agenda is held against."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from satsuma.evaluation.due.inverse import Span
from satsuma.index import Index
from satsuma.membership.touching import Leaf, Quiet
from satsuma.membership.touching.due import LAST_US, Due, first_sources


def next_due(
    leaves: Iterable[Leaf],
    index: Index,
    connection: duckdb.DuckDBPyConnection,
    after: int,
    upto: int,
    *,
    quiet: Quiet | None = None,
) -> int | None:
    """The first instant in `(after, upto]` at which `Touching.clock` of any leaf may be anyone, or None.

    Args:
        leaves: Live ones; those of one shape cost as much as one of them.
        index: Of the version at `after`.
        connection: Reads the record as that version has it.
        after, upto: Microseconds UTC.
        quiet: What is known of the record's past; what is found out now is noted there.
    """
    shapes = {leaf.clock_shape: leaf.reads.clock for leaf in leaves}
    first = dict.fromkeys(source for of in shapes.values() for source in first_sources(of))
    upto = min(upto, LAST_US)
    due = Due(index, connection, Quiet() if quiet is None else quiet)
    found = None
    for source in first:
        at = due.next(source, Span(after, upto))
        if at is not None:
            found, upto = at, at - 1
    return found
