"""Parallel: a loop over many members, run on pieces of them by a few threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Result = TypeVar("Result")

THREADS = 2
"""More would bring little: the loops wait for memory. They run without Python's lock."""

PIECE_MIN = 1 << 17
"""Fewer members than two pieces of this size are not worth a thread."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="kernels")


def in_pieces(loop: Callable[[slice], Result], size: int) -> list[Result]:
    """What a loop gives for each piece of `size` places, in order."""
    count = max(1, min(THREADS, size // PIECE_MIN))
    edges = [size * place // count for place in range(count + 1)]
    pieces = [slice(edges[place], edges[place + 1]) for place in range(count)]
    if count == 1:
        return [loop(pieces[0])]
    return list(_pool().map(loop, pieces))
