"""Answering: who meets a condition at a committed version, by the kernels where they can, else by SQL.

The kernels answer from the index that the engine holds. While the engine is cold, or where the version that
is asked about is not the one it stands at, the record answers by SQL, so that no first answer waits.
"""

from __future__ import annotations

import duckdb
import numpy as np

from satsuma.catalog.model import Entity
from satsuma.evaluation import kernels, sql
from satsuma.evaluation.kernels.meaning import meaning_of
from satsuma.evaluation.kernels.memberships import SqlMemberships
from satsuma.evaluation.kernels.scope import Records
from satsuma.kernel.stopping import check
from satsuma.language import bound
from satsuma.membership.algebra import Algebra, Everyone, is_algebra
from satsuma.membership.engine import Engine
from satsuma.membership.kept_answers import KeptAnswers
from satsuma.membership.planes import Bools, Numbers
from satsuma.membership.standing import Standing
from satsuma.record import memberships
from satsuma.record.layout import NUMBER, entity_table
from satsuma.record.sql import quote, scalar
from satsuma.record.store import State

NOBODY: Numbers = np.zeros(0, dtype=np.uint32)


class _Held(SqlMemberships):
    """Answers about segments from what the engine holds, and about all else from the record."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, standing: Standing) -> None:
        super().__init__(cursor)
        self._standing = standing

    def segment(self, segment: int, frame: Records) -> Bools:
        """Whether each record of a frame is a member."""
        kept = self._standing.segments.get(segment)
        return frame.marked(kept.members.numbers() if kept is not None else NOBODY)


class Answers:
    """Answers for whole audiences; any thread may ask."""

    def __init__(self, engine: Engine) -> None:
        """Wire it."""
        self._engine = engine
        self._kept = KeptAnswers()
        self._everyone: dict[int, Everyone] = {}

    def forget(self) -> None:
        """Let go of all that is kept, and of the index that it came from."""
        self._kept.forget()
        self._everyone.clear()

    def holds(
        self,
        cursor: duckdb.DuckDBPyConnection,
        state: State,
        condition: bound.Condition,
        audience: Entity,
        timezone: str,
    ) -> Bools:
        """By member number, whether a condition holds; false for numbers without a record.

        Args:
            cursor: On the version.
            state: Of it.
            condition: Bound to its catalog.
            audience: Whose records are asked about.
            timezone: In which days and calendar windows are counted.

        Raises:
            Error: What evaluation raises.
        """
        check()
        standing = self._engine.standing
        if standing is not None and (standing.version, standing.at) == (state.version, state.now):
            question = meaning_of(condition), audience.number, timezone
            if (kept := self._kept.get(standing, question)) is not None:
                return kept
            found = kernels.truth_of(
                standing.index,
                condition,
                audience,
                numbers=None,
                timezone=timezone,
                now=state.now,
                memberships=_Held(cursor, standing),
            )
            here: Bools = found & standing.index.entity(audience).alive
            self._kept.put(standing, question, here)
            return here
        if standing is None:
            self._engine.on_cold()
        numbers = sql.condition_members(
            cursor, condition, audience, timezone=timezone, catalog=state.catalog, now=state.now
        )
        last = scalar(cursor, f"SELECT max({NUMBER}) FROM {quote(entity_table(audience))}")
        holds = np.zeros(0 if last is None else last + 1, dtype=np.bool_)
        holds[numbers] = True
        return holds

    def algebra(self, state: State, condition: bound.Condition, audience: Entity) -> Algebra | None:
        """For a condition that speaks of live segments alone; None for others, or where nothing is held."""
        standing = self._engine.standing
        if standing is None or (standing.version, standing.at) != (state.version, state.now):
            return None
        if not is_algebra(condition):
            return None
        table = standing.index.entity(audience)
        everyone = self._everyone.get(audience.number)
        if everyone is None or not everyone.is_of(table):
            everyone = self._everyone[audience.number] = Everyone(table)
        return Algebra(standing, table, everyone)

    def members(
        self, cursor: duckdb.DuckDBPyConnection, state: State, definition: bound.Definition
    ) -> Numbers:
        """Numbers of the records that meet a definition, overrides left aside, ascending, uint32."""
        holds = self.holds(cursor, state, definition.where, definition.audience, definition.timezone)
        return np.flatnonzero(holds).astype(np.uint32)

    def kept(self, cursor: duckdb.DuckDBPyConnection, state: State, segment: int) -> Numbers:
        """Numbers of a segment's members at the last version that it was live, ascending, uint32."""
        del state
        return memberships.members(cursor, segment)

    def sizes(self, cursor: duckdb.DuckDBPyConnection, state: State) -> dict[int, int]:
        """How many members live and failed segments have; none: may be not in it."""
        standing = self._engine.standing
        if standing is None or standing.version != state.version:
            return memberships.sizes(cursor)
        return {number: len(kept.members) for number, kept in standing.segments.items()}

    def check(self, condition: bound.Condition, audience: Entity) -> None:
        """Refuse a condition whose answer would tell whoever asks of records that they may not see."""
