"""Joining and leaving: requests of many callers for many lists, applied in order within one version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Entity, Mode
from satsuma.lists import happened
from satsuma.lists.finding import by_id
from satsuma.record import lists as rows
from satsuma.record.arrow import encode, places_of
from satsuma.record.change import Change
from satsuma.record.intake import take_records
from satsuma.record.lists import ListRow
from satsuma.record.resolve import keys_of_numbers, numbers_of_keys


@dataclass(frozen=True, slots=True)
class Request:
    """Put records on a list, or take them off.

    Attributes:
        list_id: Of the list.
        keys: Of the records, each once.
        is_joining: On, or off.
        through: What it came through, as the interaction will say.
        may_create: Whether a key never seen makes a record, in mode `learn`.
    """

    list_id: int
    keys: Sequence[str]
    is_joining: bool
    through: str
    may_create: bool = True


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


@dataclass(slots=True)
class _Step:
    """A request, and the numbers of its records as they were found."""

    request: Request
    numbers: NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, np.uint32))
    created: int = 0
    unknown: tuple[str, ...] = ()


def apply(change: Change, requests: Sequence[Request]) -> list[Joined]:
    """Do requests in order; of what happens to one record on one list, the lists keep the sum of it.

    Each single joining or leaving that changes anything is an interaction, even where a later one in the same
    version takes it back.

    Raises:
        NotFoundError: A list is gone; nothing may be kept of the version then.
    """
    found = {row.id: row for row in rows.all_lists(change.connection)}
    steps = [_Step(request) for request in requests]
    by_list: dict[int, list[_Step]] = {}
    for step in steps:
        by_list.setdefault(step.request.list_id, []).append(step)
    done: dict[int, NDArray[np.uint32]] = {}
    for list_id, of_list in by_list.items():
        row = by_id(found.values(), list_id)
        entity = entity_of_number(change.catalog, row.audience)
        _resolve(change, entity, of_list)
        done.update(_of_list(change, row, entity, of_list))
    return [Joined(done[id(step)], step.created, step.unknown) for step in steps]


def _resolve(change: Change, entity: Entity, steps: Sequence[_Step]) -> None:
    """Find the records of all keys at once; make those that are new and may be made."""
    keys = [key for step in steps for key in step.request.keys]
    numbers = numbers_of_keys(change.connection, entity, pa.array(keys, pa.string()))
    made: set[str] = set()
    if change.catalog.mode is Mode.LEARN:
        wanted = [key for step in steps if _makes(step.request) for key in step.request.keys]
        place = {key: number for key, number in zip(keys, numbers.tolist(), strict=True) if number < 0}
        new = list(dict.fromkeys(key for key in wanted if key in place))
        if new:
            intake = take_records([{"id": key} for key in new], entity.name, change.catalog, now=change.at)
            change.upsert(entity.name, intake)
            numbers = numbers_of_keys(change.connection, entity, pa.array(keys, pa.string()))
            made = set(new)
    start = 0
    for step in steps:
        own = step.request.keys
        of_step = numbers[start : start + len(own)]
        start += len(own)
        step.numbers = np.unique(of_step[of_step >= 0]).astype(np.uint32)
        if (of_step < 0).any():
            step.unknown = tuple(key for key, n in zip(own, of_step.tolist(), strict=True) if n < 0)
        if made and _makes(step.request):
            mine = made.intersection(own)
            step.created = len(mine)
            made -= mine


def _makes(request: Request) -> bool:
    return request.is_joining and request.may_create


def _of_list(
    change: Change, row: ListRow, entity: Entity, steps: Sequence[_Step]
) -> dict[int, NDArray[np.uint32]]:
    """Apply the steps of one list; gives, by the step's identity, the records that it changed."""
    numbers = np.concatenate([step.numbers for step in steps])
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
    parts = np.split(numbers[changed], np.searchsorted(of[changed], np.arange(1, len(steps))))
    return {id(step): np.sort(part) for step, part in zip(steps, parts, strict=True)}


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
    through, codes = encode(pa.array([step.request.through for step in steps], pa.string()))
    for type_, chosen in ((happened.SUBSCRIBED, joins), (happened.UNSUBSCRIBED, ~joins)):
        if chosen.any():
            keys = keys_of_numbers(change.connection, entity, numbers[chosen])
            words = through.take(places_of(codes[of[chosen]]))
            happened.note(change, entity, type_, keys, {"list": row.name, "through": words}, places[chosen])
