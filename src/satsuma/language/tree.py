"""The tree of a definition as it is written: names unresolved, literals untyped.

Nodes are nouns, frozen, and compare by value. JSON (`language.wire`) and text (`language.text`) each read
and print this tree; `language.binding` checks it against a catalog and gives the bound tree
(`language.bound`) that evaluators read. What a node means is in docs/language; the forms are listed there
in this file's order.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal as OneOf
from typing import TypeAlias

from satsuma.kernel.durations import Duration
from satsuma.kernel.windows import Window

Number: TypeAlias = int | Decimal
"""A number as written: never a float, so that decimals stay exact."""

Scalar: TypeAlias = str | int | Decimal | bool
"""A literal as written. Dates and instants are strings until a type is known."""


class Op(StrEnum):
    """Operators of `attribute` comparisons, by their JSON names (each negative beside its positive)."""

    IS_MISSING = "is_missing"
    IS_PRESENT = "is_present"
    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    NOT_STARTS_WITH = "not_starts_with"
    ENDS_WITH = "ends_with"
    NOT_ENDS_WITH = "not_ends_with"
    LIKE = "like"
    NOT_LIKE = "not_like"
    MATCHES = "matches"
    NOT_MATCHES = "not_matches"
    EQ = "="
    NE = "!="
    GT = ">"
    GE = ">="
    LT = "<"
    LE = "<="
    BETWEEN = "between"
    NOT_BETWEEN = "not_between"
    HAS_ANY = "has_any"
    HAS_ALL = "has_all"
    HAS_NONE = "has_none"
    WITHIN = "within"
    MORE_THAN = "more_than"
    ANNIVERSARY = "anniversary"
    WITHIN_KM = "within_km"


# Values


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """`{"attribute": path, "plus"?: x}`: another attribute of the same subject."""

    path: str
    plus: Number | Duration | None = None


@dataclass(frozen=True, slots=True)
class MemberValue:
    """`{"member": path, "plus"?: x}`: an attribute of the audience record whose interaction this is."""

    path: str
    plus: Number | Duration | None = None


@dataclass(frozen=True, slots=True)
class NowValue:
    """`{"now": true, "plus"?: d}`; d may be negative."""

    plus: Duration | None = None


@dataclass(frozen=True, slots=True)
class TodayValue:
    """`{"today": true, "plus"?: d}`; d may be negative."""

    plus: Duration | None = None


Operand: TypeAlias = Literal | AttributeValue | MemberValue | NowValue | TodayValue


@dataclass(frozen=True, slots=True)
class Several:
    """A non-empty list of literals, for `in`, `has_any`, ... and `is` of `choices`."""

    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """`between`: both ends included."""

    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class MoreThan:
    """`{"ago": d}` or `{"ahead": d}`."""

    direction: OneOf["ago", "ahead"]
    duration: Duration


@dataclass(frozen=True, slots=True)
class Anniversary:
    """A date with its year ignored: exactly one of `today`, `next`, `last`, `month`, `weekday` is set."""

    today: bool = False
    next: Duration | None = None
    last: Duration | None = None
    month: int | None = None
    day: int | None = None
    weekday: str | None = None


@dataclass(frozen=True, slots=True)
class Circle:
    """Points at most `km` from a centre, in degrees."""

    km: Number
    latitude: Number
    longitude: Number


Value: TypeAlias = Operand | Several | Range | Window | MoreThan | Anniversary | Circle | None


@dataclass(frozen=True, slots=True)
class Test:
    """`is` of a measure: `{"op": ..., "value": ...}`; op is = != > >= < <= between within."""

    __test__ = False  # not a test case, whatever its name

    op: Op
    value: Operand | Range | Window


AT_LEAST_ONE = Test(Op.GE, Literal(1))

# Measures


@dataclass(frozen=True, slots=True)
class Count:
    """`"count"`: how many match."""


@dataclass(frozen=True, slots=True)
class CountDistinct:
    """`{"count_distinct": attribute}`."""

    attribute: str


@dataclass(frozen=True, slots=True)
class CountDays:
    """`{"count_days": true}`: on how many local days."""


class Fold(StrEnum):
    """Measures that bring the values of an attribute down to one."""

    SUM = "sum"
    AVERAGE = "average"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    FIRST = "first"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`{"sum": attribute}` and the like."""

    fold: Fold
    attribute: str


@dataclass(frozen=True, slots=True)
class FirstTime:
    """`"first_time"`."""


@dataclass(frozen=True, slots=True)
class LatestTime:
    """`"latest_time"`."""


