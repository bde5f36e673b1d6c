"""Warming: every compiled loop compiled, or loaded from the cache, before it is needed.

Each loop is called once, on next to nothing, for every kind of arguments that it ever gets; afterwards no
evaluation compiles anything. Compiling them all takes about a minute on a slow machine, loading them about a
second. Numba keeps what it compiled beside the package where it may write there, and else in the user's cache
folder (or where NUMBA_CACHE_DIR says); where it may write nowhere, each process compiles anew.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import numpy as np

from satsuma.evaluation.kernels import (
    bounded,
    compiled,
    in_time,
    pairing,
    searching,
    stepping,
    walking,
    windows,
)

_warm = Event()

_NONE = np.zeros(0, dtype=np.int64)
_ONE = np.zeros(1, dtype=np.int64)
_TABLE = np.zeros((1, 1), dtype=np.int64)
_TRUE = np.ones(1, dtype=np.bool_)
_MANY = np.ones(16, dtype=np.bool_)
_COUNTS = np.zeros(1, dtype=np.int32)


def is_warm() -> bool:
    """Whether all loops are loaded in this process."""
    return _warm.is_set()


def warm(progress: Callable[[float], None] | None = None) -> None:
    """Compile or load all loops; at once when that is done. Any thread may, beside others that evaluate.

    Args:
        progress: Told the part that is done, 0 to 1; what it raises ends the warming.
    """
    if _warm.is_set():
        return
    calls = _calls()
    for done, call in enumerate(calls):
        if progress is not None:
            progress(done / len(calls))
        call()
    _warm.set()


def _calls() -> list[Callable[[], object]]:
    events = stepping.Events(_ONE, _ONE, _ONE, _ONE, _TRUE, None, np.zeros((2, 1), dtype=np.int64))
    lane = walking.Lane(_ONE, _ONE, _ONE, 1, 0, False)
    return [
        lambda: searching.window_ranges(_ONE, _ONE, _ONE, _TRUE, 0, 1),
        lambda: searching.ranges_at_end(_ONE, _COUNTS, _COUNTS, _TRUE),
        lambda: searching.add_counts(_ONE, _ONE, _ONE, _TRUE, 0, 1, _COUNTS.copy()),
        lambda: searching.add_each(_NONE.astype(np.uint32), 1, _COUNTS.copy()),
        lambda: searching.add_lengths(_ONE, _ONE, _COUNTS.copy()),
        lambda: windows.add_in_windows(_ONE, _ONE, _ONE, None, _ONE, _ONE, _TABLE.copy()),
        bounded.warmed,
        in_time.warmed,
        lambda: searching.window_sums(_ONE, _ONE, _ONE, _ONE, _TRUE, _TRUE, 0, 1),
        *(
            lambda kind=kind: compiled.gathered(_MANY, _NONE.astype(kind))
            for kind in (np.uint8, np.uint16, np.uint32, np.int64)
        ),
        lambda: compiled.numbers_where(_TRUE),
        lambda: compiled.expand(_ONE, _ONE),
        lambda: compiled.sums_of_ints(_NONE, _NONE, 1),
        lambda: compiled.sums_of_doubles(_NONE, _NONE.astype(np.float64), 1),
        lambda: compiled.extremes(_NONE, _NONE, 1, greatest=True),
        lambda: compiled.extremes(_NONE, _NONE.astype(np.float64), 1, greatest=True),
        lambda: compiled.merged(_NONE, _NONE, _NONE, _NONE),
        lambda: stepping.met(events, 1, 1, 0, absence=False),
        lambda: windows.compare(_TABLE, _ONE, _ONE, _ONE, _TRUE, _ONE, _TABLE.astype(np.bool_)),
        lambda: pairing.paired(lane, lane, 1, _TRUE),
        lambda: pairing.least_gaps(lane, lane, 1),
        lambda: pairing.weave(_ONE, _ONE, _ONE, _ONE, _ONE.copy(), _ONE.copy()),
        *(
            lambda count=count: walking.walked([lane] * count, [0, 0], _TRUE, 1, 0, absence=False)
            for count in walking.LANE_COUNTS
        ),
    ]
