"""Verifying: what an index says of its version, held against the record, row by row.

The record's rows come in order, in batches; for each the index is asked as the kernels ask it. Nothing is
held of a table as a whole but what the index itself holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, InteractionType
from satsuma.index import advancing
from satsuma.index.alike import Bools, equal, is_in_time, present, same_links, same_values
from satsuma.index.building import selected
from satsuma.index.columns import chained
from satsuma.index.dictionaries import Dictionary
from satsuma.index.entities import BATCH_ROWS, EntityTable
from satsuma.index.index import Index
from satsuma.index.interactions import InteractionTable
from satsuma.index.links import expand, links_of
from satsuma.index.parts import Ints, Part
from satsuma.index.texts import from_list, joined, large, taken
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.text import fold
from satsuma.record.layout import ID, KEY, MEMBER, NUMBER, OCCURRED_AT, entity_table, interaction_table
from satsuma.record.sql import quote

Progress: TypeAlias = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A part of a table in which the index says something else than the record.

    Attributes:
        table: The entity or interaction type, by name.
        part: The attribute, or what else of the table.
        rows: In how many rows, as far as they were counted.
        detail: More, for people.
    """

    table: str
    part: str
    rows: int
    detail: str


def wrong_in(
    index: Index, cursor: duckdb.DuckDBPyConnection, progress: Progress = lambda _: None
) -> Iterator[Wrong]:
    """What an index says otherwise than the record.

    Args:
        cursor: On the record, at the index's version.
        progress: Told the part that is done, 0 to 1; what it raises ends it.
    """
    rows = sum(table.size for table in index.tables())
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        progress(min(done / max(rows, 1), 1.0))

    for table in index.entities.values():
        yield from _read(table.entity.name, _texts(table), _Entity(table, cursor, tell).wrong)
    for type_ in index.interactions.values():
        yield from _read(type_.type.name, _texts(type_), _Interactions(type_, cursor, tell).wrong)
    yield from _read("links", (), lambda: _links(index))
    progress(1.0)


def _read(table: str, texts: Sequence[Any], wrong: Callable[[], Iterator[Wrong]]) -> Iterator[Wrong]:
    """What is wrong with a table, or that it cannot be read at all."""
    try:
        for one in texts:
            # Damaged ends of texts would be followed anywhere.
            one.validate(full=True)
        yield from wrong()
    except (ValueError, IndexError, OverflowError, MemoryError, InvariantError, pa.ArrowException) as error:
        yield Wrong(table, "files", 0, f"cannot be read: {error}")


def _texts(table: EntityTable | InteractionTable) -> list[Any]:
    """All texts that stand in files."""
    found: list[Any] = (
        [table.names.whole] if isinstance(table, EntityTable) else [part.ids for part in table.parts]
    )
    for column in table.columns.values():
        if column.dictionary is not None:
            found += [column.dictionary.base.exact, column.dictionary.base.folded]
    return [one for one in found if one is not None]


