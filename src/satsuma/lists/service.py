"""The marketing lists of a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from satsuma.catalog.audiences import audience_named, entity_of_number
from satsuma.catalog.rules import DEFAULT_AUDIENCE
from satsuma.kernel.errors import UsageError
from satsuma.kernel.text import fold
from satsuma.lists import happened, settings
from satsuma.lists.finding import find, named
from satsuma.lists.marketing_list import MarketingList, free_name
from satsuma.lists.rooms import ListRooms
from satsuma.record import lists as rows
from satsuma.record.change import Change


@dataclass(frozen=True, slots=True)
class ListSummary:
    """A list as lists of lists show it.

    Attributes:
        id, name, description, audience: Of the list.
        is_subscription: Whether people join and leave by themselves.
        double_opt_in: Whether they must confirm first.
        size: How many are on it.
        pending: How many have yet to confirm.
        created_at: Microseconds UTC.
    """

    id: int
    name: str
    description: str | None
    audience: str
    is_subscription: bool
    double_opt_in: bool
    size: int
    pending: int
    created_at: int


class Lists:
    """`ws.lists`."""

    def __init__(self, rooms: ListRooms) -> None:
        self._rooms = rooms

    def create(
        self,
        name: str,
        *,
        audience: str | None = None,
        subscription: bool = False,
        double_opt_in: bool = False,
        description: str | None = None,
    ) -> MarketingList:
        """Make an empty list.

        Args:
            name: Its name; no other list may have it, in whatever case.
            audience: The entity whose records are on it; default the only audience, or contacts.
            subscription: Whether people join and leave by themselves, through subscription centres and forms.
            double_opt_in: Whether they must confirm first, by a link in a message.
            description: What it is for.

        Raises:
            ConflictError: The name is taken, or double opt-in without subscription.
            UsageError: The name or audience is no such thing, or subscription to another than contacts.
        """

        def work(change: Change) -> rows.ListRow:
            entity = audience_named(change.catalog, audience)
            if subscription and entity.name != DEFAULT_AUDIENCE:
                raise UsageError(
                    f"found a subscription list of {entity.name}, expected one of {DEFAULT_AUDIENCE}",
                    code="usage.subscription",
                    hint="only contacts subscribe",
                )
            row = rows.create(
                change,
                free_name(change, name),
                entity.number,
                subscription=subscription,
                description=description,
            )
            happened.declare(change, entity, happened.SUBSCRIBED, happened.UNSUBSCRIBED, happened.CONSENT)
            if double_opt_in:
                settings.set_double_opt_in(change, row, wanted=True)
            return row

        committed = self._rooms.writer.commit(
            work, actor=self._rooms.actor, kind="definition", detail="create list"
        )
        return MarketingList(self._rooms, committed.result.id)

    def __getitem__(self, name: str | int) -> MarketingList:
        """The list of a name, without regard to case, or of an id."""
        with self._rooms.record.cursor() as cursor:
            return MarketingList(self._rooms, named(rows.all_lists(cursor), name).id)

    def __iter__(self) -> Iterator[MarketingList]:
        """All lists, by name."""
        return iter([MarketingList(self._rooms, row.id) for row in self.list()])

    def list(
        self, *, search: str | None = None, audience: str | None = None, subscription: bool | None = None
    ) -> tuple[ListSummary, ...]:
        """The lists, by name.

        Args:
            search: Only those whose name or description contains this, without regard to case.
            audience: Only those of this entity.
            subscription: Only subscription lists, or only others.
        """
        with self._rooms.record.snapshot() as (cursor, state):
            sizes = dict(cursor.execute("SELECT list, count(*) FROM list_members GROUP BY list").fetchall())
            pending = dict(
                cursor.execute(
                    "SELECT list, count(*) FROM opt_ins WHERE epoch_us(expires_at) > ? GROUP BY list",
                    [state.now],
                ).fetchall()
            )
            doubled = dict(cursor.execute("SELECT list, double_opt_in FROM list_settings").fetchall())
            found = [
                ListSummary(
                    row.id,
                    row.name,
                    row.description,
                    entity_of_number(state.catalog, row.audience).name,
                    row.subscription,
                    bool(doubled.get(row.id)),
                    sizes.get(row.id, 0),
                    pending.get(row.id, 0),
                    row.created_at,
                )
                for row in rows.all_lists(cursor)
            ]
        return tuple(
            sorted(
                (
                    one
                    for one in found
                    if (search is None or fold(search) in fold(f"{one.name}\n{one.description or ''}"))
                    and audience in (None, one.audience)
                    and subscription in (None, one.is_subscription)
                ),
                key=lambda one: (fold(one.name), one.name),
            )
        )

    def of(self, key: str, *, audience: str | None = None) -> tuple[str, ...]:
        """Names of the lists that a record is on, sorted.

        Raises:
            NotFoundError: No record has the key.
        """
        with self._rooms.record.snapshot() as (cursor, state):
            entity, number = find(cursor, state.catalog, key, audience)
            on = set(rows.of_member(cursor, entity.number, number))
            return tuple(sorted(row.name for row in rows.all_lists(cursor) if row.id in on))
