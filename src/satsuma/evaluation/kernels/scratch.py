"""Scratch: how much memory the kernels may hold, beside what is mapped from files."""

from __future__ import annotations

from satsuma.evaluation.kernels.parallel import THREADS

RECORD_BYTES = 60
ROW_BYTES = 256
"""What an evaluation takes at most for each record that it asks about, and interaction that it copies."""

_KEPT_PART = 8
_KEPT_BYTES_MAX = 1 << 29

_limit_bytes: int | None = None


def limit_to(bytes_: int | None) -> None:
    """Let the kernels of this process hold so many bytes; None: as many as they like."""
    global _limit_bytes  # noqa: PLW0603 - memory is the process's, and so is its limit
    _limit_bytes = bytes_


def kept_bytes_max() -> int:
    """How many bytes of values in another order may be kept for being asked again."""
    return _KEPT_BYTES_MAX if _limit_bytes is None else min(_limit_bytes // _KEPT_PART, _KEPT_BYTES_MAX)


def records_max() -> int | None:
    """Of how many records it may be asked at once; None: of all."""
    return None if _limit_bytes is None else _limit_bytes // RECORD_BYTES


def rows_max() -> int | None:
    """How many interactions each of the threads may copy at once; None: all."""
    return None if _limit_bytes is None else max(_limit_bytes // (THREADS * ROW_BYTES), 1)
