"""The bound tree: a checked definition with names resolved, values typed, defaults filled in.

`language.binding` makes it from the tree as written and a catalog; every evaluator (reference, SQL,
kernels) reads only this. It holds fewer forms than the tree: negative operators are `Not` over the positive
one, `is_present` is `Not(IsMissing)`, `not_between` is `Not(Between)`, ranges of a date against a timestamp
stay date comparisons (see `Compare`). Nothing in it depends on `now`: windows and clock-relative values
stay symbolic, so one bound tree serves every version until the catalog, an alias or a name changes.

Representation of values: text `str` (NFC; fold with `kernel.text.fold` unless `exact`), integer `int`,
number `float`, decimal `Decimal` (4 places), boolean `bool`, date `datetime.date`, timestamp `int`
microseconds UTC, choice and reference `str`, choices `frozenset[str]`, location `tuple[float, float]`
(latitude, longitude).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Literal, TypeAlias

from satsuma.catalog.model import Attribute, Entity, InteractionType, ValueType
from satsuma.kernel.durations import Duration
from satsuma.kernel.windows import Window

Scalar: TypeAlias = str | int | float | Decimal | bool | dt.date


class Builtin(Enum):
    """What can be read without a catalog attribute.

    KEY is the text key of an entity record (path `id` on an entity; type reference). The others belong to
    interactions: ID (text, compared exactly), OCCURRED_AT (timestamp), HOUR (integer 0-23, local), WEEKDAY
    (choice, "monday".."sunday", local).
    """

    KEY = "key"
    ID = "id"
    OCCURRED_AT = "occurred_at"
    HOUR = "hour"
    WEEKDAY = "weekday"


@dataclass(frozen=True, slots=True)
class Path:
    """A read through to-one references: cross `hops` in order, then read `leaf`.

    Attributes:
        hops: Reference attributes; the first belongs to the subject, each next to the entity the one before
            refers to.
        leaf: What is read at the end. A reference attribute as leaf reads its key, whether or not the
            record exists.
    """

    hops: tuple[Attribute, ...]
    leaf: Attribute | Builtin


@dataclass(frozen=True, slots=True)
class Read:
    """The value of an attribute path of the subject.

    Where the subject is an entity record, `by_type` has one entry whose name is None. Where it is an
    interaction, one entry for each type in play that has the attribute, by type name; for the others the
    value is missing.

    Attributes:
        type: The common type. Where integer, decimal and number meet across interaction types, `number` if
            any is a number, else `decimal`.
        name: The path as written, for messages and explanations.
    """

    type: ValueType
    by_type: tuple[tuple[str | None, Path], ...]
    name: str


# Operands: the right side


@dataclass(frozen=True, slots=True)
class Constant:
    """A typed literal.

    Against integer, decimal and number attributes numeric constants stay `int` or `Decimal` as written
    (exact, more than 4 places if written so); evaluators of `number` attributes compare with
    `float(value)`.
    """

    value: Scalar
    type: ValueType


@dataclass(frozen=True, slots=True)
class Shifted:
    """A read, plus a number or a duration.

    Attributes:
        read: Of the same subject, or where `of_member`, of the audience record whose interaction the
            subject is.
        plus: `int`/`Decimal` for numeric reads (exact for integer and decimal, double addition for number),
            a signed Duration for dates (`shift_date`) and timestamps (`shift_instant`), None for nothing.
    """

    read: Read
    of_member: bool = False
    plus: int | Decimal | Duration | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """`now` shifted (timestamp)."""

    plus: Duration | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """The local date of `now` shifted (date)."""

    plus: Duration | None = None


Operand: TypeAlias = Constant | Shifted | Now | Today


class Cmp(StrEnum):
    """Positive comparison operators. Text, choice, reference and boolean know EQ only."""

    EQ = "="
    GT = ">"
    GE = ">="
    LT = "<"
    LE = "<="


class TextOp(StrEnum):
    """Positive text operators beside equality."""

    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    LIKE = "like"
    MATCHES = "matches"


# Conditions on one value; false when the value, or the other side, is missing


@dataclass(frozen=True, slots=True)
class IsMissing:
    """Null, absent, empty text, or behind a reference that leads nowhere."""

    read: Read


@dataclass(frozen=True, slots=True)
class Compare:
    """`read op right`.

    Text compares folded unless `exact` (always exact for choice, reference, KEY, ID, WEEKDAY). Where one
    side is a date and the other a timestamp, the timestamp counts as its local day (`Zone.today`), so
    `= D` means inside the day, `> D` after its end. Integers and decimals compare exactly; if either side is
    `number`, as doubles. `exact` is set where an interaction's ID is read.
    """

    read: Read
    op: Cmp
    right: Operand
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """`low <= read <= high`, each side by the rules of `Compare`."""

    read: Read
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class OneOf:
    """`read` equals one of the values (non-empty, distinct), by the rules of `Compare`."""

    read: Read
    values: tuple[Constant, ...]
    exact: bool = False


@dataclass(frozen=True, slots=True)
class TextTest:
    r"""A text operator with a constant or another text.

    LIKE: `%` any run, `_` any one code point, escape `\`, the whole text. MATCHES: RE2, unanchored. Both are
    constant only, and checked. Folded unless exact: both sides fold (for MATCHES the subject folds and the
    pattern is matched case-insensitively).
    """

    read: Read
    op: TextOp
    right: Constant | Shifted
    exact: bool = False


@dataclass(frozen=True, slots=True)
class HasAny:
    """`choices` shares a value with these."""

    read: Read
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class HasAll:
    """`choices` has every one of these."""

    read: Read
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class IsSet:
    """`choices` is this very set."""

    read: Read
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Within:
    """A date or timestamp lies in a window: dates by `kernel.windows.date_bounds`, timestamps by `bounds`."""

    read: Read
    window: Window


@dataclass(frozen=True, slots=True)
class MoreThan:
    """Ago: `<= back(now, d)`; ahead: `> ahead(now, d)`.

    Dates: `<= back_date(today, d)`, `> shift_date(today, d)`.
    """

    read: Read
    direction: Literal["ago", "ahead"]
    duration: Duration


@dataclass(frozen=True, slots=True)
class Anniversary:
    """The local date with its year ignored; 29 February counts as 28 February in common years.

    Exactly one of: `days` = (first, last) offsets from today, both included ("today" = (0, 0); next n days
    = (1, n); last n days = (1-n, 0), as windows on dates are); `month` with optional `day`; `weekday` 0 =
    Monday.
    """

    read: Read
    days: tuple[int, int] | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """Great-circle distance on a sphere of 6371.0088 km is at most `km`."""

    read: Read
    km: float
    latitude: float
    longitude: float


# Measures


class MeasureKind(StrEnum):
    """Measures, by their JSON names."""

    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    COUNT_DAYS = "count_days"
    SUM = "sum"
    AVERAGE = "average"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    FIRST = "first"
    LATEST = "latest"
    FIRST_TIME = "first_time"
    LATEST_TIME = "latest_time"
    ACTIVE_PERIODS = "active_periods"


@dataclass(frozen=True, slots=True)
class Periods:
    """`active_periods`: in how many periods the count passes `test`.

    The periods are `(back(now, (i+1)*length), back(now, i*length)]` for i < of_last.
    """

    length: Duration
    of_last: int
    test: Test


@dataclass(frozen=True, slots=True)
class Measure:
    """One value over matching interactions (or related records: no measure of time).

    Attributes:
        read: Set for count_distinct and the folds; reads of each match.
        type: Of the value: integer for counts; sum as its read; average compares as `sum op value * n` for
            integer and decimal reads (type decimal) and as a double rounded to 12 digits for number;
            timestamp for times.
    """

    kind: MeasureKind
    type: ValueType
    read: Read | None = None
    periods: Periods | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """The measure's value compares. `negated` (from `!=`) is the exact complement: true over a missing value.

    Exactly one of `right` (with `op`), `high` too (between: `right` is the low end, op is GE) and `window` is
    used. A `Shifted` in it reads the subject of the condition, which has the measure.
    """

    __test__ = False  # not a test case, whatever its name

    op: Cmp
    right: Operand | None = None
    high: Operand | None = None
    window: Window | None = None
    negated: bool = False


# Conditions over other records, interactions, memberships


@dataclass(frozen=True, slots=True)
class All:
    """Every one; of none: everyone."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one; of none: no one."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The exact complement."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Step:
    """One step along a relationship between entities.

    Attributes:
        attribute: The reference attribute that makes the relationship.
        inverse: False: from the owner to the one record it refers to. True: from a record to all that refer
            to it.
        target: The entity arrived at.
    """

    attribute: Attribute
    inverse: bool
    target: Entity


@dataclass(frozen=True, slots=True)
class Related:
    """The measure over the distinct records at the end of the path for which `where` holds."""

    path: tuple[Step, ...]
    target: Entity
    where: Condition
    measure: Measure
    test: Test


@dataclass(frozen=True, slots=True)
class Did:
    """The measure over the matching interactions.

    Attributes:
        types: All interaction types meant, patterns resolved; may be empty (a pattern that fits nothing yet).
        of: None: the subject's own interactions. Else a path from the subject to audience records; the
            interactions of all distinct records at its end count.
        during: None: all up to `now`. Interactions after `now` never count.
    """

    types: tuple[InteractionType, ...]
    of: tuple[Step, ...] | None
    where: Condition | None
    during: Window | None
    measure: Measure
    test: Test


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The last (first) interaction meeting `where` in the window exists and meets `has`."""

    latest: bool
    types: tuple[InteractionType, ...]
    where: Condition | None
    during: Window | None
    has: Condition


@dataclass(frozen=True, slots=True)
class Pattern:
    """Interactions of these types that meet `where`."""

    types: tuple[InteractionType, ...]
    where: Condition | None


@dataclass(frozen=True, slots=True)
class SequenceStep:
    """A step that an interaction meets.

    Attributes:
        within: At most this after the step before: `occurred_at <= ahead(before, d)`.
        blocker: None such strictly between the two in the total order.
    """

    pattern: Pattern
    within: Duration | None = None
    blocker: Pattern | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Last step: `now >= ahead(step, within)`, and no such interaction in between.

    That is from just after the step before, in the total order, to `ahead(step, within)` inclusive.
    """

    pattern: Pattern
    within: Duration


@dataclass(frozen=True, slots=True)
class Sequence:
    """Steps met by interactions in strictly rising total order, all in the window, equal on `same`.

    `same` holds one read per attribute name over all types of all steps; a missing value equals nothing.
    """

    steps: tuple[SequenceStep, ...]
    absence: Absence | None
    during: Window | None
    same: tuple[Read, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """`condition` is true now and has been since some instant s.

    `at_least`: now >= ahead(s, duration); else now < that.
    """

    condition: Condition
    at_least: bool
    duration: Duration


@dataclass(frozen=True, slots=True)
class InSegment:
    """Member of a live segment, overrides included."""

    segment: int
    name: str


@dataclass(frozen=True, slots=True)
class InList:
    """On a marketing list."""

    list: int
    name: str


@dataclass(frozen=True, slots=True)
class Crossed:
    """Entered (or left) the segment in a version whose instant lies in the window; netted per version."""

    entered: bool
    segment: int
    name: str
    during: Window | None


@dataclass(frozen=True, slots=True)
class Consent:
    """The latest ledger entry by `now` says so; without one the state is unknown."""

    topic: str
    state: Literal["granted", "denied", "unknown"]


@dataclass(frozen=True, slots=True)
class Top:
    """Among the first n of the N audience records that have the measure and meet `among`.

    Attributes:
        percent: n = ceil(percent * N / 100), exact; or None with `count` = n.
        of: `Did` or `Read` that gives the measure; a Did's `test` is unused.
    """

    percent: Decimal | None
    count: int | None
    of: Did | Read
    among: Condition | None
    lowest: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """MD5 of salt 0x1F key: the first 15 hex digits modulo 1,000,000 lie in [low, high)."""

    low: int
    high: int
    salt: str


Condition: TypeAlias = (
    All
    | AnyOf
    | Not
    | IsMissing
    | Compare
    | Between
    | OneOf
    | TextTest
    | HasAny
    | HasAll
    | IsSet
    | Within
    | MoreThan
    | Anniversary
    | Near
    | Related
    | Did
    | Occurrence
    | Sequence
    | Held
    | InSegment
    | InList
    | Crossed
    | Consent
    | Top
    | Sample
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A bound definition of a dynamic or compound segment.

    Attributes:
        timezone: The zone in which everything local is read.
        catalog_version: Of the catalog it was bound to.
    """

    where: Condition
    audience: Entity
    timezone: str
    catalog_version: int
