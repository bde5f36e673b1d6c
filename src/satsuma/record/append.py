"""Append: interactions are told from those that are there already, and added; each (type, id) counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Entity, InteractionType, Mode
from satsuma.kernel.errors import UsageError
from satsuma.kernel.ids import POSITION_DIGITS, derived_id, derived_prefix
from satsuma.record import interaction_ids
from satsuma.record.arrivals import DELETED_SINCE, Numbered, number_new, without
from satsuma.record.arrow import Chunked, Column, encode, ints_of, table_of, taken, texts, us_of
from satsuma.record.directory import hashes_of
from satsuma.record.gathering import INTERACTION_FIELDS, Batch, Reason, gather, refuse
from satsuma.record.layout import entity_table, interaction_table
from satsuma.record.quarantine import Origins
from satsuma.record.resolve import Resolved, resolve, resolve_references
from satsuma.record.sql import lent, quote, stored_columns
from satsuma.record.taken import Taken
from satsuma.record.transaction import Transaction
from satsuma.record.written import Written

if TYPE_CHECKING:
    from satsuma.record.intake import Intake

UNKNOWN_MEMBER = ("data.unknown_member", "no record has this key, and the catalog's mode is strict")


@dataclass(frozen=True, slots=True)
class _Arrived:
    """Interactions of one type on their way into a version.

    Attributes:
        codes: Of each row, the place of its member's key among those of the whole version.
        refused: Rows refused here and by the intake.
    """

    interaction: InteractionType
    batch: Batch
    occurred_us: NDArray[np.int64]
    codes: NDArray[np.int64]
    ids: Column
    refused: pa.Table


def append(
    transaction: Transaction,
    arriving: Sequence[tuple[InteractionType, Intake]],
    origins: Origins | str | None,
    import_id: int | None,
) -> list[tuple[Taken, pa.Table]]:
    """Take interactions; returns for each type what was done, and the rows refused here and by the intake.

    Members and hashes are asked of DuckDB once for all types: a statement costs the same for few rows as for
    many. What is written is as if one type had been taken after another.

    Args:
        transaction: The version being made.
        arriving: Types, at least one, each once and all of one audience, and the rows of each, of which there
            are some.
        origins: What ids derive from for rows without one: the source of all batches, or that of each row.
        import_id: The import they came with, if any.

    Raises:
        UsageError: A row has no id, and there is no source to derive one from.
    """
    audience = transaction.entity(arriving[0][0].audience)
    batches = [gather(intake.groups, INTERACTION_FIELDS) for _, intake in arriving]
    keys, codes = encode(_joined([batch.rows["_member_key"] for batch in batches]))
    known = resolve(transaction, audience, keys)
    ends = np.cumsum([batch.rows.num_rows for batch in batches])[:-1]
    arrived = [
        _arrived(transaction, audience, one, batch, known, its_codes, origins=origins)
        for one, batch, its_codes in zip(arriving, batches, np.split(codes, ends), strict=True)
    ]
    hashes = hashes_of(transaction.connection, _joined([one.ids for one in arrived]))
    ends = np.cumsum([len(one.ids) for one in arrived])[:-1]
    found = []
    for one, its_hashes in zip(arrived, np.split(hashes, ends), strict=True):
        taken_, known = _take(transaction, audience, one, its_hashes, known, import_id)
        found.append((taken_, one.refused))
    return found


def _joined(columns: Sequence[Column | Chunked]) -> Column:
    """Columns of text, one after another."""
    chunks: list[Any] = []
    for column in columns:
        chunks += column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    whole: Any = pa.concat_arrays(chunks) if chunks else texts(())
    return cast("Column", whole)


def _arrived(
    transaction: Transaction,
    audience: Entity,
    arriving: tuple[InteractionType, Intake],
    batch: Batch,
    known: Resolved,
    codes: NDArray[np.int64],
    *,
    origins: Origins | str | None,
) -> _Arrived:
    """The rows that can be taken, and those that cannot."""
    interaction, intake = arriving
    occurred_us = us_of(batch.rows["_occurred_at"])
    deleted = occurred_us < known.deleted_us[codes]
    reasons = [Reason(*DELETED_SINCE, np.flatnonzero(deleted))]
    if transaction.catalog.mode is Mode.STRICT:
        reasons.append(Reason(*UNKNOWN_MEMBER, np.flatnonzero(~deleted & (known.numbers[codes] < 0))))
    names = {"_id": "id", "_member_key": audience.name, "_occurred_at": "occurred_at"}
    refused = refuse(batch, intake, names, reasons)
    good = without(len(codes), reasons)
    if len(good) < len(codes):
        batch, occurred_us, codes = batch.take(good), occurred_us[good], codes[good]
    return _Arrived(interaction, batch, occurred_us, codes, _ids(batch, origins), refused)


def _take(
    transaction: Transaction,
    audience: Entity,
    arrived: _Arrived,
    hashes: NDArray[np.uint64],
    known: Resolved,
    import_id: int | None,
) -> tuple[Taken, Resolved]:
    """Take those that are new; gives what was done, and what is known of all members' keys then."""
    interaction, ids = arrived.interaction, arrived.ids
    batch, occurred_us, codes = arrived.batch, arrived.occurred_us, arrived.codes
    refused = arrived.refused.num_rows
    fresh = interaction_ids.take_new(transaction, interaction, ids, hashes, occurred_us)
    repeated_positions = np.empty(0, dtype=np.int64)
    if len(fresh) < len(codes):
        repeated = np.setdiff1d(np.arange(len(codes)), fresh, assume_unique=True)
        repeated_positions = ints_of(batch.rows, "_position")[repeated]
        batch, occurred_us, codes = batch.take(fresh), occurred_us[fresh], codes[fresh]
        ids = taken(ids, fresh)
    count = len(repeated_positions)
    if not len(codes):
        return Taken(0, count, refused, duplicate_positions=repeated_positions), known
    new = number_new(transaction, audience, known, codes)
    numbers = new.numbers[codes].astype(np.uint32)
    _write(transaction, interaction, batch, ids, numbers, import_id=import_id)
    touched, earliest_us = _earliest(numbers, occurred_us)
    transaction.touches.append(interaction.number, touched)
    _observe_members(transaction, audience, new, touched, earliest_us)
    done = Taken(len(codes), count, refused, new.created, touched, repeated_positions)
    return done, replace(known, numbers=new.numbers)


