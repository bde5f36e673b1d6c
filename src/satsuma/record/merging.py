"""Merging: what one record has becomes another's, and its key goes on as an alias of the other's."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Entity
from satsuma.kernel.errors import NotFoundError, UsageError
from satsuma.record import lists, memberships, observations
from satsuma.record.arrow import ints_of, texts
from satsuma.record.counters import SEQ
from satsuma.record.layout import column, columns, entity_table, history_table, interaction_table
from satsuma.record.observations import Observations
from satsuma.record.resolve import Resolved, in_sight, resolve
from satsuma.record.sql import INSTANT, fetch, quote, references, stored_columns
from satsuma.record.taken import Merged
from satsuma.record.transaction import Transaction


def merge(transaction: Transaction, entity: Entity, keep: str, drop: str) -> Merged:
    """Give the kept record all that the dropped one has and itself lacks, and remove the dropped one.

    The attributes it takes over count as observed at this version's instant; the history of the dropped
    record goes with it.

    Args:
        transaction: The version being made.
        entity: That of both.
        keep, drop: Keys, or aliases of records.

    Raises:
        NotFoundError: No record has one of the keys.
        UsageError: Both keys are of one record.
    """
    known = _both(transaction, entity, keep, drop)
    kept, dropped = (int(number) for number in known.numbers)
    keep_key, drop_key = (str(key) for key in known.keys.to_pylist())
    taken = _take_over(transaction, entity, known, kept, dropped)
    moved = _move_interactions(transaction, entity, kept, dropped)
    _move_memberships(transaction, entity, kept, dropped)
    for table in (entity_table(entity), history_table(entity)):
        transaction.connection.execute(f"DELETE FROM {quote(table)} WHERE _number = ?", [dropped])
    transaction.directory(entity).remove(known.numbers[1:])
    transaction.touches.remove(entity, known.numbers[1:])
    transaction.renamed = True
    transaction.connection.execute(
        "UPDATE aliases SET target = ? WHERE entity = ? AND target = ?", [keep_key, entity.number, drop_key]
    )
    transaction.connection.execute(
        "INSERT INTO aliases VALUES (?, ?, ?)", [entity.number, drop_key, keep_key]
    )
    referring, referring_interactions = _rewrite(transaction, entity, keep_key, drop_key)
    for name, members in referring_interactions.items():
        moved[name] = np.union1d(moved.get(name, np.empty(0, np.uint32)), members).astype(np.uint32)
    return Merged(
        keep=kept,
        drop=dropped,
        keep_key=keep_key,
        drop_key=drop_key,
        attributes=tuple(a.number for a in taken),
        referring=referring,
        interactions=moved,
    )


def _both(transaction: Transaction, entity: Entity, keep: str, drop: str) -> Resolved:
    known = resolve(transaction, entity, texts((keep, drop)))
    numbers = in_sight(transaction, entity, known.numbers)
    for key, number in zip((keep, drop), numbers.tolist(), strict=True):
        if number < 0:
            raise NotFoundError(
                f"no {entity.name} has the key {key!r}",
                code="not_found.record",
                hint="both records of a merge must exist",
            )
    if known.numbers[0] == known.numbers[1]:
        raise UsageError(
            f"{keep!r} and {drop!r} are one {entity.name} already",
            code="usage.merge",
            hint="name two different records",
        )
    return known


def _take_over(
    transaction: Transaction, entity: Entity, known: Resolved, kept: int, dropped: int
) -> list[Attribute]:
    """Observe, on the kept record, the attributes that it lacks and the dropped one has."""
    connection, table = transaction.connection, quote(entity_table(entity))
    directory = transaction.directory(entity)
    earliest_us = directory.first_us(known.numbers).min()
    connection.execute(
        f"UPDATE {table} SET _first_observed_at = {INSTANT} WHERE _number = ?", [int(earliest_us), kept]
    )
    directory.observe(known.numbers[:1], first_us=np.array([earliest_us]))
    transaction.touches.rewrite_past(entity, known.numbers[:1])
    rows = fetch(connection, f"SELECT * FROM {table} WHERE _number IN (?, ?)", [kept, dropped])
    numbers = ints_of(rows, "_number")
    of_kept, of_dropped = (rows.slice(int(np.flatnonzero(numbers == n)[0]), 1) for n in (kept, dropped))
    taken = [a for a in entity.attributes.values() if _has(of_dropped, a) and not _has(of_kept, a)]
    if not taken:
        return taken
    observations.write(
        transaction,
        entity,
        Observations(
            numbers=np.array([kept], dtype=np.uint32),
            observed_us=np.array([transaction.at], dtype=np.int64),
            seq=np.array([transaction.memory.counters.take(SEQ)], dtype=np.uint64),
            shape=np.array([transaction.shape(entity, taken)], dtype=np.uint32),
            rows=of_dropped.select(stored_columns(taken)),
            attributes=taken,
        ),
        texts(()),
    )
    return taken


def _has(row: pa.Table, attribute: Attribute) -> bool:
    return bool(row.column(columns(attribute)[0][0]).null_count == 0)


def _move_interactions(
    transaction: Transaction, entity: Entity, kept: int, dropped: int
) -> dict[str, NDArray[np.uint32]]:
    moved = {}
    for interaction in transaction.catalog.types_of(entity.name):
        rows = transaction.connection.execute(
            f"UPDATE {quote(interaction_table(interaction))} SET _member = ? WHERE _member = ?",
            [kept, dropped],
        ).fetchall()
        if rows[0][0]:
            both = np.array(sorted((kept, dropped)), dtype=np.uint32)
            transaction.touches.rewrite(interaction.number, both)
            moved[interaction.name] = both
    return moved


def _move_memberships(transaction: Transaction, entity: Entity, kept: int, dropped: int) -> None:
    connection = transaction.connection
    keep, drop = (np.array([number], dtype=np.uint32) for number in (kept, dropped))
    segments = connection.execute(
        "SELECT segment FROM static_members JOIN segments s ON s.id = segment"
        " WHERE member = ? AND s.audience = ?",
        [dropped, entity.number],
    ).fetchall()
    for (segment,) in segments:
        memberships.add_static(transaction, segment, keep)
        memberships.remove_static(transaction, segment, drop)
    for list_id in lists.leave_all(transaction, entity.number, drop):
        lists.join(transaction, list_id, keep)
    connection.execute(
        "UPDATE consent_ledger SET member = ? WHERE member = ? AND audience = ?",
        [kept, dropped, entity.number],
    )
    transaction.touches.give_consent(entity.number, np.concatenate([keep, drop]))


def _rewrite(
    transaction: Transaction, entity: Entity, keep_key: str, drop_key: str
) -> tuple[dict[str, NDArray[np.uint32]], dict[str, NDArray[np.uint32]]]:
    """Let what refers to the dropped key refer to the kept one, now and in the past; returns whose it was."""
    connection, catalog = transaction.connection, transaction.catalog
    records: dict[str, NDArray[np.uint32]] = {}
    for owner in catalog.entities.values():
        tables = [(entity_table(owner), "_number"), (history_table(owner), "_number")]
        refer = references(owner.attributes.values(), entity.name)
        found = _replace(connection, tables, refer, keep_key, drop_key)
        if len(found):
            records[owner.name] = found
            attributes = [attribute.number for attribute in refer]
            transaction.touches.write(owner, found, attributes, marked=False)
    members: dict[str, NDArray[np.uint32]] = {}
    for interaction in catalog.interactions.values():
        tables = [(interaction_table(interaction), "_member")]
        refer = references(interaction.attributes.values(), entity.name)
        found = _replace(connection, tables, refer, keep_key, drop_key)
        if len(found):
            members[interaction.name] = found
            transaction.touches.rewrite(interaction.number, found)
    return records, members


def _replace(
    connection: duckdb.DuckDBPyConnection,
    tables: Iterable[tuple[str, str]],
    attributes: Iterable[Attribute],
    keep_key: str,
    drop_key: str,
) -> NDArray[np.uint32]:
    """Replace a key in reference columns; returns the distinct numbers of the rows that had it, ascending."""
    found = [np.empty(0, dtype=np.uint32)]
    for attribute in attributes:
        name = quote(column(attribute))
        for table, number in tables:
            statement = f"SELECT DISTINCT {number} AS number FROM {quote(table)} WHERE {name} = ?"
            numbers = ints_of(fetch(connection, statement, [drop_key]), "number")
            if len(numbers):
                connection.execute(
                    f"UPDATE {quote(table)} SET {name} = ? WHERE {name} = ?", [keep_key, drop_key]
                )
                found.append(numbers)
    return np.unique(np.concatenate(found))
