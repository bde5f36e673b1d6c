"""Mapped: rows of files under the names that the record takes them by, parted by type."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog, ValueType
from satsuma.record.intake.kept import shown
from satsuma.record.intake.results import RefusedRow
from satsuma.record.intake.sources import open_source
from satsuma.record.quarantine import ENTITY
from satsuma.sync.formats.base import Chunk, Rows
from satsuma.sync.mapping import ColumnMap
from satsuma.sync.times import read_times

# The stubs know narrower overloads than the functions have.
pc: Any = pyarrow.compute


@dataclass(frozen=True, slots=True)
class Part:
    """Rows for one entity or type, under the names that the record takes them by; `numbers` as in `Chunk`."""

    target: str
    rows: Rows
    numbers: NDArray[np.int64]


def apply(mapping: ColumnMap, chunk: Chunk, catalog: Catalog) -> tuple[list[Part], list[RefusedRow]]:
    """The rows of a chunk as parts, one for each type, and those whose times or types cannot be read."""
    if isinstance(chunk.rows, pa.Table):
        return _apply_to_table(mapping, chunk.rows, chunk.numbers)
    return _apply_to_dicts(mapping, chunk.rows, chunk.numbers, catalog)


def _apply_to_table(
    mapping: ColumnMap, table: pa.Table, numbers: NDArray[np.int64]
) -> tuple[list[Part], list[RefusedRow]]:
    came = table
    faults: dict[int, tuple[str, str]] = {}
    for column, time_format in mapping.times.items():
        if column in table.column_names:
            place = table.column_names.index(column)
            values: Any = table.column(place).combine_chunks()
            if isinstance(values, pa.ChunkedArray):
                values = pa.concat_arrays(values.chunks)
            times, bad = read_times(values, time_format)
            table = table.set_column(place, column, times)
            for row in np.flatnonzero(bad).tolist():
                faults.setdefault(row, _time_fault(column, values[row].as_py(), time_format))
    types: Any = None
    if mapping.options.type_column is not None:
        types = pc.cast(table.column(mapping.options.type_column), pa.string()).combine_chunks()
        missing = pc.fill_null(pc.equal(types, ""), True).to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(missing).tolist():
            faults.setdefault(row, _no_type(mapping.options.type_column))
    table = _renamed(table, mapping)
    good = np.ones(table.num_rows, dtype=np.bool_)
    good[list(faults)] = False
    parts = []
    if types is None:
        parts.append(_part(mapping.target.text, table, numbers, None if not faults else good))
    else:
        encoded = types.dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
        for code, name in enumerate(encoded.dictionary.to_pylist()):
            if name:
                parts.append(_part(name, table, numbers, good & (codes == code)))
    rows = sorted(faults)
    plain = open_source(came).rows(rows) if rows else []
    refused = [
        RefusedRow(int(numbers[row]), *faults[row], _named(one, mapping))
        for row, one in zip(rows, plain, strict=True)
    ]
    return [part for part in parts if len(part.numbers)], refused


def _part(target: str, table: pa.Table, numbers: NDArray[np.int64], chosen: NDArray[np.bool_] | None) -> Part:
    if chosen is None or chosen.all():
        return Part(target, table, numbers)
    return Part(target, table.filter(pa.array(chosen)), numbers[chosen])


def _renamed(table: pa.Table, mapping: ColumnMap) -> pa.Table:
    dropped = set(mapping.options.ignore) | {mapping.options.type_column}
    kept = [name for name in table.column_names if name not in dropped]
    return table.select(kept).rename_columns([mapping.names.get(name, name) for name in kept])


def _named(row: Any, mapping: ColumnMap) -> Any:
    """A row as it came, under the names that it would be taken by when it is tried again."""
    if not isinstance(row, dict):
        return row
    ignored = mapping.options.ignore
    return {mapping.names.get(name, name): value for name, value in row.items() if name not in ignored}


def _time_fault(column: str, value: object, time_format: str) -> tuple[str, str]:
    return "value.time", f"{column}: found {shown(value)}, expected a time such as {time_format}"


def _no_type(column: str) -> tuple[str, str]:
    return "type.missing", f"{column}: found nothing, expected the name of an interaction type"


def _apply_to_dicts(
    mapping: ColumnMap, rows: list[Any], numbers: NDArray[np.int64], catalog: Catalog
) -> tuple[list[Part], list[RefusedRow]]:
    faults: dict[int, tuple[str, str]] = {}
    mapped = _plain_copies(mapping, rows)
    for column, time_format in mapping.times.items():
        name = mapping.names.get(column, column)
        at = [row for row, one in enumerate(mapped) if isinstance(one, dict) and one.get(name) is not None]
        texts = pa.array([str(mapped[row][name]) for row in at], pa.string())
        times, bad = read_times(texts, time_format)
        for row, time, is_bad in zip(at, times.to_pylist(), bad.tolist(), strict=True):
            if is_bad:
                faults.setdefault(row, _time_fault(column, mapped[row][name], time_format))
            else:
                mapped[row][name] = time
    by_type: dict[str, list[int]] = {}
    type_column = mapping.options.type_column
    for row, one in enumerate(mapped):
        target = mapping.target.text
        if type_column is not None:
            found = one.pop(type_column, None) if isinstance(one, dict) else None
            if not isinstance(found, str) or not found:
                faults.setdefault(row, _no_type(type_column))
            else:
                target = found
        if row not in faults:
            by_type.setdefault(target, []).append(row)
    parts = []
    for name, at in by_type.items():
        exact = _decimals(mapping, name, catalog)
        chosen = [_with_doubles(mapped[row], exact) for row in at]
        parts.append(Part(name, chosen, numbers[np.array(at, dtype=np.int64)]))
    refused = [
        RefusedRow(int(numbers[row]), *faults[row], _named(rows[row], mapping)) for row in sorted(faults)
    ]
    return parts, refused


def _plain_copies(mapping: ColumnMap, rows: list[Any]) -> list[Any]:
    if mapping.names or mapping.options.ignore:
        return [_named(row, mapping) for row in rows]
    return [dict(row) if isinstance(row, dict) else row for row in rows]


def _decimals(mapping: ColumnMap, name: str, catalog: Catalog) -> frozenset[str]:
    """The attributes that are decimals: only they take numbers that no double is."""
    owner = (catalog.entities if mapping.target.kind == ENTITY else catalog.interactions).get(name)
    attributes = () if owner is None else owner.attributes.values()
    return frozenset(one.name for one in attributes if one.type is ValueType.DECIMAL)


def _with_doubles(row: Any, exact: frozenset[str], prefix: str = "") -> Any:
    """A row in which numbers that are not for decimals are doubles, as JSON means them."""
    if not isinstance(row, dict):
        return row
    for name, value in row.items():
        if isinstance(value, Decimal) and prefix + name not in exact:
            row[name] = float(value)
        elif isinstance(value, dict):
            row[name] = _with_doubles(value, exact, f"{prefix}{name}.")
    return row
