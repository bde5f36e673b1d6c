"""Erasing: a record goes for good, with everything that bears its key, its aliases or its e-mail addresses.

Where deleting keeps the key, so that late rows about it are refused, erasing keeps nothing: the key may
come again, as someone new. What stays are numbers: that somebody, who can no longer be told, was in a segment
or on a list at a version, so that the counts of the past stay as they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Entity, ValueType
from satsuma.kernel.errors import NotFoundError
from satsuma.record import quarantine, removal
from satsuma.record.aliases import through_aliases
from satsuma.record.arrow import ints_of, texts
from satsuma.record.intake.kept import row_of
from satsuma.record.layout import column, entity_table, history_table, interaction_table
from satsuma.record.rewriting import PENDING
from satsuma.record.sql import fetch, quote, references, scalar
from satsuma.record.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Erased:
    """Whom an erasing is about.

    Attributes:
        entity: Theirs.
        numbers: The record's, then those of records that were deleted under its keys.
        keys: Its key, then its aliases.
        addresses: E-mail addresses that any of its attributes has or had, in lower case.
    """

    entity: Entity
    numbers: tuple[int, ...]
    keys: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def number(self) -> int:
        """The record's, of one that is there."""
        return self.numbers[0]

    def is_in(self, value: object) -> bool:
        """Whether a value names them: a key that is more than a number, or a text with an address in it."""
        match value:
            case str():
                lower, bare = value.lower(), value.strip()
                named = bare in self.keys and not bare.isdigit()
                return named or any(address in lower for address in self.addresses)
            case Mapping():
                return any(self.is_in(part) for pair in value.items() for part in pair)
            case list() | tuple():
                return any(self.is_in(part) for part in value)
            case _:
                return False

    def is_in_line(self, line: str) -> bool:
        """Whether a line that could not be taken apart into values names them anywhere."""
        keys = (re.escape(key) for key in self.keys if not key.isdigit())
        return self.is_in(line) or any(re.search(rf"(?<!\w){key}(?!\w)", line) for key in keys)


def whom(
    connection: duckdb.DuckDBPyConnection, entity: Entity, key: str, *, is_deleted_too: bool = False
) -> Erased:
    """Whom a key, or alias, means.

    Args:
        connection: In the version.
        entity: Theirs.
        key: The key.
        is_deleted_too: Whether it may be of a record that was deleted: its keys are kept until it is erased.

    Raises:
        NotFoundError: No record has it.
    """
    kept = through_aliases(connection, entity.number, texts((key,)))[0].as_py()
    number = scalar(connection, f"SELECT _number FROM {quote(entity_table(entity))} WHERE _key = ?", [kept])
    aliases = connection.execute(
        "SELECT key FROM aliases WHERE entity = ? AND target = ? ORDER BY key", [entity.number, kept]
    ).fetchall()
    keys, numbers = [kept, *(alias for (alias,) in aliases)], [] if number is None else [int(number)]
    more, deleted = _deleted(connection, entity, keys) if is_deleted_too else (set(), set())
    if number is None and not more:
        raise NotFoundError(f"no {entity.name} has the key {key!r}", code="not_found.record")
    keys += sorted(more.difference(keys))
    numbers += sorted(deleted)
    addresses = {one for number in numbers for one in _addresses(connection, entity, number)}
    return Erased(entity, tuple(numbers), tuple(keys), tuple(sorted(addresses)))


def erase(transaction: Transaction, who: Erased) -> dict[str, int]:
    """Remove a record and everything that names it; gives how many rows went, by what they were."""
    connection, entity = transaction.connection, who.entity
    counts = {
        "observations": _count(connection, f"{quote(history_table(entity))} WHERE", "_number", who),
        "consent entries": _count(
            connection, f"consent_ledger WHERE audience = {entity.number} AND", "member", who
        ),
    }
    # It may have been deleted before: then there is nobody left to delete, and much of this is done.
    deleted = removal.delete(transaction, entity, [who.keys[0]])
    transaction.renamed = True
    counts["interactions"] = sum(deleted.interactions.values())
    counts["lists"], counts["static segments"] = len(deleted.lists), len(deleted.static_segments)
    counts["aliases"] = len(who.keys) - 1
    for table, what in (("segment_overrides", "overrides"), ("segment_tests", "tests of segments")):
        counts[what] = int(
            scalar(
                connection,
                f"DELETE FROM {table} WHERE list_contains(?::VARCHAR[], key)"
                " AND segment IN (SELECT id FROM segments WHERE audience = ?)",
                [list(who.keys), entity.number],
            )
        )
    connection.execute(
        "DELETE FROM deletions WHERE entity = ? AND list_contains(?::VARCHAR[], key)",
        [entity.number, list(who.keys)],
    )
    counts["references"] = _clear_references(transaction, who)
    counts["refused rows"] = _clear_quarantine(transaction, who)
    connection.execute("DELETE FROM meta WHERE key = ?", [PENDING])
    connection.execute("INSERT INTO meta VALUES (?, 'true')", [PENDING])
    return counts


