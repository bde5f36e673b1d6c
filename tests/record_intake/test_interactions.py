"""Interactions: whose they are, when they occurred, and what they are called."""

from typing import Any

import pyarrow as pa
import pytest

from satsuma.catalog.change import apply
from satsuma.catalog.declare import read
from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import DataError
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC, zone
from satsuma.record.intake import Intake, take_interactions

NOW = 1_800_000_000_000_000
AT = "2026-01-31T10:00:00Z"
BERLIN = Catalog(timezone="Europe/Berlin")
SHOP = apply(
    Catalog(),
    read(
        {
            "entities": {"contact": None, "lead": {"audience": True}},
            "interactions": {"opened": {"audience": "lead", "attributes": {"n": "integer"}}},
        }
    ),
)[0]


def take(rows: Any, catalog: Catalog = SHOP, type: str = "opened", **options: Any) -> Intake:
    return take_interactions(rows, type, catalog, now=NOW, **options)


def codes(intake: Intake) -> list[tuple[int, str]]:
    return [(row["position"], row["code"]) for row in intake.refused.to_pylist()]


def test_rows_have_an_id_a_member_and_an_instant() -> None:
    (group,) = take(
        [
            {"id": 7, "lead": "a", "occurred_at": AT, "n": 3},
            {"id": None, "lead": 5, "occurred_at": AT, "n": 4},
        ]
    ).groups
    rows = group.table.to_pydict()
    assert rows["_id"] == ["7", None]
    assert rows["_member_key"] == ["a", "5"]
    assert group.table["_occurred_at"].cast(pa.int64()).to_pylist() == [parse_instant(AT, UTC)] * 2
    assert rows["_position"] == [0, 1]
    assert [a.name for a in group.given] == ["n"]


def test_ids_are_optional_and_missing_ones_are_null() -> None:
    (group,) = take(pa.table({"lead": ["a"], "occurred_at": [AT]})).groups
    assert group.table["_id"].to_pylist() == [None]
    assert group.table.schema.field("_id").type == pa.string()


def test_rows_without_member_or_instant_are_refused() -> None:
    rows = [
        {"occurred_at": AT},
        {"lead": "a"},
        {"lead": "a", "occurred_at": "soon"},
        {"lead": "a", "occurred_at": 1_700_000_000},
        {"lead": "a", "occurred_at": AT, "id": "x" * 513},
        {"lead": "a", "occurred_at": AT, "id": 1.5},
        {"lead": "", "occurred_at": AT},
    ]
    assert codes(take(rows)) == [
        (0, "key.missing"),
        (1, "occurred_at.missing"),
        (2, "occurred_at.unreadable"),
        (3, "occurred_at.unreadable"),
        (4, "id.too_long"),
        (5, "id.type"),
        (6, "key.missing"),
    ]


def test_interactions_may_be_in_the_future() -> None:
    assert codes(take([{"lead": "a", "occurred_at": "9999-01-01"}])) == []


def test_a_table_without_a_column_that_every_row_needs_is_refused_as_a_whole() -> None:
    with pytest.raises(DataError, match=r"no column 'occurred_at'.*did you mean 'occured_at'"):
        take(pa.table({"lead": ["a"], "occured_at": [AT]}))
    with pytest.raises(DataError, match="no column 'lead'"):
        take(pa.table({"contact": ["a"], "occurred_at": [AT]}))


@pytest.mark.parametrize(
    ("name", "code"), [("hour", "attribute.name"), ("weekday", "attribute.name"), ("lead", "row.duplicate")]
)
def test_words_that_every_interaction_has_are_no_attributes(name: str, code: str) -> None:
    intake = take([{"who": "a", "occurred_at": AT, name: 3}], member="who")
    assert codes(intake) == [(0, code)]


