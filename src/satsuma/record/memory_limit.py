"""Memory: one limit for what a process may hold that is not of mapped files, shared out among its parts.

The index is mapped from files, which the system drops from memory as it needs to. What counts is the rest:
what DuckDB holds, what kernels work with, what is kept for being asked again, and the programs themselves.
"""

from __future__ import annotations

import re
from dataclasses import replace

from satsuma.kernel.errors import UsageError
from satsuma.record.files import Settings

VARIABLE = "SATSUMA_MEMORY_LIMIT"

LEAST_BYTES = 2**30

FIXED_BYTES = 400 * 2**20
"""The programs, the compiled kernels, and what is kept for being asked again (each within a bound)."""

_UNITS = {"": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmg]i?b)?\s*", re.IGNORECASE)


def bytes_of(limit: str | int) -> int:
    """A limit in bytes; as text it may have a unit: `4GiB`, `500 MB`.

    Raises:
        UsageError: It is not of this form, or less than 1 GiB.
    """
    found = _WRITTEN.fullmatch(str(limit))
    if found is None:
        raise UsageError(
            f"found the memory limit {limit!r}, expected bytes, or a number with a unit",
            code="usage.memory_limit",
            hint="such as 4GiB",
        )
    count = int(float(found[1]) * _UNITS[(found[2] or "").lower()])
    if count < LEAST_BYTES:
        raise UsageError(
            f"found the memory limit {limit!r}, expected 1 GiB or more",
            code="usage.memory_limit",
            hint="such as 4GiB",
        )
    return count


def kernels_bytes(limit: str | int | None) -> int | None:
    """What the kernels may hold under a limit: as much as DuckDB; None without one."""
    return None if limit is None else (bytes_of(limit) - FIXED_BYTES) // 2


def within_limit(settings: Settings | None, limit: str | int | None) -> Settings | None:
    """Settings under a limit: DuckDB gets half of what the fixed parts leave, the kernels the other half."""
    if limit is None:
        return settings
    return replace(settings or Settings(), memory_limit_bytes=kernels_bytes(limit))
