"""Rows may come in any form that people hold them in, and mean the same in each."""

import datetime as dt
import sys
import uuid
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute
import pytest

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import DataError, UsageError
from satsuma.record.intake import Intake, take_records

NOW = 1_800_000_000_000_000
COLUMNS: dict[str, list[Any]] = {
    "id": ["a", "b", "c"],
    "city": ["Paris", None, "Köln"],
    "n": [1, 2, None],
    "x": [0.5, None, 2.0],
    "vip": [True, False, None],
    "seen": [dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC), None, dt.datetime(2026, 2, 1, tzinfo=dt.UTC)],
    "born": [dt.date(2000, 2, 29), None, dt.date(1999, 12, 31)],
}
TABLE = pa.table(COLUMNS)
compute: Any = pyarrow.compute
ENCODED = compute.run_end_encode(TABLE["city"].combine_chunks())


def take(rows: Any, **options: Any) -> Intake:
    return take_records(rows, "contact", Catalog(), now=NOW, **options)


def by_name(intake: Intake) -> dict[str, dict[str, Any]]:
    """What is stored of each record, by key and attribute name."""
    found = {}
    for group in intake.groups:
        for row in group.table.to_pylist():
            numbered = {a.number: a.name for a in group.given}
            found[row["_key"]] = {
                numbered[int(column.rsplit("_", 1)[1])]: value
                for column, value in row.items()
                if column.rsplit("_", 1)[1].isdigit()
            }
    return found


def types(intake: Intake) -> dict[str, str]:
    return {a.name: a.type.value for a in intake.catalog.entities["contact"].attributes.values()}


EXPECTED = by_name(take(TABLE))


def test_the_table_itself_is_taken_whole() -> None:
    assert EXPECTED["a"] == {
        "city": "Paris",
        "n": 1,
        "x": 0.5,
        "vip": True,
        "seen": dt.datetime(2026, 1, 31, 10),  # noqa: DTZ001 - stored naive, in UTC
        "born": dt.date(2000, 2, 29),
    }


@pytest.mark.parametrize(
    "rows",
    [
        TABLE.to_pylist(),
        tuple(TABLE.to_pylist()),
        iter(TABLE.to_pylist()),
        TABLE.to_batches()[0],
        TABLE.to_reader(max_chunksize=2),
        pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1)]),
        pl.DataFrame(TABLE.to_pydict()),
        pl.DataFrame(TABLE.to_pydict()).lazy(),
        TABLE.to_pandas(types_mapper=pd.ArrowDtype),
        TABLE.to_pandas().astype(object),
        TABLE.set_column(1, "city", TABLE["city"].dictionary_encode()),
        TABLE.set_column(1, "city", TABLE["city"].cast(pa.large_string())),
        TABLE.set_column(1, "city", TABLE["city"].cast(pa.string_view())),
        TABLE.set_column(1, "city", ENCODED),
    ],
    ids=lambda rows: type(rows).__name__,
)
def test_the_same_rows_are_the_same_in_any_form(rows: Any) -> None:
    assert by_name(take(rows)) == EXPECTED


def test_a_duckdb_relation_is_taken() -> None:
    connection = duckdb.connect()
    connection.register("rows_", TABLE)
    assert by_name(take(connection.sql("select * from rows_"))) == EXPECTED


def test_in_pandas_nan_and_nat_are_missing() -> None:
    frame = pd.DataFrame(
        {
            "id": ["a", "b"],
            "x": [np.nan, 1.5],
            "mixed": [np.nan, "t"],
            "when": [pd.NaT, pd.Timestamp("2026-01-31")],
            "gone": pd.array([pd.NA, 3], dtype="Int64"),
        }
    )
    intake = take(frame)
    assert by_name(intake)["a"] == dict.fromkeys(["x", "mixed", "when", "gone"])
    assert types(intake) == {"x": "number", "mixed": "text", "when": "timestamp", "gone": "integer"}
    assert intake.refused.num_rows == 0


def test_elsewhere_nan_is_a_value_that_does_not_fit() -> None:
    for rows in ([{"id": "a", "x": float("nan")}], pl.DataFrame({"id": ["a"], "x": [float("nan")]})):
        assert take(rows).refused["code"].to_pylist() == ["value.not_finite"]


def test_whole_numbers_that_pandas_made_floats_are_still_whole() -> None:
    first = take(pd.DataFrame({"id": ["a"], "n": [1]}))
    again = take_records(pd.DataFrame({"id": ["b", "c"], "n": [2, None]}), "contact", first.catalog, now=NOW)
    assert again.catalog is first.catalog
    assert by_name(again) == {"b": {"n": 2}, "c": {"n": None}}


def test_keys_that_pandas_made_floats_are_still_whole() -> None:
    intake = take(pd.DataFrame({"id": [1.0, np.nan, 2.5], "x": [1, 2, 3]}))
    assert list(by_name(intake)) == ["1"]
    assert intake.refused["code"].to_pylist() == ["key.missing", "key.type"]


def test_columns_of_several_kinds_are_told_apart_value_by_value() -> None:
    frame = pd.DataFrame({"id": ["a", "b", "c"], "n": pd.Series([1, "two", 3.0], dtype=object)})
    intake = take(frame)
    assert by_name(intake) == {"a": {"n": 1}, "c": {"n": 3}}
    assert intake.refused.to_pylist()[0]["row"] == '{"id": "b", "n": "two"}'


