"""Joining and leaving: requests of many callers for many lists, applied in order within one version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Entity, Mode
from satsuma.commit.together import Refused, Together
from satsuma.kernel.errors import ConflictError
from satsuma.lists import happened, settings
from satsuma.lists.finding import deleted
from satsuma.record import lists as rows
from satsuma.record.arrow import taken, texts
from satsuma.record.change import Change
from satsuma.record.intake import take_records
from satsuma.record.lists import ListRow
from satsuma.record.resolve import numbers_among


@dataclass(frozen=True, slots=True)
class Request:
    """Put records on a list, or take them off.

    Attributes:
        list_id: Of the list.
        keys: Of the records, each once.
        is_joining: On, or off.
        through: What it came through, as the interaction will say.
        may_create: Whether a key never seen makes a record, in mode `learn`.
        confirmed: Whether those who join have confirmed that they want to, where they must.
    """

    list_id: int
    keys: Sequence[str]
    is_joining: bool
    through: str
    may_create: bool = True
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Joined:
    """What a request did.

    Attributes:
        numbers: Records that were put on the list, or taken off, ascending.
        created: How many records it made.
        unknown: Keys that no record has.
    """

    numbers: NDArray[np.uint32]
    created: int = 0
    unknown: tuple[str, ...] = ()


NOBODY = np.empty(0, dtype=np.uint32)


@dataclass(slots=True)
class _Step:
    """A request that can be done, by its place, and what it did."""

    place: int
    request: Request
    row: ListRow
    moved: NDArray[np.uint32] = field(default_factory=lambda: NOBODY)
    created: int = 0
    unknown: tuple[str, ...] = ()


def apply(change: Change, requests: Sequence[Request]) -> list[Joined]:
    """Do requests in order; of what happens to one record on one list, the lists keep the sum of it.

    Each single joining or leaving that changes anything is an interaction, even where a later one in the same
    version takes it back.

    Raises:
        NotFoundError: A list is gone; nothing may be kept of the version then.
        ConflictError: Those who join must confirm, and it is not said that they have; the same.
    """
    answers = list[Joined]()
    for answer in apply_each(change, requests):
        match answer:
            case Refused(error):
                raise error
            case joined:
                answers.append(joined)
    return answers


def apply_each(change: Change, requests: Sequence[Request]) -> list[Joined | Refused]:
    """Do requests as `apply` does; one that cannot be done is refused, and the others are done."""
    found = {row.id: row for row in rows.all_lists(change.connection)}
    strict = {
        list_id
        for list_id in {one.list_id for one in requests if one.is_joining and not one.confirmed}
        if settings.is_double_opt_in(change.connection, list_id)
    }
    answers: dict[int, Joined | Refused] = {}
    by_audience: dict[int, list[_Step]] = {}
    for place, request in enumerate(requests):
        row = found.get(request.list_id)
        if row is None:
            answers[place] = Refused(deleted(request.list_id))
        elif request.is_joining and not request.confirmed and row.id in strict:
            answers[place] = Refused(must_confirm(row.name))
        else:
            by_audience.setdefault(row.audience, []).append(_Step(place, request, row))
    for audience, steps in by_audience.items():
        _of_audience(change, entity_of_number(change.catalog, audience), steps)
        answers.update((one.place, Joined(one.moved, one.created, one.unknown)) for one in steps)
    return [answers[place] for place in range(len(requests))]


TOGETHER = Together("lists", apply_each)
"""Joins and leaves of many callers, done together."""


def must_confirm(name: str) -> ConflictError:
    """The error of whoever puts somebody on a list with double opt-in without evidence."""
    return ConflictError(
        f"who joins list “{name}” must confirm: it has double opt-in",
        code="list.double_opt_in",
        hint="`ask(keys)` sends each a message; `confirmed=True` says that you have their word",
    )


def _of_audience(change: Change, entity: Entity, steps: Sequence[_Step]) -> None:
    """Apply steps on lists of one audience, and note in each what it did."""
    numbers, counts = _resolve(change, entity, steps)
    of = np.repeat(np.arange(len(steps)), counts)
    joins = np.repeat(np.array([step.request.is_joining for step in steps], dtype=np.bool_), counts)
    lists = np.repeat(np.array([step.row.id for step in steps], dtype=np.uint32), counts)
    changed = np.zeros(len(numbers), dtype=np.bool_)
    for list_id in np.unique(lists).tolist():
        places = np.flatnonzero(lists == list_id)
        changed[places] = _on_list(change, list_id, numbers[places], joins[places])
    moved, of = numbers[changed], of[changed]
    _tell(change, entity, steps, moved, of, joins[changed])
    start = 0
    for step, end in zip(steps, np.searchsorted(of, np.arange(1, len(steps) + 1)).tolist(), strict=True):
        step.moved = moved[start:end]
        start = end


def _resolve(
    change: Change, entity: Entity, steps: Sequence[_Step]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The records of all steps, those of each ascending, and how many each has.

    Records that are new and may be made are; whoever names one before it is made does not find it.
    """
    keys = [key for step in steps for key in step.request.keys]
    of = np.repeat(np.arange(len(steps)), [len(step.request.keys) for step in steps])
    numbers = numbers_among(change, entity, texts(keys))
    missing = np.flatnonzero(numbers < 0)
    # A new record would be of no unit; whoever is limited to some makes none by naming it.
    if len(missing) and change.catalog.mode is Mode.LEARN and change.sight is None:
        makes = np.array([step.request.is_joining and step.request.may_create for step in steps])
        firsts = {keys[place]: place for place in reversed(missing[makes[of[missing]]].tolist())}
        new = sorted(firsts, key=firsts.__getitem__)
        made = dict(zip(new, _make(change, entity, new), strict=True))
        for place in missing.tolist():
            first = firsts.get(keys[place], len(keys))
            numbers[place] = made[keys[place]] if place >= first else -1
            steps[of[place]].created += int(place == first and numbers[place] >= 0)
    unknown: dict[int, list[str]] = {}
    for place in missing[numbers[missing] < 0].tolist():
        unknown.setdefault(int(of[place]), []).append(keys[place])
    for step, names in unknown.items():
        steps[step].unknown = tuple(names)
    of, numbers = of[numbers >= 0], numbers[numbers >= 0]
    order = np.lexsort((numbers, of))
    return numbers[order].astype(np.uint32), np.bincount(of, minlength=len(steps))


