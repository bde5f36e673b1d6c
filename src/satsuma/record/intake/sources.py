"""Sources: rows in any form that people hold them, as Arrow columns or as single rows.

Taken are Arrow tables, batches and readers, pandas and Polars frames, DuckDB relations, whatever else offers
an Arrow stream, and lists of dicts. In pandas NaN, NaT and NA are how a missing value is written, so there
they are missing; elsewhere NaN is a value, which no attribute can hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.learn import is_list, is_text
from satsuma.kernel.errors import DataError, UsageError
from satsuma.kernel.instants import format_instant
from satsuma.record.intake.fitted import Values, pc
from satsuma.record.intake.kept import Kept

_EXPECTED = "expected an Arrow table, a pandas or Polars frame, a DuckDB relation, or a list of dicts"


@dataclass(frozen=True, slots=True)
class TableSource:
    """Rows as columns: each an Arrow array, or a list of Python values where they are of several kinds."""

    names: tuple[str, ...]
    columns: tuple[Values | list[Any], ...]
    length: int

    def rows(self, at: list[int]) -> list[object]:
        """The rows at some places, as they came."""
        taken = [_kept_values(column, at) for column in self.columns]
        return [dict(zip(self.names, values, strict=True)) for values in zip(*taken, strict=True)]


class Instants(Sequence[str]):
    """Instants of rows: told as text, and handed on as numbers."""

    def __init__(self, us: NDArray[np.int64]) -> None:
        self.us = us

    def __len__(self) -> int:
        return len(self.us)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [format_instant(us) for us in self.us[at].tolist()]
        return format_instant(int(self.us[at]))


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows that give the same names, by columns.

    Attributes:
        names: In normal form C, each once; none but that of an attribute, or of a key or time.
        columns: Of each name the values of the rows, none of them an object: as one dict for each row has
            them, where instants may stand as `Instants`.
        places: Of the rows among all that arrive, ascending.
    """

    names: tuple[str, ...]
    columns: tuple[Sequence[Any], ...]
    places: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RowSource:
    """Rows one by one, each as a rule a dict of what it gives; beside them perhaps rows by columns.

    Attributes:
        given: The rows that stand by themselves.
        places: Theirs, ascending, where others stand between them.
        shapes: Those others.
    """

    given: list[Any]
    places: NDArray[np.int64] | None = None
    shapes: tuple[Shape, ...] = ()

    @property
    def length(self) -> int:
        """How many rows there are."""
        return len(self.given) + sum(len(shape.places) for shape in self.shapes)

    def rows(self, at: list[int]) -> list[object]:
        """The rows at some places, as they came."""
        if self.places is None:
            return [self.given[row] for row in at]
        found: dict[int, object] = {}
        wanted = np.array(at, dtype=np.int64)
        for row in np.flatnonzero(np.isin(self.places, wanted)).tolist():
            found[int(self.places[row])] = self.given[row]
        for shape in self.shapes:
            for row in np.flatnonzero(np.isin(shape.places, wanted)).tolist():
                values = (column[row] for column in shape.columns)
                found[int(shape.places[row])] = dict(zip(shape.names, values, strict=True))
        return [found[place] for place in at]


def open_source(rows: Any) -> TableSource | RowSource:
    """The rows of anything that holds some.

    Raises:
        UsageError: It is nothing that rows can be read from.
        DataError: It is, but its columns have no names, or not one each, or its text is not UTF-8.
    """
    if isinstance(rows, list | tuple):
        return RowSource(list(rows))
    if isinstance(rows, RowSource):
        return rows
    if isinstance(rows, pa.Table):
        return _of_table(rows)
    if isinstance(rows, pa.RecordBatch):
        return _of_table(pa.Table.from_batches([rows]))
    if isinstance(rows, pa.RecordBatchReader):
        return _of_table(rows.read_all())
    if type(rows).__module__.partition(".")[0] == "pandas" and hasattr(rows, "columns"):
        return _of_pandas(rows)
    if type(rows).__module__.partition(".")[0] == "polars" and hasattr(rows, "collect"):
        rows = rows.collect()
    if hasattr(rows, "__arrow_c_stream__"):
        return _of_table(pa.RecordBatchReader.from_stream(rows).read_all())
    if isinstance(rows, Iterable) and not isinstance(rows, str | bytes | Mapping):
        return RowSource(list(rows))
    raise UsageError(f"found rows as {type(rows).__name__}, {_EXPECTED}", code="usage.rows")


