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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from satsuma.catalog import change as catalog_change
from satsuma.catalog.declare import read
from satsuma.catalog.model import Attribute, Catalog, Mode, OwnerKind
from satsuma.catalog.rules import DEFAULT_AUDIENCE, OBSERVED_AT, RESERVED
from satsuma.kernel.errors import CatalogError, DataError
from satsuma.kernel.ids import derived_id
from satsuma.kernel.instants import format_instant
from satsuma.kernel.text import nfc
from satsuma.record.change import Change
from satsuma.record.intake import Intake, take_interactions, take_records
from satsuma.record.intake.kept import row_json
from satsuma.record.quarantine import ENTITY, INTERACTIONS, REFUSED
from satsuma.record.taken import Taken
from satsuma.sync.tracking.messages import Message, MessageType, Unreadable, read_message
from satsuma.sync.tracking.rows import Rows
from satsuma.sync.tracking.shapes import ROWS_MIN, Key, Owner, Sent, key_of_shape, read_shape
from satsuma.sync.tracking.values import attributes_of, context_of
from satsuma.sync.tracking.whose import Whose

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


@dataclass(frozen=True, slots=True)
class Request:
    """Messages that came together.

    Attributes:
        messages: Parsed from JSON.
        sent_at: When the request says that it was sent.
        received_us: When it came, microseconds UTC.
    """

    messages: Sequence[object]
    sent_at: object
    received_us: int


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
        self._people = Rows()
        self._accounts = Rows()
        self._interactions: dict[str, Rows] = {}
        self._whose = Whose(change, self._audience)
        self._nameless = 0
        self._owners: dict[str, Owner] = {}
        self._unreadable: list[tuple[int, object, Unreadable]] = []
        self._last_at = change.at
        self._last_told = format_instant(change.at)

    def take(self, requests: Sequence[Request]) -> Done:
        """Take the messages of requests, in their order; places count through all of them."""
        arriving = [(message, request) for request in requests for message in request.messages]
        self._whose.look_up(message for message, _ in arriving)
        self._read(arriving)
        refused = {place: Refused(place, one.code, one.message) for place, _, one in self._unreadable}
        self._keep_unreadable()
        self._ensure_account()
        for key in self._whose.without_record():  # so that they are known later
            self._people.add(-1, {"id": key})
        for name, rows in ((ACCOUNT, self._accounts), (self._audience, self._people)):
            self._upsert(name, rows, refused)
        duplicates = self._append(refused)
        self._whose.join()
        return Done(frozenset(duplicates - set(refused)), tuple(refused[place] for place in sorted(refused)))

    def _read(self, arriving: Sequence[tuple[object, Request]]) -> None:
        """Read messages, those that are alike together, and the others one by one."""
        shapes: dict[Key, list[int]] = {}
        whose, known = self._whose, self._change.catalog.interactions
        for place, (found, request) in enumerate(arriving):
            key = None if whose.now_of and whose.is_anothers(found) else key_of_shape(found)
            if key is not None and key.event in known:
                places = shapes.get(key)
                if places is None:
                    places = shapes[key] = []
                    self._interactions.setdefault(key.event, Rows())
                places.append(place)
            else:
                self._take(place, found, request, whose.now_of)
        for key, places in shapes.items():
            some = [arriving[place] for place in places]
            shape = None
            if len(some) >= ROWS_MIN:
                sent = Sent(
                    [message for message, _ in some if isinstance(message, dict)],
                    np.array(places, dtype=np.int64),
                    np.array([request.received_us for _, request in some], dtype=np.int64),
                    [request.sent_at for _, request in some],
                )
                shape = read_shape(key, sent, self._owner(key.event), self._audience)
            if shape is not None:
                self._interactions[key.event].shapes.append(shape)
                continue
            for place, (found, request) in zip(places, some, strict=True):
                # Its id was no other's where the message stood.
                self._take(place, found, request, {})
        self._unreadable.sort(key=lambda one: one[0])

    def _take(self, place: int, found: object, request: Request, now_of: Mapping[str, str]) -> None:
        """Read one message, and note what it means."""
        message = read_message(found, sent_at=request.sent_at, received_us=request.received_us)
        if isinstance(message, Unreadable):
            self._unreadable.append((place, found, message))
        else:
            self._add(place, message, now_of)

    def _add(self, place: int, message: Message, now_of: Mapping[str, str]) -> None:
        who = message.user or message.anonymous
        if who is not None:
            who = now_of.get(who, who)
        match message.type:
            case MessageType.IDENTIFY:
                self._people.add(place, self._record(who, message.at, self._traits(self._audience, message)))
                self._whose.link(message.user, message.anonymous, firm=False)
            case MessageType.TRACK | MessageType.PAGE | MessageType.SCREEN:
                name = message.name if message.type is MessageType.TRACK else message.type.value
                kind = nfc(name or "")
                self._interactions.setdefault(kind, Rows()).add(place, self._interaction(kind, who, message))
            case MessageType.GROUP:
                row = self._traits(ACCOUNT, message)
                self._accounts.add(
                    place, {**row, "id": message.group, OBSERVED_AT: self._observed(message.at)}
                )
                self._people.add(place, self._record(who, message.at, {ACCOUNT: message.group}))
            case MessageType.ALIAS:
                before = message.previous or message.anonymous
                self._people.add(place, self._record(message.user, message.at, {}))
                self._whose.link(message.user, before, firm=True)

    def _record(self, key: str | None, at: int, values: dict[str, object]) -> dict[str, object]:
        return {**values, "id": key, OBSERVED_AT: self._observed(at)}

    def _observed(self, at: int) -> str:
        # A record cannot have been observed later than now, whatever the sender's clock says.
        return self._told(min(at, self._change.at))

    def _traits(self, entity: str, message: Message) -> dict[str, object]:
        known = self._known(entity, OwnerKind.ENTITY)
        return attributes_of(message.values, known, reserved=RESERVED[OwnerKind.ENTITY], instead="traits")

    def _interaction(self, kind: str, who: str | None, message: Message) -> dict[str, object]:
        owner = self._owner(kind)
        row = context_of(message.context, owner.declared) if message.context else {}
        row |= attributes_of(message.values, owner.known, reserved=owner.reserved, instead="properties")
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

    def _owner(self, kind: str) -> Owner:
        found = self._owners.get(kind)
        if found is None:
            known = self._known(kind, OwnerKind.INTERACTION)
            reserved = RESERVED[OwnerKind.INTERACTION] | {self._audience}
            declared = known if self._change.catalog.mode is Mode.STRICT else None
            found = self._owners[kind] = Owner(known, reserved, declared)
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

    def _upsert(self, entity: str, rows: Rows, refused: dict[int, Refused]) -> None:
        if not rows.rows:
            return
        change = self._change
        try:
            intake = take_records(rows.rows, entity, change.catalog, now=change.at, locked=self._locked)
        except DataError as error:
            self._refuse_all(ENTITY, entity, rows.rows, rows.places, error, refused)
            return
        taken = change.upsert(entity, intake, source=self._source)
        self._note(ENTITY, entity, rows.places, intake, taken, refused)

    def _append(self, refused: dict[int, Refused]) -> set[int]:
        """Take the interactions of all types; gives the places of those that were there already."""
        change = self._change
        arriving, places_of = list[tuple[str, Intake]](), dict[str, list[int]]()
        for kind, rows in self._interactions.items():
            source, places = rows.in_order()
            try:
                intake = take_interactions(
                    source,
                    kind,
                    change.catalog,
                    now=change.at,
                    audience=self._audience,
                    locked=self._locked,
                )
            except DataError as error:
                self._refuse_all(
                    INTERACTIONS, kind, source.rows(list(range(len(places)))), places, error, refused
                )
                continue
            change.apply_catalog(intake.catalog)
            arriving.append((kind, intake))
            places_of[kind] = places
        duplicates: set[int] = set()
        for (kind, intake), taken in zip(
            arriving, change.append_each(arriving, source=self._source), strict=True
        ):
            places = places_of[kind]
            self._note(INTERACTIONS, kind, places, intake, taken, refused)
            duplicates.update(places[position] for position in taken.duplicate_positions.tolist())
        return duplicates

    def _note(
        self,
        kind: str,
        target: str,
        places: Sequence[int],
        intake: Intake,
        taken: Taken,
        refused: dict[int, Refused],
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
            place = places[position]
            if place >= 0:
                refused.setdefault(place, Refused(place, code, message))

    def _refuse_all(
        self,
        kind: str,
        target: str,
        rows: Sequence[object],
        places: Sequence[int],
        error: DataError,
        refused: dict[int, Refused],
    ) -> None:
        """Keep rows that could not be taken as a batch, each with the reason."""
        kept = [(at, row) for at, row in enumerate(rows) if places[at] >= 0]
        table = [
            {"position": at, "code": error.code, "message": error.message, "row": row_json(row)}
            for at, row in kept
        ]
        self._change.quarantine(
            kind, target, pa.Table.from_pylist(table, schema=REFUSED), source=self._source
        )
        for at, _ in kept:
            place = places[at]
            refused.setdefault(place, Refused(place, error.code, error.message))

    def _keep_unreadable(self) -> None:
        by_type: dict[str, list[dict[str, object]]] = {}
        for place, came, one in self._unreadable:
            row = {"position": place, "code": one.code, "message": one.message, "row": row_json(came)}
            by_type.setdefault(one.type, []).append(row)
        for target, rows in by_type.items():
            table = pa.Table.from_pylist(rows, schema=REFUSED)
            self._change.quarantine(INTERACTIONS, target, table, source=self._source)


def _declared(catalog: Catalog, audience: str, reference: dict[str, object]) -> Catalog:
    entities = {ACCOUNT: {}, audience: {"audience": True, "attributes": {ACCOUNT: reference}}}
    return catalog_change.apply(catalog, read({"entities": entities}))[0]
