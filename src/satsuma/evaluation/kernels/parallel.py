"""Parallel: a loop over many members, run on pieces of them by a few threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import local
from typing import TypeVar

Result = TypeVar("Result")

THREADS = 2
"""More would bring little: the loops wait for memory. They run without Python's lock."""

PIECE_MIN = 1 << 17
"""Fewer members than two pieces of this size are not worth a thread."""


_working = local()
"""Has `here` in the threads of the pool."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(
        THREADS, thread_name_prefix="kernels", initializer=setattr, initargs=(_working, "here", True)
    )


BLOCK = 1 << 16
"""So many members' interactions are copied at once: few enough for the processor's cache."""


def over(loop: Callable[[slice], Result], pieces: list[slice]) -> list[Result]:
    """What a loop gives for each of some pieces, in order."""
    # A thread of the pool that waited for others of it could wait for ever.
    if len(pieces) == 1 or hasattr(_working, "here"):
        return [loop(piece) for piece in pieces]
    return list(_pool().map(loop, pieces))


def in_pieces(loop: Callable[[slice], Result], size: int) -> list[Result]:
    """What a loop gives for each piece of `size` places, in order."""
    count = max(1, min(THREADS, size // PIECE_MIN))
    edges = [size * place // count for place in range(count + 1)]
    pieces = [slice(edges[place], edges[place + 1]) for place in range(count)]
    return over(loop, pieces)
