"""Past: since when conditions have been as they are for one member, as the past is known now.

The state at an earlier instant is made of what the record knows now: attributes as observed by then, records
that existed by then, memberships, lists and consent as they stood, interactions that had occurred.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from satsuma.catalog.model import OwnerKind, ValueType
from satsuma.evaluation.due import Span
from satsuma.evaluation.reference.data import Database, Membership
from satsuma.language import bound, references
from satsuma.segments.explaining.future import TOO_MANY
from satsuma.segments.explaining.judging import Budget, Judge
from satsuma.segments.explaining.places import Place, Truth
from satsuma.segments.explaining.turning import NEVER, Known, Turn, Turns


def as_of(database: Database, at: int) -> Database:
    """The state at an earlier instant, as far as it is known now."""
    return replace(
        database,
        now=at,
        records={
            entity: {
                key: replace(record, attributes=record.as_of(at))
                for key, record in records.items()
                if record.exists_since <= at
            }
            for entity, records in database.records.items()
        },
        segments={number: _membership(one, at) for number, one in database.segments.items()},
        lists={number: _membership(one, at) for number, one in database.lists.items()},
    )


def turns_behind(
    root: Place,
    present: Mapping[int, bool],
    unknown: Mapping[int, str],
    judges: Mapping[int, Judge],
    database: Database,
    begin: int,
    budget: Budget,
) -> dict[int, Turn]:
    """For each place, when its truth last changed, by number; NEVER where it has been so from the beginning.

    Args:
        present: The truths now, of every place.
        unknown: Why other instants than now cannot be told, of some leaves.
        judges: Of the other leaves.
        begin: Since when the member exists, microseconds UTC.
    """
    leaves = {number: _Leaf(judge, database, begin) for number, judge in judges.items()}
    # The past as it is known now may not lead to the present, where a record came without its history.
    broken = {number for number, leaf in leaves.items() if leaf.truth != present[number]}
    leaves = {number: leaf for number, leaf in leaves.items() if number not in broken}
    unknown = {**unknown, **dict.fromkeys(broken, "the history that is kept does not tell")}

    def of_leaf(number: int) -> Truth:
        if number in leaves:
            return leaves[number].truth
        return None

    turns = Turns(root, present, unknown)
    turns.see(database.now, of_leaf)
    while not turns.is_over:
        at = max((leaf.since for leaf in leaves.values()), default=begin)
        if at <= begin:
            break
        if budget.is_spent:
            return turns.end(lambda _: Turn(Known.UNKNOWN, reason=TOO_MANY))
        for leaf in leaves.values():
            if leaf.since == at:
                leaf.go_back()
        turns.see(at, of_leaf)
    return turns.end(lambda _: NEVER)


class _Leaf:
    """A leaf on its way back through time.

    Attributes:
        since: The instant from which `truth` holds, up to where it came from.
    """

    def __init__(self, judge: Judge, database: Database, begin: int) -> None:
        self._judge = judge
        self._database = database
        self._pieces = _pieces(judge, database, begin)
        self.since = database.now
        self.truth: Truth = None
        self.go_back()

    def go_back(self) -> None:
        """To the piece of time before."""
        piece = next(self._pieces)
        self.since = piece
        self.truth = self._judge.holds(as_of(self._database, piece))


def _pieces(judge: Judge, database: Database, begin: int) -> Iterator[int]:
    """The beginnings of pieces of time within each of which a condition is constant, latest first."""
    known = {at for at in _data_instants(judge.condition, database) if begin < at <= database.now}
    ends = sorted({begin, *known})
    for start, end in reversed(list(pairwise([*ends, database.now]))):
        yield from reversed(judge.instants(as_of(database, start), Span(start, end)))
        yield start


def _data_instants(condition: bound.Condition, database: Database) -> Iterator[int]:
    """When something that a condition reads changed, but for what is found by the clock."""
    attributes = references.attributes_in(condition)
    names = {(one.owner, one.name) for one in attributes if one.owner_kind is OwnerKind.ENTITY}
    crosses = any(one.type is ValueType.REFERENCE for one in attributes)
    for entity, records in database.records.items():
        for record in records.values():
            if crosses:
                yield record.exists_since
            for observation in record.observations:
                if any((entity, name) in names for name in observation.values):
                    yield observation.at
    memberships = [database.segments[number] for number in references.segment_ids_in(condition)]
    memberships += [database.lists[number] for number in references.list_ids_in(condition)]
    for membership in memberships:
        yield from (change.at for change in membership.changes)


def _membership(membership: Membership, at: int) -> Membership:
    return replace(membership, members=membership.as_of(at))
