"""The same rows make the same record, in whatever format they come and however they are cut into chunks."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, Mode, OwnerKind, ValueType
from satsuma.sync.options import ImportOptions
from tests.sync import support

# Each example makes several records on disk; the rows in it are many instead.
SLOW = settings(max_examples=5)

TYPES = {
    "city": (ValueType.TEXT, pa.string()),
    "age": (ValueType.INTEGER, pa.int64()),
    "score": (ValueType.NUMBER, pa.float64()),
    "amount": (ValueType.DECIMAL, pa.decimal128(18, 4)),
    "member": (ValueType.BOOLEAN, pa.bool_()),
    "born": (ValueType.DATE, pa.date32()),
    "seen": (ValueType.TIMESTAMP, pa.timestamp("us", "UTC")),
}


def _catalog() -> Catalog:
    def attributes(owner: str, kind: OwnerKind, first: int) -> MappingProxyType[str, Attribute]:
        made = {
            name: Attribute(number, name, value_type, owner, kind)
            for number, (name, (value_type, _)) in enumerate(TYPES.items(), first)
        }
        return MappingProxyType(made)

    contact = Entity(1, "contact", audience=True, attributes=attributes("contact", OwnerKind.ENTITY, 10))
    visit = InteractionType(2, "visit", "contact", attributes("visit", OwnerKind.INTERACTION, 30))
    return Catalog(
        version=1,
        timezone="UTC",
        entities=MappingProxyType({"contact": contact}),
        interactions=MappingProxyType({"visit": visit}),
        next_number=50,
    )


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8) | st.sampled_from(
    ['a "quoted", word', "two\nlines", '5" pipe', ";|\t,", "null", "NULL", "NaN", "0123", "ß"]
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "city": TEXT,
    "age": st.integers(-(2**63), 2**63 - 1),
    "score": st.floats(allow_nan=False, allow_infinity=False),
    "amount": st.decimals(Decimal(-99999999999999), Decimal(99999999999999), places=4),
    "member": st.booleans(),
    "born": st.dates(date(1, 1, 2), date(9999, 12, 30)),
    "seen": st.datetimes(datetime(1, 1, 2), datetime(2026, 5, 30), timezones=st.just(UTC)),  # noqa: DTZ001
}
KEYS = st.sampled_from(["c-1", "c-2", "c-3", "ü", "x,y", "00"])
RECORDS = st.lists(
    st.fixed_dictionaries({"id": KEYS} | {name: st.none() | values for name, values in VALUES.items()}),
    min_size=1,
    max_size=60,
)
VISITS = st.lists(
    st.fixed_dictionaries(
        {"contact": KEYS, "occurred_at": VALUES["seen"]}
        | {name: st.none() | values for name, values in VALUES.items()}
    ),
    min_size=1,
    max_size=60,
)


def _schema(first: list[pa.Field[Any]]) -> pa.Schema:
    return pa.schema([*first, *(pa.field(name, arrow) for name, (_, arrow) in TYPES.items())])


RECORD_SCHEMA = _schema([pa.field("id", pa.string())])
VISIT_SCHEMA = _schema([pa.field("contact", pa.string()), pa.field("occurred_at", pa.timestamp("us", "UTC"))])


def _imported(
    folder: Path, file: Path, *, interactions: bool, options: ImportOptions | None = None
) -> dict[str, list[tuple[Any, ...]]]:
    with support.shop(folder, _catalog()) as shop:
        target = "visit" if interactions else "contact"
        plan = shop.importer.plan([file], target, options, interactions=interactions)
        shop.importer.run(plan)
        found = support.contents(shop.record)
        found.pop("quarantine")
        # Ids that are derived tell where the rows came from, which differs here.
        found["visit"] = [row[1:] for row in found["visit"]]
        return {name: sorted(rows, key=repr) for name, rows in found.items()}


def _all_formats(folder: Path, schema: pa.Schema, rows: list[dict[str, Any]]) -> list[Path]:
    names = schema.names
    return [
        support.write_csv(folder / "rows.csv", names, rows),
        support.write_jsonl(folder / "rows.jsonl", names, rows),
        support.write_parquet(folder / "rows.parquet", schema, rows),
        support.write_arrow(folder / "rows.arrow", schema, rows),
    ]


@SLOW
@given(rows=RECORDS)
def test_records_are_the_same_from_every_format(rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _all_formats(folder, RECORD_SCHEMA, rows)
        found = [_imported(folder / file.suffix[1:], file, interactions=False) for file in files]
        assert len(found[0]["contact history"]) == len(rows)
        for file, other in zip(files[1:], found[1:], strict=True):
            assert other == found[0], file.suffix


@SLOW
@given(rows=VISITS)
def test_interactions_are_the_same_from_every_format(rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _all_formats(folder, VISIT_SCHEMA, rows)
        found = [_imported(folder / file.suffix[1:], file, interactions=True) for file in files]
        assert len(found[0]["visit"]) == len(rows)
        for file, other in zip(files[1:], found[1:], strict=True):
            assert other == found[0], file.suffix


LINES = st.lists(
    st.sampled_from(
        [
            "c-1,Paris,3,,,,,",
            "c-2,Rome,x,,,,,",
            "c-3,too few",
            "c-4,too,1,2,3,4,5,6,7,8",
            '"c-5","two\nlines",5,,,,,',
            ",no key,1,,,,,",
            "",
            'c-6,5" pipe,7,,,,,',
            '"c-7","a ""b"" c",1,1.5,2.25,true,2020-01-01,2020-01-01T00:00:00Z',
        ]
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=12)
@given(lines=LINES, rows_max=st.integers(1, 12), end=st.sampled_from(["\n", "\r\n"]))
def test_the_size_of_chunks_never_matters(lines: list[str], rows_max: int, end: str) -> None:
    header = "id,city,age,score,amount,member,born,seen"
    if not any(line for line in lines):
        lines = [*lines, "c-1,Paris,3,,,,,"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "rows.csv"
        file.write_bytes(end.join([header, *lines]).encode())
        found = []
        for place, size in enumerate((250_000, rows_max)):
            with support.shop(folder / str(place), _catalog()) as shop:
                report = shop.importer.run(
                    shop.importer.plan([file], "contact", ImportOptions(rows_max=size))
                )
                assert report.rows_read == report.accepted + report.quarantined
                assert report.rows_read == sum(1 for line in lines if line)
                found.append(support.contents(shop.record))
        assert found[0] == found[1]


@pytest.mark.parametrize("suffix", ["jsonl", "parquet", "arrow"])
@pytest.mark.parametrize("rows_max", [1, 4, 7, 10])
def test_the_size_of_chunks_never_matters_in_other_formats(
    suffix: str, rows_max: int, tmp_path: Path
) -> None:
    rows = [{"id": f"c-{n % 9}", "city": "Rome" if n % 3 else None, "age": n} for n in range(40)]
    _all_formats(tmp_path, RECORD_SCHEMA, rows)
    file = tmp_path / f"rows.{suffix}"
    whole = _imported(tmp_path / "whole", file, interactions=False)
    cut = _imported(tmp_path / "cut", file, interactions=False, options=ImportOptions(rows_max=rows_max))
    assert cut == whole


WRITTEN = st.sampled_from(
    """
    null true false 0 -0 1 -17 1.5 -0.0 1e3 1E-2 0.1 0.30000000000000004 12345678901234.5678 9007199254740993
    9223372036854775807 9223372036854775808 123456789012345678 0.1234567890123456789 99999999999999999999.5
    "" "x" "1" "null" "2026-01-01" "2026-01-01T10:00:00Z" "2026-01-01 10:00" "\\u00e4\\ud83d\\ude00" "\\n"
    [] ["b","a"] [1,2] ["2026-01-01"] [null] {"latitude":1,"longitude":2} {"k":1} {"k":{"l":"2026-01-01"}} {}
    """.split()
)
ROWS_WRITTEN = st.lists(st.dictionaries(st.sampled_from(["p", "q", "r"]), WRITTEN, max_size=3), min_size=1)


@settings(max_examples=30)
@given(rows=ROWS_WRITTEN, interactions=st.booleans())
def test_json_read_by_columns_is_json_read_line_by_line(
    rows: list[dict[str, str]], interactions: bool
) -> None:
    fixed = '"contact": "c", "occurred_at": "2026-01-01"' if interactions else '"id": "c"'
    lines = [f"{{{fixed}{''.join(f', {chr(34)}{k}{chr(34)}: {v}' for k, v in row.items())}}}" for row in rows]
    # What is in a list of several kinds has the whole chunk read line by line.
    slowly = [lines[0][:-1] + ', "pad": [1, "x"]}', *lines[1:]]
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for place, written in enumerate((lines, slowly)):
            (folder / "rows.jsonl").write_text("\n".join(written))
            with support.shop(folder / str(place)) as shop:
                target, options = ("visit" if interactions else "contact"), ImportOptions()
                if place:
                    options = ImportOptions(ignore=frozenset({"pad"}))
                plan = shop.importer.plan([folder / "rows.jsonl"], target, options, interactions=interactions)
                shop.importer.run(plan)
                contents = support.contents(shop.record)
                # How a refused value is shown may differ (5 and 5.0); that it is refused may not.
                contents["quarantine"] = [row[:5] for row in contents["quarantine"]]
                attributes = {
                    (owner.name, a.name, a.type)
                    for owners in (shop.record.catalog.entities, shop.record.catalog.interactions)
                    for owner in owners.values()
                    for a in owner.attributes.values()
                }
                found.append((_sorted_columns(shop), attributes, contents["quarantine"]))
    assert found[0] == found[1]


def _sorted_columns(shop: support.Shop) -> list[list[tuple[str, Any]]]:
    """The rows by their attributes' names, which two catalogs may have learned in another order."""
    tables = ["contact", *shop.record.catalog.interactions]
    rows = [row for table in tables for row in shop.query(f'SELECT * FROM "{table}" ORDER BY ALL')]
    return sorted((sorted(row.items(), key=repr) for row in rows), key=repr)


