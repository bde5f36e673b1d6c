"""Rows as versions: records and interactions taken, removed, merged, and refused rows tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from satsuma.catalog.model import Catalog
from satsuma.catalog.rules import OBSERVED_AT
from satsuma.commit.receipts import Receipt, Removal, Replay
from satsuma.commit.rows_together import ROWS_MAX, Handed, LiveOf, TakeRows, Target
from satsuma.commit.together import Together
from satsuma.commit.writer import Committed, Writer
from satsuma.kernel.errors import DataError
from satsuma.kernel.instants import format_instant
from satsuma.membership.live import LiveSegment
from satsuma.record.change import Change
from satsuma.record.intake import Intake, take_interactions, take_records
from satsuma.record.intake.kept import row_of
from satsuma.record.quarantine import ENTITY, REFUSED, Quarantined, settle, waiting
from satsuma.record.taken import Taken


class Rows:
    """Takes rows for one actor; each method makes one version."""

    def __init__(self, writer: Writer, live: LiveOf, actor: str) -> None:
        """Wire it.

        Args:
            writer: Makes the versions.
            live: The live set, for the attributes whose types are held fast.
            actor: Name of who hands rows in.
        """
        self._writer = writer
        self._live = live
        self._actor = actor
        self._taking = Together("rows", TakeRows(live))

    def upsert(self, entity: str, rows: Any, *, observed_at: str | int | None, key: str) -> Receipt:
        """Take rows about records of an entity (see `record.intake.take_records`)."""
        if _are_few(rows):
            return self._together(Target(entity, True, key, observed_at=observed_at), rows)
        taking = _Once(
            lambda catalog, locked, now: take_records(
                rows, entity, catalog, now=now, observed_at=observed_at, key=key, locked=locked
            )
        )

        def work(change: Change) -> Taken:
            return change.upsert(entity, taking.take(change, self._locked(change)))

        return _receipt(self._writer.commit(work, actor=self._actor, detail=f"upsert {entity}"))

    def append(self, type: str, rows: Any, *, member: str | None, audience: str | None) -> Receipt:
        """Take interactions of a type (see `record.intake.take_interactions`)."""
        if _are_few(rows):
            return self._together(Target(type, False, member, audience=audience), rows)
        taking = _Once(
            lambda catalog, locked, now: take_interactions(
                rows, type, catalog, now=now, member=member, audience=audience, locked=locked
            )
        )

        def work(change: Change) -> Taken:
            intake = taking.take(change, self._locked(change))
            return change.append(type, intake, source=change.origin)

        return _receipt(self._writer.commit(work, actor=self._actor, detail=f"append {type}"))

    def _together(self, target: Target, rows: Sequence[Mapping[str, Any]]) -> Receipt:
        """Take few rows, together with those of other callers."""
        detail = f"{'upsert' if target.is_entity else 'append'} {target.name}"
        handed = Handed(target, rows)
        return _receipt(self._writer.commit_together(self._taking, handed, actor=self._actor, detail=detail))

    def delete(self, entity: str, keys: Sequence[str]) -> Removal:
        """Remove records with all that is theirs."""
        committed = self._writer.commit(
            lambda change: change.delete(entity, keys),
            actor=self._actor,
            cause="erase",
            detail=f"delete {entity}",
        )
        return Removal(committed.version, len(committed.result.numbers), committed.result.unknown)

    def retract(self, type: str, ids: Sequence[str]) -> Removal:
        """Remove interactions; their ids may come again."""
        committed = self._writer.commit(
            lambda change: change.retract(type, ids), actor=self._actor, detail=f"retract {type}"
        )
        return Removal(committed.version, committed.result.removed, committed.result.unknown)

    def merge(self, entity: str, *, keep: str, drop: str) -> Receipt:
        """Give one record all that another has."""
        committed = self._writer.commit(
            lambda change: change.merge(entity, keep=keep, drop=drop),
            actor=self._actor,
            cause="merge",
            detail=f"merge {entity}",
        )
        return Receipt(committed.version, accepted=1)

    def replay(self, target: str | None) -> Replay:
        """Try refused rows again, all in one version: of one entity or type, or of all."""

        def work(change: Change) -> tuple[int, int, int, int]:
            batches: dict[tuple[object, ...], list[Quarantined]] = {}
            unreadable = 0
            for row in waiting(change.connection, target):
                if row.is_replayable:
                    origin = (row.kind, row.target, row.import_id, row.untyped)
                    batches.setdefault(origin, []).append(row)
                else:
                    unreadable += 1
            taken = [self._again(change, rows) for rows in batches.values()]
            return (
                sum(one.accepted for one in taken),
                sum(one.duplicates for one in taken),
                sum(one.quarantined for one in taken),
                unreadable,
            )

        committed = self._writer.commit(work, actor=self._actor, detail="replay quarantine")
        return Replay(committed.version, *committed.result)

    def _again(self, change: Change, rows: list[Quarantined]) -> Taken:
        """Try rows again that came for one entity or type, with one import or none."""
        name, import_id, untyped = rows[0].target, rows[0].import_id, rows[0].untyped
        ids, catalog, now, locked = [row.id for row in rows], change.catalog, change.at, self._locked(change)
        try:
            if rows[0].kind == ENTITY:
                again = [_with_instant(row) for row in rows]
                intake = take_records(again, name, catalog, now=now, locked=locked, untyped=untyped)
            else:
                again = [row_of(row.row) for row in rows]
                intake = take_interactions(again, name, catalog, now=now, locked=locked, untyped=untyped)
        except DataError as error:
            return _refused_again(change, ids, error)
        if rows[0].kind == ENTITY:
            return change.upsert(name, intake, import_id=import_id, replaying=ids)
        return change.append(name, intake, import_id=import_id, replaying=ids)

    def _locked(self, change: Change) -> frozenset[int]:
        return locked_attributes(self._live(change))


def _are_few(rows: Any) -> bool:
    return isinstance(rows, list) and len(rows) <= ROWS_MAX and all(isinstance(row, dict) for row in rows)


def locked_attributes(live: Iterable[LiveSegment]) -> frozenset[int]:
    """Catalog numbers of the attributes that live definitions read: their types are held fast."""
    return frozenset().union(*(segment.reads for segment in live))


def _with_instant(row: Quarantined) -> Any:
    """A refused row about a record; one that does not say when it was observed counts when it came."""
    came = row_of(row.row)
    if isinstance(came, dict) and came.get(OBSERVED_AT) in (None, ""):
        came[OBSERVED_AT] = format_instant(row.at)
    return came


def _refused_again(change: Change, ids: list[int], error: DataError) -> Taken:
    """Rows that cannot be taken as a batch wait on, each with the reason."""
    refused = [
        {"position": place, "code": error.code, "message": error.message, "row": ""}
        for place in range(len(ids))
    ]
    settle(change, ids, pa.Table.from_pylist(refused, schema=REFUSED))
    return Taken(0, 0, len(ids))


class _Once:
    """Takes rows in once, unless the catalog has moved: rows may be a stream, and a version made anew."""

    def __init__(self, take: Callable[[Catalog, frozenset[int], int], Intake]) -> None:
        self._take = take
        self._before: Catalog | None = None
        self._intake: Intake | None = None

    def take(self, change: Change, locked: frozenset[int]) -> Intake:
        if self._intake is None or self._before is not change.catalog:
            self._before, self._intake = change.catalog, self._take(change.catalog, locked, change.at)
        return self._intake


def _receipt(committed: Committed[Taken]) -> Receipt:
    taken = committed.result
    return Receipt(
        committed.version,
        taken.accepted,
        taken.duplicates,
        taken.quarantined,
        len(taken.created),
        tuple(taken.duplicate_positions.tolist()),
    )
