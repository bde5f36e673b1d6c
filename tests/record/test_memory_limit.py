"""A limit of memory is bytes, or a number with a unit; DuckDB gets its share of it."""

from __future__ import annotations

import pytest

from satsuma.kernel.errors import UsageError
from satsuma.record.files import Settings
from satsuma.record.memory_limit import FIXED_BYTES, bytes_of, within_limit


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("4GiB", 4 * 2**30),
        (" 1.5 gib ", 3 * 2**29),
        ("2048MiB", 2**31),
        ("2 GB", 2 * 10**9),
        ("3000000KB", 3 * 10**9),
        (2**31, 2**31),
        (str(2**30), 2**30),
    ],
)
def test_a_limit_is_read(written: str | int, count: int) -> None:
    assert bytes_of(written) == count


@pytest.mark.parametrize("written", ["", "much", "-4GiB", "4 TiB", "1e9", "1023MiB", 5, "0"])
def test_what_is_no_limit_is_refused(written: str | int) -> None:
    with pytest.raises(UsageError) as error:
        bytes_of(written)
    assert error.value.code == "usage.memory_limit"


def test_other_settings_stay() -> None:
    given = Settings(threads=3)
    assert within_limit(given, None) is given
    found = within_limit(given, "2GiB")
    assert found == Settings(threads=3, memory_limit_bytes=(2**31 - FIXED_BYTES) // 2)
