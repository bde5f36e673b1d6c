"""Literals: a `Database` from what one would write by hand, for tests and examples.

    database( catalog, "2026-03-01T12:00Z", records={"contact": {"anna": {"city": "Paris"}, "ben":
        {"_history": [["2026-01-01", {"city": "Rome"}]]}}}, interactions=[["purchase", "anna",
        "2026-02-01T10:00Z", {"amount": "9.50"}]], )

Times without offset are UTC. Values are written as their type suggests: dates and times as text, decimals as
text or numbers, sets as lists, locations as [latitude, longitude], None for missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from satsuma.catalog.model import Attribute, Catalog, ValueType
from satsuma.evaluation.reference.data import (
    Change,
    ConsentEntry,
    Database,
    Interaction,
    Membership,
    Observation,
    Record,
    Value,
)
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import instant_of, parse_date
from satsuma.kernel.text import nfc
from satsuma.kernel.zones import UTC

LONG_AGO = "2000-01-01T00:00Z"
"""When records came into being for which nothing else is said, and when members entered."""

_FOUR_PLACES = Decimal("0.0001")
_SIGNS = {"enter": 1, "leave": -1}


def database(
    catalog: Catalog,
    now: str | int,
    *,
    records: Mapping[str, Mapping[str, Mapping[str, Any] | None]] | None = None,
    interactions: Iterable[Sequence[Any]] = (),
    segments: Mapping[int, Mapping[str, Any]] | None = None,
    lists: Mapping[int, Mapping[str, Any]] | None = None,
    consent: Iterable[Sequence[Any]] = (),
) -> Database:
    """A state from literals.

    Args:
        catalog: Which entities, types and attributes there are. now: The state's instant. records: By entity
        and key, the attributes as they are now. Beside them may stand `_since`, the instant the record exists
        from, and, instead of them, `_history`: observations as [instant, attributes], oldest taken first.
        interactions: As [type, member key, instant, attributes], the attributes optional; among them may be
        `id`, otherwise ids are made up in ascending order. segments, lists: By id: `audience` (optional where
        there is one) and either `members`, who entered long ago, or `changes` as ["enter" or "leave", key,
        instant, version], the version optional. consent: Ledger entries as [member key, topic, "granted" or
        "denied", instant], oldest taken first.
    """
    at_of = {
        (entity, key): _record(catalog, entity, key, given or {})
        for entity, of_entity in (records or {}).items()
        for key, given in of_entity.items()
    }
    happened = [_interaction(catalog, number, row) for number, row in enumerate(interactions, start=1)]
    return Database(
        now=instant_of(now, UTC),
        catalog=catalog,
        records={
            entity: {key: record for (owner, key), record in at_of.items() if owner == entity}
            for entity in catalog.entities
        },
        interactions=_by_member(happened),
        segments={number: _membership(catalog, given) for number, given in (segments or {}).items()},
        lists={number: _membership(catalog, given) for number, given in (lists or {}).items()},
        consent=tuple(_consent(catalog, number, row) for number, row in enumerate(consent, start=1)),
    )


def value_of(attribute: Attribute, written: Any) -> Value | None:
    """A value of an attribute's type from how one would write it; None where it is missing.

    Raises:
        UsageError: The type has no such value.
    """
    if written is None or (isinstance(written, str | list) and not written):
        return None
    match attribute.type:
        case ValueType.TEXT | ValueType.CHOICE | ValueType.REFERENCE if isinstance(written, str):
            return nfc(written)
        case ValueType.INTEGER if isinstance(written, int):
            return written
        case ValueType.NUMBER:
            return float(written)
        case ValueType.DECIMAL:
            return Decimal(str(written)).quantize(_FOUR_PLACES)
        case ValueType.BOOLEAN if isinstance(written, bool):
            return written
        case ValueType.DATE:
            return written if isinstance(written, dt.date) else parse_date(written)
        case ValueType.TIMESTAMP:
            return instant_of(written, UTC)
        case ValueType.CHOICES:
            return frozenset(nfc(one) for one in written)
        case ValueType.LOCATION:
            latitude, longitude = written
            return float(latitude), float(longitude)
        case _:
            pass
    raise UsageError(f"{written!r} is no {attribute.type.value}, which {attribute.name!r} is")


def _record(catalog: Catalog, entity: str, key: str, given: Mapping[str, Any]) -> Record:
    own = catalog.entities[entity].attributes
    now = {name: value for name, value in given.items() if not name.startswith("_")}
    since = given.get("_since", LONG_AGO)
    history = given.get("_history", [[since, now]] if now else [])
    observations = tuple(
        Observation(
            instant_of(at, UTC), seq, {name: value_of(own[name], one) for name, one in values.items()}
        )
        for seq, (at, values) in enumerate(history, start=1)
    )
    seen = [observation.at for observation in observations]
    if not seen or "_since" in given:
        seen.append(instant_of(since, UTC))
    record = Record(entity, key, min(seen), observations=observations)
    return Record(entity, key, min(seen), record.as_of(max(seen)), observations)


def _interaction(catalog: Catalog, number: int, row: Sequence[Any]) -> Interaction:
    type_name, member, at, *rest = row
    of_type = catalog.interactions[type_name]
    given = dict(rest[0]) if rest else {}
    own_id = given.pop("id", f"i-{number:04}")
    values = {name: value_of(of_type.attributes[name], one) for name, one in given.items()}
    present = {name: value for name, value in values.items() if value is not None}
    return Interaction(of_type.audience, member, type_name, own_id, instant_of(at, UTC), present)


def _by_member(happened: Iterable[Interaction]) -> dict[str, dict[str, tuple[Interaction, ...]]]:
    found: dict[str, dict[str, tuple[Interaction, ...]]] = {}
    for one in happened:
        of_audience = found.setdefault(one.audience, {})
        of_audience[one.member] = (*of_audience.get(one.member, ()), one)
    return found


def _membership(catalog: Catalog, given: Mapping[str, Any]) -> Membership:
    rows = [["enter", key, LONG_AGO] for key in given.get("members", ())] + list(given.get("changes", ()))
    changes = []
    for number, (word, key, at, *version) in enumerate(rows, start=1):
        changes.append(Change(key, version[0] if version else number, instant_of(at, UTC), _SIGNS[word]))
    whole = Membership(given.get("audience", _only_audience(catalog)), changes=tuple(changes))
    latest = max((change.at for change in changes), default=0)
    return Membership(whole.audience, whole.as_of(latest), whole.changes)


def _consent(catalog: Catalog, seq: int, row: Sequence[Any]) -> ConsentEntry:
    member, topic, state, at = row
    return ConsentEntry(_only_audience(catalog), member, topic, state, instant_of(at, UTC), seq)


def _only_audience(catalog: Catalog) -> str:
    return "contact" if "contact" in catalog.entities else catalog.audiences()[0].name
