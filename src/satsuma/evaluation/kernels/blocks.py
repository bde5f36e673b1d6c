"""Blocks: the members that are asked about at once, so that what is copied fits caches and the limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from satsuma.catalog.model import InteractionType
from satsuma.evaluation.kernels import parallel, scratch
from satsuma.evaluation.kernels.events import types_of
from satsuma.evaluation.kernels.interactions import copies
from satsuma.evaluation.kernels.scope import Records, Scope
from satsuma.evaluation.kernels.sequences import is_pair
from satsuma.language import bound


def blocks_of(condition: bound.Condition, frame: Records, scope: Scope) -> list[slice]:
    """The rows of a frame in runs that are asked about one after another; a single one: all at once."""
    if not isinstance(condition, bound.Did | bound.Occurrence | bound.Sequence):
        return [slice(0, len(frame))]
    members_max, rows_max = max(len(frame), 1), scratch.rows_max()
    is_copied = copies(condition) or (isinstance(condition, bound.Sequence) and not is_pair(condition))
    if frame.numbers is None and (is_copied or _is_beyond(scratch.records_max(), len(frame))):
        members_max = parallel.BLOCK
    types = types_of(condition) if isinstance(condition, bound.Sequence) else condition.types
    if rows_max is None or not is_copied or not _is_beyond(rows_max, _rows(types, scope)):
        starts = range(0, len(frame), members_max)
        return [slice(start, min(start + members_max, len(frame))) for start in starts]
    return list(_by_rows(types, frame, scope, members_max, rows_max))


def _is_beyond(most: int | None, count: int) -> bool:
    return most is not None and count > most


def _rows(types: Iterable[InteractionType], scope: Scope) -> int:
    return sum(scope.interactions(type_).size for type_ in types)


def _by_rows(
    types: Iterable[InteractionType], frame: Records, scope: Scope, members_max: int, rows_max: int
) -> Iterator[slice]:
    """Of so many members at most, with so many interactions at most unless one alone has more."""
    parts = [part for type_ in types for part in scope.interactions(type_).parts]
    for start in range(0, len(frame), members_max):
        end = min(start + members_max, len(frame))
        numbers = np.arange(start, end) if frame.numbers is None else frame.numbers[start:end]
        rows = np.zeros(len(numbers) + 1, dtype=np.int64)
        for part in parts:
            first, after = part.ranges(numbers)
            rows[1:] += after - first
        rows = np.cumsum(rows)
        low = 0
        while low < len(numbers):
            high = int(np.searchsorted(rows, rows[low] + rows_max, side="right")) - 1
            high = min(max(high, low + 1), len(numbers))
            yield slice(start + low, start + high)
            low = high
