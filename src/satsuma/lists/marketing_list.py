"""One marketing list: who is on it, put on it and taken off it, by hand, from files, by a query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.audiences import entity_of_number
from satsuma.commit.receipts import Receipt
from satsuma.kernel.errors import ConflictError, UsageError
from satsuma.kernel.names import check_name, key_given, keys_given
from satsuma.kernel.text import fold
from satsuma.language import tree
from satsuma.language.text import parse_text
from satsuma.lists import joining, opt_ins, settings
from satsuma.lists.finding import by_id
from satsuma.lists.joining import Joined, Request
from satsuma.lists.meeting import who_meets
from satsuma.lists.rooms import ListRooms
from satsuma.record import lists as rows
from satsuma.record.change import Change
from satsuma.record.resolve import keys_of_numbers, numbers_of_keys


@dataclass(frozen=True, slots=True)
class ListEvent:
    """Somebody joined or left; at the version, its instant in microseconds UTC."""

    key: str | None
    version: int
    at: int
    has_joined: bool


class MarketingList:
    """One list, by its id."""

    def __init__(self, rooms: ListRooms, number: int) -> None:
        self._rooms = rooms
        self._number = number

    @property
    def id(self) -> int:
        """Its id, which stays whatever its name becomes."""
        return self._number

    def __repr__(self) -> str:
        """Name and size."""
        return f"<list “{self.name}”, {len(self)} members>"

    @property
    def name(self) -> str:
        """Its name."""
        return self._row().name

    @property
    def description(self) -> str | None:
        """What it is for."""
        return self._row().description

    @property
    def audience(self) -> str:
        """The name of the entity whose records are on it."""
        return entity_of_number(self._rooms.record.catalog, self._row().audience).name

    @property
    def is_subscription(self) -> bool:
        """Whether people may join and leave by themselves, through subscription centres and forms."""
        return self._row().subscription

    @property
    def double_opt_in(self) -> bool:
        """Whether who joins by themselves must first confirm by a link in a message."""
        with self._rooms.record.cursor() as cursor:
            return settings.is_double_opt_in(cursor, self.id)

    @property
    def created_at(self) -> int:
        """When it was made, microseconds UTC."""
        return self._row().created_at

    def __len__(self) -> int:
        """How many are on it."""
        with self._rooms.record.cursor() as cursor:
            return rows.size(cursor, self.id)

    def __iter__(self) -> Iterator[str]:
        """Keys, ascending by code point."""
        return iter(self.members())

    def __contains__(self, key: object) -> bool:
        """Whether the record of a key is on it."""
        if not isinstance(key, str):
            return False
        with self._rooms.record.snapshot() as (cursor, state):
            entity = entity_of_number(state.catalog, by_id(rows.all_lists(cursor), self.id).audience)
            numbers = numbers_of_keys(cursor, entity, pa.array([key_given(key)], pa.string()))
            return numbers[0] >= 0 and len(rows.among(cursor, self.id, numbers.astype(np.uint32))) == 1

    def members(
        self, *, search: str | None = None, after: str | None = None, limit: int | None = None
    ) -> list[str]:
        """Keys of those on it, ascending by code point.

        Args:
            search: Only keys that contain this, without regard to case.
            after: Only keys above this one: where the page before ended.
            limit: At most so many.
        """
        with self._rooms.record.snapshot() as (cursor, state):
            entity = entity_of_number(state.catalog, by_id(rows.all_lists(cursor), self.id).audience)
            if search is None:
                return rows.keys_of_members(cursor, self.id, entity, after=after, limit=limit)
            keys = rows.keys_of_members(cursor, self.id, entity, after=after)
        wanted = fold(search)
        return list(islice((key for key in keys if wanted in fold(key)), limit))

    def pending(self) -> list[opt_ins.Pending]:
        """Those who have been asked to confirm and have not yet, the oldest first."""
        with self._rooms.record.snapshot() as (cursor, state):
            entity = entity_of_number(state.catalog, by_id(rows.all_lists(cursor), self.id).audience)
            return opt_ins.of_list(cursor, entity, self.id, state.now)

    def history(self, *, since_version: int = 0, limit: int = 1_000) -> list[ListEvent]:
        """Who joined and left, the newest first; the key is None once the record is gone."""
        with self._rooms.record.snapshot() as (cursor, state):
            entity = entity_of_number(state.catalog, by_id(rows.all_lists(cursor), self.id).audience)
            found = rows.changes(cursor, self.id, since_version=since_version, limit=limit)
            keys = keys_of_numbers(
                cursor, entity, np.array([one.member for one in found], dtype=np.uint32)
            ).to_pylist()
        return [
            ListEvent(key, one.version, one.at, one.sign > 0) for key, one in zip(keys, found, strict=True)
        ]

    def add(self, keys: Iterable[str], *, confirmed: bool = False, through: str | None = None) -> Receipt:
        """Put records on the list; those that are on it already count as duplicates.

        A key never seen makes a record in mode `learn`; in mode `strict` it is told as unknown.

        Args:
            keys: Of the records.
            confirmed: For a list with double opt-in: that there is evidence that all of them asked for it.
            through: What it comes through, as the interactions say; default what this object came through.

        Raises:
            ConflictError: The list has double opt-in, and it is not said that they have confirmed.
        """
        wanted = keys_given(keys)
        request = Request(self.id, wanted, True, through or self._rooms.through, confirmed=confirmed)
        joined, version = self._ask(request)
        already = len(wanted) - len(joined.unknown) - len(joined.numbers)
        return Receipt(
            version, len(joined.numbers), duplicates=already, created=joined.created, unknown=joined.unknown
        )

    def remove(self, keys: Iterable[str], *, through: str | None = None) -> Receipt:
        """Take records off the list; those that are not on it count as duplicates."""
        wanted = keys_given(keys)
        joined, version = self._ask(Request(self.id, wanted, False, through or self._rooms.through))
        gone = len(joined.numbers)
        return Receipt(version, gone, duplicates=len(wanted) - gone)

    def add_file(self, file: str | Path, *, confirmed: bool = False) -> Receipt:
        """Put records on the list whose keys stand in a text file, one a line."""
        return self.add(keys_in(Path(file)), confirmed=confirmed, through="file")

    def add_where(self, where: str | tree.Condition, *, confirmed: bool = False) -> Receipt:
        """Put everyone on the list who meets a definition now; they stay whatever becomes of them.

        Raises:
            DefinitionError: The definition has errors.
            ConflictError: As in `add`.
        """
        if not confirmed and self.double_opt_in:
            raise joining.must_confirm(self.name)
        condition = parse_text(where) if isinstance(where, str) else where

        def work(change: Change) -> tuple[int, int]:
            numbers, keys = self._who_meet(change, condition)
            request = Request(self.id, keys, True, "query", may_create=False)
            return len(numbers), len(joining.apply(change, [request])[0].numbers)

        committed = self._rooms.writer.commit(work, actor=self._rooms.actor, detail="add to list by query")
        met, joined = committed.result
        return Receipt(committed.version, joined, duplicates=met - joined)

    def ask(self, keys: Iterable[str], *, through: str | None = None) -> opt_ins.Asked:
        """Ask records to confirm that they want to be on the list: each gets one message with a link.

        Raises:
            ConflictError: The list has no double opt-in.
        """
        wanted = keys_given(keys)

        def work(change: Change) -> opt_ins.Asked:
            row = by_id(rows.all_lists(change.connection), self.id)
            return opt_ins.ask(change, row, wanted, self._rooms.links, through=through or self._rooms.through)

        return self._rooms.writer.commit(work, actor=self._rooms.actor, detail="ask to confirm").result

    def rename(self, name: str) -> None:
        """Give it another name; what refers to it follows."""
        self._write(
            "rename list", lambda change: rows.rename(change, self.id, free_name(change, name, self.id))
        )

    def describe(self, description: str | None) -> None:
        """Say what it is for."""
        self._write("describe list", lambda change: rows.describe(change, self.id, description))

    def set_double_opt_in(self, wanted: bool) -> None:
        """Ask who joins by themselves to confirm, or no longer; who is on it stays.

        Raises:
            ConflictError: It is no subscription list.
        """

        def work(change: Change) -> None:
            row = by_id(rows.all_lists(change.connection), self.id)
            settings.set_double_opt_in(change, row, wanted=wanted)

        self._write("set double opt-in", work)

    def users(self) -> list[str]:
        """What uses it: live segments, subscription centres, forms, ..., as `kind “name”`."""
        with self._rooms.record.cursor() as cursor:
            return settings.users(cursor, self.id)

    def delete(self) -> None:
        """Remove the list; all of them leave it.

        Raises:
            ConflictError: Something uses it; the message and `details["users"]` say what.
        """

        def work(change: Change) -> None:
            row = by_id(rows.all_lists(change.connection), self.id)
            users = settings.users(change.connection, self.id)
            if users:
                raise ConflictError(
                    f"cannot delete list “{row.name}”: it is used by {', '.join(users)}",
                    code="list.used",
                    hint="change or stop what uses it first",
                    details={"users": users},
                )
            entity = entity_of_number(change.catalog, row.audience)
            left = keys_of_numbers(change.connection, entity, rows.members(change.connection, self.id))
            keys = [key for key in left.to_pylist() if key is not None]
            joining.apply(change, [Request(self.id, keys, False, "list deleted")])
            settings.forget(change, self.id)
            rows.remove(change, self.id)

        self._write("delete list", work)

    def _row(self) -> rows.ListRow:
        with self._rooms.record.cursor() as cursor:
            return by_id(rows.all_lists(cursor), self.id)

    def _write(self, detail: str, work: Callable[[Change], None]) -> None:
        self._rooms.writer.commit(work, actor=self._rooms.actor, kind="definition", detail=detail)

    def _ask(self, request: Request) -> tuple[Joined, int]:
        rooms = self._rooms
        committed = rooms.writer.commit_together(
            joining.TOGETHER, request, actor=rooms.actor, detail="change lists"
        )
        return committed.result, committed.version

    def _who_meet(self, change: Change, condition: tree.Condition) -> tuple[NDArray[np.uint32], list[str]]:
        entity = entity_of_number(change.catalog, by_id(rows.all_lists(change.connection), self.id).audience)
        source = tree.Source(where=condition, audience=entity.name)
        numbers = who_meets(self._rooms.evaluate, change.connection, change.catalog, source, change.at)
        keys = keys_of_numbers(change.connection, entity, numbers).to_pylist()
        return numbers, [key for key in keys if key is not None]


def free_name(change: Change, name: str, own: int | None = None) -> str:
    """A name for a list that no other one has.

    Raises:
        ConflictError: Another has it.
    """
    name = check_name(name)
    for row in rows.all_lists(change.connection):
        if fold(row.name) == fold(name) and row.id != own:
            raise ConflictError(
                f"there is a list “{row.name}” already", code="list.name_taken", hint="choose another"
            )
    return name


def keys_in(file: Path) -> list[str]:
    """The keys in a text file, one a line; empty lines are passed over.

    Raises:
        UsageError: It cannot be read, or is not UTF-8.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}", hint="expected a UTF-8 text file") from error
    return [line.strip() for line in text.splitlines() if line.strip()]
