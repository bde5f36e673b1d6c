"""History: every version of a segment's definition, who made it, what it changed; and how its size went."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import NotFoundError
from satsuma.language.text import print_text
from satsuma.membership.names import StoredNames
from satsuma.record import actors, definitions
from satsuma.record.definitions import DefinitionRow, SegmentRow
from satsuma.record.sql import fetch
from satsuma.segments.sources import from_stored, with_names


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a definition.

    Attributes:
        number: 1, 2, ... within the segment.
        at: When it was made, microseconds UTC.
        version: The workspace's version that made it.
        actor: Who made it.
        text: The definition, with the names that things have now.
        status: `live`, `draft`, or None where it is neither any more.
        difference: Against the edition before, lines that begin with `-`, `+` or a space.
    """

    number: int
    at: int
    version: int
    actor: str
    text: str
    status: str | None
    difference: tuple[str, ...]


def editions(connection: duckdb.DuckDBPyConnection, catalog: Catalog, row: SegmentRow) -> tuple[Edition, ...]:
    """All editions of a segment's definition, oldest first."""
    names = StoredNames(connection, catalog)
    found: list[Edition] = []
    before: list[str] = []
    for stored in definitions.definitions(connection, row.id):
        source = with_names(from_stored(stored.source), names)
        if source.where is None:
            continue
        lines = print_text(source.where, pretty=True).splitlines()
        if source.timezone is not None:
            lines.append(f"timezone {source.timezone}")
        found.append(
            Edition(
                stored.number,
                stored.created_at,
                stored.created_version,
                actors.name_of(connection, stored.actor) or "",
                print_text(source.where),
                _status(row, stored),
                difference(before, lines),
            )
        )
        before = lines
    return tuple(found)


def difference(before: list[str], after: list[str]) -> tuple[str, ...]:
    """A line difference without headings; empty where nothing changed."""
    lines = tuple(line for line in difflib.ndiff(before, after) if not line.startswith("?"))
    return lines if any(line[0] in "+-" for line in lines) else ()


def edition_row(connection: duckdb.DuckDBPyConnection, row: SegmentRow, number: int) -> DefinitionRow:
    """The stored edition of a number.

    Raises:
        NotFoundError: There is none; the message says which there are.
    """
    stored = definitions.definitions(connection, row.id)
    for one in stored:
        if one.number == number:
            return one
    raise NotFoundError(
        f"segment “{row.name}” has no edition {number}",
        code="not_found.edition",
        hint=f"it has 1 to {stored[-1].number}" if stored else "it has none",
    )


def growth(connection: duckdb.DuckDBPyConnection, segment: int) -> pa.Table:
    """The size after every version that changed it: version, at (timestamp, UTC), entered, left, size."""
    return fetch(
        connection,
        "SELECT version, any_value(c.at) AT TIME ZONE 'UTC' AS at,"
        " count(*) FILTER (sign > 0) AS entered, count(*) FILTER (sign < 0) AS left,"
        # Where the history was cut it begins with so many.
        " CAST(sum(sum(sign)) OVER (ORDER BY version) + coalesce((SELECT max(bit_count(members))"
        " FROM membership_snapshots WHERE segment = $1 AND is_first), 0) AS BIGINT) AS size"
        " FROM membership_changes c WHERE segment = $1 GROUP BY version ORDER BY version",
        [segment],
    )


def _status(row: SegmentRow, stored: DefinitionRow) -> str | None:
    if stored.id == row.definition_id:
        return "live"
    return "draft" if stored.id == row.draft_id else None
