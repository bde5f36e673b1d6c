"""Columns: arriving rows as flat named columns, each made of parts that are of one Arrow type.

Structs and dicts become dotted names (`address.city`), unless they are a location. A table has one block, all
of whose rows give every column. Dicts give what they have: those with the same names make a block.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from satsuma.catalog.model import Attribute, ValueType
from satsuma.kernel.errors import DataError
from satsuma.kernel.numbers import fits_int64
from satsuma.kernel.text import is_well_formed, nfc
from satsuma.record.intake.fit_places import PLACE
from satsuma.record.intake.fit_texts import TEXTS, texts_of_list
from satsuma.record.intake.fitted import Refusal, Rows, Values, pc
from satsuma.record.intake.kept import Kept, shown
from satsuma.record.intake.results import RefusedRow
from satsuma.record.intake.sources import Instants, RowSource, TableSource, plain_values, simple

_NEVER_NESTED = frozenset({str, int, float, bool, list, date, datetime, Decimal})
_COORDINATES = ("latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Part:
    """Values of one Arrow type, and the rows of the block that they are in; None: all rows, in order."""

    values: Values
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One named column of a block.

    Attributes:
        parts: Together, and with `strange`, they hold every row that has a value.
        strange: Rows whose value is of no kind that any attribute takes, with how it reads in a message.
    """

    name: str
    parts: tuple[Part, ...]
    strange: Mapping[int, str]

    def found(self, rows: Rows) -> list[str]:
        """The values in some rows, for messages."""
        texts = [self.strange.get(row, "nothing") for row in rows.tolist()]
        for part in self.parts:
            at = rows if part.rows is None else np.searchsorted(part.rows, rows)
            inside = np.flatnonzero(at < len(part.values))
            if part.rows is not None:
                inside = inside[part.rows[at[inside]] == rows[inside]]
            values = plain_values(part.values.take(pa.array(at[inside])))
            for index, value in zip(inside.tolist(), values, strict=True):
                texts[index] = "nothing" if value is None else shown(value)
        return texts


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that give the same columns; `places` are those of its rows in the batch, ascending."""

    columns: tuple[Column, ...]
    places: Rows


def blocks_of_table(source: TableSource, known: Mapping[str, Attribute]) -> list[Block]:
    """The one block of a table."""
    columns: list[Column] = []
    for name, values in zip(source.names, source.columns, strict=True):
        if isinstance(values, list):
            columns += _columns_of_values(nfc(name), values, known)
        else:
            columns += _flat(nfc(name), values, known)
    columns = _joined_locations(columns, known, source.length)
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"found more than one column for {', '.join(map(repr, twice))}, expected one"
        raise DataError(message, code="data.columns")
    return [Block(tuple(columns), np.arange(source.length, dtype=np.int64))]


def _flat(name: str, values: Values, known: Mapping[str, Attribute]) -> list[Column]:
    """A column, or where it is of structs, one for each of their fields."""
    if not isinstance(values.type, pa.StructType) or _is_whole_value(name, values.type.names, known):
        return [Column(name, (Part(values),), {})]
    struct: Any = values
    found = []
    for inner, column in zip(values.type.names, struct.flatten(), strict=True):
        found += _flat(f"{name}.{nfc(inner)}", simple(column), known)
    return found


def _is_whole_value(name: str, fields: Collection[str], known: Mapping[str, Attribute]) -> bool:
    """Whether a struct is one value: for an attribute that is there, or a location by itself."""
    if name in known:
        return True
    apart = any(f"{name}.{axis}" in known for axis in _COORDINATES)
    return sorted(fields) == list(_COORDINATES) and not apart


def _joined_locations(columns: list[Column], known: Mapping[str, Attribute], length: int) -> list[Column]:
    """Columns with pairs such as `home.latitude` and `home.longitude` joined, where `home` is a location."""
    by_name = {column.name: column for column in columns}
    for name, attribute in known.items():
        pair = [by_name.get(f"{name}.{field}") for field in _COORDINATES]
        if attribute.type is not ValueType.LOCATION or name in by_name or any(c is None for c in pair):
            continue
        whole = [_whole(column, length) for column in pair if column is not None]
        parts = [values for values in whole if values is not None]
        if len(parts) == 2 and not any(f"{name}.{field}" in known for field in _COORDINATES):
            place: Any = pa.StructArray.from_arrays(parts, names=list(_COORDINATES))
            columns = [column for column in columns if column not in pair]
            columns.append(Column(name, (Part(place),), {}))
    return columns


def _whole(column: Column, length: int) -> Values | None:
    """The values of a column in one piece, if they are of one type, or numbers."""
    if column.strange:
        return None
    if len(column.parts) == 1 and column.parts[0].rows is None:
        return column.parts[0].values
    numbers = [part.values.type for part in column.parts]
    if not all(pa.types.is_integer(one) or pa.types.is_floating(one) for one in numbers):
        return None
    whole = np.full(length, np.nan)
    there = np.zeros(length, dtype=np.bool_)
    for part in column.parts:
        whole[part.rows], there[part.rows] = pc.cast(part.values, pa.float64()).to_numpy(), True
    return pa.array(whole, mask=~there)


def blocks_of_rows(source: RowSource, known: Mapping[str, Attribute]) -> tuple[list[Block], list[RefusedRow]]:
    """The blocks of dicts and of shapes, by first appearance, and the rows that are none."""
    shapes: dict[tuple[str, ...], tuple[list[int], list[list[Any]]]] = {}
    refused = []
    flattener = _Flattener(known, _parents(known))
    numbers = range(len(source.given)) if source.places is None else source.places.tolist()
    for place, row in zip(numbers, source.given, strict=True):
        flat = flattener.read(row)
        if isinstance(flat, Refusal):
            refused.append(RefusedRow(place, flat.code, flat.expected, row))
            continue
        places, rows = shapes.setdefault(tuple(flat[0]), ([], []))
        places.append(place)
        rows.append(flat[1])
    blocks = []
    for names_given, (places, rows) in shapes.items():
        by_column = list(zip(*rows, strict=True)) if names_given else []
        columns = [_column_of(name, values) for name, values in zip(names_given, by_column, strict=True)]
        columns = _joined_locations(columns, known, len(places))
        blocks.append(Block(tuple(columns), np.array(places, dtype=np.int64)))
    for shape in source.shapes:
        columns = [_column_of(name, values) for name, values in zip(shape.names, shape.columns, strict=True)]
        blocks.append(Block(tuple(columns), shape.places))
    return sorted(blocks, key=lambda block: int(block.places[0])), refused


def _parents(known: Mapping[str, Attribute]) -> dict[str, list[str]]:
    """Dotted attributes by each of the names before their dots that is no attribute itself."""
    found: dict[str, list[str]] = {}
    for name in known:
        for end, character in enumerate(name):
            if character == "." and name[:end] not in known:
                found.setdefault(name[:end], []).append(name)
    return found


class _Flattener:
    """Reads dicts into dotted names and values; each spelling of a name is looked at once."""

    def __init__(self, known: Mapping[str, Attribute], parents: Mapping[str, list[str]]) -> None:
        self._known = known
        self._parents = parents
        self._names: dict[str, dict[str, str]] = {}
        """By prefix and by key as it came."""

    def read(self, row: Any) -> tuple[list[str], list[Any]] | Refusal:
        """The names and values of a dict, or the reason why it cannot be a row."""
        names: list[str] = []
        values: list[Any] = []
        fault = self._read(row, "", names, values)
        if fault is None and len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            return Refusal("row.duplicate", f"found {', '.join(twice)} more than once, expected it once")
        return (names, values) if fault is None else fault

    def _read(self, row: Any, prefix: str, names: list[str], values: list[Any]) -> Refusal | None:
        if type(row) is not dict and not isinstance(row, Mapping):
            return Refusal("row.type", f"found {shown(row)}, expected an object of names and values")
        spelled = self._names.setdefault(prefix, {})
        for key, value in row.items():
            if type(key) is not str or (name := spelled.get(key)) is None:
                if not isinstance(key, str) or not is_well_formed(key):
                    return Refusal("row.type", f"found the name {shown(key)}, expected text")
                name = spelled[key] = prefix + nfc(key)
            if value is None:
                cleared = self._parents.get(name, (name,))
                names += cleared
                values += [None] * len(cleared)
            elif (
                type(value) in _NEVER_NESTED
                or not isinstance(value, Mapping)
                or _is_whole_value(name, value, self._known)
            ):
                names.append(name)
                values.append(value)
            else:
                fault = self._read(value, f"{name}.", names, values)
                if fault is not None:
                    return fault
        return None


def _columns_of_values(name: str, values: list[Any], known: Mapping[str, Attribute]) -> list[Column]:
    """Columns of a list of Python values; of dicts one for each of the dotted names in any of them."""
    if not any(isinstance(value, Mapping) for value in values):
        return [_column_of(name, values)]
    by_name: dict[str, list[Any]] = {}
    flattener = _Flattener(known, {})
    for row, value in enumerate(values):
        flat = flattener.read({name: value})
        names, items = ([name], [value]) if isinstance(flat, Refusal) else flat
        for item_name, item in zip(names, items, strict=True):
            by_name.setdefault(item_name, [None] * len(values))[row] = item
    if all(item is None for item in by_name.get(name, [None])):
        by_name.pop(name, None)
    return [_column_of(item_name, items) for item_name, items in by_name.items()]


_ARROW_TYPES: dict[type, pa.DataType] = {
    str: pa.string(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    date: pa.date32(),
}


def _column_of(name: str, values: Sequence[Any]) -> Column:
    """A column of Python values, in parts by what they are."""
    if isinstance(values, Instants):
        return Column(name, (Part(pa.array(values.us).view(_AWARE)),), {})
    kinds = set(map(type, values))
    kinds.discard(type(None))
    if len(kinds) == 1 and (arrow := _ARROW_TYPES.get(next(iter(kinds)))) is not None:
        try:
            return Column(name, (Part(pa.array(values, arrow)),), {})
        except (pa.ArrowException, OverflowError, ValueError):
            pass  # some integer is too large or some text ill-formed: told apart below
    rows_of: dict[pa.DataType, list[int]] = {}
    plain_of: dict[pa.DataType, list[Any]] = {}
    strange: dict[int, str] = {}
    for row, value in enumerate(values):
        if value is None:
            continue
        kind, plain = _kind(value)
        if kind is None:
            strange[row] = shown(value)
        else:
            rows_of.setdefault(kind, []).append(row)
            plain_of.setdefault(kind, []).append(plain)
    parts = [
        Part(pa.array(plain_of[kind], kind), np.array(rows, dtype=np.int64)) for kind, rows in rows_of.items()
    ]
    return Column(name, tuple(parts), strange)


_NAIVE, _AWARE = pa.timestamp("us"), pa.timestamp("us", "UTC")
_NAIVE_NS, _AWARE_NS = pa.timestamp("ns"), pa.timestamp("ns", "UTC")
_DIGITS_MAX = 76
_WIDE = pa.decimal256(_DIGITS_MAX, 38)
_HUGE = pa.decimal256(_DIGITS_MAX, 0)


def _kind(value: Any) -> tuple[pa.DataType | None, Any]:
    """The Arrow type for a Python value, with the value as Arrow takes it; None for what none takes."""
    if type(value) not in _NEVER_NESTED and callable(item := getattr(value, "item", None)):
        # NumPy's scalars and arrays
        value = item() if getattr(value, "ndim", None) == 0 else value.tolist()
    match value:
        case str():
            return (pa.string(), str(value)) if is_well_formed(value) else (None, None)
        case bool():
            return pa.bool_(), value
        case int():
            if fits_int64(value):
                return pa.int64(), value
            return (_HUGE, Decimal(value)) if value.bit_length() < 250 else (None, None)
        case float():
            return pa.float64(), float(value)
        case Decimal():
            return _decimal_kind(value)
        case Kept(kind="timestamp"):
            return _kept_time(value.text)
        case datetime():
            aware = value.utcoffset() is not None
            if getattr(value, "nanosecond", 0):
                return (_AWARE_NS if aware else _NAIVE_NS), value
            return (_AWARE if aware else _NAIVE), value
        case date():
            return pa.date32(), value
        case Mapping() if len(value) == 2 and all(axis in value for axis in _COORDINATES):
            return _place(value)
        case uuid.UUID():
            return pa.string(), str(value)
        case list() | tuple() | set() | frozenset():
            texts = texts_of_list(value)
            well = not isinstance(texts, Refusal) and all(map(is_well_formed, texts))  # type: ignore[call-overload]
            return (TEXTS, texts) if well else (None, None)
        case _:
            return None, None


def _kept_time(text: str) -> tuple[pa.DataType | None, Any]:
    """A time that is finer than a microsecond, or none that can be told."""
    try:
        return (_AWARE_NS if text.endswith("Z") else _NAIVE_NS), np.datetime64(text.removesuffix("Z"), "ns")
    except ValueError:
        return None, None


def _decimal_kind(value: Decimal) -> tuple[pa.DataType | None, Any]:
    if not value.is_finite():
        return pa.float64(), float(value) if not value.is_snan() else float("nan")
    if value == 0:
        return _WIDE, Decimal(0)
    exponent = value.as_tuple().exponent
    fits = isinstance(exponent, int) and exponent >= -38 and value.adjusted() < 38
    return (_WIDE, value) if fits else (None, None)


def _place(value: Mapping[Any, Any]) -> tuple[pa.DataType | None, Any]:
    coordinates: dict[str, float | None] = {}
    for axis in _COORDINATES:
        number = value[axis]
        if isinstance(number, bool) or not isinstance(number, int | float | Decimal | None):
            return None, None
        try:
            coordinates[axis] = None if number is None else float(number)
        except (OverflowError, ValueError):
            return None, None
    return PLACE, coordinates


def present(column: Column) -> Rows:
    """The rows of a block in which a column has a value: not null, empty text or an empty list."""
    found = [np.array(sorted(column.strange), dtype=np.int64)]
    for part in column.parts:
        mask = part.values.is_valid()
        if pa.types.is_string(part.values.type):
            mask = pc.and_(mask, pc.not_equal(part.values, ""))
        elif pa.types.is_list(part.values.type):
            mask = pc.and_(mask, pc.greater(pc.list_value_length(part.values), 0))
        rows = np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False)).astype(np.int64)
        found.append(rows if part.rows is None else part.rows[rows])
    return np.sort(np.concatenate(found))
