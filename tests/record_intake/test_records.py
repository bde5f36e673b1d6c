"""Records: keys, times of observation, what is absent and what is cleared, and why rows are refused."""

import json
from typing import Any

import pyarrow as pa
import pytest

from satsuma.catalog.change import apply
from satsuma.catalog.declare import read
from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import DataError, UsageError
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC
from satsuma.record.intake import Intake, take_records

NOW = parse_instant("2026-06-01T00:00:00Z", UTC)


def declared(mode: str, **attributes: Any) -> Catalog:
    return apply(Catalog(), read({"mode": mode, "entities": {"contact": {"attributes": attributes}}}))[0]


STRICT = declared("strict", city="text", n="integer", tier={"type": "choice", "options": ["gold", "silver"]})


def take(rows: Any, catalog: Catalog = STRICT, **options: Any) -> Intake:
    return take_records(rows, "contact", catalog, now=NOW, **options)


def refused(intake: Intake) -> list[tuple[int, str]]:
    return [(row["position"], row["code"]) for row in intake.refused.to_pylist()]


def message(intake: Intake) -> str:
    (row,) = intake.refused.to_pylist()
    return str(row["message"])


def test_rows_are_grouped_by_the_attributes_they_give() -> None:
    rows = [{"id": "a", "city": "x"}, {"id": "b"}, {"id": "c", "city": None}, {"id": "d", "n": 1}]
    groups = {tuple(a.name for a in g.given): g.table["_position"].to_pylist() for g in take(rows).groups}
    assert groups == {("city",): [0, 2], (): [1], ("n",): [3]}


def test_good_rows_beside_bad_ones_are_taken() -> None:
    table = pa.table({"id": ["a", None, "c", ""], "n": ["1", "2", "x", "4"]})
    intake = take(table, first_position=100)
    assert [g.table["_position"].to_pylist() for g in intake.groups] == [[100]]
    assert refused(intake) == [(101, "key.missing"), (102, "value.type"), (103, "key.missing")]


def test_a_row_is_refused_once_for_its_first_fault() -> None:
    assert refused(take([{"n": "x", "city": 3}, {"city": 3, "n": "x", "id": "a"}])) == [
        (0, "key.missing"),
        (1, "value.type"),
    ]
    assert message(take([{"id": "a", "n": "x", "city": 3}])).startswith("n: ")


@pytest.mark.parametrize(
    ("row", "code", "expected"),
    [
        ({"id": "a", "n": "seven"}, "value.type", 'n: found "seven", expected an integer'),
        (
            {"id": "a", "n": 2**63},
            "value.range",
            "n: found 9223372036854775808, expected an integer of 64 bits",
        ),
        ({"id": "a", "n": True}, "value.type", "n: found true, expected an integer"),
        ({"id": "a", "n": b"x"}, "value.type", "expected a value of type integer"),
        (
            {"id": "a", "tier": "glod"},
            "value.option",
            "tier: found \"glod\", expected one of its options, perhaps 'gold'",
        ),
        ({"id": "a", "tier": "x"}, "value.option", 'tier: found "x", expected one of gold, silver'),
        ({"id": "a", "city": "\ud800"}, "value.type", 'city: found "\\ud800", expected a value of type text'),
        ({"id": "a", "city": "x" * 65_537}, "value.too_long", "expected text of at most 65536 bytes"),
        ({"id": "é" * 257}, "key.too_long", "expected a key of at most 512 bytes"),
        ({"id": ["a"]}, "key.type", 'id: found ["a"], expected a key'),
        ({"id": "a", "ctiy": "x"}, "attribute.unknown", "did you mean 'city'?"),
        ({"id": "a", 3: "x"}, "row.type", "found the name 3, expected text"),
        ("a", "row.type", 'found "a", expected an object'),
        ({"id": "a", "e\u0301": 1, "\u00e9": 2}, "row.duplicate", "more than once"),
    ],
)
def test_the_reason_says_what_was_found_and_what_was_expected(row: Any, code: str, expected: str) -> None:
    intake = take([row])
    assert intake.refused["code"].to_pylist() == [code]
    assert expected in message(intake)
    assert intake.groups == ()


def test_the_row_is_kept_as_it_came() -> None:
    row = {"id": "a", "n": "x", "deep": {"list": [1, None, {"b": 2.5}]}, "city": "É"}
    assert json.loads(take([row]).refused["row"][0].as_py()) == row
    table = pa.table(
        {"id": ["a"], "n": ["x"], "at": pa.array([1], pa.timestamp("ns", "Asia/Tokyo")), "s": [{"a": 1}]}
    )
    assert json.loads(take(table).refused["row"][0].as_py()) == {
        "id": "a",
        "n": "x",
        "at": {"$timestamp": "1970-01-01 00:00:00.000000001Z"},
        "s": {"a": 1},
    }


