"""Building: a world written into a real record, and what the evaluators read of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.load import load
from satsuma.kernel.errors import NotFoundError, UsageError
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC
from satsuma.membership.names import StoredNames
from satsuma.record import consent, lists, memberships, resolve
from satsuma.record.arrow import table_of, texts
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow, next_segment, put_segment
from satsuma.record.intake import take_interactions, take_records
from satsuma.record.store import Record
from tests.oracle.worlds import World, Write, declared


@dataclass(frozen=True, slots=True)
class Built:
    """A world in a real record.

    Attributes:
        cursor: On its last version; evaluators of SQL read it.
        database: The same, as the reference reads it, at the instant of the last version.
        names: Its segments, lists and aliases.
        keys: By audience, the key of each member number.
    """

    world: World
    cursor: duckdb.DuckDBPyConnection
    catalog: Catalog
    database: Database
    names: StoredNames
    keys: dict[str, dict[int, str]]

    def at(self, now: int) -> Database:
        """The state at an instant from the last version's on."""
        return replace(self.database, now=now)


@contextmanager
def built(world: World) -> Iterator[Built]:
    """Write a world, version by version, into a record in a directory of its own."""
    with TemporaryDirectory() as directory:
        first = world.versions[0].at
        record = Record.create(
            directory, workspace_id="oracle", catalog=declared(world), at=first, actor="oracle"
        )
        with record:
            _prepare(record, world)
            for number, version in enumerate(world.versions):
                with record.begin(at=version.at, actor="oracle") as change:
                    for place, write in enumerate(version.writes):
                        _write(change, world, write, f"{number}/{place}")
            with record.cursor() as cursor:
                yield _read(world, record, cursor)


def _read(world: World, record: Record, cursor: duckdb.DuckDBPyConnection) -> Built:
    database = load(cursor, record.catalog, record.now)
    keys = {}
    for entity in record.catalog.audiences():
        known = list(database.records[entity.name])
        numbers = resolve.numbers_of_keys(cursor, entity, texts(known)).tolist()
        keys[entity.name] = dict(zip(numbers, known, strict=True))
    return Built(world, cursor, record.catalog, database, StoredNames(cursor, record.catalog), keys)


def _prepare(record: Record, world: World) -> None:
    """Make the segments, all of them live, and the lists."""
    with record.begin(at=record.now, actor="oracle") as change:
        for name, audience in world.segments.items():
            number = change.entity(audience).number
            row = SegmentRow(
                next_segment(change), name, number, "dynamic", "live", change.at, change.version, change.at
            )
            put_segment(change, row)
        for name, audience in world.lists.items():
            lists.create(change, name, change.entity(audience).number, subscription=False)


def _write(change: Change, world: World, write: Write, source: str) -> None:
    match write:
        case ["upsert", entity, rows]:
            column = "observed_at" if any("observed_at" in row for row in rows) else None
            intake = take_records(rows, entity, change.catalog, now=change.at, observed_at=column)
            change.upsert(entity, intake, source=source)
        case ["append", of_type, rows]:
            change.append(
                of_type, take_interactions(rows, of_type, change.catalog, now=change.at), source=source
            )
        case ["delete", entity, keys]:
            numbers = change.delete(entity, keys).numbers
            _leave_segments(change, world, entity, numbers, "erase")
        case ["merge", entity, keep, drop]:
            _merge(change, world, entity, keep, drop)
        case ["retract", of_type, ids]:
            change.retract(of_type, ids)
        case ["join" | "leave" as word, name, keys]:
            number = list(world.lists).index(name)
            act = lists.join if word == "join" else lists.leave
            act(change, number, _numbers(change, world.lists[name], keys))
        case ["enter" | "exit" as word, name, keys]:
            number = list(world.segments).index(name)
            _cross(change, number, word == "enter", _numbers(change, world.segments[name], keys), "data")
        case ["consent", audience, key, topic, state, at]:
            for number in _numbers(change, audience, [key]).tolist():
                entry = consent.ConsentEntry(number, topic, state, parse_instant(at, UTC))
                consent.add(change, change.entity(audience).number, entry)
        case _:
            raise AssertionError(f"no such write: {write}")


def _merge(change: Change, world: World, entity: str, keep: str, drop: str) -> None:
    try:
        merged = change.merge(entity, keep=keep, drop=drop)
    except (NotFoundError, UsageError):
        # One of them is gone, or both are one already.
        return
    gone = np.array([merged.drop], dtype=np.uint32)
    for number in _leave_segments(change, world, entity, gone, "merge"):
        _cross(change, number, True, np.array([merged.keep], dtype=np.uint32), "merge")


def _leave_segments(
    change: Change, world: World, entity: str, numbers: NDArray[np.uint32], cause: str
) -> list[int]:
    """What whoever keeps live segments does when records are gone; the segments that they left."""
    left = []
    for number, (_, audience) in enumerate(world.segments.items()):
        if audience == entity and np.isin(numbers, memberships.members(change.connection, number)).any():
            left.append(number)
            _cross(change, number, False, numbers, cause)
    return left


def _cross(change: Change, segment: int, enters: bool, numbers: NDArray[np.uint32], cause: str) -> None:
    """Signed changes of a segment, netted within the version as a commit nets them."""
    inside = memberships.members(change.connection, segment)
    moving = np.setdiff1d(numbers, inside) if enters else np.intersect1d(numbers, inside)
    done = change.connection.execute(
        "SELECT member FROM membership_changes WHERE segment = ? AND version = ?", [segment, change.version]
    ).fetchall()
    again = np.intersect1d(moving, np.array([member for (member,) in done], dtype=np.uint32))
    _undo(change, segment, again.tolist())
    new = np.setdiff1d(moving, again)
    if not len(new):
        return
    sign = 1 if enters else -1
    columns = {
        "segment": [segment] * len(new), "member": new.tolist(), "sign": [sign] * len(new),
        "cause": [cause] * len(new),
    }  # fmt: skip
    memberships.write_changes(change, table_of(columns).cast(memberships.CHANGES))


def _undo(change: Change, segment: int, members: list[int]) -> None:
    """A member that comes and goes within one version has not moved."""
    for member in members:
        change.connection.execute(
            "DELETE FROM membership_changes WHERE segment = ? AND member = ? AND version = ?",
            [segment, member, change.version],
        )


def _numbers(change: Change, entity: str, keys: Sequence[str]) -> NDArray[np.uint32]:
    """The numbers of those of the keys that have a record, ascending."""
    found = resolve.numbers_of_keys(change.connection, change.entity(entity), texts(keys))
    return np.unique(found[found >= 0]).astype(np.uint32)
