"""What people do on the public pages: each is one version, with its interactions; no page is drawn here.

Whoever holds a link acts for the contact that it names. Nothing here tells whether an address is known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

import duckdb
import numpy as np

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Entity
from satsuma.catalog.rules import DEFAULT_AUDIENCE
from satsuma.kernel.text import nfc
from satsuma.lists import addresses, happened, joining, ledger, opt_ins, settings
from satsuma.lists.center_content import Content
from satsuma.lists.centers import center_row, live_with
from satsuma.lists.consent import standing
from satsuma.lists.finding import by_id
from satsuma.lists.forms import JoinForm, forms
from satsuma.lists.levels import DO_NOT_EMAIL, SUBSCRIPTIONS
from satsuma.lists.links import NO_LIST, Link, Purpose
from satsuma.lists.rooms import ListRooms
from satsuma.record import lists as rows
from satsuma.record.change import Change
from satsuma.record.consent import DENIED, GRANTED, ConsentEntry
from satsuma.record.intake import take_records
from satsuma.record.resolve import keys_of_numbers
from satsuma.record.state import State

T = TypeVar("T")

ACTOR = "subscriber"
"""Who makes the versions of what people do on the pages."""

_KEY_BYTES = 12
_FIELD_CHARS_MAX = 500


class _NothingDone(Exception):  # noqa: N818  -- no error: it ends a version that would change nothing
    pass


@dataclass(frozen=True, slots=True)
class ListChoice:
    """A list on a centre, for one contact.

    Attributes:
        list_id: Of the list.
        name, about: In the page's language.
        own_name: What the list is called in the workspace.
        is_on: Whether the contact is on it.
        is_waiting: Whether they have yet to confirm.
    """

    list_id: int
    name: str
    about: str
    own_name: str
    is_on: bool
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class CenterView:
    """A centre as one contact sees it in one language."""

    content: Content
    language: str
    choices: tuple[ListChoice, ...]
    do_not_email: bool


@dataclass(frozen=True, slots=True)
class _Choice:
    """What somebody chose: lists by id, whether no e-mail, whether to leave all, in which language."""

    lists: frozenset[int]
    do_not_email: bool
    leave_all: bool
    language: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a contact did on a centre: names of lists joined, left, and to be confirmed by a message."""

    joined: tuple[str, ...]
    left: tuple[str, ...]
    to_confirm: tuple[str, ...]
    do_not_email: bool


