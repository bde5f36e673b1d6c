"""Tables in bodies: those that would take more room than a body may are refused before they take it."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from satsuma.api.arrow_bodies import read_table
from satsuma.api.problems import RefusedError

COUNT = 20_000
BYTES_MAX = 8 * 1024 * 1024
VALUE = "0" * 2_000


def stream(table: Any, compression: Any = None) -> bytes:
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return sink.getvalue()


def table(city: Any) -> Any:
    return pa.table({"id": pa.array([f"b-{number}" for number in range(len(city))]), "city": city})


def one_value() -> Any:
    """A column with one value in every row, by a dictionary."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * COUNT, pa.int32()), pa.array([VALUE]))


def views() -> Any:
    """A column whose rows all look at one value."""
    view = len(VALUE).to_bytes(4, "little") + VALUE[:4].encode() + bytes(8)
    buffers = [None, pa.py_buffer(view * COUNT), pa.py_buffer(VALUE.encode())]
    return pa.Array.from_buffers(pa.string_view(), COUNT, buffers)


def runs() -> Any:
    ends: Any = pa.array([2_000_000_000], pa.int32())
    values: Any = pa.array(["x"])
    return pa.table({"id": pa.RunEndEncodedArray.from_arrays(ends, values)})


def bombs() -> dict[str, bytes]:
    plain = pa.array([VALUE] * COUNT)
    numbers = pa.array([f"{number:01000}" for number in range(COUNT)])
    offsets: Any = pa.array(np.arange(COUNT + 1, dtype=np.int32))
    return {
        "packed by zstd": stream(table(plain), "zstd"),
        "packed by lz4": stream(table(plain), "lz4"),
        "one value": stream(table(one_value())),
        "one value, packed": stream(table(one_value()), "zstd"),
        "a dictionary, packed": stream(table(numbers.dictionary_encode()), "zstd"),
        "views": stream(table(views())),
        "lists of one value": stream(table(pa.ListArray.from_arrays(offsets, one_value()))),
        "records of one value": stream(table(pa.StructArray.from_arrays([one_value()], ["x"]))),
        "runs": stream(runs()),
    }


NAMES = (
    "packed by zstd",
    "packed by lz4",
    "one value",
    "one value, packed",
    "a dictionary, packed",
    "views",
    "lists of one value",
    "records of one value",
    "runs",
)


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    found = bombs()
    assert set(found) == set(NAMES)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_small_stream_of_a_huge_table_is_refused(made: dict[str, bytes], name: str) -> None:
    assert len(made[name]) < BYTES_MAX
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    with pytest.raises(RefusedError) as refused:
        read_table(made[name], BYTES_MAX)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.code == ("request.body" if name == "runs" else "request.size")
    assert taken < 4 * BYTES_MAX
    assert pa.total_allocated_bytes() - before < BYTES_MAX


@pytest.mark.parametrize("claimed", [2**50, 2**63 - 1, -2])
def test_a_buffer_that_says_it_is_larger_than_the_machine_is_refused(claimed: int) -> None:
    whole = stream(table(pa.array(["x" * 5_001])), "zstd")
    packed = b"\x28\xb5\x2f\xfd"  # what zstd begins with, after the size
    size = (5_001).to_bytes(8, "little") + packed
    assert whole.count(size) == 1
    forged = whole.replace(size, claimed.to_bytes(8, "little", signed=True) + packed)
    with pytest.raises(RefusedError):
        read_table(forged, BYTES_MAX)


def test_what_is_no_stream_is_refused_wherever_it_breaks() -> None:
    whole = stream(table(pa.array(["Bern", "Rome"]).dictionary_encode()), "zstd")
    for end in range(0, len(whole) - 9, 7):
        with pytest.raises(RefusedError):
            read_table(whole[:end], BYTES_MAX)
    changed = np.random.default_rng(7)
    for _ in range(400):
        broken = bytearray(whole)
        broken[changed.integers(len(broken))] = changed.integers(256)
        try:
            read_table(bytes(broken), BYTES_MAX)
        except RefusedError:
            continue


@pytest.mark.parametrize("compression", [None, "zstd", "lz4"])
def test_tables_of_every_form_are_read_as_they_are(compression: str | None) -> None:
    values = ["Bern", None, "Rome", ""] * 500
    given = pa.table(
        {
            "plain": pa.array(values),
            "dictionary": pa.array(values).dictionary_encode(),
            "views": pa.array(values, pa.string_view()),
            "large": pa.array(values, pa.large_string()),
            "bytes": pa.array([b"x", None, b"yz", b""] * 500),
            "numbers": pa.array(range(2_000)),
            "lists": pa.array([["a", "b"], None, [], ["c"]] * 500),
            "records": pa.array([{"latitude": 1.0}, None] * 1_000),
        }
    )
    assert read_table(stream(given, compression), BYTES_MAX).equals(given)
