"""Rows: those of the record that changed, read by SQL and put into the codes of an index's columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Entity, InteractionType, ValueType
from satsuma.index.building import selected, values_of
from satsuma.index.changed import ChangedInteractions
from satsuma.index.columns import CODED, Arrays, Column
from satsuma.index.dictionaries import Dictionary
from satsuma.index.parts import Ints
from satsuma.index.runs import Rows
from satsuma.index.texts import large
from satsuma.record.arrow import ints_of, table_of, texts_in, us_of
from satsuma.record.layout import (
    ID,
    KEY,
    MEMBER,
    NUMBER,
    OCCURRED_AT,
    VERSION,
    columns,
    entity_table,
    interaction_table,
)
from satsuma.record.sql import ARROW_TYPES, fetch, lent, quote
from satsuma.record.written import Written

_TEN_THOUSAND: Any = pa.Array.from_buffers(
    pa.decimal128(5, 0), 1, [None, pa.py_buffer((10_000).to_bytes(16, "little"))]
)[0]
"""Of its bytes, for to make an Arrow value of one of Python's loads pandas."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordRows:
    """Values of records.

    Attributes:
        numbers: Ascending, int64.
        columns: By attribute number; of each record.
        given: By attribute number, for which records the value counts; of others, for all.
    """

    numbers: Ints
    columns: Mapping[int, Column]
    given: Mapping[int, NDArray[np.bool_]] = field(default_factory=dict)


def new_keys(connection: duckdb.DuckDBPyConnection, entity: Entity, size: int) -> tuple[Ints, list[str]]:
    """The numbers, from `size` on and ascending, of records that there are, and their keys."""
    rows = fetch(
        connection,
        f"SELECT {NUMBER} AS number, {KEY} AS key FROM {quote(entity_table(entity))} WHERE {NUMBER} >= ?"
        " ORDER BY number",
        [size],
    )
    return ints_of(rows, "number").astype(np.int64), texts_in(rows, "key")


def values_written(
    connection: duckdb.DuckDBPyConnection, written: Written, known: Mapping[int, Column]
) -> RecordRows:
    """Values at hand, brought into the index's form as stored ones are."""
    chosen = [one for one in written.attributes if one.number in known]
    flat, names = _expressions(chosen)
    with lent(connection, _written=written.rows):
        rows = fetch(connection, f"SELECT {', '.join([NUMBER, *flat])} FROM _written ORDER BY {NUMBER}")
    flags = {one.number: written.flags.get(columns(one)[0][0]) for one in chosen}
    given = {
        number: np.asarray(written.rows[flag].to_numpy(), dtype=np.bool_)
        for number, flag in flags.items()
        if flag is not None
    }
    return RecordRows(written.numbers.astype(np.int64), _columns(rows, chosen, names, known), given)


def read_records(
    connection: duckdb.DuckDBPyConnection,
    entity: Entity,
    numbers: Ints,
    attributes: Iterable[Attribute],
    known: Mapping[int, Column],
) -> RecordRows:
    """Those of some records that there are.

    Args:
        numbers: Ascending.
        attributes: Which to read.
        known: The columns of the index, whose dictionaries are gone on with.
    """
    chosen = list(attributes)
    flat, names = _expressions(chosen)
    table = quote(entity_table(entity))
    with lent(connection, _numbers=table_of({"number": numbers.astype(np.uint32)})):
        rows = fetch(
            connection,
            f"SELECT {', '.join([f't.{NUMBER} AS number', *flat])}"
            f" FROM {table} t SEMI JOIN _numbers n ON n.number = t.{NUMBER} ORDER BY number",
        )
    found = ints_of(rows, "number").astype(np.int64)
    return RecordRows(found, _columns(rows, chosen, names, known))


