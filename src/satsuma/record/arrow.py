"""Arrow: tables and arrays from NumPy arrays and columns, with types that readers of the code can rely on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Column: TypeAlias = "pa.Array[Any]"
Chunked: TypeAlias = "pa.ChunkedArray[Any]"
Field: TypeAlias = "pa.Field[Any]"


def schema_of(fields: Iterable[tuple[str, pa.DataType]]) -> pa.Schema:
    """A schema of named types."""
    return pa.schema([pa.field(name, type_) for name, type_ in fields])


def table_of(columns: Mapping[str, Any]) -> pa.Table:
    """A table of named columns: NumPy arrays, Arrow arrays or chunked arrays."""
    return pa.table(dict(columns))


def texts(values: Iterable[str | None]) -> Column:
    """Texts as an Arrow array."""
    return pa.array(list(values), pa.string())


def places_of(places: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> Any:
    """Row places as Arrow takes them; where `missing`, the taken value is null."""
    return pa.array(places, mask=missing)


def taken(column: Column, places: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> Column:
    """The values at some places; null where `missing`."""
    whole: Any = column
    found: Column = whole.take(places_of(places, missing))
    return found


def rows_at(table: pa.Table, places: NDArray[Any]) -> pa.Table:
    """The rows at some places."""
    return table.take(places_of(places))


def instants_of(us: NDArray[np.int64]) -> Column:
    """Microseconds UTC as timestamps, without a copy."""
    timestamps: Column = pa.array(us).view(pa.timestamp("us"))
    return timestamps


def us_of(column: Chunked, default_us: int | None = None) -> NDArray[np.int64]:
    """A timestamp column as microseconds UTC; nulls become the default."""
    us: Any = column.cast(pa.int64())
    if default_us is not None:
        us = pc.fill_null(us, default_us)
    return np.asarray(us.to_numpy(), dtype=np.int64)


def ints_of(table: pa.Table, name: str) -> NDArray[Any]:
    """An integer column without nulls as the NumPy array of its type."""
    found: NDArray[Any] = table.column(name).to_numpy()
    return found


def texts_in(table: pa.Table, name: str) -> list[str]:
    """A text column without nulls as a list."""
    found: list[Any] = table.column(name).to_pylist()
    return found


def encode(column: Chunked | Column) -> tuple[Column, NDArray[np.int64]]:
    """The distinct values of a column, and for each row the place of its value among them; -1 for null."""
    whole: Any = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = whole.dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy()
    return encoded.dictionary, np.asarray(codes, dtype=np.int64)
