"""Runs: rows that came since the files were made, as parts of a table; and the merging of runs of like size.

The merging is that of a log-structured merge tree (after O'Neil et al., 1996): each row is written again
about as often as the tail has doubled since, and there are few runs to look into. Large runs are left as they
are, so that no single version pays for all before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from satsuma.index.columns import Column, chained
from satsuma.index.dictionaries import Dictionary
from satsuma.index.parts import Ints, Part, woven
from satsuma.index.texts import joined, taken
from satsuma.record.arrow import Column as Strings

MERGED_ROWS_MAX = 1 << 17
"""So many rows a run has at most by merging; a batch may bring more."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Interactions in order of member, instant and id.

    Attributes:
        member: int64.
        occurred_at: int64, microseconds UTC.
        columns: By attribute number.
    """

    member: Ints
    occurred_at: Ints
    ids: Strings
    columns: Mapping[int, Column]

    def __len__(self) -> int:
        return len(self.member)


def run_of(rows: Rows, members: int, made: Ints) -> Part:
    """Rows as a part.

    Args:
        members: How many numbers the audience has.
        made: The version that brings each.
    """
    owners, first = np.unique(rows.member, return_index=True)
    in_time = np.argsort(rows.occurred_at, kind="stable")
    return Part(
        members,
        owners,
        np.append(first, len(rows)).astype(np.int64),
        rows.occurred_at,
        rows.ids,
        rows.columns,
        rows.occurred_at[in_time],
        rows.member[in_time].astype(np.uint32),
        made,
    )


def with_run(parts: tuple[Part, ...], run: Part) -> tuple[Part, ...]:
    """Parts, of which the first is the files', and another run; where the last are of like size, merged."""
    base, *tail = parts
    while tail and tail[-1].size <= 2 * run.size and tail[-1].size + run.size <= MERGED_ROWS_MAX:
        run = merged(tail.pop(), run)
    return (base, *tail, run) if run.size else (base, *tail)


def merged(older: Part, newer: Part) -> Part:
    """Two runs as one, without the rows that do not count any more."""
    places = older.places_for(newer)
    order = woven(0, older.size, places, counting([(older, 0, older.size), (newer, 0, newer.size)]))
    member = np.concatenate([older.owner_of_rows(), newer.owner_of_rows()])[order]
    made = np.concatenate([_made(older), _made(newer)])[order]
    rows = Rows(
        member,
        np.concatenate([older.occurred_at, newer.occurred_at])[order],
        taken(joined(older.ids, newer.ids), order),
        {
            number: joined_column([older.columns[number], column], order, column.dictionary)
            for number, column in newer.columns.items()
        },
    )
    return run_of(rows, newer.members, made)


def joined_column(columns: Sequence[Column], order: Ints, dictionary: Dictionary | None) -> Column:
    """The values of columns of one attribute, one after another, in an order of their rows."""
    whole = chained(columns[0].type, [one.whole for one in columns])
    return Column(columns[0].type, whole.take(order), dictionary)


def only(part: Part, rows: Ints) -> Part:
    """Some rows (ascending) of a run."""
    columns = {
        number: Column(one.type, one.take(rows), one.dictionary) for number, one in part.columns.items()
    }
    chosen = Rows(part.owner_of_rows()[rows], part.occurred_at[rows], taken(part.ids, rows), columns)
    return run_of(chosen, part.members, _made(part)[rows])


def later(parts: Iterable[Part], version: int) -> list[Part]:
    """The rows of runs that versions above one brought."""
    found = []
    for part in parts:
        counts = part.counting(0, part.size)
        is_later = _made(part) > version
        rows = np.flatnonzero(is_later if counts is None else is_later & counts)
        if len(rows) == part.size:
            found.append(part)
        elif len(rows):
            found.append(only(part, rows))
    return found


Piece: TypeAlias = tuple[Part, int, int]
"""Rows of a part, from one to before another."""


def counting(pieces: Sequence[Piece]) -> NDArray[np.bool_] | None:
    """Which rows of pieces, one after the other, count; None: all."""
    counts = [part.counting(low, high) for part, low, high in pieces]
    if all(one is None for one in counts):
        return None
    whole = [
        np.ones(high - low, dtype=np.bool_) if one is None else one
        for one, (_, low, high) in zip(counts, pieces, strict=True)
    ]
    return np.concatenate(whole)


def _made(part: Part) -> Ints:
    return np.zeros(part.size, dtype=np.int64) if part.made is None else part.made