def read_interactions(
    connection: duckdb.DuckDBPyConnection,
    type_: InteractionType,
    changed: ChangedInteractions,
    known: Mapping[int, Column],
) -> Rows:
    """The new rows, and all those of members that were rewritten, in their order."""
    chosen = list(type_.attributes.values())
    if changed.written and not any(one.type is ValueType.CHOICES for one in chosen):
        return _interactions_written(changed.written, chosen, known)
    flat, names = _expressions(chosen)
    fixed = [f"t.{MEMBER} AS member", f"epoch_us(t.{OCCURRED_AT}) AS at", f"t.{ID} AS id"]
    wanted, parameters = [], []
    if changed.after is not None:
        wanted.append(f"t.{VERSION} > ?")
        parameters.append(changed.after)
    if len(changed.rewritten):
        wanted.append(f"t.{MEMBER} IN (SELECT number FROM _members)")
    with lent(connection, _members=table_of({"number": changed.rewritten.astype(np.uint32)})):
        rows = fetch(
            connection,
            f"SELECT {', '.join([*fixed, *flat])} FROM {quote(interaction_table(type_))} t"
            f' WHERE {" OR ".join(wanted)} ORDER BY member, "at", id',
            parameters,
        )
    return Rows(
        ints_of(rows, "member").astype(np.int64),
        ints_of(rows, "at").astype(np.int64),
        large(rows["id"].combine_chunks()),
        _columns(rows, chosen, names, known),
    )


def _interactions_written(
    written: Sequence[Written], attributes: list[Attribute], known: Mapping[int, Column]
) -> Rows:
    """Rows at hand, in their order, brought into the index's form without asking DuckDB."""
    whole = pa.concat_tables([one.rows for one in written], promote_options="default")
    rows: Any = whole.sort_by([(MEMBER, "ascending"), (OCCURRED_AT, "ascending"), (ID, "ascending")])
    stored = {name: rows[name].combine_chunks() for name in rows.column_names}
    lacking: Any = ARROW_TYPES
    found = {}
    for attribute in attributes:
        values = [
            _selected(attribute, stored[name] if name in stored else pa.nulls(len(rows), lacking[type_]))
            for name, type_ in columns(attribute)
        ]
        arrays, dictionary = _encoded(attribute, values, known[attribute.number].dictionary)
        found[attribute.number] = Column(attribute.type, arrays, dictionary)
    return Rows(
        ints_of(rows, MEMBER).astype(np.int64),
        us_of(rows[OCCURRED_AT]),
        large(stored[ID]),
        found,
    )


def _selected(attribute: Attribute, values: Any) -> Any:
    """What `building.selected` gives of stored values."""
    match attribute.type:
        case ValueType.DECIMAL:
            # A decimal has four places.
            return pc.multiply(values, _TEN_THOUSAND).cast(pa.int64())
        case ValueType.TIMESTAMP:
            return values.cast(pa.int64())
        case _:
            return values


def _expressions(attributes: list[Attribute]) -> tuple[list[str], list[list[str]]]:
    """What to select, and under which names each attribute's columns come."""
    flat: list[str] = []
    names: list[list[str]] = []
    for attribute in attributes:
        own = selected(attribute)
        names.append([f"c{len(flat) + place}" for place in range(len(own))])
        flat += [f"{one} AS {name}" for one, name in zip(own, names[-1], strict=True)]
    return flat, names


def _columns(
    rows: pa.Table, attributes: list[Attribute], names: list[list[str]], known: Mapping[int, Column]
) -> dict[int, Column]:
    found = {}
    for attribute, own in zip(attributes, names, strict=True):
        values: list[Any] = [rows[name].combine_chunks() for name in own]
        arrays, dictionary = _encoded(attribute, values, known[attribute.number].dictionary)
        found[attribute.number] = Column(attribute.type, arrays, dictionary)
    return found


def _encoded(
    attribute: Attribute, values: list[Any], dictionary: Dictionary | None
) -> tuple[Arrays, Dictionary | None]:
    if attribute.type not in CODED or dictionary is None:
        return values_of(attribute.type, values), None
    codes, grown = dictionary.encoded(values[0])
    return Arrays(codes), grown
