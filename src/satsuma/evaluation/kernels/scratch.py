"""Scratch: how much memory the kernels may hold, beside what is mapped from files."""

from __future__ import annotations

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
