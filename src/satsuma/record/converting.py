"""Converting: tables follow an attribute that gets another type, and values one that admits fewer options.

First every stored value of every such attribute is read anew (`record.stored_values`), and the whole change
refused if one does not follow; only then are tables altered, each column by one join over distinct values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

import duckdb
import pyarrow as pa
import pyarrow.compute

from satsuma.catalog.change import (
    CONVERSIONS,
    AddAttribute,
    AddOwner,
    CheckOptions,
    ConvertAttribute,
    difference,
)
from satsuma.catalog.model import Attribute, Catalog, OwnerKind, ValueType
from satsuma.catalog.problems import Problems
from satsuma.kernel.zones import zone
from satsuma.record.aliases import through_aliases
from satsuma.record.layout import columns, entity_table, history_table, interaction_table
from satsuma.record.sql import alter, lent, quote
from satsuma.record.stored_values import Bad, count_rows, read_anew, told

# The stubs know narrower overloads than the functions have.
pc: Any = pyarrow.compute

_CAST = {(ValueType.INTEGER, ValueType.NUMBER)}
"""Conversions that always succeed and that DuckDB's own cast does alike, so that the column changes its type
where it stands: it is the one that happens by itself, while rows are taken in. Decimals go the long way, as
they have to become the nearest double and nothing says that DuckDB's cast gives that."""

_WAS = "_was"
_FILL = "declare a new attribute and fill it"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What the stored columns of an attribute become.

    Attributes:
        was, attribute: Before and after.
        values: `_was`, each distinct stored value, and beside it the stored columns of `attribute`; without
            columns where nothing is stored; None where a cast of the column does.
    """

    was: Attribute
    attribute: Attribute
    values: pa.Table | None


def conversions(connection: duckdb.DuckDBPyConnection, old: Catalog, new: Catalog) -> dict[int, Conversion]:
    """What each attribute that changes its type becomes, by number; no table is touched.

    Args:
        connection: In the transaction that changes the catalog; its tables follow `old`.
        old, new: Catalogs before and after. Local times are read in the zone of the new one.

    Raises:
        CatalogError: Stored values do not follow, or a type changes in a way that is not in `CONVERSIONS`;
            all such attributes are told at once. Code `catalog.values` where all of them are of the first
            kind.
    """
    reading = _Reading(connection, old, new)
    for alteration in difference(old, new):
        match alteration:
            case AddOwner() | AddAttribute():
                continue
            case CheckOptions(was, attribute):
                reading.check(was, attribute)
            case ConvertAttribute(was, attribute):
                reading.convert(was, attribute)
            case _:
                assert_never(alteration)
    reading.problems.check()
    return reading.found


class _Reading:
    """The stored values of all that changes being read; what cannot follow is noted."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, old: Catalog, new: Catalog) -> None:
        self.problems = Problems()
        self.found: dict[int, Conversion] = {}
        self._connection = connection
        self._old = old
        self._new = new
        self._zone = zone(new.timezone)

    def check(self, was: Attribute, attribute: Attribute) -> None:
        """Look whether every stored choice is among the options."""
        self._read(was, replace(attribute, type=ValueType.CHOICE), "are not among the options")

    def convert(self, was: Attribute, attribute: Attribute) -> None:
        """Note what an attribute of another type becomes."""
        possible = CONVERSIONS.get(was.type, frozenset())
        if attribute.type not in possible:
            listed = ", ".join(sorted([was.type, *possible]))
            message = f"found {attribute.type}, but it is {was.type}; expected one of {listed}"
            self.problems.add("conversion", (*_path(attribute), "type"), message, _FILL)
            return
        is_cast = (was.type, attribute.type) in _CAST
        values = None if is_cast else self._read(was, attribute, f"cannot become {attribute.type}")
        self.found[attribute.number] = Conversion(was, attribute, values)

    def _read(self, was: Attribute, attribute: Attribute, failure: str) -> pa.Table:
        """The values of a `Conversion`; not of use where some do not follow, which is noted."""
        tables = _tables(self._old, was)
        names = [_WAS, *(name for name, _ in columns(attribute))]
        read, bad = [], []
        worst: list[Bad] = []
        for piece in read_anew(self._connection, tables, was, attribute, self._zone):
            arrays = self._with_kept_keys(attribute, piece.arrays)
            read.append(pa.table(dict(zip(names, [piece.values, *arrays], strict=True))))
            bad.append(piece.bad)
            worst += piece.worst
        if worst:
            self._refuse(tables[0], was, attribute, bad, f"{failure}: {told(worst)}")
        return pa.concat_tables(read) if read else pa.table({})

    def _with_kept_keys(self, attribute: Attribute, arrays: Sequence[Any]) -> Sequence[Any]:
        """Stored columns in which a reference to a merged record is one to the record that was kept."""
        if attribute.type is not ValueType.REFERENCE or attribute.to is None:
            return arrays
        entity = self._new.entities[attribute.to]
        return [through_aliases(self._connection, entity.number, arrays[0])]

    def _refuse(
        self, table: str, was: Attribute, attribute: Attribute, bad: Sequence[Any], failure: str
    ) -> None:
        count, total = count_rows(self._connection, table, was, bad)
        past = ", past ones included" if was.owner_kind is OwnerKind.ENTITY else ""
        message = f"{count} of its {total} stored values{past}, {failure}"
        hint = _FILL if attribute.options is None else f"list them as options, or {_FILL}"
        self.problems.add("values", _path(attribute), message, hint)


