"""The feed: changes of memberships for programs that must see each of them once, under cursors with names.

A cursor keeps the place up to which its program has dealt with changes. `read` gives those that follow, and
gives them again until `acknowledge` moves the place on; so whatever happens in between, also the end of the
process, nothing is skipped, and nothing that was acknowledged comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import duckdb

from satsuma.commit.changes import MembershipChange, MembershipChanges, Place
from satsuma.commit.writer import Writer
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.kernel.names import check_name
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold, nfc
from satsuma.record import definitions, memberships
from satsuma.record.change import Change
from satsuma.record.migrations import Migration
from satsuma.record.sql import INSTANT
from satsuma.record.store import Record

T = TypeVar("T")

KIND = "feed"
"""Of the versions that cursors move in."""

LIMIT = 1_000


def _cursors(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE feed_cursors (name VARCHAR NOT NULL, segments UINTEGER[],"
        " place_version UBIGINT NOT NULL, place_segment UINTEGER NOT NULL, place_left UTINYINT NOT NULL,"
        " place_member UINTEGER NOT NULL, created_at TIMESTAMP NOT NULL, acknowledged_at TIMESTAMP)"
    )


MIGRATIONS = (Migration("commit", 1, "cursors of the feed", _cursors),)


@dataclass(frozen=True, slots=True)
class Cursor:
    """One program that reads.

    Attributes:
        segments: Ids of the segments that it is told about; None: all.
        place: Everything up to it was dealt with.
        created_at, acknowledged_at: Microseconds UTC; the second is None before the first time.
    """

    name: str
    segments: tuple[int, ...] | None
    place: Place
    created_at: int
    acknowledged_at: int | None


class Feed:
    """`ws.feed`. Any thread may read."""

    def __init__(self, record: Record, writer: Writer, actor: str) -> None:
        """Wire it."""
        self._record = record
        self._writer = writer
        self._actor = actor
        self._changes = MembershipChanges(record)

    def open(
        self, cursor: str, *, since_version: int | None = None, segments: Sequence[str] | None = None
    ) -> Cursor:
        """Make a cursor, or find the one that has the name, which goes on where it was.

        Args:
            cursor: Its name.
            since_version: Begin with the changes above this version; default: with those still to come.
            segments: Only changes of these, by name; default: of all, also of those made later.

        Raises:
            NotFoundError: There is no such segment or version.
            ConflictError: There is a cursor of that name for other segments.
        """
        cursor = check_name(cursor, what="cursor")

        def work(change: Change) -> Cursor:
            connection = change.connection
            wanted = None if segments is None else _ids(connection, segments)
            found = _find(connection, cursor)
            if found is not None:
                if found.segments != wanted:
                    raise ConflictError(
                        f"cursor “{cursor}” is told about other segments",
                        code="conflict.cursor",
                        hint="take another name, or remove it first",
                    )
                return found
            last = change.version - 1
            version = last if since_version is None else since_version
            if not 0 <= version <= last:
                raise NotFoundError(f"no version {version}: the last is {last}", code="not_found.version")
            made = Cursor(cursor, wanted, Place(version), change.at, None)
            connection.execute(
                f"INSERT INTO feed_cursors VALUES (?, ?, ?, ?, ?, ?, {INSTANT}, NULL)",
                [
                    cursor,
                    None if wanted is None else list(wanted),
                    made.place.version,
                    made.place.segment,
                    made.place.left,
                    made.place.member,
                    made.created_at,
                ],
            )
            return made

        with self._record.cursor() as connection:
            known = _find(connection, cursor)
            wanted = None if segments is None else _ids(connection, segments)
        if known is not None and known.segments == wanted:
            return known
        return self._write(work, "open a cursor")

    def read(self, cursor: str, *, limit: int = LIMIT) -> tuple[MembershipChange, ...]:
        """The next changes after those that were acknowledged, in order; none where there are none yet.

        Args:
            cursor: Its name.
            limit: At most so many.

        Raises:
            NotFoundError: There is no such cursor.
            ConflictError: Changes that it has not seen are no longer kept.
        """
        if limit < 1:
            raise UsageError(f"found limit={limit}, expected at least 1", code="usage.limit")
        with self._record.cursor() as connection:
            found = _known(connection, cursor)
            first = memberships.first_version(connection, found.segments)
        if first is not None and found.place.version < first:
            raise ConflictError(
                f"cursor “{cursor}” stands at version {found.place.version}, and changes up to version"
                f" {first} are no longer kept",
                code="conflict.feed_dropped",
                hint=f"take the members as of version {first} and open a new cursor there",
                details={"first": first},
            )
        return self._changes.read(found.place, limit=limit, segments=found.segments)

    def acknowledge(self, cursor: str, position: Place | MembershipChange) -> Cursor:
        """Note that everything up to a change, and it, has been dealt with; returns once that is durable.

        A position before the one that is noted already changes nothing.

        Raises:
            NotFoundError: There is no such cursor.
            UsageError: The position lies after the last version.
        """
        place = position.place if isinstance(position, MembershipChange) else position

        def work(change: Change) -> Cursor:
            found = _known(change.connection, cursor)
            if place.version >= change.version:
                raise UsageError(
                    f"position in version {place.version} lies after the last version, {change.version - 1}",
                    code="usage.position",
                )
            if place <= found.place:
                return found
            change.connection.execute(
                "UPDATE feed_cursors SET place_version = ?, place_segment = ?, place_left = ?,"
                f" place_member = ?, acknowledged_at = {INSTANT} WHERE name = ?",
                [place.version, place.segment, place.left, place.member, change.at, found.name],
            )
            return Cursor(found.name, found.segments, place, found.created_at, change.at)

        with self._record.cursor() as connection:
            known = _known(connection, cursor)
        return known if place <= known.place else self._write(work, "acknowledge changes")

    def cursors(self) -> tuple[Cursor, ...]:
        """All cursors, by name."""
        with self._record.cursor() as connection:
            return _all(connection)

    def remove(self, cursor: str) -> None:
        """Forget a cursor.

        Raises:
            NotFoundError: There is no such cursor.
        """

        def work(change: Change) -> None:
            found = _known(change.connection, cursor)
            change.connection.execute("DELETE FROM feed_cursors WHERE name = ?", [found.name])

        self._write(work, "remove a cursor")

    def _write(self, work: Callable[[Change], T], detail: str) -> T:
        return self._writer.commit(work, actor=self._actor, kind=KIND, detail=detail).result


def _all(connection: duckdb.DuckDBPyConnection) -> tuple[Cursor, ...]:
    rows = connection.execute(
        "SELECT name, segments, place_version, place_segment, place_left, place_member,"
        " epoch_us(created_at), epoch_us(acknowledged_at) FROM feed_cursors ORDER BY name"
    ).fetchall()
    return tuple(
        Cursor(
            name, None if segments is None else tuple(segments), Place(*place), created_at, acknowledged_at
        )
        for name, segments, *place, created_at, acknowledged_at in rows
    )


def _find(connection: duckdb.DuckDBPyConnection, name: str) -> Cursor | None:
    return next((one for one in _all(connection) if one.name == nfc(name)), None)


def _known(connection: duckdb.DuckDBPyConnection, name: str) -> Cursor:
    found = _find(connection, name)
    if found is None:
        names = [one.name for one in _all(connection)]
        raise NotFoundError(
            f"no cursor “{name}”",
            code="not_found.cursor",
            hint=did_you_mean(name, names) or "open it first",
        )
    return found


def _ids(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> tuple[int, ...]:
    known = {fold(row.name): row.id for row in definitions.segments(connection)}
    missing = [name for name in names if fold(name) not in known]
    if missing:
        raise NotFoundError(
            f"no segment “{missing[0]}”",
            code="not_found.segment",
            hint=did_you_mean(missing[0], list(known)),
        )
    return tuple(sorted({known[fold(name)] for name in names}))
