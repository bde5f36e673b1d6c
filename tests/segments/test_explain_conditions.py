"""Explanations against brute force: the whole state, the reference evaluator, time gone through by hand."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

import pytest

from satsuma.evaluation import reference
from satsuma.evaluation.reference.data import Database, Interaction, Membership, Record
from satsuma.kernel.civil import US_PER_DAY
from satsuma.language import bound, tree
from satsuma.membership.names import StoredNames
from satsuma.segments.explaining import Explained, Known
from satsuma.segments.explaining.conditions import explain_conditions
from satsuma.segments.explaining.evidence import (
    Chosen,
    EntryFound,
    Happened,
    Matches,
    MembershipFound,
    RankFound,
    RecordsFound,
    StepsMet,
    ValueFound,
)
from satsuma.segments.explaining.places import Place, nodes_of, places
from tests.conformance.cases import Case, cases
from tests.conformance.load_record import record_of
from tests.conformance.states import mixed

HORIZON_US = 400 * US_PER_DAY
CASES_MAX = 9
KEYS_MAX = 2
GRID = 6

DOCUMENTS = [list(rows) for _, rows in groupby(cases(), key=lambda case: case.about)]


@dataclass(frozen=True, slots=True)
class Told:
    """One condition of one definition, as it was explained for a record of a state."""

    case: Case
    definition: bound.Definition
    state: Database
    key: str
    place: Place
    explained: Explained

    def __str__(self) -> str:
        return f"{self.case}: {self.key}: {self.explained.text}"

    @property
    def record(self) -> Record:
        return self.state.records[self.definition.audience.name][self.key]

    def holds(self, state: Database) -> bool:
        """Whether it holds in another state."""
        return reference.holds(self.place.condition, self.key, state, self.definition)

    @property
    def is_ranking(self) -> bool:
        return bool(nodes_of(bound.Top, self.place.condition))


def _told(rows: Sequence[Case], seed: int) -> Iterator[Told]:
    """Every condition of some definitions of a document, for some records of a random state."""
    order = random.Random(seed)
    state = mixed(rows[0].database, seed)
    usable = [case for case in rows if case.members is not None and case.binding.definition is not None]
    with record_of(state) as connection:
        for case in order.sample(usable, min(CASES_MAX, len(usable))):
            definition, written = case.binding.definition, case.source.where
            assert definition is not None
            assert written is not None
            keys = sorted(state.records.get(definition.audience.name, {}))
            for key in order.sample(keys, min(KEYS_MAX, len(keys))):
                root = explain_conditions(
                    connection,
                    state.catalog,
                    state.now,
                    key,
                    written,
                    definition,
                    names=StoredNames(connection, state.catalog),
                    horizon=state.now + HORIZON_US,
                )
                for place, explained in zip(
                    places(written, definition.where).walk(), root.walk(), strict=True
                ):
                    yield Told(case, definition, state, key, place, explained)


@cache
def told(about: str) -> tuple[Told, ...]:
    """What is explained of the cases about a subject."""
    rows = next(rows for rows in DOCUMENTS if rows[0].about == about)
    return tuple(_told(rows, seed=len(rows)))


SUBJECTS = [rows[0].about for rows in DOCUMENTS if any(case.members is not None for case in rows)]


@pytest.mark.parametrize("about", SUBJECTS)
def test_every_condition_is_as_true_as_the_reference_finds_it(about: str) -> None:
    assert [str(one) for one in told(about) if one.explained.holds != one.holds(one.state)] == []


@pytest.mark.parametrize("about", SUBJECTS)
def test_until_is_when_time_alone_changes_it_and_not_a_microsecond_before(about: str) -> None:
    order = random.Random(about)
    for one in told(about):
        turn, now = one.explained.turns, one.state.now

        def holds(at: int, one: Told = one) -> bool:
            return one.holds(replace(one.state, now=at))

        if turn.known is Known.UNKNOWN:
            assert one.is_ranking, one
            continue
        end = now + HORIZON_US + 1 if turn.at is None else turn.at
        if turn.at is not None:
            assert holds(turn.at) != one.explained.holds, one
        inside = [now, end - 1, *(order.randrange(now, end) for _ in range(GRID))]
        assert [at for at in inside if holds(at) != one.explained.holds] == [], one


@pytest.mark.parametrize("about", SUBJECTS)
def test_since_is_when_it_last_changed_as_the_past_is_known_now(about: str) -> None:
    order = random.Random(about)
    for one in told(about):
        turn, begin, now = one.explained.turned, one.record.exists_since, one.state.now
        if turn.known is Known.UNKNOWN:
            assert one.is_ranking, one
            continue

        def held(at: int, one: Told = one) -> bool:
            return one.holds(_past(one.state, at))

        if turn.at is not None:
            assert begin < turn.at <= now, one
            assert held(turn.at - 1) != one.explained.holds, one
        since = begin if turn.at is None else turn.at
        inside = [since, now, *(order.randrange(since, now + 1) for _ in range(GRID))]
        assert [at for at in inside if held(at) != one.explained.holds] == [], one


@pytest.mark.parametrize("about", SUBJECTS)
def test_without_the_evidence_the_condition_is_otherwise(about: str) -> None:
    for one in told(about):
        _CHECKS.get(type(one.explained.evidence), _nothing)(one, one.explained.evidence)


def test_the_states_show_every_kind_of_change_and_evidence() -> None:
    """Or nothing above would have been proved."""
    found = [one for about in SUBJECTS for one in told(about)]
    assert sum(one.explained.turns.known is Known.AT for one in found) > 50
    assert sum(one.explained.turned.known is Known.AT for one in found) > 100
    assert {type(one.explained.evidence) for one in found} >= {*_CHECKS, type(None)}
    assert all(json.dumps(one.explained.to_json()) for one in found)


def _past(state: Database, at: int) -> Database:
    """The state at an earlier instant, by what is known of it now."""

    def then(membership: Membership) -> Membership:
        changes = tuple(change for change in membership.changes if change.at <= at)
        keys = {change.member for change in changes}
        members = {key for key in keys if sum(one.sign for one in changes if one.member == key) > 0}
        return Membership(membership.audience, frozenset(members), changes)

    return replace(
        state,
        now=at,
        records={
            entity: {
                key: replace(record, attributes=record.as_of(at))
                for key, record in records.items()
                if record.exists_since <= at
            }
            for entity, records in state.records.items()
        },
        segments={number: then(one) for number, one in state.segments.items()},
        lists={number: then(one) for number, one in state.lists.items()},
    )


def _without(state: Database, gone: Sequence[Happened]) -> Database:
    names = {(one.type, one.id) for one in gone}
    return _only(state, lambda one: (one.type, one.id) not in names)


def _only(state: Database, stays: object) -> Database:
    assert callable(stays)
    kept: dict[str, dict[str, tuple[Interaction, ...]]] = {
        audience: {key: tuple(one for one in found if stays(one)) for key, found in of_audience.items()}
        for audience, of_audience in state.interactions.items()
    }
    return replace(state, interactions=kept)


def _matches(one: Told, found: object) -> None:
    """Without the interactions that are named, none match."""
    assert isinstance(found, Matches)
    condition = one.place.condition
    if not isinstance(condition, bound.Did) or found.count > len(found.interactions):
        return
    left = _without(one.state, found.interactions)
    nothing = _only(one.state, lambda _: False)
    assert one.holds(left) == one.holds(nothing), one
    if found.count and condition.measure.kind is bound.MeasureKind.COUNT and found.value == 1:
        test = replace(condition, test=bound.Test(bound.Cmp.GE, bound.Constant(1, condition.measure.type)))
        assert reference.holds(test, one.key, one.state, one.definition)
        assert not reference.holds(test, one.key, left, one.definition)


def _chosen(one: Told, found: object) -> None:
    """Without the one that is named, another is the latest or the first."""
    assert isinstance(found, Chosen)
    condition = one.place.condition
    assert isinstance(condition, bound.Occurrence)
    only = _only(
        one.state,
        lambda other: (
            found.interaction is not None
            and (other.type, other.id) == (found.interaction.type, found.interaction.id)
        ),
    )
    assert one.holds(only) == one.explained.holds, one
    assert (found.interaction is None) == (found.count == 0)


def _steps(one: Told, found: object) -> None:
    """The named interactions alone meet the sequence; too few of them are named where nothing does."""
    assert isinstance(found, StepsMet)
    condition = one.place.condition
    assert isinstance(condition, bound.Sequence)
    if one.explained.holds:
        assert len(found.met) == found.steps
        named = {(step.type, step.id) for step in found.met}
        assert one.holds(_only(one.state, lambda other: (other.type, other.id) in named)), one
    elif condition.absence is None:
        assert len(found.met) < found.steps, one


def _records(one: Told, found: object) -> None:
    """Without the records that are named, the measure is over nothing."""
    assert isinstance(found, RecordsFound)
    condition = one.place.condition
    assert isinstance(condition, bound.Related)
    if found.count > len(found.keys) or one.key in found.keys:
        return
    left = {key: record for key, record in one.state.records[found.entity].items() if key not in found.keys}
    state = replace(one.state, records={**one.state.records, found.entity: left})
    never = replace(condition, where=bound.AnyOf(()))
    assert one.holds(state) == reference.holds(never, one.key, one.state, one.definition), one


def _value(one: Told, found: object) -> None:
    """Without the value that is named, a comparison is false, and its complement true."""
    assert isinstance(found, ValueFound)
    if found.entity is None or found.key is None or found.value is None or found.key == found.value:
        return
    record = one.state.records[found.entity][found.key]
    path = nodes_of(bound.Path, one.place.condition)[0]
    name = getattr(path.leaf, "name", None)
    if name not in record.attributes:
        return
    attributes = {key: value for key, value in record.attributes.items() if key != name}
    state = replace(
        one.state,
        records={
            **one.state.records,
            found.entity: {
                **one.state.records[found.entity],
                found.key: replace(record, attributes=attributes),
            },
        },
    )
    negative = isinstance(one.place.condition, bound.Not)
    inner = (
        one.place.condition.condition if isinstance(one.place.condition, bound.Not) else one.place.condition
    )
    assert one.holds(state) == (negative != isinstance(inner, bound.IsMissing)), one


def _membership(one: Told, found: object) -> None:
    """Were it the other way round with the membership, the condition would be too."""
    assert isinstance(found, MembershipFound)
    assert found.inside == one.explained.holds, one
    condition = one.place.condition
    number = condition.segment if isinstance(condition, bound.InSegment) else None
    of = one.state.lists if number is None else one.state.segments
    number = condition.list if isinstance(condition, bound.InList) else number
    assert number is not None
    changes = [change.at for change in of[number].changes if change.member == one.key]
    assert found.since == max(changes, default=None)


def _entry(one: Told, found: object) -> None:
    assert isinstance(found, EntryFound)
    condition = one.place.condition
    assert isinstance(condition, bound.Consent)
    assert (found.state == condition.state) == one.explained.holds, one


def _rank(one: Told, found: object) -> None:
    """The place says whether it is among the first."""
    assert isinstance(found, RankFound)
    assert (found.place is not None and found.place <= found.included) == one.explained.holds, one
    assert found.value is not None or found.place is None, one
    if found.place == found.included:
        assert (found.boundary, found.boundary_value) == (one.key, found.value), one


def _nothing(one: Told, found: object) -> None:
    if found is None:
        assert isinstance(one.place.written, tree.All | tree.AnyOf | tree.Not), one


_CHECKS = {
    Matches: _matches,
    Chosen: _chosen,
    StepsMet: _steps,
    RecordsFound: _records,
    ValueFound: _value,
    MembershipFound: _membership,
    EntryFound: _entry,
    RankFound: _rank,
}
