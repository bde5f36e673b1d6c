"""Collecting garbage: seldom, and not among what stays.

Python looks for cycles among all young objects whenever 700 more have come than gone, and every hundredth
time among all that there are. A server holds catalogs, bound definitions and modules in hundreds of thousands
of objects, which stay, and a batch brings tens of thousands, which go by themselves: without this, a third of
the time of small requests went into looking.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000
"""So many more objects than before are looked through at once: those of a large batch, some ten megabytes."""

TIMES = 20
"""So often those that came last are looked through before older ones are, too."""


@contextmanager
def seldom() -> Iterator[None]:
    """Look seldom while the context lasts, and never among the objects that there are when it begins."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, TIMES, TIMES)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
