"""The marketing lists of a workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from satsuma.catalog.audiences import audience_named, entity_numbered
from satsuma.catalog.model import Catalog, Entity, Mode
from satsuma.commit.receipts import Receipt
from satsuma.commit.writer import Writer
from satsuma.kernel.errors import ConflictError, InvariantError, NotFoundError
from satsuma.kernel.names import check_name, keys_given
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold, nfc
from satsuma.record import lists as rows
from satsuma.record import uses
from satsuma.record.change import Change
from satsuma.record.intake import take_records
from satsuma.record.resolve import numbers_of_keys
from satsuma.record.store import Record


class MarketingList:
    """One list, by its id."""

    def __init__(self, record: Record, writer: Writer, actor: str, number: int) -> None:
        self._record = record
        self._writer = writer
        self._actor = actor
        self._number = number

    def __repr__(self) -> str:
        """Name and size."""
        return f"<list “{self.name}”, {len(self)} members>"

    @property
    def name(self) -> str:
        """Its name."""
        return self._row().name

    def __len__(self) -> int:
        """How many are on it."""
        with self._record.cursor() as cursor:
            return len(rows.members(cursor, self._number))

    def __iter__(self) -> Iterator[str]:
        """Keys, ascending by code point."""
        row = self._row()
        with self._record.cursor() as cursor:
            numbers = rows.members(cursor, self._number)
        keys = self._record.keys_of(_entity(self._record.catalog, row.audience).name, numbers)
        return iter(sorted(key for key in keys.to_pylist() if key is not None))

    def __contains__(self, key: object) -> bool:
        """Whether the record of a key is on it."""
        return isinstance(key, str) and nfc(key) in set(self)

    def add(self, keys: Iterable[str]) -> Receipt:
        """Put records on the list.

        A key never seen makes a record in mode `learn`; in mode `strict` it is told as unknown.
        """
        wanted = keys_given(keys)

        def work(change: Change) -> tuple[int, int, tuple[str, ...]]:
            entity = _entity(change.catalog, self._row_in(change).audience)
            unknown = _unknown(change, entity, wanted)
            created = 0
            if unknown and change.catalog.mode is Mode.LEARN:
                intake = take_records(
                    [{"id": key} for key in unknown], entity.name, change.catalog, now=change.at
                )
                created = len(change.upsert(entity.name, intake).created)
                unknown = _unknown(change, entity, wanted)
            numbers = numbers_of_keys(change.connection, entity, pa.array(wanted, pa.string()))
            joined = rows.join(change, self._number, np.unique(numbers[numbers >= 0]).astype(np.uint32))
            return len(joined), created, unknown

        committed = self._writer.commit(work, actor=self._actor, detail="add to list")
        joined, created, unknown = committed.result
        already = len(wanted) - len(unknown) - joined
        return Receipt(committed.version, joined, duplicates=already, created=created, unknown=unknown)

    def remove(self, keys: Iterable[str]) -> Receipt:
        """Take records off the list; those that are not on it count as duplicates."""
        wanted = keys_given(keys)

        def work(change: Change) -> int:
            entity = _entity(change.catalog, self._row_in(change).audience)
            numbers = numbers_of_keys(change.connection, entity, pa.array(wanted, pa.string()))
            return len(rows.leave(change, self._number, np.unique(numbers[numbers >= 0]).astype(np.uint32)))

        committed = self._writer.commit(work, actor=self._actor, detail="remove from list")
        return Receipt(committed.version, committed.result, duplicates=len(wanted) - committed.result)

    def rename(self, name: str) -> None:
        """Give it another name; what refers to it follows."""
        self._writer.commit(
            lambda change: rows.rename(change, self._number, _free_name(change, name, self._number)),
            actor=self._actor,
            kind="definition",
            detail="rename list",
        )

    def delete(self) -> None:
        """Remove the list. Refused while live segments use it."""

        def work(change: Change) -> None:
            users = uses.users_of(change.connection, uses.Thing("list", self._number))
            if users:
                raise ConflictError(
                    f"cannot delete list “{self.name}”: {len(users)} live segments use it",
                    code="list.used",
                    hint="change or stop them first",
                )
            rows.remove(change, self._number)

        self._writer.commit(work, actor=self._actor, kind="definition", detail="delete list")

    def _row(self) -> rows.ListRow:
        with self._record.cursor() as cursor:
            return _by_id(rows.all_lists(cursor), self._number)

    def _row_in(self, change: Change) -> rows.ListRow:
        return _by_id(rows.all_lists(change.connection), self._number)


class Lists:
    """`ws.lists`."""

    def __init__(self, record: Record, writer: Writer, actor: str) -> None:
        self._record = record
        self._writer = writer
        self._actor = actor

    def create(
        self,
        name: str,
        *,
        audience: str | None = None,
        subscription: bool = False,
        description: str | None = None,
    ) -> MarketingList:
        """Make an empty list of one audience (default: the only one, or contacts)."""

        def work(change: Change) -> rows.ListRow:
            entity = audience_named(change.catalog, audience)
            return rows.create(
                change,
                _free_name(change, name),
                entity.number,
                subscription=subscription,
                description=description,
            )

        committed = self._writer.commit(work, actor=self._actor, kind="definition", detail="create list")
        return MarketingList(self._record, self._writer, self._actor, committed.result.id)

    def __getitem__(self, name: str) -> MarketingList:
        """The list of a name, without regard to case."""
        with self._record.cursor() as cursor:
            found = rows.all_lists(cursor)
        for row in found:
            if fold(row.name) == fold(name):
                return MarketingList(self._record, self._writer, self._actor, row.id)
        hint = did_you_mean(name, [row.name for row in found])
        raise NotFoundError(f"no list “{name}”", code="not_found.list", hint=hint)

    def __iter__(self) -> Iterator[MarketingList]:
        """All lists, by name."""
        with self._record.cursor() as cursor:
            found = sorted(rows.all_lists(cursor), key=lambda row: (fold(row.name), row.name))
        for row in found:
            yield MarketingList(self._record, self._writer, self._actor, row.id)


def _unknown(change: Change, entity: Entity, keys: list[str]) -> tuple[str, ...]:
    numbers = numbers_of_keys(change.connection, entity, pa.array(keys, pa.string()))
    return tuple(key for key, number in zip(keys, numbers, strict=True) if number < 0)


def _by_id(found: Iterable[rows.ListRow], number: int) -> rows.ListRow:
    for row in found:
        if row.id == number:
            return row
    raise NotFoundError(f"no list with id {number}: it was deleted", code="not_found.list")


def _entity(catalog: Catalog, number: int) -> Entity:
    found = entity_numbered(catalog, number)
    if found is None:
        raise InvariantError(f"the catalog has no entity {number}, which a list has as its audience")
    return found


def _free_name(change: Change, name: str, own: int | None = None) -> str:
    name = check_name(name)
    for row in rows.all_lists(change.connection):
        if fold(row.name) == fold(name) and row.id != own:
            raise ConflictError(
                f"there is a list “{row.name}” already", code="list.name_taken", hint="choose another"
            )
    return name
