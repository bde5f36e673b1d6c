"""Intake of random rows gives what the rules give when they are applied value by value."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.catalog.change import apply
from satsuma.catalog.declare import read
from satsuma.catalog.model import Attribute, Catalog
from satsuma.kernel.zones import zone
from satsuma.record import layout
from satsuma.record.intake import Intake, take_records
from tests.record_intake.reference import take

NOW = 1_800_000_000_000_000
BERLIN = zone("Europe/Berlin")

CATALOG, _ = apply(
    Catalog(),
    read(
        """
timezone: Europe/Berlin
mode: strict
entities:
  contact:
    attributes:
      text: text
      integer: integer
      number: number
      decimal: decimal
      boolean: boolean
      date: date
      timestamp: timestamp
      choice: {type: choice, options: [gold, silver, "É"]}
      any choice: choice
      choices: {type: choices, options: [gold, silver, "1", "true"]}
      tags: choices
      account: {type: reference, to: account}
      home: location
  account: {}
"""
    ),
)
ATTRIBUTES = CATALOG.entities["contact"].attributes

texts = st.one_of(
    st.text(max_size=4), st.sampled_from(["", "Paris", "ÉCOLE", "E\u0301", "\u212b", "İ", "gold"])
)
numerals = st.sampled_from(
    [
        *[
            "0",
            "-0",
            "007",
            "12",
            "-12",
            "+5",
            "1.0",
            "1.5",
            "1.",
            ".5",
            "1e3",
            "1E-3",
            "1e999",
            "nan",
            "inf",
            "-Infinity",
        ],
        *["9223372036854775807", "9223372036854775808", "-9223372036854775808", "00000000000000000000005"],
        *[
            "12.3456",
            "12.34567",
            "12.34560000",
            "99999999999999.9999",
            "100000000000000",
            " 12",
            "12 ",
            "\uff11\uff12",
            "1_0",
            "--1",
            "--0",
        ],
    ]
)
times = st.sampled_from(
    [
        *["2026-01-31", "2026-02-30", "0000-01-01", "0001-01-01", "9999-12-31", "2026-1-1", "31.01.2026"],
        *[
            "2026-01-31T10:00",
            "2026-01-31 10:00:00",
            "2026-01-31T10:00:00.123456",
            "2026-01-31T10:00:00.1234567",
        ],
        *[
            "2026-01-31T10:00:00.12345600",
            "2026-01-31T10:00:00,5Z",
            "2026-01-31t10:00:00z",
            "2026-02-30T10:00",
        ],
        *["2026-03-29T02:30", "2026-10-25T02:30", "2026-10-25T02:30+01:00", "2026-01-31T10:00:00+0530"],
        *[
            "2026-01-31T24:00",
            "2026-01-31T10:00:60Z",
            "0001-01-01T00:00+14:00",
            "2026-01-31T10",
            "2026-01-31T10:00-05",
        ],
    ]
)
words = st.sampled_from(["true", "False", "TRUE", "tRue", "yes", "1", '["gold", 1]', "[]", "[1", "gold"])
integers = st.one_of(st.integers(-(2**65), 2**65), st.sampled_from([0, 1, 10**14, 10**14 - 1, 2**63 - 1]))
floats = st.one_of(
    st.floats(),
    st.sampled_from([0.1, 12.34, -0.0, 1e17, 2.0**63, 1e15 + 0.5, 900719925474.0993, 99999999999.12]),
)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**15), max_value=10**15)
naive = st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31))  # noqa: DTZ001 - naive on purpose
midnights = st.dates().map(lambda day: dt.datetime(day.year, day.month, day.day))  # noqa: DTZ001 - as above
aware = st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-7))]))
lists = st.lists(
    st.one_of(texts, st.integers(-9, 9), st.booleans(), st.none(), st.just("silver")), max_size=4
)
degrees = st.one_of(st.none(), st.floats(-95, 95), st.floats(), st.integers(-200, 200))
places = st.fixed_dictionaries({"latitude": degrees, "longitude": degrees})

KINDS: dict[str, tuple[st.SearchStrategy[Any], pa.DataType]] = {
    "text": (st.one_of(texts, numerals, times, words), pa.string()),
    "integer": (st.integers(-(2**63), 2**63 - 1), pa.int64()),
    "unsigned": (st.integers(0, 2**64 - 1), pa.uint64()),
    "float": (floats, pa.float64()),
    "decimal": (decimals, pa.decimal128(30, 5)),
    "boolean": (st.booleans(), pa.bool_()),
    "date": (st.dates(), pa.date32()),
    "date64": (st.dates(), pa.date64()),
    "naive": (st.one_of(naive, midnights), pa.timestamp("us")),
    "seconds": (naive.map(lambda t: t.replace(microsecond=0)), pa.timestamp("s")),
    "aware": (aware, pa.timestamp("us", "UTC")),
    "texts": (st.lists(st.one_of(texts, st.none()), max_size=4), pa.list_(pa.string())),
    "large texts": (st.lists(texts, max_size=3), pa.large_list(pa.large_string())),
    "place": (places, pa.struct([("latitude", pa.float64()), ("longitude", pa.float64())])),
    "coded": (texts, pa.dictionary(pa.int32(), pa.string())),
}
anything = st.one_of(
    st.none(), *(strategy for strategy, _ in KINDS.values()), integers, numerals, times, words, lists
)
keys = st.one_of(texts, st.integers(0, 9), st.none(), st.sampled_from(["k", 1.0, 1.5, True, "x" * 513]))


def taken(intake: Intake) -> dict[int, str | dict[str, tuple[Any, ...]]]:
    """What became of each row, by position: the code it is refused with, or its key and stored values."""
    found: dict[int, str | dict[str, tuple[Any, ...]]] = {}
    for group in intake.groups:
        rows = group.table.to_pydict()
        for index, position in enumerate(rows["_position"]):
            assert position not in found
            values = {a.name: tuple(plain(rows[c][index]) for c in names_of(a)) for a in group.given}
            found[position] = {"id": (rows["_key"][index],), **values}
    for row in intake.refused.to_pylist():
        assert row["position"] not in found
        found[row["position"]] = row["code"]
    return found


def names_of(attribute: Attribute) -> list[str]:
    return [name for name, _ in layout.columns(attribute)]


def plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return (value - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)  # noqa: DTZ001 - stored naive
    return value


@given(
    st.lists(
        st.builds(
            lambda key, values: {**key, **values},
            st.one_of(st.fixed_dictionaries({"id": keys}), st.just({})),
            st.dictionaries(st.sampled_from(sorted(ATTRIBUTES)), anything, max_size=4),
        ),
        max_size=12,
    ),
    st.integers(0, 10**6),
)
def test_dicts(rows: list[dict[str, Any]], first: int) -> None:
    expected = {first + place: take(row, "id", ATTRIBUTES, BERLIN) for place, row in enumerate(rows)}
    intake = take_records(rows, "contact", CATALOG, now=NOW, first_position=first)
    assert taken(intake) == expected
    assert intake.catalog is CATALOG


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
@given(data=st.data())
def test_tables(name: str, data: st.DataObject) -> None:
    strategy, arrow = KINDS[data.draw(st.sampled_from(sorted(KINDS)))]
    length = data.draw(st.integers(0, 8))
    cell = st.one_of(st.none(), strategy)
    values = data.draw(st.lists(cell, min_size=length, max_size=length))
    table = pa.table({"id": [f"k{row}" for row in range(length)], name: pa.array(values, arrow)})
    expected = {
        row: take({"id": f"k{row}", name: value}, "id", ATTRIBUTES, BERLIN)
        for row, value in enumerate(table[name].to_pylist())
    }
    assert taken(take_records(table, "contact", CATALOG, now=NOW)) == expected


def test_decimals_of_python_are_read_exactly() -> None:
    rows = [{"id": str(n), "decimal": Decimal(n) / 10_000} for n in range(-3, 4)]
    found = taken(take_records(rows, "contact", CATALOG, now=NOW))
    assert [found[n]["decimal"] for n in range(7)] == [(Decimal(n) / 10_000,) for n in range(-3, 4)]  # type: ignore[index]
