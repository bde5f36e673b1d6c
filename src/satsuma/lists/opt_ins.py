"""Double opt-in: who asks to join waits until they have followed the link in the one message they get.

It only ever raises: a confirmation puts somebody on a list and grants `subscriptions`; it takes nobody off
and denies nothing. Nobody who is on the list already, or who is not to be e-mailed, is sent anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Entity
from satsuma.kernel.errors import ConflictError
from satsuma.lists import addresses, joining, ledger, letters, outbox, settings
from satsuma.lists.levels import DO_NOT_EMAIL, SUBSCRIPTIONS
from satsuma.lists.links import DAY_US, LIFE_DAYS, Links, Purpose, address
from satsuma.record import consent
from satsuma.record import lists as rows
from satsuma.record.arrow import ints_of, texts
from satsuma.record.change import Change
from satsuma.record.lists import ListRow
from satsuma.record.resolve import keys_of_numbers, numbers_among
from satsuma.record.sql import INSTANT, fetch

CONFIRM = "confirm"
"""The kind of these messages."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who was asked to confirm: the key, when, until when (microseconds UTC), and through what."""

    key: str
    asked_at: int
    expires_at: int
    through: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking records to confirm.

    Attributes:
        asked: How many were sent a message.
        waiting: How many had been asked before and may still confirm; they get no second message.
        on_list: How many are on the list already.
        no_address, do_not_email: How many cannot be asked, and why.
        unknown: Keys that no record has.
    """

    asked: int
    waiting: int
    on_list: int
    no_address: int
    do_not_email: int
    unknown: tuple[str, ...] = ()


def ask(
    change: Change,
    row: ListRow,
    keys: Sequence[str],
    links: Links,
    *,
    through: str,
    language: str | None = None,
) -> Asked:
    """Ask records to confirm that they want to be on a list.

    Raises:
        ConflictError: The list has no double opt-in.
        UsageError: The address of the site with the public pages is not set.
    """
    if not settings.is_double_opt_in(change.connection, row.id):
        raise ConflictError(
            f"list “{row.name}” has no double opt-in",
            code="list.no_double_opt_in",
            hint="turn it on, or add people without asking them",
        )
    entity = entity_of_number(change.catalog, row.audience)
    numbers = numbers_among(change, entity, texts(keys))
    unknown = tuple(key for key, number in zip(keys, numbers.tolist(), strict=True) if number < 0)
    found = np.unique(numbers[numbers >= 0]).astype(np.uint32)
    on_list = set(rows.among(change.connection, row.id, found).tolist())
    wanted = [number for number in found.tolist() if number not in on_list]
    counts = {"asked": 0, "waiting": 0, "no_address": 0, "do_not_email": 0}
    to = addresses.addresses_of(change.connection, change.catalog, entity, wanted)
    for number, where in zip(wanted, to, strict=True):
        counts[_ask(change, row, number, where, links, through, language)] += 1
    return Asked(on_list=len(on_list), unknown=unknown, **counts)


def _ask(
    change: Change,
    row: ListRow,
    member: int,
    to: str | None,
    links: Links,
    through: str,
    language: str | None,
) -> str:
    entity = entity_of_number(change.catalog, row.audience)
    if to is None:
        return "no_address"
    states = consent.states(change.connection, entity.number, member, change.at)
    if DO_NOT_EMAIL in states and states[DO_NOT_EMAIL].state == consent.DENIED:
        return "do_not_email"
    if waiting(change.connection, row.id, member, change.at) is not None:
        return "waiting"
    days = LIFE_DAYS[Purpose.CONFIRM]
    token = links.make(change.connection, Purpose.CONFIRM, row.id, entity, member, change.at)
    link = address(settings.read(change.connection, settings.PUBLIC_URL), f"confirm/{token}")
    spoken = letters.language_or_default(language)
    letter = letters.CONFIRM[spoken].filled(list=row.name, link=link, days=days)
    withdraw(change, row.id, member)
    change.connection.execute(
        f"INSERT INTO opt_ins VALUES (?, ?, {INSTANT}, {INSTANT}, ?, ?)",
        [row.id, member, change.at, change.at + days * DAY_US, change.version, through],
    )
    outbox.queue(
        change,
        entity,
        member,
        CONFIRM,
        address=to,
        subject=letter.subject,
        body=letter.body,
        headers={"Content-Language": spoken, "Auto-Submitted": "auto-generated"},
    )
    return "asked"


def confirm(change: Change, row: ListRow, member: int) -> bool:
    """Put somebody on a list who has followed the link; False where they were not waiting."""
    entity = entity_of_number(change.catalog, row.audience)
    asked = waiting(change.connection, row.id, member, change.at)
    if asked is None:
        return False
    withdraw(change, row.id, member)
    key: str = keys_of_numbers(change.connection, entity, np.array([member], dtype=np.uint32))[0].as_py()
    to = addresses.addresses_of(change.connection, change.catalog, entity, [member])[0]
    joining.apply(change, [joining.Request(row.id, [key], True, "double opt-in", may_create=False)])
    ledger.write(
        change,
        entity,
        [
            consent.ConsentEntry(
                member,
                SUBSCRIPTIONS,
                consent.GRANTED,
                change.at,
                contact_point=to,
                source="double opt-in",
                evidence=f"followed the link in the message that list “{row.name}” had sent",
            )
        ],
    )
    return True


def waiting(connection: duckdb.DuckDBPyConnection, list_id: int, member: int, now: int) -> int | None:
    """When a record was asked to confirm and may still do so (microseconds UTC); None where it is not."""
    found = connection.execute(
        f"SELECT epoch_us(asked_at) FROM opt_ins WHERE list = ? AND member = ? AND expires_at > {INSTANT}",
        [list_id, member, now],
    ).fetchall()
    return int(found[0][0]) if found else None


def numbers_waiting(connection: duckdb.DuckDBPyConnection, list_id: int, now: int) -> NDArray[np.uint32]:
    """Numbers of those who wait to be put on a list, ascending; some may be gone."""
    found = fetch(
        connection,
        f"SELECT DISTINCT member FROM opt_ins WHERE list = ? AND expires_at > {INSTANT} ORDER BY member",
        [list_id, now],
    )
    return ints_of(found, "member")


def withdraw(change: Change, list_id: int, member: int) -> None:
    """Wait for somebody's confirmation no longer."""
    change.connection.execute("DELETE FROM opt_ins WHERE list = ? AND member = ?", [list_id, member])


def of_list(connection: duckdb.DuckDBPyConnection, entity: Entity, list_id: int, now: int) -> list[Pending]:
    """Those who wait to be put on a list, the first asked first."""
    found = connection.execute(
        "SELECT member, epoch_us(asked_at), epoch_us(expires_at), through FROM opt_ins"
        f" WHERE list = ? AND expires_at > {INSTANT} ORDER BY asked_at, member",
        [list_id, now],
    ).fetchall()
    keys = keys_of_numbers(connection, entity, np.array([one[0] for one in found], dtype=np.uint32))
    return [
        Pending(key, *one[1:]) for key, one in zip(keys.to_pylist(), found, strict=True) if key is not None
    ]
