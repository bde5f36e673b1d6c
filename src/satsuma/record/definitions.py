"""Definitions: the rows of segments and of every version of their definitions, tags and tests.

Rows only: names that are free, states that may follow each other and definitions that hold are ruled by
`segments`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from satsuma.kernel.errors import InvariantError
from satsuma.kernel.text import fold
from satsuma.record import memberships
from satsuma.record.sql import INSTANT
from satsuma.record.transaction import Transaction

SEGMENTS = "segments"
DEFINITIONS = "definitions"


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment as stored; instants are microseconds UTC, `audience` is an entity number."""

    id: int
    name: str
    audience: int
    kind: str
    status: str
    created_at: int
    created_version: int
    changed_at: int
    reason: str | None = None
    timezone: str | None = None
    definition_id: int | None = None
    draft_id: int | None = None
    description: str | None = None
    owner: str | None = None
    starts_at: int | None = None
    ends_at: int | None = None
    as_of_version: int | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """One version of a segment's definition: `number` counts within the segment, `source` is its JSON."""

    id: int
    segment: int
    number: int
    source: str
    canonical_hash: str
    created_at: int
    created_version: int
    actor: int


def next_segment(transaction: Transaction) -> int:
    """The id of a segment to be made."""
    return transaction.memory.counters.take(SEGMENTS)


def put_segment(transaction: Transaction, row: SegmentRow) -> None:
    """Store a segment, in place of the row of that id if there is one."""
    transaction.touches.defined.add(row.id)
    transaction.connection.execute("DELETE FROM segments WHERE id = ?", [row.id])
    transaction.connection.execute(
        "INSERT INTO segments (id, name, name_folded, audience, kind, status, reason, timezone,"
        " definition_id, draft_id, description, owner, starts_at, ends_at, created_at, created_version,"
        " changed_at, as_of_version, folder)"
        f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {INSTANT}, {INSTANT}, {INSTANT}, ?, {INSTANT}, ?, ?)",
        [
            row.id,
            row.name,
            fold(row.name),
            row.audience,
            row.kind,
            row.status,
            row.reason,
            row.timezone,
            row.definition_id,
            row.draft_id,
            row.description,
            row.owner,
            row.starts_at,
            row.ends_at,
            row.created_at,
            row.created_version,
            row.changed_at,
            row.as_of_version,
            row.folder,
        ],
    )


def remove_segment(transaction: Transaction, segment: int) -> None:
    """Remove a segment with its definitions, tags, tests, overrides, static members and present members.

    The changes of its membership stay.
    """
    transaction.touches.defined.add(segment)
    transaction.touches.overrides.add(segment)
    transaction.touches.pick(segment, memberships.static_members(transaction.connection, segment))
    transaction.connection.execute("DELETE FROM segments WHERE id = ?", [segment])
    memberships.clear(transaction, segment)
    tables = ("definitions", "segment_tags", "segment_tests", "segment_overrides", "static_members")
    for table in tables:
        transaction.connection.execute(f"DELETE FROM {table} WHERE segment = ?", [segment])


def segments(connection: duckdb.DuckDBPyConnection, number: int | None = None) -> list[SegmentRow]:
    """Every segment, by id; with a number, that one alone, if there is such a one."""
    which = "" if number is None else "WHERE id = ?"
    rows = connection.execute(
        "SELECT id, name, audience, kind, status, epoch_us(created_at), created_version,"
        " epoch_us(changed_at), reason, timezone, definition_id, draft_id, description, owner,"
        f" epoch_us(starts_at), epoch_us(ends_at), as_of_version, folder FROM segments {which} ORDER BY id",
        [] if number is None else [number],
    ).fetchall()
    return [SegmentRow(*row) for row in rows]


def add_definition(transaction: Transaction, segment: int, source: str, canonical_hash: str) -> DefinitionRow:
    """Store the next version of a segment's definition."""
    known = definitions(transaction.connection, segment)
    row = DefinitionRow(
        transaction.memory.counters.take(DEFINITIONS),
        segment,
        known[-1].number + 1 if known else 1,
        source,
        canonical_hash,
        transaction.at,
        transaction.version,
        transaction.actor,
    )
    transaction.connection.execute(
        f"INSERT INTO definitions VALUES (?, ?, ?, ?, ?, {INSTANT}, ?, ?)",
        [row.id, segment, row.number, source, canonical_hash, row.created_at, row.created_version, row.actor],
    )
    return row


def definitions(connection: duckdb.DuckDBPyConnection, segment: int | None = None) -> list[DefinitionRow]:
    """The definitions of a segment, or of all, by segment and number."""
    rows = connection.execute(
        "SELECT id, segment, number, source, canonical_hash, epoch_us(created_at), created_version, actor"
        " FROM definitions WHERE segment = coalesce(?, segment) ORDER BY segment, number",
        [segment],
    ).fetchall()
    return [DefinitionRow(*row) for row in rows]


def source_of(connection: duckdb.DuckDBPyConnection, number: int) -> str:
    """The JSON of one definition, by its id.

    Raises:
        InvariantError: There is none; segments refer to definitions that are there.
    """
    row = connection.execute("SELECT source FROM definitions WHERE id = ?", [number]).fetchall()
    if not row:
        raise InvariantError(f"there is no definition {number}, which a segment refers to")
    return str(row[0][0])


def put_tags(transaction: Transaction, segment: int, tags: Iterable[str]) -> None:
    """Store the tags of a segment, in place of those it had."""
    transaction.connection.execute("DELETE FROM segment_tags WHERE segment = ?", [segment])
    for tag in sorted(set(tags)):
        transaction.connection.execute("INSERT INTO segment_tags VALUES (?, ?)", [segment, tag])


def tags(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    """Every (segment, tag), in order."""
    rows: list[tuple[int, str]] = connection.execute(
        "SELECT segment, tag FROM segment_tags ORDER BY segment, tag"
    ).fetchall()
    return rows


def put_tests(transaction: Transaction, segment: int, expected: Iterable[tuple[str, bool]]) -> None:
    """Store which keys must be in a segment, or out, in place of what was stored."""
    transaction.connection.execute("DELETE FROM segment_tests WHERE segment = ?", [segment])
    for key, is_in in sorted(set(expected)):
        transaction.connection.execute("INSERT INTO segment_tests VALUES (?, ?, ?)", [segment, key, is_in])


def tests(connection: duckdb.DuckDBPyConnection, segment: int) -> list[tuple[str, bool]]:
    """Keys that must be in a segment (True) or out (False), by key."""
    rows: list[tuple[str, bool]] = connection.execute(
        "SELECT key, expected FROM segment_tests WHERE segment = ? ORDER BY key", [segment]
    ).fetchall()
    return rows
