"""Upsert: rows about records are checked against what is stored, numbered, and written as observations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Entity
from satsuma.kernel.instants import format_instant
from satsuma.record import observations
from satsuma.record.arrivals import DELETED_SINCE, number_new, without
from satsuma.record.arrow import encode, us_of
from satsuma.record.counters import SEQ
from satsuma.record.gathering import RECORD_FIELDS, Reason, gather, refuse
from satsuma.record.observations import Observations
from satsuma.record.resolve import resolve, resolve_references
from satsuma.record.sql import stored_columns
from satsuma.record.taken import Taken
from satsuma.record.transaction import Transaction

if TYPE_CHECKING:
    from satsuma.record.intake import Intake

NAMES = {"_key": "id", "_observed_at": "observed_at"}
"""The names of the fixed fields in a row about a record."""

IN_THE_FUTURE = "data.observed_in_the_future"


def upsert(
    transaction: Transaction, entity: Entity, intake: Intake, import_id: int | None
) -> tuple[Taken, pa.Table]:
    """Take rows about records; returns what was done, and the rows refused here and by the intake."""
    batch = gather(intake.groups, RECORD_FIELDS)
    observed_us = us_of(batch.rows["_observed_at"], transaction.at)
    keys, codes = encode(batch.rows["_key"])
    known = resolve(transaction, entity, keys)
    reasons = _reasons(transaction.at, observed_us, known.deleted_us[codes])
    refused = refuse(batch, intake, NAMES, reasons)
    good = without(len(codes), reasons)
    batch, observed_us, codes = batch.take(good), observed_us[good], codes[good]
    if not len(codes):
        return Taken(0, 0, refused.num_rows), refused
    new = number_new(transaction, entity, known, codes)
    rows = resolve_references(transaction, batch.attributes, batch.rows)
    numbers = new.numbers[codes].astype(np.uint32)
    first_seq = transaction.memory.counters.take(SEQ, len(codes))
    shapes = np.array([transaction.shape(entity, group.given) for group in intake.groups], dtype=np.uint32)
    taken = Observations(
        numbers=numbers,
        observed_us=observed_us,
        seq=np.arange(first_seq, first_seq + len(codes), dtype=np.uint64),
        shape=shapes[batch.group],
        rows=rows.select(stored_columns(batch.attributes)),
        attributes=batch.attributes,
    )
    observations.write(transaction, entity, taken, new.keys, import_id)
    return Taken(len(codes), 0, refused.num_rows, new.created, np.unique(numbers)), refused


def _reasons(at: int, observed_us: NDArray[np.int64], deleted_us: NDArray[np.int64]) -> list[Reason]:
    future = observed_us > at
    message = f"observed after {format_instant(at)}, the instant of the version that was to take it"
    return [
        Reason(IN_THE_FUTURE, message, np.flatnonzero(future)),
        Reason(*DELETED_SINCE, np.flatnonzero(~future & (observed_us < deleted_us))),
    ]
