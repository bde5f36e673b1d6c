"""Ids of interactions: which of a batch are new, without reading all that are stored."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import InteractionType
from satsuma.record.arrow import Column, encode, instants_of, ints_of, table_of, taken
from satsuma.record.hash_file import DamagedError, HashFile
from satsuma.record.hashes import HashRuns
from satsuma.record.id_files import version_of
from satsuma.record.layout import ID, VERSION, interaction_table
from satsuma.record.sql import fetch, lent, quote
from satsuma.record.transaction import Transaction


def take_new(
    transaction: Transaction,
    interaction: InteractionType,
    ids: Column,
    hashes: NDArray[np.uint64],
    occurred_us: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The places, ascending, of ids that are new; they count as stored from then on.

    Args:
        transaction: The version that will store them.
        interaction: Their type.
        ids: Without nulls.
        hashes: Of the ids (`directory.hashes_of`).
        occurred_us: The instant of each; only a help in finding repeated ones fast.
    """
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    is_new = np.ones(len(ids), dtype=np.bool_)
    is_new[_repeated_within(ids, order, ordered)] = False
    runs = _runs(transaction, interaction)
    try:
        is_there = runs.contains(ordered)
    except DamagedError:
        runs = _read(transaction, interaction, None)
        is_there = runs.contains(ordered)
    perhaps = np.sort(order[is_there])
    perhaps = perhaps[is_new[perhaps]]
    is_new[_stored(transaction, interaction, ids, occurred_us, perhaps)] = False
    new_in_order = is_new[order]
    # A hash that is there already (its interaction was retracted) need not be kept twice, but may be.
    transaction.memory.ids[interaction.number] = runs.with_sorted(ordered[new_in_order])
    return np.flatnonzero(is_new)


def _repeated_within(ids: Column, order: NDArray[np.int64], ordered: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Places of ids that stand earlier in the batch too."""
    like_before = np.zeros(len(ordered), dtype=np.bool_)
    like_before[1:] = ordered[1:] == ordered[:-1]
    if not like_before.any():
        return np.empty(0, dtype=np.int64)
    alike = like_before.copy()
    alike[:-1] |= like_before[1:]
    places = np.sort(order[alike])
    _, codes = encode(taken(ids, places))
    _, firsts = np.unique(codes, return_index=True)
    return np.delete(places, firsts)


def _runs(transaction: Transaction, interaction: InteractionType) -> HashRuns:
    runs, files = transaction.memory.ids.get(interaction.number), transaction.memory.id_files
    if runs is None:
        file = None if files is None else files.find(transaction.connection, interaction.number)
        runs = _read(transaction, interaction, file)
    return runs


def _read(transaction: Transaction, interaction: InteractionType, file: HashFile | None) -> HashRuns:
    """A file of hashes, and those of what came since from the record."""
    table, version = quote(interaction_table(interaction)), -1 if file is None else version_of(file)
    statement = f"SELECT hash({ID}) AS h FROM {table} WHERE {VERSION} > ?::BIGINT"
    stored = ints_of(fetch(transaction.connection, statement, [version]), "h")
    if transaction.memory.id_files is not None:
        transaction.memory.id_files.rows_read += len(stored)
    return HashRuns(file=file).with_sorted(np.sort(stored))


def _stored(
    transaction: Transaction,
    interaction: InteractionType,
    ids: Column,
    occurred_us: NDArray[np.int64],
    perhaps: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Those of some places whose ids are stored indeed."""
    if not len(perhaps):
        return perhaps
    table = quote(interaction_table(interaction))
    rows = table_of(
        {
            "place": perhaps,
            "id": taken(ids, perhaps),
            "at": instants_of(occurred_us[perhaps]),
        }
    )
    # What is sent again mostly bears the instant it had, and by that DuckDB passes over most of the table.
    with lent(transaction.connection, _perhaps=rows):
        same = fetch(
            transaction.connection,
            f"SELECT p.place FROM _perhaps p JOIN {table} t ON t._occurred_at = p.at AND t._id = p.id",
        )["place"].to_numpy()
    others = rows.filter(pa.array(~np.isin(perhaps, same)))
    if not others.num_rows:
        return same
    with lent(transaction.connection, _perhaps=others):
        moved = fetch(
            transaction.connection, f"SELECT p.place FROM _perhaps p JOIN {table} t ON t._id = p.id"
        )["place"].to_numpy()
    return np.concatenate((same, moved))
