"""Conditions: every condition of one definition explained for one record, in the state that a cursor sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import numpy as np

from satsuma.catalog.model import Catalog
from satsuma.evaluation import sql
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.data import Record
from satsuma.evaluation.reference.evaluate import scope_of
from satsuma.evaluation.sql.placing import Placing, placing
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound, tree
from satsuma.language.english import hover
from satsuma.language.text import print_text
from satsuma.membership.names import StoredNames
from satsuma.record.resolve import keys_of_numbers
from satsuma.segments.explaining.evidence import Evidence, RankFound
from satsuma.segments.explaining.explanation import Explained
from satsuma.segments.explaining.finding import find, ranked_value
from satsuma.segments.explaining.future import Future
from satsuma.segments.explaining.gathering import Gathering
from satsuma.segments.explaining.judging import Budget, Judge
from satsuma.segments.explaining.past import turns_behind
from satsuma.segments.explaining.places import Place, nodes_of, places
from satsuma.segments.explaining.referred import Referred, moves, referred, unknown_in
from satsuma.segments.explaining.turning import Turn

RANKS = "it ranks the whole audience"


def explain_conditions(
    cursor: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    now: int,
    key: str,
    written: tree.Condition,
    definition: bound.Definition,
    *,
    names: StoredNames,
    horizon: int,
) -> Explained:
    """The tree of a definition's conditions, each explained for the record of a key.

    Args:
        cursor: On the record; its transaction decides which version is read.
        catalog: Of that version.
        now: Its instant, microseconds UTC.
        written: What the definition was bound from.
        names: The segments and lists of that version.
        horizon: Up to when changes to come are looked for, microseconds UTC.
    """
    return _Case(cursor, catalog, now, key, definition).explained(written, names, horizon)


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where the record stands in a ranking, and the key of who stands last of those in front."""

    placing: Placing
    last: str | None


@dataclass(slots=True)
class _Found:
    """What the places of a definition come to, by number; `cut` is why a leaf is judged by SQL."""

    present: dict[int, bool] = field(default_factory=dict)
    evidence: dict[int, Evidence | None] = field(default_factory=dict)
    cut: dict[int, str] = field(default_factory=dict)
    placed: dict[int, _Placed] = field(default_factory=dict)
    behind: Mapping[int, Turn] = field(default_factory=dict)
    ahead: Mapping[int, Turn] = field(default_factory=dict)


class _Case:
    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        now: int,
        key: str,
        definition: bound.Definition,
    ) -> None:
        self.cursor = cursor
        self.catalog = catalog
        self.now = now
        self.key = key
        self.definition = definition
        self.audience = definition.audience
        self.gathering = Gathering(cursor, catalog, now)

    def explained(self, written: tree.Condition, names: StoredNames, horizon: int) -> Explained:
        root = places(written, self.definition.where)
        leaves = {place.number: place for place in root.walk() if place.is_leaf}
        found = _Found()
        self.gathering.gather(bound.All(()), self.audience, [self.key])
        for place in leaves.values():
            self._gather(place, found)
        segments = referred(self.cursor, self.catalog, names, self.gathering)
        database = self.gathering.database()
        record = self._record(database)
        budget = Budget()
        judges = {
            number: Judge(place.condition, self.key, self.definition, database, budget)
            for number, place in leaves.items()
            if number not in found.cut
        }
        truths = root.truths(
            lambda number: (
                judges[number].holds(database) if number in judges else self._by_sql(leaves[number].condition)
            )
        )
        found.present = {number: truth is True for number, truth in truths.items()}
        self._find_evidence(leaves, database, record, found)
        since = record.exists_since
        found.behind = turns_behind(root, found.present, found.cut, judges, database, since, budget)
        budget.renew()
        unknown = _unknown(leaves, found, segments)
        told = {number: judge for number, judge in judges.items() if number not in unknown}
        future = Future(root, found.present, unknown, segments, database)
        found.ahead = future.turns(told, horizon, budget)
        return self._explained(root, found)

    def _gather(self, place: Place, found: _Found) -> None:
        """Read what a leaf needs; of a ranking where the record stands, and what the last in front has."""
        keys, condition = [self.key], place.condition
        if isinstance(condition, bound.Top):
            placed = found.placed[place.number] = self._place(condition)
            keys += [] if placed.last is None else [placed.last]
        reason = self.gathering.gather(condition, self.audience, keys)
        if nodes_of(bound.Top, condition):
            reason = RANKS
        if reason is not None:
            found.cut[place.number] = reason

    def _place(self, condition: bound.Top) -> _Placed:
        number = self.gathering.number_of(self.audience, self.key)
        if number is None:
            raise InvariantError(f"the {self.audience.name} {self.key!r} is gone while it is explained")
        where = placing(
            self.cursor,
            condition,
            self.audience,
            number,
            timezone=self.definition.timezone,
            catalog=self.catalog,
            now=self.now,
        )
        if where.last is None:
            return _Placed(where, None)
        last = keys_of_numbers(self.cursor, self.audience, np.array([where.last], dtype=np.uint32))
        return _Placed(where, str(last[0].as_py()))

    def _by_sql(self, condition: bound.Condition) -> bool:
        members = sql.condition_members(
            self.cursor,
            condition,
            self.audience,
            timezone=self.definition.timezone,
            catalog=self.catalog,
            now=self.now,
        )
        return self.gathering.number_of(self.audience, self.key) in members

    def _find_evidence(
        self, leaves: Mapping[int, Place], database: Database, record: Record, found: _Found
    ) -> None:
        scope = scope_of(self.definition, database)
        for number, place in leaves.items():
            condition = place.condition
            if not isinstance(condition, bound.Top):
                found.evidence[number] = find(condition, record, scope)
                continue
            where, last = found.placed[number].placing, found.placed[number].last
            boundary = None if last is None else database.record(self.audience.name, last)
            found.evidence[number] = RankFound(
                ranked_value(condition, record, scope),
                where.place,
                where.included,
                where.candidates,
                last,
                None if boundary is None else ranked_value(condition, boundary, scope),
            )

    def _explained(self, place: Place, found: _Found) -> Explained:
        return Explained(
            text=print_text(place.written),
            english=hover(place.written, self.catalog),
            holds=found.present[place.number],
            evidence=found.evidence.get(place.number),
            turned=found.behind[place.number],
            turns=found.ahead[place.number],
            cut=found.cut.get(place.number),
            inside=tuple(self._explained(one, found) for one in place.inside),
        )

    def _record(self, database: Database) -> Record:
        record = database.record(self.audience.name, self.key)
        if record is None:
            raise InvariantError(f"the {self.audience.name} {self.key!r} is gone while it is explained")
        return record


def _unknown(leaves: Mapping[int, Place], found: _Found, segments: tuple[Referred, ...]) -> dict[int, str]:
    """Why of some leaves nothing is known but their present, though time may change them."""
    by_id = {one.id: one for one in segments}
    unknown = {}
    for number, place in leaves.items():
        reason = found.cut.get(number) or unknown_in(place.condition, by_id)
        if reason is not None and moves(place.condition, by_id):
            unknown[number] = reason
    return unknown
