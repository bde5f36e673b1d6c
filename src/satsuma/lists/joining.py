"""Joining and leaving: requests of many callers for many lists, applied in order within one version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Entity, Mode
from satsuma.commit.together import Refused, Together
from satsuma.kernel.errors import ConflictError, NotFoundError
from satsuma.lists import happened, settings
from satsuma.lists.finding import by_id
from satsuma.record import lists as rows
from satsuma.record.arrow import encode, places_of, texts
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
    """A request, and the numbers of its records as they were found."""

    request: Request
    numbers: NDArray[np.uint32] = field(default_factory=lambda: NOBODY)
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
    found = rows.all_lists(change.connection)
    by_list: dict[int, list[int]] = {}
    for place, request in enumerate(requests):
        by_list.setdefault(request.list_id, []).append(place)
    answers: dict[int, Joined | Refused] = {}
    for list_id, places in by_list.items():
        try:
            row = by_id(found, list_id)
        except NotFoundError as error:
            answers.update((place, Refused(error)) for place in places)
            continue
        if not all(requests[place].confirmed for place in places):
            answers.update(_unconfirmed(change, row, requests, places))
        steps = {place: _Step(requests[place]) for place in places if place not in answers}
        entity = entity_of_number(change.catalog, row.audience)
        _resolve(change, entity, list(steps.values()))
        done = _of_list(change, row, entity, list(steps.values()))
        for place, step in steps.items():
            answers[place] = Joined(done[id(step)], step.created, step.unknown)
    return [answers[place] for place in range(len(requests))]


TOGETHER = Together("lists", apply_each)
"""Joins and leaves of many callers, done together."""


def _unconfirmed(
    change: Change, row: ListRow, requests: Sequence[Request], places: Sequence[int]
) -> dict[int, Refused]:
    """The refusals of those who join without having confirmed, where they must."""
    if not settings.is_double_opt_in(change.connection, row.id):
        return {}
    return {
        place: Refused(must_confirm(row.name))
        for place in places
        if requests[place].is_joining and not requests[place].confirmed
    }


def must_confirm(name: str) -> ConflictError:
    """The error of whoever puts somebody on a list with double opt-in without evidence."""
    return ConflictError(
        f"who joins list “{name}” must confirm: it has double opt-in",
        code="list.double_opt_in",
        hint="`ask(keys)` sends each a message; `confirmed=True` says that you have their word",
    )


def _resolve(change: Change, entity: Entity, steps: Sequence[_Step]) -> None:
    """Find the records of all keys at once; make those that are new and may be made."""
    keys = [key for step in steps for key in step.request.keys]
    if not keys:
        return
    numbers = numbers_among(change, entity, texts(keys))
    created = np.zeros(len(keys), dtype=np.int64)
    missing = np.flatnonzero(numbers < 0)
    if len(missing) and change.catalog.mode is Mode.LEARN:
        makes = np.repeat([_makes(step.request) for step in steps], [len(one.request.keys) for one in steps])
        # Whoever names a new key first makes the record.
        firsts = {keys[place]: place for place in reversed(missing[makes[missing]].tolist())}
        if firsts:
            new = sorted(firsts, key=firsts.__getitem__)
            intake = take_records([{"id": key} for key in new], entity.name, change.catalog, now=change.at)
            change.upsert(entity.name, intake)
            created[[firsts[key] for key in new]] = 1
            numbers[missing] = numbers_among(change, entity, texts(keys[place] for place in missing.tolist()))
    start = 0
    for step in steps:
        end = start + len(step.request.keys)
        of_step = numbers[start:end]
        known = of_step[of_step >= 0] if len(missing) else of_step
        step.numbers = (known if len(known) < 2 else np.unique(known)).astype(np.uint32)
        if len(known) < len(of_step):
            of_keys = zip(step.request.keys, of_step.tolist(), strict=True)
            step.unknown = tuple(key for key, number in of_keys if number < 0)
        step.created = int(created[start:end].sum()) if len(missing) else 0
        start = end


def _makes(request: Request) -> bool:
    return request.is_joining and request.may_create


def _of_list(
    change: Change, row: ListRow, entity: Entity, steps: Sequence[_Step]
) -> dict[int, NDArray[np.uint32]]:
    """Apply the steps of one list; gives, by the step's identity, the records that it changed."""
    numbers = np.concatenate([NOBODY, *(step.numbers for step in steps)])
    if not len(numbers):
        return {id(step): step.numbers for step in steps}
    counts = [len(step.numbers) for step in steps]
    of = np.repeat(np.arange(len(steps)), counts)
    joins = np.repeat([step.request.is_joining for step in steps], counts)
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    is_last = np.append(is_first[1:], True)
    distinct = ordered[is_first]
    was_on = np.isin(distinct, rows.among(change.connection, row.id, distinct), assume_unique=True)
    before = np.empty(len(order), dtype=np.bool_)
    before[1:] = joins[order][:-1]
    before[is_first] = was_on
    changed = np.empty(len(order), dtype=np.bool_)
    changed[order] = joins[order] != before
    is_on = joins[order][is_last]
    rows.put(change, row.id, distinct[is_on & ~was_on])
    rows.take_off(change, row.id, distinct[~is_on & was_on])
    _tell(change, row, entity, steps, numbers[changed], of[changed], joins[changed])
    if len(steps) == 1:
        return {id(steps[0]): np.sort(numbers[changed])}
    moved, ends = numbers[changed], np.searchsorted(of[changed], np.arange(1, len(steps) + 1)).tolist()
    parts, start = dict[int, NDArray[np.uint32]](), 0
    for step, end in zip(steps, ends, strict=True):
        parts[id(step)] = moved[start:end] if end - start < 2 else np.sort(moved[start:end])
        start = end
    return parts


def _tell(
    change: Change,
    row: ListRow,
    entity: Entity,
    steps: Sequence[_Step],
    numbers: NDArray[np.uint32],
    of: NDArray[np.int64],
    joins: NDArray[np.bool_],
) -> None:
    places = happened.take_places(change, len(numbers))
    through, codes = encode(texts(step.request.through for step in steps))
    for type_, chosen in ((happened.SUBSCRIBED, joins), (happened.UNSUBSCRIBED, ~joins)):
        if chosen.any():
            keys = change.directory(entity).keys_of(numbers[chosen].astype(np.int64))
            words = through.take(places_of(codes[of[chosen]]))
            happened.note(change, entity, type_, keys, {"list": row.name, "through": words}, places[chosen])