def test_dicts_in_an_object_column_are_flattened() -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "address": [{"city": "Paris"}, None]})
    assert by_name(take(frame)) == {"a": {"address.city": "Paris"}, "b": {"address.city": None}}


def test_structs_are_flattened_and_a_null_struct_clears_all_of_it() -> None:
    values = [{"city": "Paris", "geo": {"zip": "75"}}, None]
    table = pa.table({"id": ["a", "b"], "address": values})
    assert by_name(take(table))["b"] == {"address.city": None, "address.geo.zip": None}
    assert by_name(take(table))["a"] == {"address.city": "Paris", "address.geo.zip": "75"}


@pytest.mark.parametrize(
    "layout",
    [
        pa.list_(pa.string_view()),
        pa.large_list(pa.large_string()),
        pa.list_(pa.dictionary(pa.int8(), pa.string())),
        pa.list_view(pa.string()),
        pa.list_(pa.string(), 2),
    ],
    ids=str,
)
def test_lists_of_any_layout_are_sets_of_choices(layout: pa.DataType) -> None:
    lists = pa.array([["b", "a"], None, ["a", "a"]], layout)
    table = pa.table({"id": ["a", "b", "c"], "tags": lists})
    assert [row["tags"] for row in by_name(take(table)).values()] == [["a", "b"], None, ["a"]]


def test_numpy_scalars_and_arrays_in_dicts_are_values() -> None:
    row = {"id": "a", "n": np.int32(3), "x": np.float32(0.5), "tags": np.array(["b", "a"]), "vip": np.True_}
    assert by_name(take([row])) == {"a": {"n": 3, "x": 0.5, "tags": ["a", "b"], "vip": True}}


def test_decimals_of_any_width_are_exact_or_refused() -> None:
    table = pa.table(
        {"id": ["a", "b"], "x": pa.array([Decimal("1.5"), Decimal("0.00001")], pa.decimal128(38, 5))}
    )
    intake = take(table)
    assert by_name(intake) == {"a": {"x": Decimal("1.5000")}}
    assert intake.refused["code"].to_pylist() == ["value.range"]


@pytest.mark.parametrize("rows", [None, 3, "a.csv", {"id": ["a"]}, object()])
def test_what_holds_no_rows_is_refused_as_a_whole(rows: Any) -> None:
    with pytest.raises(UsageError, match="expected an Arrow table"):
        take(rows)


def test_columns_without_one_name_each_are_refused_as_a_whole() -> None:
    with pytest.raises(DataError, match="more than one column named 'a'"):
        take(pa.table([pa.array([text]) for text in "xyz"], names=["id", "a", "a"]))
    with pytest.raises(DataError, match="more than one column for"):
        take(pa.table({"id": ["x"], "e\u0301": ["y"], "\u00e9": ["z"]}))
    with pytest.raises(DataError, match=r"more than one column for 'a\.b'"):
        take(pa.table({"id": ["x"], "a.b": ["y"], "a": [{"b": "z"}]}))
    with pytest.raises(DataError, match="expected names that are text"):
        take(pd.DataFrame({"id": ["a"], 3: [1]}))


def test_text_that_is_not_utf_8_is_refused_as_a_whole() -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 1], np.int32).data), pa.py_buffer(b"\xff")]
    )
    with pytest.raises(DataError, match="UTF-8"):
        take(pa.table({"id": ["a"], "t": broken}))


@pytest.mark.parametrize(
    "rows",
    [[], pa.table({"id": pa.array([], pa.string())}), pd.DataFrame({"id": pd.Series([], dtype=object)})],
    ids=lambda rows: type(rows).__name__,
)
def test_nothing_is_taken_from_no_rows(rows: Any) -> None:
    intake = take(rows)
    assert (intake.groups, intake.refused.num_rows) == ((), 0)


def test_frames_need_no_library_of_theirs_to_be_imported_by_us() -> None:
    import subprocess

    program = "import sys, satsuma.record.intake; print(sorted({'pandas', 'polars'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_columns_inside_structs_may_have_any_layout_too() -> None:
    inner = pa.struct(
        [
            ("tags", pa.list_view(pa.string())),
            ("word", pa.dictionary(pa.int8(), pa.string())),
            ("note", pa.large_string()),
        ]
    )
    rows = [{"tags": ["b", "a"], "word": "x", "note": "y"}, None]
    assert by_name(take(pa.table({"id": ["a", "b"], "s": pa.array(rows, inner)}))) == {
        "a": {"s.tags": ["a", "b"], "s.word": "x", "s.note": "y"},
        "b": {"s.tags": None, "s.word": None, "s.note": None},
    }


def test_uuids_and_whole_numbers_wider_than_64_bits_are_keys() -> None:
    key = uuid.UUID(int=7)
    wide = pa.array([Decimal(2**70)], pa.decimal128(38, 0))
    assert list(by_name(take([{"id": key}, {"id": 2**70}]))) == [str(key), str(2**70)]
    assert list(by_name(take(pa.table({"id": wide})))) == [str(2**70)]
