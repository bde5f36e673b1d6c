"""Consent: who has granted or denied what, when, through what and on which evidence, for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.audiences import audience_named
from satsuma.catalog.model import Entity
from satsuma.commit.receipts import Receipt
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import instant_of
from satsuma.kernel.names import check_name, keys_given
from satsuma.kernel.zones import zone
from satsuma.lists import addresses, ledger, levels, opt_ins
from satsuma.lists.finding import find, named
from satsuma.lists.levels import DO_NOT_EMAIL
from satsuma.lists.meeting import Where, source_given, who_meets
from satsuma.lists.reach import Reach, reach
from satsuma.lists.rooms import ListRooms
from satsuma.record import consent as rows
from satsuma.record import lists as list_rows
from satsuma.record.arrow import texts
from satsuma.record.change import Change
from satsuma.record.consent import DENIED, GRANTED, ConsentEntry
from satsuma.record.resolve import numbers_among, numbers_of_keys

STATES = (GRANTED, DENIED)


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts for one record now.

    Attributes:
        topics: Topic → the entry that counts.
        level: The highest level of which everything is granted.
        do_not_email: Whether no e-mail may be sent, whatever else is granted.
    """

    topics: Mapping[str, ConsentEntry]
    level: str
    do_not_email: bool


@runtime_checkable
class Numbered(Protocol):
    """Members of a segment, or of anything else that knows them by number."""

    def numbers(self) -> NDArray[np.uint32]:
        """Their numbers, distinct."""
        ...