def test_json_tells_absent_from_null_and_keeps_numbers_exact(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(
        '{"id": "c-1", "city": "Rome", "age": 9007199254740993, "amount": 12345678901234.5678}\n'
        '{"id": "c-1", "age": null}\n'
        '{"id": "c-2", "score": 0.1234567890123456789}\n'
    )
    with support.shop(tmp_path / "ws", _catalog()) as shop:
        report = shop.importer.run(shop.importer.plan([file], "contact"))
        assert (report.accepted, report.quarantined) == (3, 0)
        first, second = shop.query("SELECT id, city, age, amount, score FROM contact ORDER BY id")
        assert first["city"] == "Rome"
        assert first["age"] is None
        assert first["amount"] == Decimal("12345678901234.5678")
        assert second["score"] == 0.12345678901234568
        history = support.contents(shop.record)["contact history"]
        assert [9007199254740993 in row for row in history] == [True, False, False]


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("age", ["9007199254740993", "1.5"], [9007199254740993]),
        ("age", ["9223372036854775807", "9223372036854775808"], [9223372036854775807]),
        ("amount", ["12345678901234.5678", "0.1"], [Decimal("0.1000"), Decimal("12345678901234.5678")]),
        ("city", ['"2026-01-01"', '"2026-01-02T10:00:00Z"'], ["2026-01-01", "2026-01-02T10:00:00Z"]),
        ("city", ['"2026-01-01"', '"x"'], ["2026-01-01", "x"]),
    ],
)
def test_values_in_json_are_never_bent(
    name: str, written: list[str], expected: list[object], tmp_path: Path
) -> None:
    file = tmp_path / "rows.jsonl"
    lines = [
        f'{{"contact": "c", "occurred_at": "2026-01-01T00:00:00Z", "{name}": {value}}}' for value in written
    ]
    file.write_text("\n".join(lines))
    contacts = tmp_path / "contacts.jsonl"
    contacts.write_text('{"id": "c"}')
    # In mode `learn` an integer attribute would become one of numbers.
    strict = replace(_catalog(), mode=Mode.STRICT)
    for rows_max in (1, 2):
        with support.shop(tmp_path / str(rows_max), strict) as shop:
            shop.importer.run(shop.importer.plan([contacts], "contact"))
            options = ImportOptions(rows_max=rows_max)
            shop.importer.run(shop.importer.plan([file], "visit", options, interactions=True))
            rows = shop.query(f"SELECT {name} FROM visit ORDER BY {name}")
            assert [row[name] for row in rows] == expected


def test_nested_objects_and_lists_become_dotted_names_and_choices(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(
        '{"id": "c-1", "address": {"city": "Rome", "geo": {"zip": "00100"}}, "tags": ["b", "a"]}\n'
    )
    with support.shop(tmp_path / "ws") as shop:
        shop.importer.run(shop.importer.plan([file], "contact"))
        [row] = shop.query("SELECT * FROM contact")
        assert row == {
            "id": "c-1",
            "address.city": "Rome",
            "address.geo.zip": "00100",
            "tags": ["a", "b"],
        }