class _Counted:
    """Rows that differ, by part, with the first of each."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._found: dict[str, tuple[int, str]] = {}

    def add(self, part: str, same: Bools, of: Callable[[int], str]) -> None:
        """Count rows that are not the same; `of` names a row by its place."""
        places = np.flatnonzero(~same)
        if len(places):
            count, first = self._found.get(part, (0, ""))
            self._found[part] = count + len(places), first or f"first at {of(int(places[0]))}"

    def wrong(self) -> Iterator[Wrong]:
        """Each part in which rows differ."""
        for part, (count, detail) in self._found.items():
            yield Wrong(self._table, part, count, detail)


class _Entity:
    def __init__(
        self, table: EntityTable, cursor: duckdb.DuckDBPyConnection, tell: Callable[[int], None]
    ) -> None:
        self._table = table
        self._cursor = cursor
        self._tell = tell
        self._counted = _Counted(table.entity.name)
        self._there = np.zeros(table.size, dtype=np.bool_)

    def wrong(self) -> Iterator[Wrong]:
        table, attributes = self._table, list(self._table.entity.attributes.values())
        own = f"SELECT {NUMBER}, {KEY}{_expressions(attributes)} FROM {quote(entity_table(table.entity))}"
        for batch in self._cursor.sql(f"{own} ORDER BY {NUMBER}").to_arrow_reader(BATCH_ROWS):
            self._compare(batch, attributes)
            self._tell(batch.num_rows)
        numbers = np.arange(table.size)
        self._counted.add("records", self._there == table.alive, _number)
        dead = numbers[~table.alive]
        for attribute in attributes:
            column = table.columns[attribute.number]
            self._counted.add(attribute.name, ~present(column, dead), lambda place: _number(dead[place]))
            _folded(self._counted, attribute, column.dictionary)
        self._order()
        yield from self._counted.wrong()

    def _compare(self, batch: Any, attributes: Sequence[Attribute]) -> None:
        table = self._table
        numbers: Ints = batch.column(0).to_numpy().astype(np.int64)
        is_known = numbers < table.size
        self._counted.add("records", is_known, lambda place: _number(numbers[place]))
        rows = batch.filter(pa.array(is_known)) if not is_known.all() else batch
        numbers = numbers[is_known]
        self._there[numbers] = True
        keys = large(rows.column(1))

        def of(place: int) -> str:
            return _number(numbers[place])

        self._counted.add("keys", equal(table.names.take(numbers), keys), of)
        self._counted.add("keys", table.find(keys) == numbers, of)
        first = 2
        for attribute in attributes:
            width = len(selected(attribute))
            column, values = table.columns[attribute.number], rows.columns[first : first + width]
            same = same_values(attribute, column.dictionary, column.take(numbers), values)
            self._counted.add(attribute.name, same, of)
            first += width

    def _order(self) -> None:
        alive, ranks = np.flatnonzero(self._table.alive), self._table.key_rank
        order = alive[np.argsort(ranks[alive], kind="stable")]
        keys: Any = self._table.names.take(order)
        ascends: Any = pc.less(keys.slice(0, max(len(keys) - 1, 0)), keys.slice(1))
        same = ascends.to_numpy(zero_copy_only=False) & (np.diff(ranks[order].astype(np.int64)) > 0)
        self._counted.add("order of keys", same, lambda place: _number(order[place]))


class _Interactions:
    def __init__(
        self, table: InteractionTable, cursor: duckdb.DuckDBPyConnection, tell: Callable[[int], None]
    ) -> None:
        self._table = table
        self._cursor = cursor
        self._tell = tell
        self._counted = _Counted(table.type.name)

    def wrong(self) -> Iterator[Wrong]:
        type_: InteractionType = self._table.type
        attributes = list(type_.attributes.values())
        fixed = f"{MEMBER} AS member, epoch_us({OCCURRED_AT}) AS at, {ID} AS id"
        own = f"SELECT {fixed}{_expressions(attributes)} FROM {quote(interaction_table(type_))}"
        low, waiting = 0, None
        in_order = f"{own} ORDER BY {MEMBER}, {OCCURRED_AT}, {ID}"
        for batch in self._cursor.sql(in_order).to_arrow_reader(BATCH_ROWS):
            rows = pa.Table.from_batches([batch])
            rows = rows if waiting is None else pa.concat_tables([waiting, rows])
            member = rows["member"].to_numpy()
            # The last member may have more rows in the next batch.
            cut = int(np.searchsorted(member, member[-1]))
            self._compare(rows.slice(0, cut), low, int(member[-1]))
            low, waiting = int(member[-1]), rows.slice(cut)
            self._tell(batch.num_rows)
        members = self._table.parts[0].members
        if waiting is not None:
            self._compare(waiting, low, max(members, low + 1))
        else:
            self._counted.add("rows", np.array([not len(self._rows(0, members)[0])]), str)
        in_time = [is_in_time(part) for part in self._table.parts]
        self._counted.add("order of time", np.array(in_time), lambda place: f"part {place}")
        for attribute in attributes:
            _folded(self._counted, attribute, self._table.dictionary(attribute.number))
        yield from self._counted.wrong()

    def _rows(self, low: int, high: int) -> tuple[Ints, list[tuple[Part, Ints]]]:
        """Of members from one to before another: whose each row is, and the rows' places, part by part."""
        owners, places = [], []
        for part in self._table.parts:
            members = np.arange(low, min(high, part.members))
            pair, rows = expand(*part.ranges(members))
            owners.append(low + pair)
            places.append((part, rows))
        return np.concatenate(owners), places

    def _compare(self, rows: pa.Table, low: int, high: int) -> None:
        member, places = self._rows(low, high)
        own: NDArray[Any] = rows["member"].to_numpy()
        counts, wanted = (np.bincount(one - low, minlength=high - low) for one in (member, own.astype(int)))
        self._counted.add("rows", counts == wanted, lambda place: f"member {low + place}")
        if not np.array_equal(counts, wanted) or not len(own):
            return
        at = np.concatenate([part.occurred_at[some] for part, some in places])
        ids: Any = from_list([])
        for part, some in places:
            ids = joined(ids, large(taken(part.ids, some)))
        found = pa.table({"member": pa.array(member), "at": pa.array(at), "id": ids})
        order = pc.sort_indices(found, [(name, "ascending") for name in found.column_names]).to_numpy()

        def of(place: int) -> str:
            return f"“{rows['id'][place].as_py()}” of member {own[place]}"

        self._counted.add("instants", at[order] == rows["at"].to_numpy(), of)
        self._counted.add("ids", equal(taken(ids, order), rows["id"]), of)
        first = 3
        for attribute in self._table.type.attributes.values():
            width = len(selected(attribute))
            number, values = attribute.number, rows.columns[first : first + width]
            parts = [part.columns[number].take(some) for part, some in places]
            arrays = chained(attribute.type, parts).take(order)
            same = same_values(attribute, self._table.dictionary(number), arrays, values)
            self._counted.add(attribute.name, same, of)
            first += width


