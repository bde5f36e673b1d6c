"""Removal: records with all that is theirs, and single interactions."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Entity, InteractionType
from satsuma.record import lists
from satsuma.record.aliases import through_aliases
from satsuma.record.arrow import ints_of, table_of, texts, texts_in
from satsuma.record.layout import entity_table, history_table, interaction_table
from satsuma.record.sql import INSTANT, fetch, lent, quote, scalar
from satsuma.record.taken import Deleted, Retracted
from satsuma.record.transaction import Transaction


def delete(transaction: Transaction, entity: Entity, keys: Sequence[str]) -> Deleted:
    """Remove records with history, interactions, list and static memberships, consent and aliases.

    Each key may be an alias, and stands for the kept record. The keys may return later, as someone new.
    """
    connection = transaction.connection
    arrived = texts(dict.fromkeys(keys))
    kept = through_aliases(connection, entity.number, arrived)
    with lent(connection, _keys=table_of({"arrived": arrived, "key": kept})):
        found = fetch(
            connection,
            "SELECT k.arrived, e._key, e._number FROM _keys k"
            f" LEFT JOIN {quote(entity_table(entity))} e ON e._key = k.key",
        )
    gone = (
        found.filter(pc.is_valid(found["_number"]))
        .group_by(["_number", "_key"])
        .aggregate([])
        .sort_by("_number")
    )
    unknown = tuple(sorted(texts_in(found.filter(pc.is_null(found["_number"])), "arrived")))
    numbers = ints_of(gone, "_number")
    if not len(numbers):
        return Deleted(numbers, (), unknown, {}, (), ())
    transaction.directory(entity).remove(numbers)
    transaction.touches.remove(entity, numbers)
    with lent(connection, _gone=table_of({"number": numbers, "key": gone["_key"]})):
        _note(transaction, entity)
        interactions = {}
        for type_ in transaction.catalog.types_of(entity.name):
            removed = _remove(connection, interaction_table(type_), "_member")
            if removed:
                interactions[type_.name] = removed
                transaction.touches.rewrite(type_.number, numbers)
        for table in (entity_table(entity), history_table(entity)):
            _remove(connection, table, "_number")
        segments, of_lists = _memberships(transaction, entity, numbers)
    return Deleted(numbers, tuple(texts_in(gone, "_key")), unknown, interactions, segments, of_lists)


def retract(transaction: Transaction, interaction: InteractionType, ids: Sequence[str]) -> Retracted:
    """Remove interactions by id; the ids may come again."""
    connection = transaction.connection
    table = quote(interaction_table(interaction))
    with lent(connection, _ids=table_of({"id": texts(dict.fromkeys(ids))})):
        found = fetch(connection, f"SELECT t._id, t._member FROM {table} t JOIN _ids i ON i.id = t._id")
        connection.execute(f"DELETE FROM {table} WHERE _id IN (SELECT id FROM _ids)")
    unknown = set(ids) - set(texts_in(found, "_id"))
    members = np.unique(ints_of(found, "_member"))
    transaction.touches.rewrite(interaction.number, members)
    return Retracted(found.num_rows, members, tuple(sorted(unknown)))


def _note(transaction: Transaction, entity: Entity) -> None:
    """Note the deletion for each key and each alias of the records gone, and forget the aliases."""
    transaction.connection.execute(
        f"INSERT INTO deletions SELECT ?, key, {INSTANT}, ?, number FROM"
        " (SELECT key, number FROM _gone UNION ALL"
        " SELECT a.key, g.number FROM aliases a JOIN _gone g ON g.key = a.target WHERE a.entity = ?)",
        [entity.number, transaction.at, transaction.version, entity.number],
    )
    transaction.renamed = True
    transaction.connection.execute(
        "DELETE FROM aliases WHERE entity = ? AND target IN (SELECT key FROM _gone)", [entity.number]
    )


def _remove(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    return int(
        scalar(connection, f"DELETE FROM {quote(table)} WHERE {quote(column)} IN (SELECT number FROM _gone)")
    )


def _memberships(
    transaction: Transaction, entity: Entity, numbers: NDArray[np.uint32]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Remove static and list memberships and consent of the records gone; returns the segments and lists."""
    connection = transaction.connection
    of_audience = [entity.number]
    segments = connection.execute(
        "SELECT DISTINCT segment FROM static_members WHERE member IN (SELECT number FROM _gone)"
        " AND segment IN (SELECT id FROM segments WHERE audience = ?) ORDER BY segment",
        of_audience,
    ).fetchall()
    connection.execute(
        "DELETE FROM static_members WHERE member IN (SELECT number FROM _gone)"
        " AND segment IN (SELECT id FROM segments WHERE audience = ?)",
        of_audience,
    )
    connection.execute(
        "DELETE FROM consent_ledger WHERE member IN (SELECT number FROM _gone) AND audience = ?", of_audience
    )
    for (segment,) in segments:
        transaction.touches.pick(segment, numbers)
    transaction.touches.give_consent(entity.number, numbers)
    left = lists.leave_all(transaction, entity.number, numbers)
    return tuple(segment for (segment,) in segments), left