def still_named(connection: duckdb.DuckDBPyConnection, who: Erased) -> tuple[str, ...]:
    """Tables and columns whose texts still name them: what people wrote about them elsewhere."""
    found = []
    columns = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal"
        " AND database_name = current_database() AND data_type IN ('VARCHAR', 'VARCHAR[]') ORDER BY ALL"
    ).fetchall()
    keys = [key for key in who.keys if not key.isdigit()]
    for table, name in columns:
        text = f"coalesce(lower({quote(name)}::VARCHAR), '')"
        tests = [f"contains({text}, ?)"] * len(who.addresses)
        tests += [f"{text} = lower(?) OR contains({text}, lower(?))"] * len(keys)
        given = [*who.addresses, *(one for key in keys for one in (key, f'"{key}"'))]
        statement = f"SELECT count(*) FROM {quote(table)} WHERE {' OR '.join(tests) or 'false'}"
        if scalar(connection, statement, given):
            found.append(f"{table}.{name}")
    return tuple(found)


def _deleted(
    connection: duckdb.DuckDBPyConnection, entity: Entity, keys: Sequence[str]
) -> tuple[set[str], set[int]]:
    """Keys and numbers of the records that were deleted under any of some keys."""
    rows = connection.execute(
        "SELECT DISTINCT o.key, o.member FROM deletions d JOIN deletions o ON o.entity = d.entity"
        " AND (o.key = d.key OR o.member = d.member)"
        " WHERE d.entity = ? AND list_contains(?::VARCHAR[], d.key)",
        [entity.number, list(keys)],
    ).fetchall()
    return {key for key, _ in rows}, {int(number) for _, number in rows if number is not None}


def _addresses(connection: duckdb.DuckDBPyConnection, entity: Entity, number: int) -> Iterator[str]:
    for attribute in entity.attributes.values():
        if attribute.type is ValueType.TEXT:
            name = quote(column(attribute))
            for table in (entity_table(entity), history_table(entity)):
                rows = connection.execute(
                    f"SELECT DISTINCT lower({name}) FROM {quote(table)} WHERE _number = ?"
                    f" AND regexp_full_match({name}, '[^@\\s]+@[^@\\s]+')",
                    [number],
                ).fetchall()
                yield from (address for (address,) in rows)


def _count(connection: duckdb.DuckDBPyConnection, where: str, name: str, who: Erased) -> int:
    statement = f"SELECT count(*) FROM {where} list_contains(?::UINTEGER[], {name})"
    return int(scalar(connection, statement, [list(who.numbers)]))


def _clear_references(transaction: Transaction, who: Erased) -> int:
    """Let whatever referred to the record refer to nothing, now and in the past."""
    count, name, catalog = 0, who.entity.name, transaction.catalog
    for owner in catalog.entities.values():
        refer = references(owner.attributes.values(), name)
        tables = [(entity_table(owner), "_number"), (history_table(owner), "_number")]
        found = [_clear(transaction, tables, attribute, who.keys) for attribute in refer]
        numbers = np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint32)
        if len(numbers):
            transaction.touches.write(owner, numbers, [one.number for one in refer], marked=False)
            count += len(numbers)
    for interaction in catalog.interactions.values():
        refer = references(interaction.attributes.values(), name)
        tables = [(interaction_table(interaction), "_member")]
        found = [_clear(transaction, tables, attribute, who.keys) for attribute in refer]
        members = np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint32)
        if len(members):
            transaction.touches.rewrite(interaction.number, members)
            count += len(members)
    return count


def _clear(
    transaction: Transaction, tables: Sequence[tuple[str, str]], attribute: Attribute, keys: Sequence[str]
) -> NDArray[np.uint32]:
    connection, name = transaction.connection, quote(column(attribute))
    found = [np.zeros(0, dtype=np.uint32)]
    for table, number in tables:
        which = f"{quote(table)} WHERE list_contains(?::VARCHAR[], {name})"
        numbers = ints_of(fetch(connection, f"SELECT DISTINCT {number} AS n FROM {which}", [list(keys)]), "n")
        if len(numbers):
            connection.execute(
                f"UPDATE {quote(table)} SET {name} = NULL WHERE list_contains(?::VARCHAR[], {name})",
                [list(keys)],
            )
            found.append(numbers.astype(np.uint32))
    return np.unique(np.concatenate(found))


def _clear_quarantine(transaction: Transaction, who: Erased) -> int:
    """Forget refused rows that are about the record, or name it anywhere."""
    catalog = transaction.catalog
    fields = {who.entity.name: "id"}
    fields |= {one.name: who.entity.name for one in catalog.types_of(who.entity.name)}
    gone = []
    for row in quarantine.waiting(transaction.connection, replayed=True):
        try:
            came = row_of(row.row)
        except ValueError:
            came = row.row
        named = who.is_in_line(came) if isinstance(came, str) else who.is_in(came)
        if named or who.is_in(row.message) or _is_own(came, fields.get(row.target), who):
            gone.append(row.id)
    return quarantine.clear(transaction, gone) if gone else 0


def _is_own(came: Any, field: str | None, who: Erased) -> bool:
    return field is not None and isinstance(came, Mapping) and str(came.get(field)) in who.keys
