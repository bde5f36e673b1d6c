"""Compiled: the loops over rows of members, compiled by Numba once for all definitions.

No loop knows a definition: what it needs comes as arrays and bounds. Every function below takes arrays of
any kind and hands them on contiguous, of one type and read-only, so that each loop is compiled once and then
found in the cache (beside this file, or else in the user's cache folder).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import DTypeLike, NDArray

from satsuma.evaluation.kernels.parallel import in_pieces

Function = TypeVar("Function", bound=Callable[..., Any])
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LONG = 8

_COMPARED_BYTES = 8
"""Up to so many bytes of codes are compared for each row, before looking up what was decided is faster."""


LOOPS: list[Any] = []
"""All loops that are called from Python."""


def compiled_inside(function: Function) -> Function:
    """What loops call, as machine code, kept in the cache."""
    try:
        return cast("Function", numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:
        # Numba may write nowhere.
        return cast("Function", numba.njit(nogil=True)(function))


def compiled_once(function: Function) -> Function:
    """A loop as machine code, kept in the cache; it runs without Python's lock."""
    loop = compiled_inside(function)
    LOOPS.append(loop)
    return loop


def as_input(values: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """An array as the compiled loops take it: contiguous, of one type, read-only."""
    whole: NDArray[Any] = np.ascontiguousarray(values, dtype=dtype).view()
    whole.flags.writeable = False
    return whole


def gathered(decided: Bools, codes: NDArray[Any]) -> Bools:
    """What was decided for each code, by row."""
    kind = codes.dtype if codes.dtype.kind == "u" and codes.dtype.itemsize < _LONG else np.dtype(np.int64)
    if kind == codes.dtype and kind.itemsize * _compared(decided) <= _COMPARED_BYTES:
        # Comparing takes many codes at once, looking up one after another.
        equal = [codes == kind.type(code) for code in np.flatnonzero(decided).tolist()]
        found: Bools = reduce(np.bitwise_or, equal) if equal else np.zeros(len(codes), dtype=np.bool_)
        return found
    table, rows = as_input(decided, np.bool_), as_input(codes, kind)
    answer = np.empty(len(codes), dtype=np.bool_)
    in_pieces(lambda piece: _gather(table, rows[piece], answer[piece]), len(codes))
    return answer


def _compared(decided: Bools) -> int:
    return max(int(np.count_nonzero(decided)), 1)


@compiled_once
def _gather(decided: Bools, codes: NDArray[Any], found: Bools) -> None:
    for i in range(len(codes)):
        found[i] = decided[codes[i]]


def numbers_where(holds: Bools) -> NDArray[np.uint32]:
    """The places at which it holds, ascending; `numpy.flatnonzero`, faster where they lie scattered."""
    rows = as_input(holds, np.bool_)
    whole = len(rows) // _LONG * _LONG
    count = int(np.count_nonzero(rows))
    # Eight are written at once, of which those count that hold.
    found = np.empty(count + _LONG, dtype=np.uint32)
    eights = rows[:whole].view("<u8").astype(np.uint64, copy=False)
    end = _write_places(eights, _PLACES, _COUNTS, count < len(rows) // _SCATTERED, found)
    found[end:count] = whole + np.flatnonzero(rows[whole:])
    return found[:count]


_EIGHTS = np.arange(256)[:, None] >> np.arange(_LONG) & 1
_COUNTS = as_input(_EIGHTS.sum(axis=1), np.uint64)
_PLACES = as_input(np.argsort(1 - _EIGHTS, axis=1, kind="stable"), np.uint32)
"""By eight bits, the lowest first: how many are set, and which, those first."""

_SCATTERED = 50
"""Where it holds for fewer than one of so many, most eights hold none, which can be foretold."""


@compiled_once
def _write_places(
    eights: NDArray[np.uint64],
    places: NDArray[np.uint32],
    counts: NDArray[np.uint64],
    skips: bool,
    found: NDArray[np.uint32],
) -> np.uint64:
    # Unsigned places need no look at whether they are negative, so that eight are written in one step.
    end = np.uint64(0)
    for eight in range(len(eights)):
        if skips and eights[eight] == 0:
            continue
        # The factor gathers the lowest bits of eight bytes in the highest byte.
        bits = (eights[eight] * np.uint64(0x0102040810204080)) >> np.uint64(56)
        first = np.uint32(eight * 8)
        for i in range(8):
            found[end + np.uint64(i)] = first + places[bits, i]
        end += counts[bits]
    return end


def expand(first: Ints, after: Ints) -> tuple[Ints, Ints]:
    """All rows of ranges, one range after another, and of each the place of its range. int64."""
    found: tuple[Ints, Ints] = _expand(as_input(first, np.int64), as_input(after, np.int64))
    return found


@compiled_once
def _expand(first: Ints, after: Ints) -> tuple[Ints, Ints]:
    total = 0
    for i in range(len(first)):
        total += after[i] - first[i]
    rows = np.empty(total, np.int64)
    owner = np.empty(total, np.int64)
    place = 0
    for i in range(len(first)):
        for row in range(first[i], after[i]):
            rows[place] = row
            owner[place] = i
            place += 1
    return rows, owner


def sums_of_ints(owner: Ints, values: Ints, groups: int) -> Ints:
    """Sum of the values of each group (int64); that none overflows is the caller's to know."""
    found: Ints = _sums_of_ints(as_input(owner, np.int64), as_input(values, np.int64), groups)
    return found


@compiled_once
def _sums_of_ints(owner: Ints, values: Ints, groups: int) -> Ints:
    sums = np.zeros(groups, np.int64)
    for i in range(len(owner)):
        sums[owner[i]] += values[i]
    return sums


def sums_of_doubles(
    owner: Ints, values: NDArray[np.float64], groups: int
) -> tuple[NDArray[np.float64], Bools]:
    """For each group the double nearest to the exact sum of its values, and where that is in doubt.

    Every addition's error is kept in a second double (Knuth's two-sum, added up as by Ogita, Rump and Oishi,
    "Accurate sum and dot product", 2005), and the size of what that still misses in a third. A sum is in
    doubt where that could change how it rounds; the caller adds those up in another way.
    """
    found: tuple[NDArray[np.float64], Bools] = _sums_of_doubles(
        as_input(owner, np.int64), as_input(values, np.float64), groups
    )
    return found


@compiled_once
def _sums_of_doubles(
    owner: Ints, values: NDArray[np.float64], groups: int
) -> tuple[NDArray[np.float64], Bools]:
    total = np.zeros(groups, np.float64)
    error = np.zeros(groups, np.float64)
    lost = np.zeros(groups, np.float64)
    for i in range(len(owner)):
        group = owner[i]
        a, b = total[group], values[i]
        s = a + b
        part = s - a
        missed = (a - (s - part)) + (b - part)
        total[group] = s
        # The same once more: what adding up the errors misses.
        a, b = error[group], missed
        s = a + b
        part = s - a
        lost[group] += abs((a - (s - part)) + (b - part))
        error[group] = s
    doubtful = np.zeros(groups, np.bool_)
    for group in range(groups):
        s, e = total[group], error[group]
        total[group] = s + e
        if lost[group] != 0.0 or not np.isfinite(s + e):
            # A last digit of the error more, so that adding it does not go unnoticed.
            slack = 2.0 * lost[group] + 2.3e-16 * abs(e)
            # Of infinities the difference is undefined, which is not 0 either.
            doubtful[group] = (s + (e + slack)) - (s + (e - slack)) != 0.0
    return total, doubtful


def extremes(owner: Ints, values: NDArray[Any], groups: int, *, greatest: bool) -> tuple[NDArray[Any], Bools]:
    """The least or greatest value (int64 or float64) of each group, and which groups have any."""
    kind = np.float64 if values.dtype.kind == "f" else np.int64
    found: tuple[NDArray[Any], Bools] = _extremes(
        as_input(owner, np.int64), as_input(values, kind), groups, greatest
    )
    return found


@compiled_once
def _extremes(
    owner: Ints,
    values: NDArray[Any],
    groups: int,
    greatest: bool,
) -> tuple[NDArray[Any], Bools]:
    best = np.zeros(groups, values.dtype)
    has = np.zeros(groups, np.bool_)
    for i in range(len(owner)):
        group, value = owner[i], values[i]
        if not has[group] or ((value > best[group]) == greatest and value != best[group]):
            best[group] = value
            has[group] = True
    return best, has


def merged(owner_a: Ints, at_a: Ints, owner_b: Ints, at_b: Ints) -> Ints:
    """The order that merges two runs, each ascending by (owner, at).

    It has places in `a`, and `len(a)` + places in `b`.

    Where both have the same owner and instant, `a` comes first.
    """
    found: Ints = _merged(
        as_input(owner_a, np.int64),
        as_input(at_a, np.int64),
        as_input(owner_b, np.int64),
        as_input(at_b, np.int64),
    )
    return found


@compiled_once
def _merged(owner_a: Ints, at_a: Ints, owner_b: Ints, at_b: Ints) -> Ints:
    size_a, size_b = len(owner_a), len(owner_b)
    order = np.empty(size_a + size_b, np.int64)
    a = b = 0
    for place in range(size_a + size_b):
        takes_a = b == size_b
        if a < size_a and b < size_b:
            takes_a = owner_a[a] < owner_b[b] or (owner_a[a] == owner_b[b] and at_a[a] <= at_b[b])
        if takes_a:
            order[place] = a
            a += 1
        else:
            order[place] = size_a + b
            b += 1
    return order
