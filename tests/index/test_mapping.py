"""Files of the index are mapped without staying open, and are let go of when nobody has them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import satsuma
from satsuma.kernel.mapping import mapped

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/maps").exists(), reason="only Linux tells what a process has open and mapped"
)


@pytest.fixture
def _no_hunt_for_cycles() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def _held(below: Path) -> tuple[int, int]:
    """How many files under a folder are open, and how many mapped."""
    opened = 0
    for one in Path("/proc/self/fd").iterdir():
        try:
            opened += str(one.readlink()).startswith(str(below))
        except OSError:
            continue
    return opened, Path("/proc/self/maps").read_text(encoding="utf-8").count(f"{below}/")


def test_an_array_over_a_file_outlives_its_name_and_not_its_use(tmp_path: Path) -> None:
    values = np.arange(100_000, dtype=np.uint32)
    path = tmp_path / "values"
    values.tofile(path)
    found = mapped(path, values.dtype, 70_000)
    assert type(found) is np.ndarray
    assert not found.flags.writeable
    assert _held(tmp_path) == (0, 1)
    part = found[50_000:]
    path.unlink()
    del found
    assert part.tolist() == values[50_000:70_000].tolist()
    del part
    assert _held(tmp_path) == (0, 0)


def test_what_is_not_there_is_not_mapped(tmp_path: Path) -> None:
    path = tmp_path / "values"
    path.write_bytes(b"1234567")
    with pytest.raises(ValueError, match="has 7 bytes, not 8"):
        mapped(path, np.dtype(np.uint32), 2)
    with pytest.raises(OSError, match="No such file"):
        mapped(tmp_path / "none", np.dtype(np.uint32), 2)
    assert mapped(path, np.dtype(np.uint32), 0).tolist() == []


@pytest.mark.usefixtures("_no_hunt_for_cycles")
def test_a_workspace_holds_its_index_open_without_files_and_lets_go_of_it_at_once(tmp_path: Path) -> None:
    index = tmp_path / "shop" / "index"
    at = "2026-01-01T00:00:00Z"
    with satsuma.open(tmp_path / "shop") as ws:
        ws.upsert("contact", [{"id": f"c-{n}", "city": f"city {n}"} for n in range(50)])
        ws.append("purchase", [{"contact": f"c-{n}", "occurred_at": at, "item": f"i-{n}"} for n in range(50)])
        ws.segments.create("Some", where='city is "city 1" or did purchase where item is "i-2"').go_live()
    with satsuma.open(tmp_path / "shop") as ws:
        ws.warm()
        ws.append("purchase", [{"contact": "c-1", "occurred_at": at, "item": "new"}])
        ws.segments.preview('city is "city 7"')
        opened, maps = _held(index)
        assert opened == 0
        assert maps > 10
    assert _held(index) == (0, 0)
