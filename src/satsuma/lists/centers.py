"""Subscription centres: pages on which people see which lists they are on, join, leave, or stop all e-mail.

A centre is edited as a draft; publishing it makes the draft what people see. The lists that either shows are
in use, and cannot be deleted meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from satsuma.catalog.audiences import audience_named
from satsuma.catalog.rules import DEFAULT_AUDIENCE
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.kernel.names import check_name
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold
from satsuma.lists import happened, links, settings
from satsuma.lists.center_content import Content, content_of, loads
from satsuma.lists.finding import find, named
from satsuma.lists.links import NO_LIST, Purpose
from satsuma.lists.rooms import ListRooms
from satsuma.record import lists as list_rows
from satsuma.record import uses
from satsuma.record.change import Change
from satsuma.record.lists import ListRow
from satsuma.record.sql import INSTANT

COUNTER = "subscription_centers"


@dataclass(frozen=True, slots=True)
class CenterRow:
    """One centre: its content as draft, and as people see it, if they do; instants in microseconds UTC."""

    id: int
    name: str
    draft: Content
    live: Content | None
    created_at: int
    changed_at: int
    published_at: int | None

    @property
    def status(self) -> Literal["draft", "live", "changed"]:
        """`draft`: nobody sees it; `live`; or `changed`: the draft differs from what people see."""
        if self.live is None:
            return "draft"
        return "live" if self.live == self.draft else "changed"


class Center:
    """One subscription centre, by its id."""

    def __init__(self, rooms: ListRooms, number: int) -> None:
        self._rooms = rooms
        self._number = number

    @property
    def id(self) -> int:
        """Its id, which stays whatever its name becomes."""
        return self._number

    def __repr__(self) -> str:
        """Name and status."""
        row = self.row
        return f"<subscription center “{row.name}”, {row.status}>"

    @property
    def row(self) -> CenterRow:
        """All about it."""
        with self._rooms.record.cursor() as cursor:
            return center_row(cursor, self.id)

    @property
    def name(self) -> str:
        """Its name."""
        return self.row.name

    def edit(self, **parts: Any) -> CenterRow:
        """Change the draft; parts not given stay.

        Args:
            parts: `lists` (names or ids, or objects with `list`, `names`, `abouts`), `texts`, `colour`,
                `logo`, `logo_text`; see `center_content.Content`.

        Raises:
            UsageError: A part is no such thing, or a list is no subscription list.
        """

        def work(change: Change) -> None:
            row = center_row(change.connection, self.id)
            content = _content(change.connection, {**row.draft.to_json(), **parts})
            _put_uses(change, self.id, content, row.live)
            change.connection.execute(
                f"UPDATE subscription_centers SET draft = ?, changed_at = {INSTANT} WHERE id = ?",
                [content.dumps(), change.at, self.id],
            )

        return self._write("edit subscription center", work)

    def tried(self, **parts: Any) -> Content:
        """What the draft would be with other parts, which are as in `edit`; nothing is written.

        Raises:
            UsageError: A part is no such thing, or a list is no subscription list.
        """
        with self._rooms.record.cursor() as cursor:
            draft = center_row(cursor, self.id).draft
            return _content(cursor, {**draft.to_json(), **parts})

    def publish(self) -> CenterRow:
        """Let people see the draft.

        Raises:
            ConflictError: It shows no list.
        """

        def work(change: Change) -> None:
            row = center_row(change.connection, self.id)
            if not row.draft.lists:
                raise ConflictError(
                    f"subscription center “{row.name}” shows no list", code="center.empty", hint="add one"
                )
            _put_uses(change, self.id, row.draft, row.draft)
            change.connection.execute(
                f"UPDATE subscription_centers SET live = draft, published_at = {INSTANT} WHERE id = ?",
                [change.at, self.id],
            )

        return self._write("publish subscription center", work)

    def unpublish(self) -> CenterRow:
        """Let nobody see it any more: links to it lead to a page that says no more than that."""

        def work(change: Change) -> None:
            row = center_row(change.connection, self.id)
            _put_uses(change, self.id, row.draft, None)
            change.connection.execute(
                "UPDATE subscription_centers SET live = NULL, published_at = NULL WHERE id = ?", [self.id]
            )

        return self._write("unpublish subscription center", work)

    def rename(self, name: str) -> CenterRow:
        """Give it another name; people do not see it."""

        def work(change: Change) -> None:
            found = _free_name(change, name, self.id)
            change.connection.execute(
                "UPDATE subscription_centers SET name = ?, name_folded = ? WHERE id = ?",
                [found, fold(found), self.id],
            )

        return self._write("rename subscription center", work)

    def delete(self) -> None:
        """Remove it; links to it lead to a page that says no more than that."""

        def work(change: Change) -> None:
            center_row(change.connection, self.id)
            uses.put(change, uses.Thing(settings.CENTER, self.id), ())
            change.connection.execute("DELETE FROM subscription_centers WHERE id = ?", [self.id])

        self._rooms.writer.commit(
            work, actor=self._rooms.actor, kind="definition", detail="delete subscription center"
        )

    def link(self, key: str) -> str:
        """The address of a contact's personal page; it is good for 180 days.

        Raises:
            NotFoundError: No contact has the key.
            UsageError: The address of the site with the public pages is not set.
        """
        return self._link(key, Purpose.CENTER, self.id, "subscriptions")

    def _link(self, key: str, purpose: Purpose, subject: int, page: str) -> str:
        return personal_link(self._rooms, key, purpose, subject, page)

    def _write(self, detail: str, work: Callable[[Change], None]) -> CenterRow:
        def whole(change: Change) -> CenterRow:
            work(change)
            return center_row(change.connection, self.id)

        return self._rooms.writer.commit(
            whole, actor=self._rooms.actor, kind="definition", detail=detail
        ).result


class Centers:
    """`ws.centers`."""

    def __init__(self, rooms: ListRooms) -> None:
        self._rooms = rooms

    def create(self, name: str, **parts: Any) -> Center:
        """Make a draft; the parts are as in `Center.edit`.

        Raises:
            ConflictError: The name is taken.
            UsageError: A part is no such thing, or a list is no subscription list.
        """

        def work(change: Change) -> int:
            free = _free_name(change, name)
            content = _content(change.connection, parts)
            number = change.memory.counters.take(COUNTER)
            change.connection.execute(
                f"INSERT INTO subscription_centers VALUES (?, ?, ?, ?, NULL, {INSTANT}, {INSTANT}, NULL)",
                [number, free, fold(free), content.dumps(), change.at, change.at],
            )
            _put_uses(change, number, content, None)
            happened.declare(change, audience_named(change.catalog, DEFAULT_AUDIENCE), happened.CENTER)
            return number

        committed = self._rooms.writer.commit(
            work, actor=self._rooms.actor, kind="definition", detail="create subscription center"
        )
        return Center(self._rooms, committed.result)

    def __getitem__(self, name: str | int) -> Center:
        """The centre of a name, without regard to case, or of an id."""
        found = self.list()
        for row in found:
            if row.id == name or (isinstance(name, str) and fold(row.name) == fold(name)):
                return Center(self._rooms, row.id)
        hint = did_you_mean(name, [row.name for row in found]) if isinstance(name, str) else ""
        raise NotFoundError(f"no subscription center “{name}”", code="not_found.center", hint=hint)

    def __iter__(self) -> Iterator[Center]:
        """All centres, by name."""
        return iter([Center(self._rooms, row.id) for row in self.list()])

    def list(self) -> tuple[CenterRow, ...]:
        """All about all centres, by name."""
        with self._rooms.record.cursor() as cursor:
            return tuple(sorted(_rows(cursor), key=lambda row: (fold(row.name), row.name)))

    def unsubscribe_headers(self, key: str, on_list: str | None = None) -> dict[str, str]:
        """Header fields for a message to a contact: mail programs then offer to unsubscribe at one click.

        They are those of RFC 8058. A click takes the contact off the list, or without one stops all e-mail.
        """
        list_id = NO_LIST
        if on_list is not None:
            with self._rooms.record.cursor() as cursor:
                list_id = named(list_rows.all_lists(cursor), on_list).id
        link = personal_link(self._rooms, key, Purpose.UNSUBSCRIBE, list_id, "unsubscribe")
        return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}

    def end_links(self, key: str | None = None) -> None:
        """Make every link stale that a contact was ever sent; without a key, everybody's."""
        if key is None:
            self._rooms.links.new_secret()
            return

        def work(change: Change) -> None:
            entity, number = find(change.connection, change.catalog, key, DEFAULT_AUDIENCE)
            links.rotate(change, entity, number)

        self._rooms.writer.commit(work, actor=self._rooms.actor, detail="end links")


