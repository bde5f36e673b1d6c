"""Exact: arithmetic of integers and decimals without a digit lost, and the doubles nearest to quotients.

Exact numbers are integers over a scale; where 64 bits do not hold them, Python's own (arrays of objects).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

INT64_END = 2**63
_EXACT_IN_DOUBLE = 2**53


def times(data: NDArray[Any], factor: int) -> NDArray[Any]:
    """Exact integers times a factor."""
    return data if factor == 1 else _exactly(_long(data), factor, lambda values: values * factor)


def product(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Exact products, row by row."""
    a, b = _long(a), _long(b)
    if greatest(a) * greatest(b) >= INT64_END:
        a, b = a.astype(object), b.astype(object)
    found: NDArray[Any] = a * b
    return found


def quotients(above: NDArray[Any], below: NDArray[np.int64]) -> NDArray[np.float64]:
    """The double nearest to each quotient of two integers; 0 over 0 where there is nothing below."""
    safe = np.maximum(below, 1)
    if greatest(above) <= _EXACT_IN_DOUBLE and greatest(safe) <= _EXACT_IN_DOUBLE:
        found: NDArray[np.float64] = above.astype(np.float64) / safe.astype(np.float64)
        return found
    # Python divides integers to the nearest double, however large they are.
    return np.array([_quotient(int(a), int(b)) for a, b in zip(above, safe, strict=True)], dtype=np.float64)


def _quotient(above: int, below: int) -> float:
    try:
        return above / below
    except OverflowError:
        return float("inf") if above > 0 else float("-inf")


def _long(data: NDArray[Any]) -> NDArray[Any]:
    return data.astype(np.int64) if data.dtype == np.int32 else data


def _exactly(data: NDArray[Any], factor: int, apply: Any) -> NDArray[Any]:
    # Zeros times any factor fit, but the factor itself has to fit too.
    fits = max(greatest(data), 1) * abs(factor) < INT64_END
    found: NDArray[Any] = apply(data if fits else data.astype(object))
    return found


def greatest(data: NDArray[Any]) -> int:
    """The greatest size of integers."""
    return max(abs(int(data.max())), abs(int(data.min()))) if len(data) else 0