@dataclass(frozen=True, slots=True)
class ActivePeriods:
    """`{"active_periods": {"length": d, "of_last": n, "count"?: cmp}}`: in how many of the last n periods."""

    length: Duration
    of_last: int
    count: Test = AT_LEAST_ONE


Measure: TypeAlias = Count | CountDistinct | CountDays | Aggregate | FirstTime | LatestTime | ActivePeriods

# Conditions


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
    """The complement."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Compare:
    """`{"attribute": path, "op": o, "value": v, "case"?: "exact"}`."""

    attribute: str
    op: Op
    value: Value = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Related:
    """`{"related": path, "where": c, "measure"?, "is"?}`."""

    path: str
    where: Condition
    measure: Measure = Count()
    test: Test = AT_LEAST_ONE


@dataclass(frozen=True, slots=True)
class Types:
    """Interaction types as written: names and patterns (`page_*`), at least one."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Did:
    """`{"did": types, "where"?, "during"?, "of"?, "measure"?, "is"?}`."""

    types: Types
    where: Condition | None = None
    during: Window | None = None
    of: str | None = None
    measure: Measure = Count()
    test: Test = AT_LEAST_ONE


@dataclass(frozen=True, slots=True)
class Occurrence:
    """`{"latest" | "first": types, "where"?, "during"?, "has": c}`."""

    which: OneOf["latest", "first"]
    types: Types
    has: Condition
    where: Condition | None = None
    during: Window | None = None


@dataclass(frozen=True, slots=True)
class Blocker:
    """`not_did` between a step and the one before it."""

    types: Types
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a sequence that an interaction meets; the first has neither `within` nor `blocker`."""

    types: Types
    where: Condition | None = None
    within: Duration | None = None
    blocker: Blocker | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """A last step `{"not_did": ..., "within": d}`: d has passed and none occurred in it."""

    types: Types
    within: Duration
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """`{"sequence": [step...], "during"?, "same"?}`."""

    steps: tuple[Step, ...]
    absence: Absence | None = None
    during: Window | None = None
    same: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """`{"held": c, "for": {"op": ">=" | "<", "value": d}}`."""

    condition: Condition
    op: OneOf[">=", "<"]
    duration: Duration


@dataclass(frozen=True, slots=True)
class RefId:
    """A segment or list by its number: the stored form of a reference, so that a rename breaks nothing."""

    id: int


Ref: TypeAlias = str | RefId


@dataclass(frozen=True, slots=True)
class InSegment:
    """`{"segment": name}`."""

    segment: Ref


@dataclass(frozen=True, slots=True)
class InList:
    """`{"list": name}`."""

    list: Ref


@dataclass(frozen=True, slots=True)
class Crossed:
    """`{"entered" | "left": name, "during"?}`."""

    direction: OneOf["entered", "left"]
    segment: Ref
    during: Window | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """`{"consent": topic, "is": "granted" | "denied" | "unknown"}`."""

    topic: str
    state: OneOf["granted", "denied", "unknown"]


@dataclass(frozen=True, slots=True)
class Top:
    """`{"top": {"percent"} | {"count"}, "by": m | {"attribute"}, "did"?, "among"?, "order"?, ...}`.

    Exactly one of `percent` and `count` is set, and exactly one of `measure` and `attribute`; `types` goes
    with `measure`.
    """

    percent: Number | None = None
    count: int | None = None
    measure: Measure | None = None
    attribute: str | None = None
    types: Types | None = None
    where: Condition | None = None
    during: Window | None = None
    among: Condition | None = None
    lowest: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """`{"sample": {"percent": p, "from": q, "salt": s}}`."""

    percent: Number
    start: Number
    salt: str


Condition: TypeAlias = (
    All
    | AnyOf
    | Not
    | Compare
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

EVERYONE = All(())
NO_ONE = AnyOf(())


class Kind(StrEnum):
    """Kinds of segments."""

    DYNAMIC = "dynamic"
    STATIC = "static"
    COMPOUND = "compound"


@dataclass(frozen=True, slots=True)
class Source:
    """A whole segment as written (§5): the definition and what stands beside it.

    Attributes:
        where: None for static segments only.
        audience, timezone: None means the workspace's default.
        tests_in, tests_out: Keys that must be in, must not be in.
    """

    where: Condition | None = None
    name: str | None = None
    audience: str | None = None
    kind: Kind = Kind.DYNAMIC
    timezone: str | None = None
    tests_in: tuple[str, ...] = ()
    tests_out: tuple[str, ...] = ()