def personal_link(rooms: ListRooms, key: str, purpose: Purpose, subject: int, page: str) -> str:
    """The address of a page for one contact (see `links.Links`)."""
    with rooms.record.snapshot() as (cursor, state):
        entity, number = find(cursor, state.catalog, key, DEFAULT_AUDIENCE)
        now = max(rooms.clock.now(), state.now)
        token = rooms.links.make(cursor, purpose, subject, entity, number, now)
        return links.address(settings.read(cursor, settings.PUBLIC_URL), f"{page}/{token}")


def center_row(connection: duckdb.DuckDBPyConnection, center_id: int) -> CenterRow:
    """The centre of an id.

    Raises:
        NotFoundError: It is gone.
    """
    for row in _rows(connection, center_id):
        return row
    raise NotFoundError(
        f"no subscription center with id {center_id}: it was deleted", code="not_found.center"
    )


def live_with(connection: duckdb.DuckDBPyConnection, list_id: int) -> CenterRow | None:
    """The live centre that shows a list; of several the first made."""
    shown = [
        row
        for row in _rows(connection)
        if row.live is not None and any(one.list_id == list_id for one in row.live.lists)
    ]
    return min(shown, key=lambda row: row.id, default=None)


def _rows(connection: duckdb.DuckDBPyConnection, center_id: int | None = None) -> list[CenterRow]:
    found = connection.execute(
        "SELECT id, name, draft, live, epoch_us(created_at), epoch_us(changed_at), epoch_us(published_at)"
        " FROM subscription_centers WHERE id = coalesce(?, id)",
        [center_id],
    ).fetchall()
    return [
        CenterRow(row[0], row[1], loads(row[2]), None if row[3] is None else loads(row[3]), *row[4:])
        for row in found
    ]