def _ids(batch: Batch, origins: Origins | str | None) -> Column:
    """The id of each row: its own, or one derived from its origin, the same whenever it comes again."""
    ids: Any = batch.rows["_id"].combine_chunks()
    if not ids.null_count:
        return cast("Column", ids)
    if origins is None:
        raise UsageError(
            "interactions without an id need a source to derive one from",
            code="usage.source",
            hint="give each row an id, or the batch a source that is the same whenever it is sent again",
        )
    positions = ints_of(batch.rows, "_position")
    if isinstance(origins, str):
        counted: Any = pc.utf8_lpad(pa.array(positions).cast(pa.string()), POSITION_DIGITS, "0")
        derived: Any = pc.binary_join_element_wise(derived_prefix(origins), counted, "")
    else:
        of_rows = ((origins.sources[p] or "", origins.positions[p]) for p in positions.tolist())
        derived = texts(derived_id(source, position) for source, position in of_rows)
    whole: Any = pc.coalesce(ids, derived)
    return cast("Column", whole)


def _write(
    transaction: Transaction,
    interaction: InteractionType,
    batch: Batch,
    ids: Column,
    numbers: NDArray[np.uint32],
    *,
    import_id: int | None,
) -> None:
    rows = resolve_references(transaction, batch.attributes, batch.rows)
    names = stored_columns(batch.attributes)
    table = table_of(
        {
            "_id": ids,
            "_member": numbers,
            "_occurred_at": rows["_occurred_at"],
            **{name: rows.column(name) for name in names},
        }
    )
    own = "".join(f", {quote(name)}" for name in names)
    with lent(transaction.connection, _rows=table):
        transaction.connection.execute(
            f"INSERT INTO {quote(interaction_table(interaction))}"
            f" (_id, _member, _occurred_at, _version, _import{own})"
            f" SELECT _id, _member, _occurred_at, ?, ?{own} FROM _rows",
            [transaction.version, import_id],
        )
    written = Written(tuple(batch.attributes), numbers, table, {})
    transaction.written.setdefault(interaction.number, []).append(written)


def _earliest(
    numbers: NDArray[np.uint32], occurred_us: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The distinct numbers, ascending, and the earliest instant of each."""
    order = np.lexsort((occurred_us, numbers))
    touched, starts = np.unique(numbers[order], return_index=True)
    return touched, occurred_us[order[starts]]


def _observe_members(
    transaction: Transaction,
    audience: Entity,
    new: Numbered,
    touched: NDArray[np.uint32],
    earliest_us: NDArray[np.int64],
) -> None:
    """Make records that did not exist, and let those that did exist from an earlier instant if need be."""
    connection, directory = transaction.connection, transaction.directory(audience)
    table = quote(entity_table(audience))
    is_new = touched >= new.first
    old, old_us = touched[~is_new], earliest_us[~is_new]
    is_earlier = old_us < directory.first_us(old)
    if is_earlier.any():
        rows = table_of({"_number": old[is_earlier], "_first": old_us[is_earlier]})
        with lent(connection, _rows=rows):
            connection.execute(
                f"UPDATE {table} t SET _first_observed_at = make_timestamp(b._first) FROM _rows b"
                " WHERE b._number = t._number"
            )
        directory.observe(old[is_earlier], first_us=old_us[is_earlier])
        transaction.touches.rewrite_past(audience, old[is_earlier])
    if is_new.any():
        first_us = np.minimum(earliest_us[is_new], transaction.at)
        rows = table_of({"_number": new.created, "_key": new.keys, "_first": first_us})
        with lent(connection, _rows=rows):
            connection.execute(
                f"INSERT INTO {table} (_number, _key, _first_observed_at)"
                " SELECT _number, _key, make_timestamp(_first) FROM _rows"
            )
        directory.add(connection, new.keys, first_us)
        transaction.touches.make(audience, new.created)
