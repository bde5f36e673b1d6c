"""Sources: what a condition depends on, as data: where members come from whose truth a version may change.

A leaf has some sources among what a version writes, and some among what time passes. Each stands for records
of one entity; `Back` and `Referring` lead from records to those that reach them, at last to the members.
Leaves of the same shape have equal sources, so they are worked out once in a version. Entities go by name,
all else by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from satsuma.membership.touching.edges import Edge

# What a version writes


@dataclass(frozen=True, slots=True)
class Given:
    """Records of which an attribute was given, and those that came or went."""

    entity: str
    attribute: int


@dataclass(frozen=True, slots=True)
class Born:
    """Records that came or went."""

    entity: str


@dataclass(frozen=True, slots=True)
class Written:
    """Members of whom interactions of a type came, went or changed."""

    type: int


@dataclass(frozen=True, slots=True)
class Joined:
    """Members who joined or left a list."""

    list: int


@dataclass(frozen=True, slots=True)
class Crossed:
    """Members who entered or left a segment."""

    segment: int


@dataclass(frozen=True, slots=True)
class Consented:
    """Members about whom there are new entries in the ledger of consent."""

    entity: str


@dataclass(frozen=True, slots=True)
class Observed:
    """Records of whom something was observed, of the present or of the past."""

    entity: str


# What time passes


@dataclass(frozen=True, slots=True)
class Passed:
    """Members with an interaction of a type that an edge passes."""

    type: int
    edge: Edge


@dataclass(frozen=True, slots=True)
class ValuePassed:
    """Records with a value of an attribute that an edge passes."""

    entity: str
    attribute: int
    edge: Edge


@dataclass(frozen=True, slots=True)
class RowValuePassed:
    """Members with an interaction whose value of an attribute an edge passes."""

    type: int
    attribute: int
    edge: Edge


@dataclass(frozen=True, slots=True)
class Turned:
    """Everyone, when the local day, or the local year, is another."""

    zone: str
    year: bool


@dataclass(frozen=True, slots=True)
class CrossingPassed:
    """Members whose entering or leaving of a segment an edge passes."""

    segment: int
    edge: Edge


@dataclass(frozen=True, slots=True)
class JoiningPassed:
    """Members whose joining or leaving of a list an edge passes."""

    list: int
    edge: Edge


@dataclass(frozen=True, slots=True)
class ConsentPassed:
    """Members with an entry in the ledger of consent that an edge passes."""

    entity: str
    edge: Edge


@dataclass(frozen=True, slots=True)
class ObservationPassed:
    """Records with an observation in their history that an edge passes."""

    entity: str
    edge: Edge


# Ways back


@dataclass(frozen=True, slots=True)
class Back:
    """Records from which one step of a relationship leads to some.

    Attributes:
        attribute: The reference attribute that makes the relationship, of the entity `owner`, to `target`.
        inverse: The step leads from a record to those that refer to it; else from a record to the one it
            refers to.
    """

    attribute: int
    owner: str
    target: str
    inverse: bool
    of: Sources


@dataclass(frozen=True, slots=True)
class Referring:
    """Members with an interaction of a type that refers, by an attribute, to one of some records."""

    type: int
    attribute: int
    target: str
    of: Sources


@dataclass(frozen=True, slots=True)
class Ranked:
    """Everyone, where any of these is anyone: a ranking is of all against all."""

    of: Sources


Source: TypeAlias = (
    Given
    | Born
    | Written
    | Joined
    | Crossed
    | Consented
    | Observed
    | Passed
    | ValuePassed
    | RowValuePassed
    | Turned
    | CrossingPassed
    | JoiningPassed
    | ConsentPassed
    | ObservationPassed
    | Back
    | Referring
    | Ranked
)
Sources: TypeAlias = tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    """What a condition depends on.

    Attributes:
        data: Among what a version writes.
        clock: Among what time passes.
    """

    data: Sources = ()
    clock: Sources = ()

    def __or__(self, other: Reads) -> Reads:
        return Reads(_each_once(self.data + other.data), _each_once(self.clock + other.clock))


def _each_once(sources: Sources) -> Sources:
    return tuple(dict.fromkeys(sources))