def _of_table(table: pa.Table) -> TableSource:
    _check_names(table.column_names)
    columns = tuple(simple(column) for column in table.columns)
    return TableSource(tuple(table.column_names), columns, table.num_rows)


def _of_pandas(frame: Any) -> TableSource:
    names = list(frame.columns)
    _check_names(names)
    columns: list[Values | list[Any]] = []
    for index in range(len(names)):
        series = frame.iloc[:, index]
        if series.dtype == object:
            missing = series.isna().tolist()
            columns.append([None if gone else value for value, gone in zip(series, missing, strict=True)])
        else:
            columns.append(simple(pa.array(series, from_pandas=True)))
    return TableSource(tuple(names), tuple(columns), len(frame))


def _check_names(names: list[Any]) -> None:
    strange = [name for name in names if not isinstance(name, str)]
    if strange:
        message = f"found a column named {strange[0]!r}, expected names that are text"
        raise DataError(message, code="data.columns")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        listed = ", ".join(map(repr, twice))
        raise DataError(f"found more than one column named {listed}, expected one", code="data.columns")


def simple(column: Any) -> Values:
    """A column in one piece, without layouts that only save space, and with text that is UTF-8."""
    values: Values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks)
    if isinstance(values.type, pa.BaseExtensionType):
        values = values.storage
    if pa.types.is_run_end_encoded(values.type):
        values = pc.run_end_decode(values)
    if isinstance(values.type, pa.DictionaryType):
        values = values.dictionary_decode()
    if is_list(values.type):
        return _plain_lists(values)
    if not is_text(values.type):
        return values
    try:
        values.validate(full=True)
        return pc.cast(values, pa.string())
    except pa.ArrowInvalid as error:
        raise DataError(
            f"found text that is not UTF-8, or more than 2 GiB of it in one column: {error}",
            code="data.text",
            hint="hand over fewer rows at a time, in UTF-8",
        ) from error


def _plain_lists(values: Values) -> Values:
    """Lists of any layout as plain ones, of simple values.

    Put together anew, since Arrow's own conversion of list views makes arrays that are not valid.
    """
    lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    make: Any = pa.ListArray.from_arrays
    return make(pa.array(offsets), simple(pc.list_flatten(values)), mask=values.is_null())


def _kept_values(column: Values | list[Any], at: list[int]) -> list[Any]:
    """Values at some places, as refused rows keep them."""
    if isinstance(column, list):
        return [column[row] for row in at]
    return _kept(column.take(pa.array(at, pa.int64())))


def _kept(values: Values) -> list[Any]:
    t, arrow = pa.types, values.type
    if t.is_struct(arrow):
        return _structs(values, _kept)
    plain = plain_values(values)
    if not t.is_temporal(arrow):
        return plain
    kind = "timestamp" if t.is_timestamp(arrow) else "date" if t.is_date(arrow) else "other"
    return [None if value is None else Kept(kind, value) for value in plain]


def _structs(values: Any, read: Callable[[Values], list[Any]]) -> list[Any]:
    fields = [read(field) for field in values.flatten()]
    found = [dict(zip(values.type.names, row, strict=True)) for row in zip(*fields, strict=True)]
    there = values.is_valid().to_pylist()
    return [row if valid else None for row, valid in zip(found, there, strict=True)]


def plain_values(values: Values) -> list[Any]:
    """Values as Python has them; those of time as text, which knows nanoseconds."""
    t, arrow = pa.types, values.type
    if t.is_timestamp(arrow) and arrow.tz is not None:
        values = pc.cast(values, pa.timestamp(arrow.unit, "UTC"))
    if t.is_timestamp(arrow) or t.is_date(arrow):
        values = pc.cast(values, pa.string())
    elif t.is_duration(arrow) or t.is_time(arrow):
        values = pc.cast(pc.cast(values, pa.int64() if arrow.bit_width == 64 else pa.int32()), pa.string())
    elif t.is_struct(arrow):
        return _structs(values, plain_values)
    plain: list[Any] = values.to_pylist()
    return plain
