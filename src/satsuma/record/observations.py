"""Observations: rows about records, written to the history and, where they are newest, to what is current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Entity
from satsuma.record.arrow import Column, instants_of, ints_of, table_of
from satsuma.record.layout import columns, entity_table, history_table
from satsuma.record.newest import Newest, newest
from satsuma.record.sql import fetch, lent, quote, stored_columns
from satsuma.record.transaction import Transaction
from satsuma.record.written import Written


@dataclass(frozen=True, slots=True)
class Observations:
    """Rows about records of one entity, in the order they count where instants are equal.

    Attributes:
        numbers: uint32, the record of each row.
        observed_us: int64.
        seq: uint64, rising.
        shape: uint32, the attribute set of each row.
        rows: The stored columns of `attributes`.
        attributes: Those that any row gives.
    """

    numbers: NDArray[np.uint32]
    observed_us: NDArray[np.int64]
    seq: NDArray[np.uint64]
    shape: NDArray[np.uint32]
    rows: pa.Table
    attributes: Sequence[Attribute]


def write(
    transaction: Transaction,
    entity: Entity,
    observations: Observations,
    new_keys: Column,
    import_id: int | None = None,
) -> None:
    """Write observations; afterwards every record is as its whole history says.

    Args:
        transaction: The version being made.
        entity: Of all of them.
        observations: The rows.
        new_keys: Keys of the records to be made, whose numbers follow those given before.
        import_id: The import they came with, if any.
    """
    _write_history(transaction, entity, observations, import_id)
    found = newest(
        observations.numbers,
        observations.observed_us,
        observations.seq,
        observations.shape,
        rows=observations.rows,
        attributes=observations.attributes,
        having=shapes_of(transaction, entity),
    )
    given = [attribute.number for attribute in observations.attributes]
    transaction.touches.write(entity, found.numbers, given)
    directory = transaction.directory(entity)
    is_new = found.numbers >= directory.count
    is_late = np.zeros(len(is_new), dtype=np.bool_)
    is_late[~is_new] = found.first_us[~is_new] < directory.last_us(found.numbers[~is_new])
    _update(transaction, entity, found, ~is_new & ~is_late)
    if is_new.any():
        _insert(transaction, entity, found, is_new, new_keys)
    if is_late.any():
        recompute(transaction, entity, found.numbers[is_late])


def recompute(transaction: Transaction, entity: Entity, numbers: NDArray[np.uint32]) -> None:
    """Bring records that have a history to what all of it says."""
    attributes = list(entity.attributes.values())
    names = stored_columns(attributes)
    chosen = "".join(f", h.{quote(name)}" for name in names)
    with lent(transaction.connection, _numbers=table_of({"_number": numbers})):
        rows = fetch(
            transaction.connection,
            f"SELECT h._number, epoch_us(h._observed_at) AS _observed, h._seq, h._shape{chosen}"
            f" FROM {quote(history_table(entity))} h JOIN _numbers n ON n._number = h._number",
        )
    found = newest(
        ints_of(rows, "_number"),
        ints_of(rows, "_observed"),
        ints_of(rows, "_seq"),
        ints_of(rows, "_shape"),
        rows=rows.select(names),
        attributes=attributes,
        having=shapes_of(transaction, entity),
    )
    # What no observation gives is null in `found`, and that is what has to stand.
    _update(transaction, entity, found, np.ones(len(found.numbers), dtype=np.bool_), whole=True)


def shapes_of(transaction: Transaction, entity: Entity) -> dict[int, frozenset[int]]:
    """Attribute set → numbers of its attributes, of one entity."""
    return {
        shape: frozenset(attributes)
        for (number, attributes), shape in transaction.memory.shapes.items()
        if number == entity.number
    }


def _write_history(
    transaction: Transaction, entity: Entity, observations: Observations, import_id: int | None
) -> None:
    names = observations.rows.column_names
    table = table_of(
        {
            "_number": observations.numbers,
            "_observed_at": instants_of(observations.observed_us),
            "_seq": observations.seq,
            "_shape": observations.shape,
            **{name: observations.rows.column(name) for name in names},
        }
    )
    own = "".join(f", {quote(name)}" for name in names)
    with lent(transaction.connection, _rows=table):
        transaction.connection.execute(
            f"INSERT INTO {quote(history_table(entity))}"
            f" (_number, _observed_at, _seq, _shape, _version, _import{own})"
            f" SELECT _number, _observed_at, _seq, _shape, ?, ?{own} FROM _rows",
            [transaction.version, import_id],
        )


def _insert(
    transaction: Transaction, entity: Entity, found: Newest, is_new: NDArray[np.bool_], keys: Column
) -> None:
    values = found.table(is_new)
    _keep(transaction, entity, found, found.numbers[is_new], values)
    rows = values.append_column("_key", keys)
    own = "".join(f", {quote(name)}" for name in found.values.column_names)
    with lent(transaction.connection, _rows=rows):
        transaction.connection.execute(
            f"INSERT INTO {quote(entity_table(entity))}"
            f" (_number, _key, _first_observed_at, _last_observed_at{own})"
            f" SELECT _number, _key, make_timestamp(_first), make_timestamp(_last){own} FROM _rows"
        )
    directory = transaction.directory(entity)
    directory.add(transaction.connection, keys, found.first_us[is_new], found.last_us[is_new])
    transaction.touches.make(entity, found.numbers[is_new])


def _update(
    transaction: Transaction,
    entity: Entity,
    found: Newest,
    chosen: NDArray[np.bool_],
    *,
    whole: bool = False,
) -> None:
    if not chosen.any():
        return
    directory = transaction.directory(entity)
    numbers, first_us, last_us = found.numbers[chosen], found.first_us[chosen], found.last_us[chosen]
    is_earlier = first_us < directory.first_us(numbers)
    sets = ["_last_observed_at = make_timestamp(b._last)"]
    if is_earlier.any():
        sets.append("_first_observed_at = least(t._first_observed_at, make_timestamp(b._first))")
        directory.observe(numbers[is_earlier], first_us=first_us[is_earlier])
    directory.observe(numbers, last_us=last_us)
    for name in found.values.column_names:
        flag, column = found.flags.get(name), quote(name)
        if flag is None or whole:
            sets.append(f"{column} = b.{column}")
        else:
            sets.append(f"{column} = CASE WHEN b.{quote(flag)} THEN b.{column} ELSE t.{column} END")
    rows = found.table(chosen)
    _keep(transaction, entity, found, numbers, rows, whole=whole)
    with lent(transaction.connection, _rows=rows):
        transaction.connection.execute(
            f"UPDATE {quote(entity_table(entity))} t SET {', '.join(sets)} FROM _rows b"
            " WHERE b._number = t._number"
        )


def _keep(
    transaction: Transaction,
    entity: Entity,
    found: Newest,
    numbers: NDArray[np.uint32],
    rows: pa.Table,
    *,
    whole: bool = False,
) -> None:
    """Keep what is written of current values at hand."""
    names = set(found.values.column_names)
    attributes = tuple(a for a in entity.attributes.values() if columns(a)[0][0] in names)
    flags = {} if whole else found.flags
    transaction.written.setdefault(entity.number, []).append(Written(attributes, numbers, rows, flags))