def test_a_column_that_is_unknown_but_empty_is_no_reason_to_refuse() -> None:
    intake = take([{"id": "a", "other": None}, {"id": "b", "other": ""}, {"id": "c", "other": []}])
    assert intake.refused.num_rows == 0
    assert [g.given for g in intake.groups] == [()]


def test_none_for_a_whole_object_clears_all_of_it() -> None:
    catalog = declared("strict", **{"address.city": "text", "address.zip": "text"})
    (group,) = take([{"id": "a", "address": None}], catalog).groups
    assert [a.name for a in group.given] == ["address.city", "address.zip"]
    (group,) = take([{"id": "a", "address": {"zip": "1"}}], catalog).groups
    assert [a.name for a in group.given] == ["address.zip"]


def test_a_location_may_come_as_one_value_or_as_two_columns() -> None:
    catalog = declared("strict", home="location")
    together = take([{"id": "a", "home": {"latitude": 1, "longitude": 2.5}}], catalog)
    apart = take(pa.table({"id": ["a"], "home.latitude": ["1"], "home.longitude": ["2.5"]}), catalog)
    for intake in (together, apart):
        (group,) = intake.groups
        assert [group.table.column(i)[0].as_py() for i in (-2, -1)] in ([1.0, 2.5], [2.5, 0])
        assert group.table.num_columns == 5


def test_a_key_may_be_in_any_column() -> None:
    (group,) = take([{"email": "a@b", "n": 1}], key="email").groups
    assert group.table["_key"].to_pylist() == ["a@b"]
    with pytest.raises(DataError, match=r"no column 'id'.*did you mean 'Id'"):
        take(pa.table({"Id": ["a"]}))


def test_observed_at_may_be_a_column() -> None:
    rows = pa.table(
        {
            "id": ["a", "b", "c", "d"],
            "seen": ["2026-05-31", None, "2026-06-01T00:00:00.000001Z", "yesterday"],
        }
    )
    intake = take(rows, observed_at="seen")
    assert intake.groups[0].table["_observed_at"].cast(pa.int64()).to_pylist() == [
        parse_instant("2026-05-31", UTC),
        None,
    ]
    assert refused(intake) == [(2, "observed_at.future"), (3, "observed_at.unreadable")]


@pytest.mark.parametrize("at", ["2026-05-31T00:00:00Z", parse_instant("2026-05-31", UTC)])
def test_observed_at_may_be_one_instant_for_all(at: Any) -> None:
    (group,) = take([{"id": "a"}, {"id": "b"}], observed_at=at).groups
    assert group.table["_observed_at"].cast(pa.int64()).to_pylist() == [parse_instant("2026-05-31", UTC)] * 2


def test_without_observed_at_rows_count_at_their_commit() -> None:
    assert take([{"id": "a"}]).groups[0].table["_observed_at"].to_pylist() == [None]


def test_one_instant_in_the_future_refuses_all_rows_and_no_instant_is_wrong_use() -> None:
    assert refused(take([{"id": "a"}], observed_at=NOW + 1)) == [(0, "observed_at.future")]
    with pytest.raises(UsageError):
        take([{"id": "a"}], observed_at="sometime")


def test_an_unknown_entity_is_refused_row_by_row_when_strict_and_learned_otherwise() -> None:
    intake = take_records([{"id": "a"}, {"id": "b"}], "contcat", STRICT, now=NOW)
    assert refused(intake) == [(0, "entity.unknown"), (1, "entity.unknown")]
    assert "did you mean 'contact'?" in intake.refused["message"][0].as_py()
    assert intake.catalog is STRICT
    assert list(take_records([{"id": "a"}], "lead", Catalog(), now=NOW).catalog.entities) == ["lead"]
    assert refused(take_records([{"id": "a"}], "a\nb", Catalog(), now=NOW)) == [(0, "entity.name")]


def test_many_rows_with_few_bad_ones_are_all_accounted_for() -> None:
    days = [f"2026-02-{day % 31:02}" for day in range(20_000)]
    catalog = declared("strict", day="date")
    intake = take(pa.table({"id": [str(n) for n in range(20_000)], "day": days}), catalog, first_position=5)
    bad = [n + 5 for n in range(20_000) if not 1 <= n % 31 <= 28]
    assert intake.refused["position"].to_pylist() == bad
    good: list[Any] = intake.groups[0].table["_position"].to_pylist()
    assert sorted(good + bad) == list(range(5, 20_005))