class Consent:
    """`ws.consent`."""

    def __init__(self, rooms: ListRooms) -> None:
        self._rooms = rooms

    def grant(self, keys: str | Iterable[str], topic: str, **about: object) -> Receipt:
        """Note that records have granted a topic; what may be said about it is as in `record`."""
        return self._note(keys, {topic: GRANTED}, **about)

    def deny(self, keys: str | Iterable[str], topic: str, **about: object) -> Receipt:
        """Note that records have denied a topic; what may be said about it is as in `record`."""
        return self._note(keys, {topic: DENIED}, **about)

    def set_level(self, keys: str | Iterable[str], level: str, **about: object) -> Receipt:
        """Note that records consent to a level: all topics up to it are granted, those above denied."""
        return self._note(keys, levels.states_of_level(level), **about)

    def do_not_email(self, keys: str | Iterable[str], **about: object) -> Receipt:
        """Note that records are sent no e-mail, whatever lists they are on; they stay on them."""
        return self._note(keys, {DO_NOT_EMAIL: DENIED}, **about)

    def allow_email(self, keys: str | Iterable[str], **about: object) -> Receipt:
        """Note that records may be e-mailed again."""
        return self._note(keys, {DO_NOT_EMAIL: GRANTED}, **about)

    def record(
        self,
        keys: str | Iterable[str],
        states: Mapping[str, str],
        *,
        audience: str | None = None,
        at: object = None,
        contact_point: str | None = None,
        source: str | None = None,
        evidence: str | None = None,
    ) -> Receipt:
        """Write entries: each of the topics for each of the records.

        Args:
            keys: Of the records; one may stand alone.
            states: Topic → `granted` or `denied`.
            audience: Whose records; default the only one, or contacts.
            at: Since when that is so, an instant in any form; default now. In the future it counts from then.
            contact_point: The address or number it was said for; default the record's e-mail address.
            source: Through what it came; default what this command came through.
            evidence: What proves it: a form, a letter, a call.

        Returns:
            The receipt; `accepted` counts entries, and `unknown` holds keys that no record has.

        Raises:
            UsageError: A state is none, or the instant is none.
        """
        wanted = keys_given([keys] if isinstance(keys, str) else keys)
        given = {check_name(topic, what="topic"): _state(state) for topic, state in states.items()}
        moment = None if at is None else instant_of(at, zone(self._rooms.record.catalog.timezone))  # type: ignore[arg-type]  # refused there

        def work(change: Change) -> tuple[int, tuple[str, ...]]:
            entity = audience_named(change.catalog, audience)
            numbers = numbers_among(change, entity, texts(wanted)).tolist()
            known = list(dict.fromkeys(number for number in numbers if number >= 0))
            points: list[str | None] = [contact_point] * len(known)
            if contact_point is None:
                points = addresses.addresses_of(change.connection, change.catalog, entity, known)
            entries = [
                ConsentEntry(
                    number,
                    topic,
                    state,
                    change.at if moment is None else moment,
                    contact_point=point,
                    source=source or self._rooms.through,
                    evidence=evidence,
                )
                for number, point in zip(known, points, strict=True)
                for topic, state in given.items()
            ]
            ledger.write(change, entity, entries)
            unknown = tuple(key for key, n in zip(wanted, numbers, strict=True) if n < 0)
            return len(entries), unknown

        committed = self._rooms.writer.commit(work, actor=self._rooms.actor, detail="consent")
        written, unknown = committed.result
        return Receipt(committed.version, written, unknown=unknown)

    def of(self, key: str, *, audience: str | None = None) -> Standing:
        """What counts for a record now.

        Raises:
            NotFoundError: No record has the key.
        """
        with self._rooms.record.snapshot() as (cursor, state):
            entity, number = find(cursor, state.catalog, key, audience)
            return standing(cursor, entity, number, state.now)

    def entries(self, key: str, *, audience: str | None = None) -> list[ConsentEntry]:
        """Every entry about a record, in the order they were written.

        Raises:
            NotFoundError: No record has the key.
        """
        with self._rooms.record.snapshot() as (cursor, state):
            entity, number = find(cursor, state.catalog, key, audience)
            return rows.of_member(cursor, entity.number, number)

    def topics(self) -> list[str]:
        """The levels' topics, *do not email*'s, and every other one that the ledger has."""
        with self._rooms.record.cursor() as cursor:
            found = rows.topics(cursor)
        own = [DO_NOT_EMAIL, *levels.TOPICS]
        return own + [topic for topic in found if topic not in own]

    def reach(
        self,
        members: Iterable[str] | Numbered | None = None,
        *,
        audience: str | None = None,
        topic: str | None = levels.MARKETING,
        on_list: str | None = None,
    ) -> Reach:
        """How many can be e-mailed, and why the others cannot.

        Args:
            members: Keys, or the members of a segment; None is everyone, or everyone on the list.
            audience: Whose records; default the only one, or contacts.
            topic: What they must have granted; None asks for no consent beyond *do not email*.
            on_list: A list, by name: who waits to confirm for it counts as not confirmed.
        """
        with self._rooms.record.snapshot() as (cursor, state):
            entity = audience_named(state.catalog, audience)
            list_id = None if on_list is None else named(list_rows.all_lists(cursor), on_list).id
            numbers = None
            if isinstance(members, Numbered):
                numbers = members.numbers()
            elif members is not None:
                found = numbers_of_keys(cursor, entity, pa.array(keys_given(members), pa.string()))
                numbers = np.unique(found[found >= 0]).astype(np.uint32)
            elif list_id is not None:
                waiting = opt_ins.numbers_waiting(cursor, list_id, state.now)
                numbers = np.union1d(list_rows.members(cursor, list_id), waiting)
            return reach(cursor, state.catalog, entity, numbers, topic=topic, list_id=list_id, now=state.now)

    def reach_where(
        self,
        where: Where,
        *,
        audience: str | None = None,
        timezone: str | None = None,
        topic: str | None = levels.MARKETING,
    ) -> Reach:
        """How many of those who meet a definition now can be e-mailed, before there is a segment of it.

        Args:
            where: Text, the JSON form, or what `satsuma.parse` gives.
            audience, timezone: Where the definition does not say; default those of the workspace.
            topic: As in `reach`.

        Raises:
            DefinitionError: It has errors; with every problem.
        """
        source = source_given(where, audience=audience, timezone=timezone)
        with self._rooms.record.snapshot() as (cursor, state):
            entity = audience_named(state.catalog, source.audience)
            source = replace(source, audience=entity.name)
            numbers = who_meets(self._rooms.evaluate, cursor, state.catalog, source, state.now)
            return reach(cursor, state.catalog, entity, numbers, topic=topic, list_id=None, now=state.now)

    def _note(self, keys: str | Iterable[str], states: Mapping[str, str], **about: object) -> Receipt:
        return self.record(keys, states, **about)  # type: ignore[arg-type]  # `record` says what there is


def standing(connection: duckdb.DuckDBPyConnection, entity: Entity, member: int, now: int) -> Standing:
    """What counts for a record at an instant."""
    states = rows.states(connection, entity.number, member, now)
    denied = DO_NOT_EMAIL in states and states[DO_NOT_EMAIL].state == DENIED
    return Standing(states, levels.level_of(states), denied)


def _state(state: str) -> str:
    if state not in STATES:
        raise UsageError(
            f"found the state {state!r}, expected one of: {', '.join(STATES)}", code="usage.consent_state"
        )
    return state