def _content(connection: duckdb.DuckDBPyConnection, parts: Mapping[str, Any]) -> Content:
    """Content whose lists, given by name or id, all are subscription lists."""
    known = list_rows.all_lists(connection)
    wanted = [_with_id(known, one) for one in parts.get("lists") or ()]
    content = content_of({**parts, "lists": wanted})
    for shown in content.lists:
        row = named(known, shown.list_id)
        if not row.subscription:
            raise UsageError(
                f"list “{row.name}” is no subscription list, and only these stand on a subscription center",
                code="usage.center_list",
                hint="make a list with `subscription=True`",
            )
    return content


def _with_id(known: list[ListRow], one: Any) -> Any:
    if isinstance(one, str):
        return {"list": named(known, one).id}
    if isinstance(one, Mapping) and isinstance(one.get("list"), str):
        return {**one, "list": named(known, one["list"]).id}
    return one


def _put_uses(change: Change, center_id: int, draft: Content, live: Content | None) -> None:
    shown = {one.list_id for content in (draft, live) if content is not None for one in content.lists}
    things = [uses.Thing(settings.LIST, list_id) for list_id in shown]
    uses.put(change, uses.Thing(settings.CENTER, center_id), things)


def _free_name(change: Change, name: str, own: int | None = None) -> str:
    name = check_name(name)
    for row in _rows(change.connection):
        if fold(row.name) == fold(name) and row.id != own:
            raise ConflictError(
                f"there is a subscription center “{row.name}” already",
                code="center.name_taken",
                hint="choose another",
            )
    return name
