"""Agenda: when time next passes something of each source, kept from version to version.

Most ticks pass nothing of most windows. So for each source the instant is kept before which it is nobody; a
version looks only at sources whose instant has come, and at those whose rows are others than when it was
worked out. No member has a timer: the rows in time order say which instant comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import AbstractContextManager

import duckdb
import numpy as np

from satsuma.evaluation.due.inverse import Span
from satsuma.index import Index
from satsuma.membership.touching import sources
from satsuma.membership.touching.due import LAST_US, Due, first_sources
from satsuma.membership.touching.programs import Leaf
from satsuma.membership.touching.quiet import OfPast, Quiet
from satsuma.membership.touching.sources import Source

_UNKNOWN, _NEVER = -(2**63), 2**63 - 1

Cursor = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


class Agenda:
    """The sources of time's among leaves. Kept by whoever makes versions; not to be shared by threads.

    Attributes:
        looked_at: How many sources the last version looked at.
    """

    def __init__(self, groups: Sequence[Sequence[Leaf]], others: Iterable[Leaf]) -> None:
        """Know nothing yet.

        Args:
            groups: Leaves, each group of one shape.
            others: Leaves that are asked about by themselves.
        """
        number: dict[Source, int] = {}
        groups_of: list[list[int]] = []
        shapes = [(place, group[0]) for place, group in enumerate(groups) if group]
        for place, leaf in [*shapes, *((None, leaf) for leaf in others)]:
            for source in dict.fromkeys(first_sources(leaf.reads.clock)):
                if number.setdefault(source, len(groups_of)) == len(groups_of):
                    groups_of.append([])
                if place is not None:
                    groups_of[number[source]].append(place)
        self._sources = list(number)
        self._groups_of = groups_of
        self._due = np.full(len(number), _UNKNOWN, dtype=np.int64)
        self._past = [place for place, one in enumerate(self._sources) if isinstance(one, OfPast)]
        self._of_rows: dict[Hashable, list[int]] = {}
        for place, source in enumerate(self._sources):
            if (key := _rows_key(source)) is not None:
                self._of_rows.setdefault(key, []).append(place)
        self._rows: dict[Hashable, tuple[object, ...]] = {}
        self._at: int | None = None
        self.looked_at = 0

    def begin(self, index: Index, at: int) -> None:
        """Work everything out at a version, so that the first tick after it finds it known."""
        self._know(index, at)
        self._work_out(index, range(len(self._sources)))

    def groups(self, index: Index, span: Span) -> list[int]:
        """Those groups, by their places, of which time may touch somebody on the way to a version.

        Args:
            index: Of the version.
            span: From the version before to it.
        """
        self._know(index, span.after)
        due = np.flatnonzero(self._due <= span.upto).tolist() if span.after < span.upto else []
        self.looked_at = len(due)
        return sorted({group for place in due for group in self._groups_of[place]})

    def go_on(self, index: Index, at: int) -> None:
        """The leaves have been asked at a version, for which `groups` was called."""
        if at == self._at:
            return
        self._at = at
        self._work_out(index, np.flatnonzero(self._due <= at).tolist())

    def next(self, index: Index, cursor: Cursor, after: int, upto: int, quiet: Quiet) -> int | None:
        """The first instant in `(after, upto]` at which time may touch anybody, or None.

        Args:
            index: Of the last version.
            cursor: Opens one on it, for what the index does not have.
            after: Its instant, or a later one.
            quiet: What is known of the record's past.
        """
        self._know(index, after if self._at is None else min(after, self._at))
        self._work_out(index, np.flatnonzero(self._due == _UNKNOWN).tolist())
        upto = min(upto, LAST_US)
        ahead = self._due[self._due > after]
        found = _NEVER if not len(ahead) else int(ahead.min())
        due = Due(index)
        for place in np.flatnonzero(self._due <= after).tolist():
            if not isinstance(source := self._sources[place], OfPast):
                at = due.next(source, Span(after, min(upto, found)))
                found = found if at is None else min(found, at)
        if self._past:
            with cursor() as connection:
                due = Due(index, connection, quiet)
                for place in self._past:
                    at = due.next(self._sources[place], Span(after, min(upto, found)))
                    found = found if at is None else min(found, at)
        return found if found <= upto else None

    def _know(self, index: Index, at: int) -> None:
        """Forget what is not known of an index and an instant any more."""
        if at != self._at:
            # A version that came to nothing, or the first of all.
            self._due[:] = _UNKNOWN
            self._at = at
        for key, places in self._of_rows.items():
            rows, known = _rows(index, key), self._rows.get(key, ())
            if len(rows) != len(known) or any(a is not b for a, b in zip(rows, known, strict=True)):
                self._rows[key] = rows
                self._due[places] = _UNKNOWN

    def _work_out(self, index: Index, places: Iterable[int]) -> None:
        due = Due(index)
        at = self._at
        if at is None:
            return
        for place in places:
            if not isinstance(source := self._sources[place], OfPast):
                found = due.next(source, Span(at, LAST_US))
                self._due[place] = _NEVER if found is None else found


def _rows_key(source: Source) -> Hashable | None:
    """What of an index a source of time's is about; None where it is about none."""
    match source:
        case sources.Passed(type):
            return type
        case sources.RowValuePassed(type, attribute):
            return type, attribute
        case sources.ValuePassed(entity, attribute):
            return entity, attribute
        case _:
            return None


def _rows(index: Index, key: Hashable) -> tuple[object, ...]:
    """The very objects that tell of values and whose they are: the same for as long as these are."""
    match key:
        case int(type):
            return tuple(one for part in index.interactions[type].parts for one in (part.time_at, part.out))
        case (int(type), int(attribute)):
            parts = index.interactions[type].parts
            return tuple(one for part in parts for one in (part.columns[attribute], part.out))
        case (str(entity), int(attribute)):
            return (index.named(entity).columns[attribute],)
        case _:
            raise TypeError(key)
