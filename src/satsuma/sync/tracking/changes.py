"""Changes: what tracking messages mean for the record.

    identify      a record of the audience with its traits; its anonymous id, if given, is the same one's
    track         an interaction of the type that the event is named
    page, screen  an interaction of the type `page`, `screen`, with name and category
    group         a record of `account` with the traits, and a reference `account` to it from the contact
    alias         the previous id and the user's are of one record

Whoever has no user id yet is a record under the anonymous id. Of two users who come with one anonymous id, as
on a shared device, the first has it: nothing joins two users but `alias`, which says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from satsuma.catalog import change as catalog_change
from satsuma.catalog.declare import read
from satsuma.catalog.model import Attribute, Catalog, Mode, OwnerKind
from satsuma.catalog.rules import DEFAULT_AUDIENCE, OBSERVED_AT, RESERVED
from satsuma.kernel.errors import CatalogError, DataError
from satsuma.kernel.ids import derived_id
from satsuma.kernel.instants import format_instant
from satsuma.kernel.text import nfc
from satsuma.record.aliases import through_aliases
from satsuma.record.change import Change
from satsuma.record.intake import Intake, take_interactions, take_records
from satsuma.record.intake.kept import row_json
from satsuma.record.quarantine import ENTITY, INTERACTIONS, REFUSED
from satsuma.record.resolve import numbers_of_keys
from satsuma.record.taken import Taken
from satsuma.sync.tracking.messages import Message, MessageType, Unreadable
from satsuma.sync.tracking.values import attributes_of, context_of

ACCOUNT = "account"
SOURCE = "tracking"


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that was not taken; `place` counts from 0."""

    place: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of messages: places of those that were there already, and those refused, each once."""

    duplicates: frozenset[int]
    refused: tuple[Refused, ...]


@dataclass(slots=True)
class _Rows:
    """Rows of one entity or type, and for each the place of its message; -1 where it came of none."""

    rows: list[dict[str, object]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def add(self, place: int, row: dict[str, object]) -> None:
        self.rows.append(row)
        self.places.append(place)


@dataclass(frozen=True, slots=True)
class _Link:
    """Two ids that are of one record from now on."""

    keep: str
    drop: str


class Messages:
    """Messages on their way into one version."""

    def __init__(
        self, change: Change, locked: frozenset[int], *, audience: str | None, source: str = SOURCE
    ) -> None:
        """Begin.

        Args:
            change: The version being made.
            locked: Catalog numbers of the attributes whose type must not change.
            audience: Whose interactions these are; None: the only audience there is, or contacts.
            source: Noted with refused rows.
        """
        self._change = change
        self._locked = locked
        self._source = source
        audiences = [entity.name for entity in change.catalog.audiences()]
        self._audience = audience or (audiences[0] if len(audiences) == 1 else DEFAULT_AUDIENCE)
        self._people = _Rows()
        self._accounts = _Rows()
        self._interactions: dict[str, _Rows] = {}
        self._links: list[_Link] = []
        self._now_of: dict[str, str] = {}
        """Ids that were linked before, and whose they are now."""
        self._nameless = 0
        self._owners: dict[str, tuple[Mapping[str, Attribute], Collection[str], Collection[str] | None]] = {}
        self._last_at = change.at
        self._last_told = format_instant(change.at)

    def take(self, messages: Sequence[tuple[object, Message | Unreadable]]) -> Done:
        """Take messages, in their order.

        Args:
            messages: Each as it came, and as it was read.
        """
        self._look_up([message for _, message in messages if isinstance(message, Message)])
        unreadable: list[tuple[int, object, Unreadable]] = []
        for place, (came, message) in enumerate(messages):
            if isinstance(message, Unreadable):
                unreadable.append((place, came, message))
            else:
                self._add(place, message)
        refused = {place: Refused(place, one.code, one.message) for place, _, one in unreadable}
        self._keep_unreadable(unreadable)
        self._ensure_account()
        self._ensure_linked()
        for name, rows in ((ACCOUNT, self._accounts), (self._audience, self._people)):
            self._upsert(name, rows, refused)
        duplicates = self._append(refused)
        for link in self._links:
            self._join(link)
        return Done(frozenset(duplicates - set(refused)), tuple(refused[place] for place in sorted(refused)))

    def _add(self, place: int, message: Message) -> None:
        who = message.user or message.anonymous
        if who is not None:
            who = self._now_of.get(who, who)
        match message.type:
            case MessageType.IDENTIFY:
                self._people.add(place, self._record(who, message.at, self._traits(self._audience, message)))
                self._link(message.user, message.anonymous, firm=False)
            case MessageType.TRACK | MessageType.PAGE | MessageType.SCREEN:
                name = message.name if message.type is MessageType.TRACK else message.type.value
                kind = nfc(name or "")
                self._interactions.setdefault(kind, _Rows()).add(place, self._interaction(kind, who, message))
            case MessageType.GROUP:
                row = self._traits(ACCOUNT, message)
                self._accounts.add(
                    place, {**row, "id": message.group, OBSERVED_AT: self._observed(message.at)}
                )
                self._people.add(place, self._record(who, message.at, {ACCOUNT: message.group}))
            case MessageType.ALIAS:
                before = message.previous or message.anonymous
                self._people.add(place, self._record(message.user, message.at, {}))
                self._link(message.user, before, firm=True)

    def _record(self, key: str | None, at: int, values: dict[str, object]) -> dict[str, object]:
        return {**values, "id": key, OBSERVED_AT: self._observed(at)}

    def _observed(self, at: int) -> str:
        # A record cannot have been observed later than now, whatever the sender's clock says.
        return self._told(min(at, self._change.at))

    def _traits(self, entity: str, message: Message) -> dict[str, object]:
        known = self._known(entity, OwnerKind.ENTITY)
        return attributes_of(message.values, known, reserved=RESERVED[OwnerKind.ENTITY], instead="traits")

    def _interaction(self, kind: str, who: str | None, message: Message) -> dict[str, object]:
        known, reserved, declared = self._owner(kind)
        row = context_of(message.context, declared) if message.context else {}
        row |= attributes_of(message.values, known, reserved=reserved, instead="properties")
        if message.type is not MessageType.TRACK:
            row |= {
                name: value
                for name, value in (("name", message.name), ("category", message.category))
                if value is not None
            }
        id = message.id
        if id is None:
            id = derived_id(f"{self._source} at {self._change.origin}", self._nameless)
            self._nameless += 1
        row[self._audience], row["occurred_at"], row["id"] = who, self._told(message.at), id
        return row

    def _owner(self, kind: str) -> tuple[Mapping[str, Attribute], Collection[str], Collection[str] | None]:
        """Of a type of interactions: what is known, names that nothing can have, the only ones to give."""
        found = self._owners.get(kind)
        if found is None:
            known = self._known(kind, OwnerKind.INTERACTION)
            reserved = RESERVED[OwnerKind.INTERACTION] | {self._audience}
            found = known, reserved, known if self._change.catalog.mode is Mode.STRICT else None
            self._owners[kind] = found
        return found

    def _told(self, at: int) -> str:
        """An instant as rows tell it; messages of one request without a time of their own share theirs."""
        if at != self._last_at:
            self._last_at, self._last_told = at, format_instant(at)
        return self._last_told

    def _known(self, owner: str, kind: OwnerKind) -> Mapping[str, Attribute]:
        catalog = self._change.catalog
        owners = catalog.entities if kind is OwnerKind.ENTITY else catalog.interactions
        return owners[owner].attributes if owner in owners else {}

    def _link(self, user: str | None, other: str | None, *, firm: bool) -> None:
        if user is None or other is None:
            return
        keep = self._now_of.get(user, user)
        if self._now_of.get(other, other) == keep or (other in self._now_of and not firm):
            return
        self._links.append(_Link(keep, other))
        before = self._now_of.get(other, other)
        for key, now in list(self._now_of.items()):
            if now == before:
                self._now_of[key] = keep
        self._now_of[other] = self._now_of[before] = keep

    def _look_up(self, messages: list[Message]) -> None:
        """Find the ids that are another's already."""
        entity = self._change.catalog.entities.get(self._audience)
        if entity is None:
            return
        named = {id for one in messages for id in (one.user, one.anonymous, one.previous) if id is not None}
        ids = sorted(named)
        through: Any = through_aliases(self._change.connection, entity.number, pa.array(ids, pa.string()))
        self._now_of = {id: now for id, now in zip(ids, through.to_pylist(), strict=True) if id != now}

    def _ensure_linked(self) -> None:
        """Make records for linked ids that no record has yet, so that they are known later."""
        wanted = {key: None for link in self._links for key in (link.keep, link.drop)}
        entity = self._change.catalog.entities.get(self._audience)
        keys = list(wanted)
        numbers = [-1] * len(keys)
        if entity is not None and keys:
            found = numbers_of_keys(self._change.connection, entity, pa.array(keys, pa.string()))
            numbers = found.tolist()
        for key, number in zip(keys, numbers, strict=True):
            if number < 0:
                self._people.add(-1, {"id": key})

    def _join(self, link: _Link) -> None:
        entity = self._change.catalog.entities[self._audience]
        keys = pa.array([link.keep, link.drop], pa.string())
        keep, drop = numbers_of_keys(self._change.connection, entity, keys).tolist()
        if keep >= 0 and drop >= 0 and keep != drop:  # a refused row made no record
            self._change.merge(self._audience, keep=link.keep, drop=link.drop)

    def _ensure_account(self) -> None:
        """Let contacts refer to accounts, in mode `learn`, where nothing is said of that yet."""
        catalog = self._change.catalog
        if not self._accounts.rows or catalog.mode is Mode.STRICT:
            return
        audience = catalog.entities.get(self._audience)
        if audience is not None and ACCOUNT in audience.attributes:
            return
        for inverse in ({"inverse": f"{self._audience}s"}, {}):
            reference: dict[str, object] = {"type": "reference", "to": ACCOUNT, **inverse}
            try:
                self._change.apply_catalog(_declared(catalog, self._audience, reference))
            except CatalogError:
                continue  # the inverse's name is taken; without any, contacts are not read back
            return

    def _upsert(self, entity: str, rows: _Rows, refused: dict[int, Refused]) -> None:
        if not rows.rows:
            return
        change = self._change
        try:
            intake = take_records(rows.rows, entity, change.catalog, now=change.at, locked=self._locked)
        except DataError as error:
            self._refuse_all(ENTITY, entity, rows, error, refused)
            return
        taken = change.upsert(entity, intake, source=self._source)
        self._note(ENTITY, entity, rows, intake, taken, refused)

    def _append(self, refused: dict[int, Refused]) -> set[int]:
        """Take the interactions of all types; gives the places of those that were there already."""
        change = self._change
        arriving: list[tuple[str, Intake]] = []
        for kind, rows in self._interactions.items():
            try:
                intake = take_interactions(
                    rows.rows,
                    kind,
                    change.catalog,
                    now=change.at,
                    audience=self._audience,
                    locked=self._locked,
                )
            except DataError as error:
                self._refuse_all(INTERACTIONS, kind, rows, error, refused)
                continue
            change.apply_catalog(intake.catalog)
            arriving.append((kind, intake))
        duplicates: set[int] = set()
        for (kind, intake), taken in zip(
            arriving, change.append_each(arriving, source=self._source), strict=True
        ):
            rows = self._interactions[kind]
            self._note(INTERACTIONS, kind, rows, intake, taken, refused)
            duplicates.update(rows.places[position] for position in taken.duplicate_positions.tolist())
        return duplicates

    def _note(
        self, kind: str, target: str, rows: _Rows, intake: Intake, taken: Taken, refused: dict[int, Refused]
    ) -> None:
        """Tell of refused rows which message each came of."""
        found: Iterable[tuple[int, str, str]] = zip(
            *(intake.refused[name].to_pylist() for name in ("position", "code", "message")), strict=True
        )
        if taken.quarantined > intake.refused.num_rows:
            found = self._change.connection.execute(
                "SELECT position, code, message FROM quarantine"
                " WHERE version = ? AND kind = ? AND target = ? AND source = ?",
                [self._change.version, kind, target, self._source],
            ).fetchall()
        for position, code, message in found:
            place = rows.places[position]
            if place >= 0:
                refused.setdefault(place, Refused(place, code, message))

    def _refuse_all(
        self, kind: str, target: str, rows: _Rows, error: DataError, refused: dict[int, Refused]
    ) -> None:
        """Keep rows that could not be taken as a batch, each with the reason."""
        kept = [(at, row) for at, row in enumerate(rows.rows) if rows.places[at] >= 0]
        table = [
            {"position": at, "code": error.code, "message": error.message, "row": row_json(row)}
            for at, row in kept
        ]
        self._change.quarantine(
            kind, target, pa.Table.from_pylist(table, schema=REFUSED), source=self._source
        )
        for at, _ in kept:
            place = rows.places[at]
            refused.setdefault(place, Refused(place, error.code, error.message))

    def _keep_unreadable(self, found: list[tuple[int, object, Unreadable]]) -> None:
        by_type: dict[str, list[dict[str, object]]] = {}
        for place, came, one in found:
            row = {"position": place, "code": one.code, "message": one.message, "row": row_json(came)}
            by_type.setdefault(one.type, []).append(row)
        for target, rows in by_type.items():
            table = pa.Table.from_pylist(rows, schema=REFUSED)
            self._change.quarantine(INTERACTIONS, target, table, source=self._source)


def _declared(catalog: Catalog, audience: str, reference: dict[str, object]) -> Catalog:
    entities = {ACCOUNT: {}, audience: {"audience": True, "attributes": {ACCOUNT: reference}}}
    return catalog_change.apply(catalog, read({"entities": entities}))[0]
