"""Times in files: read by the pattern that somebody gave, or as seconds since 1970; never guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from satsuma.catalog.learn import is_text
from satsuma.kernel.civil import MAX_INSTANT_US, MIN_INSTANT_US
from satsuma.kernel.errors import UsageError
from satsuma.kernel.suggest import did_you_mean

# The stubs know narrower overloads than the functions have.
pc: Any = pyarrow.compute

EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
"""Names of formats that count since 1970 in UTC, each with its unit in microseconds."""

_ARROW_DIRECTIVES = frozenset("YmdHMS%")
_TIME_DIRECTIVES = frozenset("HIMSfpXcsz")


def check_format(text: str) -> str:
    """A time format, as it is.

    Raises:
        UsageError: It is neither a pattern with directives nor the name of an epoch.
    """
    if text in EPOCHS:
        return text
    if "%" not in text:
        raise UsageError(
            f"found the time format {text!r}, expected a pattern such as %d.%m.%Y %H:%M, or one of"
            f" {', '.join(EPOCHS)}",
            code="usage.time_format",
            hint=did_you_mean(text, EPOCHS),
        )
    try:
        probe = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC).strftime(text)
        datetime.strptime(probe, text)  # noqa: DTZ007  (only whether it can be read is of interest)
    except ValueError as error:
        raise UsageError(
            f"found the time format {text!r}: {error}",
            code="usage.time_format",
            hint="the directives are those of strptime, such as %Y-%m-%d %H:%M:%S",
        ) from error
    return text


def read_times(values: Any, time_format: str) -> tuple[Any, NDArray[np.bool_]]:
    """Times of a column, and which of its values are none.

    Columns of times and dates are left as they are.

    Args:
        values: An Arrow array.
        time_format: As `check_format` lets pass.

    Returns:
        Timestamps in microseconds, UTC where the format says so and else of a local clock; or dates where the
        pattern has no time of day. Null where missing or bad.
    """
    arrow = values.type
    if pa.types.is_temporal(arrow):
        return values, np.zeros(len(values), dtype=np.bool_)
    if is_text(arrow):
        values = pc.if_else(pc.equal(pc.utf8_trim_whitespace(values), ""), None, pc.cast(values, pa.string()))
    if time_format in EPOCHS:
        times = _of_epoch(values, EPOCHS[time_format])
    else:
        times = _of_pattern(values if is_text(arrow) else pc.cast(values, pa.string()), time_format)
    bad = pc.and_(values.is_valid(), times.is_null()).to_numpy(zero_copy_only=False)
    return times, np.asarray(bad, dtype=np.bool_)


def _of_epoch(values: Any, unit_us: int) -> Any:
    try:
        whole = pc.cast(values, pa.int64())
        us = pc.multiply_checked(whole, unit_us)
        inside = pc.and_(pc.greater_equal(us, MIN_INSTANT_US), pc.less_equal(us, MAX_INSTANT_US))
        return pc.cast(pc.if_else(inside, us, None), pa.timestamp("us", "UTC"))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _by_distinct(values, pa.timestamp("us", "UTC"), lambda value: _epoch(value, unit_us))


def _epoch(value: object, unit_us: int) -> int | None:
    try:
        us = Decimal(repr(value) if isinstance(value, float) else str(value)) * unit_us
        whole = int(us)
    except (InvalidOperation, OverflowError, ValueError):
        return None
    return whole if whole == us and MIN_INSTANT_US <= whole <= MAX_INSTANT_US else None


def _of_pattern(text: Any, pattern: str) -> Any:
    """Python's strptime is the meaning; Arrow's is used where what it read prints as the same text again."""
    directives = {pattern[at + 1 : at + 2] for at, letter in enumerate(pattern) if letter == "%"}
    is_date = not directives & _TIME_DIRECTIVES
    arrow = pa.date32() if is_date else pa.timestamp("us", "UTC" if "z" in directives else None)

    def read(value: object) -> object:
        try:
            found = datetime.strptime(str(value), pattern)  # noqa: DTZ007  (intake reads it in the catalog's zone)
        except ValueError:
            return None
        if is_date:
            return found.date()
        return found.astimezone(UTC) if "z" in directives else found

    if directives <= _ARROW_DIRECTIVES:
        quick = pc.strptime(text, format=pattern, unit="s", error_is_null=True)
        same = pc.equal(pc.strftime(quick, format=pattern), text)
        years = pc.year(quick)
        sure = pc.fill_null(
            pc.and_(same, pc.and_(pc.greater_equal(years, 1), pc.less_equal(years, 9999))), False
        )
        slow = np.flatnonzero(pc.and_(text.is_valid(), pc.invert(sure)).to_numpy(zero_copy_only=False))
        times = pc.cast(pc.if_else(sure, quick, None), arrow)
        if len(slow):
            times = pc.replace_with_mask(
                times, pa.array(_mask(len(text), slow)), _by_distinct(text.take(pa.array(slow)), arrow, read)
            )
        return times
    return _by_distinct(text, arrow, read)


def _mask(length: int, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    mask = np.zeros(length, dtype=np.bool_)
    mask[places] = True
    return mask


def _by_distinct(values: Any, arrow: pa.DataType, read: Callable[[object], object]) -> Any:
    encoded = values.dictionary_encode()
    found = [None if value is None else read(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(found, arrow).take(encoded.indices)