def test_a_new_type_is_of_the_audience_that_a_column_is_named_for() -> None:
    intake = take([{"contact": "a", "occurred_at": AT}], type="clicked")
    assert intake.catalog.interactions["clicked"].audience == "contact"
    intake = take(pa.table({"lead": ["a"], "occurred_at": [AT]}), type="clicked")
    assert intake.catalog.interactions["clicked"].audience == "lead"


def test_a_new_type_in_an_empty_catalog_is_of_contacts() -> None:
    intake = take([{"contact": "a", "occurred_at": AT, "x": 1}], Catalog())
    assert intake.catalog.interactions["opened"].audience == "contact"
    assert intake.catalog.entities["contact"].audience
    assert intake.catalog.version == 1


def test_a_new_type_with_two_possible_audiences_has_to_be_declared_or_told() -> None:
    row = {"contact": "a", "lead": "b", "occurred_at": AT}
    with pytest.raises(DataError, match="each the name of an audience"):
        take([row], type="clicked")
    assert take([row], type="clicked", audience="lead").catalog.interactions["clicked"].audience == "lead"


def test_the_member_may_be_in_any_column() -> None:
    (group,) = take([{"customer": "a", "occurred_at": AT}], member="customer").groups
    assert group.table["_member_key"].to_pylist() == ["a"]
    intake = take([{"customer": "a", "occurred_at": AT}], Catalog(), member="customer")
    assert intake.catalog.interactions["opened"].audience == "customer"


def test_an_unknown_type_is_refused_row_by_row_when_strict() -> None:
    strict = apply(SHOP, read({"mode": "strict"}))[0]
    intake = take([{"lead": "a", "occurred_at": AT}], strict, "opend")
    assert codes(intake) == [(0, "type.unknown")]
    assert "did you mean 'opened'?" in intake.refused["message"][0].as_py()


def test_times_without_offset_are_read_in_the_zone_of_the_workspace() -> None:
    berlin = zone("Europe/Berlin")
    written = ["2026-03-29T02:30", "2026-10-25T02:30", "2026-07-01", "2026-07-01T12:00+05:30"]
    columns = [pa.array(written)]
    (group,) = take(pa.table({"contact": ["a"] * 4, "occurred_at": columns[0]}), BERLIN).groups
    expected = [parse_instant(text, berlin) for text in written]
    assert group.table["_occurred_at"].cast(pa.int64()).to_pylist() == expected


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_any_unit_and_zone_are_the_same_instants(unit: Any) -> None:
    seconds = 1_700_000_000
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    for name in ("UTC", "Asia/Tokyo"):
        times = pa.array([seconds * per_second], pa.timestamp(unit, name))
        (group,) = take(pa.table({"contact": ["a"], "occurred_at": times}), BERLIN).groups
        assert group.table["_occurred_at"].cast(pa.int64()).to_pylist() == [seconds * 10**6]
    local = pa.array([seconds * per_second], pa.timestamp(unit))
    (group,) = take(pa.table({"contact": ["a"], "occurred_at": local}), BERLIN).groups
    assert group.table["_occurred_at"].cast(pa.int64()).to_pylist() == [(seconds - 3600) * 10**6]


def test_what_is_finer_than_a_microsecond_is_refused_and_never_cut() -> None:
    times = pa.array([1_000, 1_001, None], pa.timestamp("ns", "UTC"))
    intake = take(pa.table({"contact": ["a"] * 3, "occurred_at": times}), BERLIN)
    assert codes(intake) == [(1, "occurred_at.unreadable"), (2, "occurred_at.missing")]
    assert "at most microseconds" in intake.refused["message"][0].as_py()


def test_instants_outside_the_years_1_to_9999_are_refused() -> None:
    times = pa.array([-(2**62), 2**62], pa.timestamp("s", "UTC"))
    intake = take(pa.table({"contact": ["a"] * 2, "occurred_at": times}), BERLIN)
    assert codes(intake) == [(0, "occurred_at.unreadable"), (1, "occurred_at.unreadable")]
