"""Turning: the compiled loops that read and turn the bits of many planes at once.

A version asks hundreds of leaves about the same members, and judges hundreds of segments by a few bits each:
one call for all of them costs what the bits cost, where a call for each plane would cost more than its bits.

Loops get planes by their addresses (`Plane.address`), and look at no bit beyond the size that they are given.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from satsuma.evaluation.kernels.compiled import as_input, compiled_inside, compiled_once
from satsuma.membership.planes import Bools, Numbers

Ints = NDArray[np.int64]
Addresses = NDArray[np.uint64]

AND, OR, NOT, TRUE, FALSE = -1, -2, -3, -4, -5
"""What a program's code does to the truths on its stack; 0 and more put the truth of a leaf there."""


def turn_to(planes: Addresses, numbers: Numbers, answers: Bools) -> tuple[Ints, Numbers]:
    """Turn the bits of planes that differ from answers.

    Args:
        planes: Each with room for all numbers, and to be written to.
        numbers: Distinct.
        answers: A row for each plane, a column for each number.

    Returns:
        Of each plane where its part of the second ends: the numbers whose bits were turned, in their order.
    """
    found: tuple[Ints, Numbers] = _turn_to(
        as_input(planes, np.uint64), as_input(numbers, np.uint32), as_input(answers, np.bool_)
    )
    return found


def turn_by(  # noqa: PLR0917 - as the compiled loop takes it
    code: NDArray[np.int32],
    code_ends: Ints,
    depth: int,
    leaves: Addresses,
    sizes: Ints,
    planes: Addresses,
    numbers: Numbers,
    ends: Ints,
    alive: Bools,
) -> tuple[Ints, Numbers, Bools]:
    """Turn the bits of planes that differ from what programs say of some members.

    Args:
        code: Of all programs, one after another: what they do, in the order in which they do it.
        code_ends: Of each program where its code ends.
        depth: So many truths lie on the stack at most.
        leaves, sizes: Planes that the code refers to by their places here, and how many bits each has.
        planes: Of each program, with room for its members, and to be written to.
        numbers: Members, those of one program after those of another; one may come again.
        ends: Of each program where its members end.
        alive: By member number; nobody else meets a program.

    Returns:
        Of each program where its part of the others ends: whose bits were turned, each once, in the order
        given; and whether they are 1 now.
    """
    found: tuple[Ints, Numbers, Bools] = _turn_by(
        as_input(code, np.int32),
        as_input(code_ends, np.int64),
        depth,
        as_input(leaves, np.uint64),
        as_input(sizes, np.int64),
        as_input(planes, np.uint64),
        as_input(numbers, np.uint32),
        as_input(ends, np.int64),
        as_input(alive, np.bool_),
    )
    return found


def warmed() -> None:
    """Compile the loops, or load them."""
    plane, one = np.zeros(1, dtype=np.uint8), np.ones(1, dtype=np.int64)
    at, nobody = np.array([plane.ctypes.data], dtype=np.uint64), np.zeros(0, dtype=np.uint32)
    turn_to(at, nobody, np.zeros((1, 0), dtype=np.bool_))
    turn_by(np.zeros(1, dtype=np.int32), one, 1, at, one, at, nobody, one - 1, np.zeros(0, dtype=np.bool_))


@intrinsic
def _pointer(_: Any, address: Any) -> Any:
    """An address as a pointer."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


@compiled_inside
def _bits(address: int) -> Any:
    # Its length is not looked at: bounds are the callers' to keep.
    return carray(_pointer(address), 1, np.uint8)  # type: ignore[call-arg]


@compiled_once
def _turn_to(planes: Addresses, numbers: Numbers, answers: Bools) -> tuple[Ints, Numbers]:
    members = len(numbers)
    ends = np.empty(len(planes), np.int64)
    turned = np.empty(members + 1024, np.uint32)
    end = 0
    for plane in range(len(planes)):
        if len(turned) - end < members:
            grown = np.empty(2 * len(turned) + members, np.uint32)
            grown[:end] = turned[:end]
            turned = grown
        bits = _bits(planes[plane])
        for member in range(members):
            number = numbers[member]
            byte, bit = number >> 3, number & 7
            if (bits[byte] >> bit & 1 != 0) != answers[plane, member]:
                turned[end] = number
                end += 1
        # Turned when all have been read: to write between reads would hold them up.
        for place in range(ends[plane - 1] if plane else 0, end):
            number = turned[place]
            bits[number >> 3] ^= np.uint8(1 << (number & 7))
        ends[plane] = end
    return ends, turned[:end].copy()


@compiled_once
def _turn_by(  # noqa: PLR0917 - compiled functions take arrays one by one, and no keywords
    code: NDArray[np.int32],
    code_ends: Ints,
    depth: int,
    leaves: Addresses,
    sizes: Ints,
    planes: Addresses,
    numbers: Numbers,
    ends: Ints,
    alive: Bools,
) -> tuple[Ints, Numbers, Bools]:
    stack = np.zeros(depth, np.bool_)
    turned_ends = np.empty(len(planes), np.int64)
    turned = np.empty(len(numbers), np.uint32)
    is_set = np.empty(len(numbers), np.bool_)
    end = 0
    for program in range(len(planes)):
        first = ends[program - 1] if program else 0
        code_first = code_ends[program - 1] if program else 0
        own = _bits(planes[program])
        for place in range(first, ends[program]):
            number = numbers[place]
            byte, bit = number >> 3, number & 7
            top = -1
            for step in range(code_first, code_ends[program]):
                does = code[step]
                if does >= 0:
                    top += 1
                    stack[top] = number < sizes[does] and _bits(leaves[does])[byte] >> bit & 1 != 0
                elif does == AND:
                    top -= 1
                    stack[top] &= stack[top + 1]
                elif does == OR:
                    top -= 1
                    stack[top] |= stack[top + 1]
                elif does == NOT:
                    stack[top] = not stack[top]
                else:
                    top += 1
                    stack[top] = does == TRUE
            holds = stack[0] and alive[number]
            if (own[byte] >> bit & 1 != 0) != holds:
                own[byte] ^= np.uint8(1 << bit)
                turned[end], is_set[end] = number, holds
                end += 1
        turned_ends[program] = end
    return turned_ends, turned[:end].copy(), is_set[:end].copy()