def _make(change: Change, entity: Entity, keys: Sequence[str]) -> list[int]:
    """The numbers of records that are made; -1 where a key cannot be one."""
    if not keys:
        return []
    intake = take_records([{"id": key} for key in keys], entity.name, change.catalog, now=change.at)
    change.upsert(entity.name, intake)
    numbers: list[int] = numbers_among(change, entity, texts(keys)).tolist()
    return numbers


def _on_list(
    change: Change, list_id: int, numbers: NDArray[np.uint32], joins: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Put records on a list and take them off, in order; tells which of them that changed anything."""
    order = np.argsort(numbers, kind="stable")
    ordered, joins = numbers[order], joins[order]
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    distinct = ordered[is_first]
    was_on = np.isin(distinct, rows.among(change.connection, list_id, distinct), assume_unique=True)
    before = np.empty(len(order), dtype=np.bool_)
    before[1:] = joins[:-1]
    before[is_first] = was_on
    is_on = joins[np.append(is_first[1:], True)]
    rows.put(change, list_id, distinct[is_on & ~was_on])
    rows.take_off(change, list_id, distinct[~is_on & was_on])
    changed = np.empty(len(order), dtype=np.bool_)
    changed[order] = joins != before
    return changed


def _tell(
    change: Change,
    entity: Entity,
    steps: Sequence[_Step],
    numbers: NDArray[np.uint32],
    of: NDArray[np.int64],
    joins: NDArray[np.bool_],
) -> None:
    """Write what happened as interactions."""
    places = happened.take_places(change, len(numbers))
    through = texts(step.request.through for step in steps)
    names = texts(step.row.name for step in steps)
    for type_, chosen in ((happened.SUBSCRIBED, joins), (happened.UNSUBSCRIBED, ~joins)):
        if chosen.any():
            keys = change.directory(entity).keys_of(numbers[chosen].astype(np.int64))
            told = {"list": taken(names, of[chosen]), "through": taken(through, of[chosen])}
            happened.note(change, entity, type_, keys, told, places[chosen])
