"""Explain: each condition of a segment for one record: its truth, its evidence, since and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa

from satsuma.catalog.model import Catalog, Entity
from satsuma.evaluation import sql
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.data import Record
from satsuma.evaluation.reference.evaluate import scope_of
from satsuma.evaluation.sql.placing import Placing, placing
from satsuma.kernel.civil import US_PER_DAY
from satsuma.kernel.errors import InvariantError, NotFoundError
from satsuma.language import bound, tree
from satsuma.language.binding import bind
from satsuma.language.english import hover
from satsuma.language.problems import definition_error
from satsuma.language.text import print_text
from satsuma.membership.names import StoredNames
from satsuma.record import actors, definitions, overrides
from satsuma.record.definitions import SegmentRow
from satsuma.record.resolve import keys_of_numbers, numbers_of_keys
from satsuma.record.sql import scalar
from satsuma.record.store import State
from satsuma.segments import drafts
from satsuma.segments.explaining.evidence import Evidence, RankFound
from satsuma.segments.explaining.explanation import Explained, Explanation, Override
from satsuma.segments.explaining.finding import find, ranked_value
from satsuma.segments.explaining.future import Future
from satsuma.segments.explaining.gathering import Gathering
from satsuma.segments.explaining.judging import Budget, Judge
from satsuma.segments.explaining.past import turns_behind
from satsuma.segments.explaining.places import Place, nodes_of, places
from satsuma.segments.explaining.referred import moves, referred, unknown_in
from satsuma.segments.explaining.turning import Turn
from satsuma.segments.rooms import Rooms, audience_of
from satsuma.segments.sources import from_stored, with_names

HORIZON_DAYS = 400
"""How far ahead changes are looked for: a year and some."""


def explain(rooms: Rooms, segment: int, key: str) -> Explanation:
    """Why a record is in a segment or not, by the live definition, or by the draft where none is live.

    Raises:
        NotFoundError: No record of the audience has the key.
        DefinitionError: The draft has errors.
    """
    with rooms.reading() as (cursor, state):
        row = drafts.row_of(definitions.segments(cursor), segment)
        return _Case(cursor, state, row, key).explanation()


@dataclass(slots=True)
class _Found:
    """What the places of a definition come to."""

    present: dict[int, bool] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)
    cut: dict[int, str] = field(default_factory=dict)
    evidence: dict[int, Evidence | None] = field(default_factory=dict)
    behind: Mapping[int, Turn] = field(default_factory=dict)
    ahead: Mapping[int, Turn] = field(default_factory=dict)


class _Case:
    """One record and one segment at one version."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, state: State, row: SegmentRow, key: str) -> None:
        self.cursor = cursor
        self.catalog: Catalog = state.catalog
        self.state = state
        self.row = row
        self.audience: Entity = audience_of(state.catalog, row.audience)
        number = int(numbers_of_keys(cursor, self.audience, pa.array([key], pa.string()))[0])
        if number < 0:
            raise NotFoundError(f"no {self.audience.name} “{key}”", code="not_found.record")
        self.number = number
        self.key = str(keys_of_numbers(cursor, self.audience, np.array([number], dtype=np.uint32))[0])
        self.horizon = state.now + HORIZON_DAYS * US_PER_DAY
        self.gathering = Gathering(cursor, state.catalog, state.now)

    def explanation(self) -> Explanation:
        """All of it."""
        row = self.row
        written, definition, names = self._definition()
        self.gathering.gather(bound.All(()), self.audience, [self.key])
        if written is None or definition is None:
            condition, holds, timezone = None, self._is_picked(), row.timezone or self.catalog.timezone
        else:
            condition = self._condition(written, definition, names)
            holds, timezone = condition.holds, definition.timezone
        record = self._record(self.gathering.database())
        member, since = self._membership()
        return Explanation(
            key=self.key,
            segment=row.name,
            status=row.status,
            version=self.state.version,
            now=self.state.now,
            timezone=timezone,
            holds=holds,
            member=member,
            since=since,
            override=self._override(),
            exists_since=record.exists_since,
            horizon=self.horizon,
            condition=condition,
        )

    def _definition(self) -> tuple[tree.Condition | None, bound.Definition | None, StoredNames]:
        names = StoredNames(self.cursor, self.catalog)
        number = self.row.draft_id if self.row.definition_id is None else self.row.definition_id
        if number is None:
            return None, None, names
        text = drafts.definition_source(definitions.definitions(self.cursor, self.row.id), number)
        source = with_names(from_stored(text), names)
        binding = bind(source, self.catalog, names, own_id=self.row.id)
        if source.where is not None and binding.definition is None:
            raise definition_error(binding.problems)
        return source.where, binding.definition, names

    def _condition(
        self, written: tree.Condition, definition: bound.Definition, names: StoredNames
    ) -> Explained:
        root = places(written, definition.where)
        found = _Found()
        placings = self._gather(root, definition, found)
        segments = referred(self.cursor, self.catalog, names, self.gathering)
        database = self.gathering.database()
        record = self._record(database)
        by_id = {one.id: one for one in segments}
        budget = Budget()
        judges: dict[int, Judge] = {}
        for place in root.walk():
            if place.is_leaf and place.number not in found.cut:
                judges[place.number] = Judge(place.condition, self.key, definition, database, budget)
        leaves = {place.number: place for place in root.walk() if place.is_leaf}
        truths = root.truths(lambda number: self._present(leaves[number], judges, definition, database))
        found.present = {number: bool(truth) for number, truth in truths.items()}
        self._find_evidence(leaves, definition, database, record, placings, found)
        found.behind = turns_behind(
            root, found.present, found.cut, judges, database, record.exists_since, budget
        )
        known = dict(judges)
        for number, place in leaves.items():
            reason = found.cut.get(number) or unknown_in(place.condition, by_id)
            if reason is not None:
                known.pop(number, None)
                if moves(place.condition, by_id):
                    found.unknown[number] = reason
        budget.renew()
        future = Future(root, found.present, found.unknown, segments, database)
        found.ahead = future.turns(known, self.horizon, budget)
        return self._explained(root, found)

    def _gather(
        self, root: Place, definition: bound.Definition, found: _Found
    ) -> dict[int, tuple[Placing, str | None]]:
        """Read what the leaves need; of rankings, where the record stands and who stands last in front."""
        placings: dict[int, tuple[Placing, str | None]] = {}
        for place in root.walk():
            if not place.is_leaf:
                continue
            keys = [self.key]
            condition = place.condition
            if isinstance(condition, bound.Top):
                where = placing(
                    self.cursor,
                    condition,
                    self.audience,
                    self.number,
                    timezone=definition.timezone,
                    catalog=self.catalog,
                    now=self.state.now,
                )
                last = [] if where.last is None else [where.last]
                named = keys_of_numbers(self.cursor, self.audience, np.array(last, dtype=np.uint32))
                keys += [str(one) for one in named.to_pylist()]
                placings[place.number] = (where, keys[1] if len(keys) > 1 else None)
            reason = self.gathering.gather(condition, self.audience, keys)
            if nodes_of(bound.Top, condition):
                reason = "it ranks the whole audience"
            if reason is not None:
                found.cut[place.number] = reason
        return placings

    def _present(
        self, place: Place, judges: Mapping[int, Judge], definition: bound.Definition, database: Database
    ) -> bool:
        if place.number in judges:
            return judges[place.number].holds(database)
        members = sql.condition_members(
            self.cursor,
            place.condition,
            self.audience,
            timezone=definition.timezone,
            catalog=self.catalog,
            now=self.state.now,
        )
        return bool(np.isin(self.number, members))

    def _find_evidence(
        self,
        leaves: Mapping[int, Place],
        definition: bound.Definition,
        database: Database,
        record: Record,
        placings: Mapping[int, tuple[Placing, str | None]],
        found: _Found,
    ) -> None:
        scope = scope_of(definition, database)
        for number, place in leaves.items():
            if number not in placings:
                found.evidence[number] = find(place.condition, record, scope)
                continue
            ranking = place.condition
            if not isinstance(ranking, bound.Top):
                raise InvariantError("a place was found for what is no ranking")
            where, last = placings[number]
            boundary = None if last is None else database.record(self.audience.name, last)
            found.evidence[number] = RankFound(
                ranked_value(ranking, record, scope),
                where.place,
                where.included,
                where.candidates,
                last,
                None if boundary is None else ranked_value(ranking, boundary, scope),
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

    def _is_picked(self) -> bool:
        statement = "SELECT count(*) FROM static_members WHERE segment = ? AND member = ?"
        return bool(scalar(self.cursor, statement, [self.row.id, self.number]))

    def _membership(self) -> tuple[bool | None, int | None]:
        """Whether it is a member of the live segment, and since when it is or is not."""
        if self.row.as_of_version is None or self.row.status not in ("live", "failed"):
            return None, None
        values = [self.row.id, self.number]
        is_member = scalar(
            self.cursor, "SELECT count(*) FROM segment_members WHERE segment = ? AND member = ?", values
        )
        since: int | None = scalar(
            self.cursor,
            "SELECT epoch_us(max(c.at)) FROM membership_changes c WHERE segment = ? AND member = ?",
            values,
        )
        return bool(is_member), since

    def _override(self) -> Override | None:
        """The override that counts: of two for one key, `never`."""
        rules = [rule for rule in overrides.overrides(self.cursor, self.row.id) if rule.key == self.key]
        if not rules:
            return None
        counts = rules[-1]
        return Override(counts.rule, counts.at, actors.name_of(self.cursor, counts.actor) or "unknown")