class PublicPages:
    """`ws.public`."""

    def __init__(self, rooms: ListRooms) -> None:
        self._rooms = rooms

    def center(self, token: str, language: str | None = None) -> CenterView | None:
        """The centre of a link as its contact sees it; None where the link is good for nothing."""
        with self._rooms.record.snapshot() as (cursor, state):
            link = self._link(cursor, state, Purpose.CENTER, token)
            content = None if link is None else _live(cursor, link.subject)
            if link is None or content is None:
                return None
            return view(cursor, state, link, content, language)

    def submit(
        self,
        token: str,
        lists: Collection[int],
        *,
        do_not_email: bool,
        leave_all: bool = False,
        language: str | None = None,
    ) -> Submitted | None:
        """Bring a contact's memberships to what they chose; None where the link is good for nothing.

        Args:
            token: Of the link.
            lists: Ids of the lists that are ticked; others of the centre are left.
            do_not_email: Whether no e-mail is to be sent; memberships stay then.
            leave_all: Leave every list of the centre, whatever is ticked, and withdraw the consent to
                subscriptions.
            language: Of messages to confirm; default the centre's first.
        """

        def work(change: Change) -> Submitted:
            state = State(change.version, change.at, change.catalog)
            link = self._link(change.connection, state, Purpose.CENTER, token)
            content = None if link is None else _live(change.connection, link.subject)
            if link is None or content is None:
                raise _NothingDone
            chosen = frozenset() if leave_all else frozenset(lists)
            spoken = language if language in content.languages else content.languages[0]
            choice = _Choice(chosen, do_not_email, leave_all, spoken)
            return self._submit(change, link, content, choice)

        return self._do(work, "subscription center") if self.center(token) is not None else None

    def confirm(self, token: str) -> str | None:
        """Confirm a double opt-in; the list's name, or None where there is nothing to confirm."""

        def work(change: Change) -> str:
            state = State(change.version, change.at, change.catalog)
            link = self._link(change.connection, state, Purpose.CONFIRM, token)
            row = None if link is None else _list(change.connection, link.subject)
            if link is None or row is None or not opt_ins.confirm(change, row, link.member):
                raise _NothingDone
            return row.name

        # A second click finds nothing to do, and the person on the list.
        return (
            (self._do(work, "confirm") or self.asked_to_confirm(token))
            if self.asked_to_confirm(token)
            else None
        )

    def asked_to_confirm(self, token: str) -> str | None:
        """The name of the list that a link confirms; None where there is nothing to confirm."""
        with self._rooms.record.snapshot() as (cursor, state):
            link = self._link(cursor, state, Purpose.CONFIRM, token)
            row = None if link is None else _list(cursor, link.subject)
            if link is None or row is None:
                return None
            waits = opt_ins.waiting(cursor, row.id, link.member, self._now(state)) is not None
            return row.name if waits or _is_on(cursor, row.id, link.member) else None

    def center_after(self, token: str) -> str | None:
        """For who has confirmed a list: the token of the live centre that shows it, if one does."""
        with self._rooms.record.snapshot() as (cursor, state):
            link = self._link(cursor, state, Purpose.CONFIRM, token)
            row = None if link is None else _list(cursor, link.subject)
            if link is None or row is None or not _is_on(cursor, row.id, link.member):
                return None
            center = live_with(cursor, row.id)
            if center is None:
                return None
            entity, now = entity_of_number(state.catalog, row.audience), self._now(state)
            return self._rooms.links.make(cursor, Purpose.CENTER, center.id, entity, link.member, now)

    def asked_to_unsubscribe(self, token: str) -> str | None:
        """The name of the list that a link leaves, empty for all e-mail; None where it is no good."""
        with self._rooms.record.snapshot() as (cursor, state):
            link = self._link(cursor, state, Purpose.UNSUBSCRIBE, token)
            if link is None or link.subject == NO_LIST:
                return None if link is None else ""
            row = _list(cursor, link.subject)
            return "" if row is None else row.name

    def unsubscribe(self, token: str) -> bool:
        """Leave the list of a link, or all e-mail; False where the link is no good. Repeats do nothing."""

        def work(change: Change) -> bool:
            state = State(change.version, change.at, change.catalog)
            link = self._link(change.connection, state, Purpose.UNSUBSCRIBE, token)
            if link is None:
                raise _NothingDone
            row = None if link.subject == NO_LIST else _list(change.connection, link.subject)
            entity = entity_of_number(change.catalog, link.audience)
            if row is not None:
                opt_ins.withdraw(change, row.id, link.member)
                self._move(change, entity, link.member, {row.id: False}, "unsubscribe link")
            elif not standing(change.connection, entity, link.member, change.at).do_not_email:
                self._consent(change, entity, link.member, {DO_NOT_EMAIL: DENIED}, "unsubscribe link")
            return True

        return self.asked_to_unsubscribe(token) is not None and bool(self._do(work, "unsubscribe"))

    def form(self, slug: str) -> JoinForm | None:
        """The form of a slug."""
        with self._rooms.record.cursor() as cursor:
            return next((form for form in forms(cursor) if form.slug == slug), None)

    def join(self, slug: str, address: str, fields: Mapping[str, str], *, page: str | None = None) -> bool:
        """Take a form that was filled in; False where there is no such form or the address is none.

        Who it is, is told by the address; of several contacts that have it, the first. An unknown address
        makes a contact, in whatever mode the catalog is.
        """
        if len(address) > addresses.ADDRESS_CHARS_MAX or not addresses.is_address(address.strip()):
            return False
        key = f"form-{self._rooms.randomness(_KEY_BYTES).hex()}"

        def work(change: Change) -> bool:
            form = next((form for form in forms(change.connection) if form.slug == slug), None)
            if form is None:
                raise _NothingDone
            row = by_id(rows.all_lists(change.connection), form.list_id)
            entity = entity_of_number(change.catalog, row.audience)
            known = addresses.with_address(change.connection, change.catalog, entity, address)
            if not len(known):
                _make_contact(change, entity, key, address, form, fields)
                known = addresses.with_address(change.connection, change.catalog, entity, address)
            if not len(known):
                raise _NothingDone
            self._take_form(change, form, row, entity, int(known[0]), page)
            return True

        return self.form(slug) is not None and bool(self._do(work, "form"))

    def _do(self, work: Callable[[Change], T], detail: str) -> T | None:
        """Make a version of it; None where nothing was to be done, since things had moved on."""
        try:
            return self._rooms.writer.commit(work, actor=ACTOR, detail=detail).result
        except _NothingDone:
            return None

    def _take_form(
        self, change: Change, form: JoinForm, row: rows.ListRow, entity: Entity, member: int, page: str | None
    ) -> None:
        key = _key(change, entity, member)
        told = {
            "form": form.name,
            "list": row.name,
            "page": None if page is None else page[:_FIELD_CHARS_MAX],
        }
        happened.note(change, entity, happened.FORM, [key], told)
        through = f"form “{form.name}”"
        if settings.is_double_opt_in(change.connection, row.id):
            opt_ins.ask(change, row, [key], self._rooms.links, through=through, language=form.language)
        elif self._move(change, entity, member, {row.id: True}, through)[0]:
            self._consent(change, entity, member, {SUBSCRIPTIONS: GRANTED}, through)

    def _submit(
        self,
        change: Change,
        link: Link,
        content: Content,
        choice: _Choice,
    ) -> Submitted:
        entity = entity_of_number(change.catalog, link.audience)
        before = standing(change.connection, entity, link.member, change.at)
        center = center_row(change.connection, link.subject).name
        through = f"subscription center “{center}”"
        states: dict[str, str] = {}
        if choice.do_not_email != before.do_not_email:
            states[DO_NOT_EMAIL] = DENIED if choice.do_not_email else GRANTED
            # What was lifted counts at once, so that a message to confirm can go out.
            self._consent(change, entity, link.member, states, through)
        wanted, to_confirm = {}, []
        for shown in content.lists:
            row = by_id(rows.all_lists(change.connection), shown.list_id)
            is_on = _is_on(change.connection, row.id, link.member)
            if row.id not in choice.lists:
                opt_ins.withdraw(change, row.id, link.member)
                wanted[row.id] = False
            elif is_on or not settings.is_double_opt_in(change.connection, row.id):
                wanted[row.id] = True
            else:
                key = _key(change, entity, link.member)
                opt_ins.ask(change, row, [key], self._rooms.links, through=through, language=choice.language)
                to_confirm.append(row.name)
        joined, left = self._move(change, entity, link.member, wanted, through)
        if choice.leave_all or joined:
            state = DENIED if choice.leave_all else GRANTED
            if SUBSCRIPTIONS not in before.topics or before.topics[SUBSCRIPTIONS].state != state:
                self._consent(change, entity, link.member, {SUBSCRIPTIONS: state}, through)
        happened.note(
            change,
            entity,
            happened.CENTER,
            [_key(change, entity, link.member)],
            {
                "center": center,
                "joined": [list(joined)],
                "left": [list(left)],
                "do_not_email": choice.do_not_email,
            },
        )
        return Submitted(joined, left, tuple(to_confirm), choice.do_not_email)

    def _move(
        self, change: Change, entity: Entity, member: int, wanted: Mapping[int, bool], through: str
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Put a contact on lists and take them off others; gives the names of those joined and left."""
        key = _key(change, entity, member)
        requests = [joining.Request(one, [key], on, through, may_create=False) for one, on in wanted.items()]
        done = joining.apply(change, requests)
        known = {row.id: row.name for row in rows.all_lists(change.connection)}
        changed = [request for request, one in zip(requests, done, strict=True) if len(one.numbers)]
        joined = tuple(known[request.list_id] for request in changed if request.is_joining)
        return joined, tuple(known[request.list_id] for request in changed if not request.is_joining)

    def _consent(
        self, change: Change, entity: Entity, member: int, states: Mapping[str, str], through: str
    ) -> None:
        point = addresses.addresses_of(change.connection, change.catalog, entity, [member])[0]
        entries = [
            ConsentEntry(member, topic, state, change.at, contact_point=point, source=through)
            for topic, state in states.items()
        ]
        ledger.write(change, entity, entries)

    def _link(
        self, connection: duckdb.DuckDBPyConnection, state: State, purpose: Purpose, token: str
    ) -> Link | None:
        return self._rooms.links.read(connection, state.catalog, purpose, token, self._now(state))

    def _now(self, state: State) -> int:
        return max(self._rooms.clock.now(), state.now)


def view(
    connection: duckdb.DuckDBPyConnection, state: State, link: Link, content: Content, language: str | None
) -> CenterView:
    """A centre as the contact of a link sees it."""
    entity = entity_of_number(state.catalog, link.audience)
    spoken = language if language in content.languages else content.languages[0]
    known = {row.id: row for row in rows.all_lists(connection)}
    choices = tuple(
        ListChoice(
            one.list_id,
            one.names.get(spoken) or known[one.list_id].name,
            one.abouts.get(spoken) or known[one.list_id].description or "",
            known[one.list_id].name,
            _is_on(connection, one.list_id, link.member),
            opt_ins.waiting(connection, one.list_id, link.member, state.now) is not None,
        )
        for one in content.lists
        if one.list_id in known
    )
    denied = standing(connection, entity, link.member, state.now).do_not_email
    return CenterView(content, spoken, choices, denied)


def _live(connection: duckdb.DuckDBPyConnection, center_id: int) -> Content | None:
    found = connection.execute("SELECT 1 FROM subscription_centers WHERE id = ?", [center_id]).fetchall()
    return center_row(connection, center_id).live if found else None


def _list(connection: duckdb.DuckDBPyConnection, list_id: int) -> rows.ListRow | None:
    return next((row for row in rows.all_lists(connection) if row.id == list_id), None)


def _is_on(connection: duckdb.DuckDBPyConnection, list_id: int, member: int) -> bool:
    return len(rows.among(connection, list_id, np.array([member], dtype=np.uint32))) == 1


def _key(change: Change, entity: Entity, member: int) -> str:
    found: str = keys_of_numbers(change.connection, entity, np.array([member], dtype=np.uint32))[0].as_py()
    return found


def _make_contact(
    change: Change, entity: Entity, key: str, address: str, form: JoinForm, fields: Mapping[str, str]
) -> None:
    attribute = addresses.attribute_of(change.connection, change.catalog, entity)
    name = "email" if attribute is None else attribute.name
    row = {"id": key, name: nfc(address.strip())}
    for field in form.fields:
        value = fields.get(field, "").strip()[:_FIELD_CHARS_MAX]
        if value and field != name:
            row[field] = value
    change.upsert(entity.name, take_records([row], DEFAULT_AUDIENCE, change.catalog, now=change.at))
