"""Evidence: what in the data makes a condition true or false, as values that people and programs can read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, TypeAlias

from satsuma.catalog.model import ValueType
from satsuma.evaluation.reference.values import Datum
from satsuma.kernel.instants import format_instant
from satsuma.kernel.numbers import round12

Plain: TypeAlias = str | int | float | bool | list[str] | dict[str, float] | None
"""A value as JSON has it. Instants and dates are text, decimals too; a missing value is None."""

_INSTANTS = ("at", "since", "due")


def plain(value: Datum | None, type: ValueType) -> Plain:
    """A value of a type as JSON has it."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return format_instant(value) if type is ValueType.TIMESTAMP else value
        case float():
            return value
        case Decimal():
            return f"{value:f}"
        case Fraction():
            return value.numerator if value.denominator == 1 else round12(float(value))
        case dt.date():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case _:
            latitude, longitude = value
            return {"latitude": latitude, "longitude": longitude}


@dataclass(frozen=True, slots=True)
class Happened:
    """One interaction, with the attributes of it that the condition reads; `at` in microseconds UTC."""

    type: str
    id: str
    at: int
    member: str
    attributes: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ValueFound:
    """The value of an attribute.

    Attributes:
        value: None where it is missing.
        entity, key: Of the record that it was read of; None where a reference on the way leads nowhere.
        since: From when on it has been so; None where nothing was ever observed.
        against: What the right side of the comparison came to, where that is no literal.
    """

    kind: ClassVar[str] = "value"

    attribute: str
    value: Plain
    entity: str | None
    key: str | None
    since: int | None
    against: tuple[Plain, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """The interactions that match, the last ones first, and what the measure makes of them.

    Attributes:
        value: Of the measure; None where it is missing.
        count: How many match, of which `interactions` are some.
    """

    kind: ClassVar[str] = "interactions"

    measure: str
    value: Plain
    count: int
    interactions: tuple[Happened, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The last or the first of the interactions that match; None where there is none."""

    kind: ClassVar[str] = "occurrence"

    which: str
    count: int
    interaction: Happened | None


@dataclass(frozen=True, slots=True)
class StepsMet:
    """The interactions that meet the steps of a sequence, or the most of its first steps that any can meet.

    Attributes:
        steps: How many there are, an absence at the end not counted.
        due: Until when what must not occur is waited for, after the last step.
    """

    kind: ClassVar[str] = "sequence"

    steps: int
    met: tuple[Happened, ...]
    due: int | None = None


@dataclass(frozen=True, slots=True)
class RecordsFound:
    """The related records for which the condition inside holds, of those at the end of the path."""

    kind: ClassVar[str] = "records"

    entity: str
    measure: str
    value: Plain
    reached: int
    count: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MembershipFound:
    """Whether the record is in a segment or on a list, and since when; None where it was never in it."""

    kind: ClassVar[str] = "membership"

    of: str
    name: str
    inside: bool
    since: int | None


@dataclass(frozen=True, slots=True)
class Crossings:
    """When the record entered or left a segment, within the window, the last time first."""

    kind: ClassVar[str] = "crossings"

    name: str
    count: int
    crossings: tuple[Crossing, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """One time that a record entered or left."""

    at: int
    version: int


@dataclass(frozen=True, slots=True)
class EntryFound:
    """What the consent ledger says; `unknown`, and no instant, where it has no entry."""

    kind: ClassVar[str] = "consent"

    topic: str
    state: str
    at: int | None


@dataclass(frozen=True, slots=True)
class HeldSince:
    """Since when what is held has been true without a break, and when the duration is over."""

    kind: ClassVar[str] = "held"

    since: int | None
    due: int | None


@dataclass(frozen=True, slots=True)
class RankFound:
    """Where the record stands in a ranking.

    Attributes:
        value: What it is ranked by; None where that is missing.
        place: From 1 on; None where it is not ranked.
        included: How many places count.
        boundary, boundary_value: Who stands last of those, and with what value.
    """

    kind: ClassVar[str] = "rank"

    value: Plain
    place: int | None
    included: int
    candidates: int
    boundary: str | None
    boundary_value: Plain


@dataclass(frozen=True, slots=True)
class Bucket:
    """The record's place among the million of a sample, which takes those from `low` to below `high`."""

    kind: ClassVar[str] = "sample"

    bucket: int
    low: int
    high: int


Evidence: TypeAlias = (
    ValueFound
    | Matches
    | Chosen
    | StepsMet
    | RecordsFound
    | MembershipFound
    | Crossings
    | EntryFound
    | HeldSince
    | RankFound
    | Bucket
)


def evidence_json(found: Evidence) -> dict[str, object]:
    """As JSON: the kind, and the fields; instants as text."""
    return {"kind": found.kind, **_fields(found)}


def _fields(found: Evidence | Happened | Crossing) -> dict[str, object]:
    return {one.name: _json(one.name, getattr(found, one.name)) for one in fields(found)}


def _json(name: str, value: object) -> object:
    match value:
        case int() if name in _INSTANTS:
            return format_instant(value)
        case Happened() | Crossing():
            return _fields(value)
        case tuple():
            return [_json(name, one) for one in value]
        case Mapping():
            return dict(value)
        case _:
            return value