def _path(attribute: Attribute) -> tuple[str, ...]:
    room = "entities" if attribute.owner_kind is OwnerKind.ENTITY else "interactions"
    return (room, attribute.owner, "attributes", attribute.name)


def _tables(catalog: Catalog, attribute: Attribute) -> tuple[str, ...]:
    """The tables that hold values of an attribute; the first has every one that was ever stored."""
    if attribute.owner_kind is OwnerKind.INTERACTION:
        return (interaction_table(catalog.interactions[attribute.owner]),)
    entity = catalog.entities[attribute.owner]
    return (history_table(entity), entity_table(entity))


def carry_out(connection: duckdb.DuckDBPyConnection, table: str, conversion: Conversion) -> None:
    """Bring one table of the attribute's owner from the old columns to the new ones."""
    before, after = columns(conversion.was), columns(conversion.attribute)
    (old, old_type), (name, new_type) = before[0], after[0]
    # Where the column keeps its type (texts, choices, keys) it stays, and what differs is written into it.
    stays = conversion.values is None or old_type == new_type
    made = {
        column: old if stays and column == name else f"_new_{place}"
        for place, (column, _) in enumerate(after)
    }
    for column, duckdb_type in after:
        if made[column] != old:
            alter(connection, table, f"ADD COLUMN {quote(made[column])} {duckdb_type}")
    if conversion.values is None:
        alter(connection, table, f"ALTER COLUMN {quote(old)} TYPE {new_type}")
    else:
        _fill(connection, table, old, made, conversion.values)
    for column, _ in before:
        if column not in made.values():
            alter(connection, table, f"DROP COLUMN {quote(column)}")
    for column, so_far in made.items():
        if so_far != column:
            alter(connection, table, f"RENAME COLUMN {quote(so_far)} TO {quote(column)}")


def _fill(
    connection: duckdb.DuckDBPyConnection, table: str, old: str, made: dict[str, str], values: pa.Table
) -> None:
    """Write into the columns of `made` (named by what they will be called) what the old value becomes."""
    if not values.num_rows:
        return
    if list(made.values()) == [old]:
        differs = [pc.not_equal(values[_WAS], values[column]) for column in made]
        values = values.filter(differs[0])
    sets = ", ".join(f"{quote(so_far)} = v.{quote(column)}" for column, so_far in made.items())
    with lent(connection, _values=values):
        connection.execute(
            f"UPDATE {quote(table)} t SET {sets} FROM _values v WHERE t.{quote(old)} = v.{quote(_WAS)}"
        )