def _expressions(attributes: Sequence[Attribute]) -> str:
    found = [one for attribute in attributes for one in selected(attribute)]
    return "".join(f", {one} AS c{place}" for place, one in enumerate(found))


def _folded(counted: _Counted, attribute: Attribute, dictionary: Dictionary | None) -> None:
    """Each value is found at its code, and each folded form; a value's folded code is that of its form."""
    if dictionary is None:
        return
    codes = np.arange(len(dictionary))
    part, texts = f"values of {attribute.name}", dictionary.texts(codes)
    counted.add(part, dictionary.find(dictionary.exact) == codes, lambda code: f"“{texts[code]}”")
    if dictionary.folded is None:
        return
    own = dictionary.folded_codes(codes).astype(np.int64)
    is_code = own < len(dictionary.folded)
    forms = taken(dictionary.folded, np.where(is_code, own, 0))
    wanted = from_list([fold(text) for text in texts])
    counted.add(part, is_code & equal(forms, wanted), lambda code: f"“{texts[code]}”")
    lookup = dictionary.folded_lookup
    if lookup is not None:
        places = np.arange(len(lookup.strings))
        is_found = (lookup.find(lookup.strings) == places) | (places == 0)
        counted.add(part, is_found, lambda place: f"the folded form {place}")


def _links(index: Index) -> Iterator[Wrong]:
    """References that lead elsewhere than their keys say; keys and columns were compared before."""
    for attribute, column, owner in advancing.references(index.entities, index.interactions):
        links, both_ways = index.links[attribute.number], owner in index.entities
        to = index.of.catalog.entities.get(attribute.to or "")
        target = None if to is None else index.entities[to.number]
        anew = links_of(attribute, column, target, both_ways=both_ways)
        name = index.entities[owner].entity.name if both_ways else index.interactions[owner].type.name
        counted = _Counted(name)
        for same in same_links(links, anew):
            counted.add(f"links of {attribute.name}", same, lambda place: f"place {place}")
        yield from counted.wrong()


def _number(number: int) -> str:
    return f"record {number}"
