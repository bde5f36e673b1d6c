"""Rows together: few rows of each of many callers, taken as one batch for each entity or type they are for.

It must not be told from taking them one after another. So a request whose rows teach the catalog, or are
refused, is done alone, at its place. What is left between such requests commutes, save with rows for the same
entity or type, whose order a batch keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Mode
from satsuma.commit.together import Refused
from satsuma.kernel.errors import Error, InvariantError
from satsuma.kernel.text import nfc
from satsuma.membership.live import LiveSegment
from satsuma.record.arrow import encode, ints_of, us_of
from satsuma.record.change import Change
from satsuma.record.intake import Intake, take_interactions, take_records
from satsuma.record.quarantine import Origins
from satsuma.record.resolve import resolve
from satsuma.record.taken import Taken

LiveOf: TypeAlias = Callable[[Change], Iterable[LiveSegment]]

ROWS_MAX = 100
"""Of one request: more are worth a batch of their own."""


@dataclass(frozen=True, slots=True)
class Target:
    """What rows are for; requests for one target are taken as one batch.

    Attributes:
        name: Of the entity or interaction type.
        is_entity: Whether of an entity.
        key: The column of the keys of records, or of members; None for the one that is named like them.
        observed_at, audience: As in `record.intake`.
    """

    name: str
    is_entity: bool
    key: str | None
    observed_at: str | int | None = None
    audience: str | None = None

    @property
    def owner(self) -> tuple[bool, str]:
        """Of whose rows the order must be kept."""
        return self.is_entity, nfc(self.name)

    def take(self, rows: Sequence[Any], change: Change, locked: frozenset[int]) -> Intake:
        """Rows made to fit (see `record.intake`)."""
        if self.is_entity:
            return take_records(
                list(rows),
                self.name,
                change.catalog,
                now=change.at,
                observed_at=self.observed_at,
                key=self.key or "id",
                locked=locked,
            )
        return take_interactions(
            list(rows),
            self.name,
            change.catalog,
            now=change.at,
            member=self.key,
            audience=self.audience,
            locked=locked,
        )


@dataclass(frozen=True, slots=True)
class Handed:
    """Rows of one caller."""

    target: Target
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TakeRows:
    """Takes the rows of several callers in one version; see `Together.apply`."""

    live: LiveOf

    def __call__(self, change: Change, requests: Sequence[Handed]) -> list[Taken | Refused]:
        """What became of the rows of each."""
        return self._take(change, requests, change.place)

    def _take(self, change: Change, requests: Sequence[Handed], first: int) -> list[Taken | Refused]:
        """The same of some of them, the first of which is at a place in the version."""
        locked = frozenset[int]().union(*(segment.reads for segment in self.live(change)))
        if len(requests) == 1:
            return [_alone(change, requests[0], locked, first)]
        batches = _batches(change, requests, locked)
        plain = np.ones(len(requests), dtype=np.bool_)
        plain[[place for batch in batches for place in batch.odd(batches)]] = False
        if plain.all():
            answers: dict[int, Taken | Refused] = {}
            for batch in batches:
                sources = [change.origin_of(first + place) for place in batch.places]
                answers.update(zip(batch.places, batch.write(change, sources), strict=True))
            return [answers[place] for place in range(len(requests))]
        found: list[Taken | Refused] = []
        for start, end in _stretches(plain):
            found += self._take(change, requests[start:end], first + start)
        return found


def _alone(change: Change, request: Handed, locked: frozenset[int], place: int) -> Taken | Refused:
    target = request.target
    try:
        intake = target.take(request.rows, change, locked)
    except Error as error:
        return Refused(error)
    if target.is_entity:
        return change.upsert(target.name, intake)
    return change.append(target.name, intake, source=change.origin_of(place))


def _stretches(plain: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where requests that are plain begin and end, and each of the others by itself; in order."""
    start = 0
    for place in [*np.flatnonzero(~plain).tolist(), len(plain)]:
        if start < place:
            yield start, place
        if place < len(plain):
            yield place, place + 1
        start = place + 1


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows of the requests for one target, made to fit.

    Attributes:
        places: Of the requests, ascending.
        counts: How many rows each has.
        intake: None where the rows cannot be one batch, or teach the catalog.
        refused: Positions of rows that cannot be taken.
        new: Position of each row whose record does not exist yet, with its key, ascending.
    """

    target: Target
    places: Sequence[int]
    counts: NDArray[np.int64]
    intake: Intake | None
    refused: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    new: Sequence[tuple[int, str]] = ()

    def odd(self, batches: Sequence[_Batch]) -> list[int]:
        """Places of the requests that are to be done alone.

        Whoever is the first to name a record makes it; who that is, a batch tells only of its own rows.
        """
        same = [batch for batch in batches if batch.target.owner == self.target.owner]
        if self.intake is None or len(same) > 1:
            return list(self.places)
        others = {key for batch in batches if batch is not self for _, key in batch.new}
        shared = np.array([position for position, key in self.new if key in others], dtype=np.int64)
        owners = np.unique(self._owners(np.concatenate((self.refused, shared))))
        return [self.places[owner] for owner in owners.tolist()]

    def write(self, change: Change, sources: Sequence[str]) -> list[Taken]:
        """Write the rows, none of which is refused; gives what became of those of each request.

        Args:
            change: The version.
            sources: Of each request, for the ids of rows that have none.
        """
        if self.intake is None:
            raise InvariantError("rows that cannot be one batch were to be written as one")
        starts = np.cumsum(self.counts) - self.counts
        if self.target.is_entity:
            change.upsert(self.target.name, self.intake)
            repeated = np.empty(0, dtype=np.int64)
        else:
            owners = self._owners(np.arange(self.counts.sum()))
            positions = np.arange(len(owners)) - starts[owners]
            origins = Origins([sources[owner] for owner in owners.tolist()], positions.tolist())
            repeated = change.append(self.target.name, self.intake, source=origins).duplicate_positions
        made = np.bincount(self._owners(self._firsts(repeated)), minlength=len(self.places))
        of = self._owners(repeated)
        answers = []
        for place, (count, start) in enumerate(zip(self.counts.tolist(), starts.tolist(), strict=True)):
            own = repeated[of == place] - start
            created = np.zeros(made[place], dtype=np.uint32)
            answers.append(Taken(count - len(own), len(own), 0, created, duplicate_positions=own))
        return answers

    def _firsts(self, repeated: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions of the rows that made a record: the first that name it, but for duplicates."""
        ignored, firsts = set(repeated.tolist()), dict[str, int]()
        for position, key in self.new:
            if position not in ignored:
                firsts.setdefault(key, position)
        return np.array(sorted(firsts.values()), dtype=np.int64)

    def _owners(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Of each row the request that it came with, counted among `places`."""
        return np.searchsorted(np.cumsum(self.counts), positions, side="right")


def _batches(change: Change, requests: Sequence[Handed], locked: frozenset[int]) -> list[_Batch]:
    by_target: dict[Target, list[int]] = {}
    for place, one in enumerate(requests):
        by_target.setdefault(one.target, []).append(place)
    return [_batch(change, target, places, requests, locked) for target, places in by_target.items()]


def _batch(
    change: Change, target: Target, places: Sequence[int], requests: Sequence[Handed], locked: frozenset[int]
) -> _Batch:
    """The rows of some requests for one target, and what is known of their records."""
    counts = np.array([len(requests[place].rows) for place in places], dtype=np.int64)
    try:
        intake = target.take([row for place in places for row in requests[place].rows], change, locked)
    except Error:
        return _Batch(target, places, counts, None)
    if intake.catalog is not change.catalog:
        return _Batch(target, places, counts, None)
    refused, new = [ints_of(intake.refused, "position")], list[tuple[int, str]]()
    makes = target.is_entity or change.catalog.mode is Mode.LEARN
    for group in intake.groups:
        # Where rows fit there is such an entity or type.
        name = target.name if target.is_entity else change.interaction(target.name).audience
        distinct, codes = encode(group.table["_key" if target.is_entity else "_member_key"])
        known = resolve(change, change.entity(name), distinct)
        positions = ints_of(group.table, "_position")
        at = us_of(group.table["_observed_at" if target.is_entity else "_occurred_at"], change.at)
        refused.append(positions[at < known.deleted_us[codes]])
        missing = np.flatnonzero(known.numbers[codes] < 0)
        if makes:
            keys = known.keys.to_pylist()
            new += [(int(positions[row]), keys[codes[row]]) for row in missing.tolist()]
        else:
            refused.append(positions[missing])
    return _Batch(target, places, counts, intake, np.concatenate(refused), sorted(new))
