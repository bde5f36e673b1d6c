"""What intake learns: types from what arrives first, and integers that become numbers."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from satsuma.catalog.change import apply
from satsuma.catalog.declare import read
from satsuma.catalog.model import Catalog
from satsuma.record.intake import Intake, take_records

NOW = 1_800_000_000_000_000


def take(rows: Any, catalog: Catalog | None = None, **options: Any) -> Intake:
    return take_records(rows, "contact", catalog or Catalog(), now=NOW, **options)


def types(intake: Intake) -> dict[str, str]:
    return {a.name: a.type.value for a in intake.catalog.entities["contact"].attributes.values()}


def codes(intake: Intake) -> list[tuple[int, str]]:
    return [(row["position"], row["code"]) for row in intake.refused.to_pylist()]


def test_types_come_from_the_columns() -> None:
    row = {
        "id": "a",
        "city": "x",
        "n": 1,
        "x": 1.5,
        "money": Decimal("1.50"),
        "vip": True,
        "tags": ["a"],
        "home": {"latitude": 1.0, "longitude": 2.0},
        "address": {"city": "y"},
    }
    intake = take([row])
    assert types(intake) == {
        "city": "text",
        "n": "integer",
        "x": "number",
        "money": "decimal",
        "vip": "boolean",
        "tags": "choices",
        "home": "location",
        "address.city": "text",
    }
    assert intake.catalog.version == 1


def test_nothing_is_learned_from_nothing() -> None:
    intake = take([{"id": "a", "x": None, "y": "", "z": []}])
    assert types(intake) == {}
    again = take(
        pa.table({"id": ["a"], "x": pa.nulls(1), "y": [""], "z": pa.array([None], pa.int64())}),
        intake.catalog,
    )
    assert again.catalog is intake.catalog
    assert codes(again) == []


def test_the_first_value_says_the_type_and_later_ones_that_differ_are_refused() -> None:
    rows = [{"id": "a", "x": None}, {"id": "b", "y": 1, "x": "t"}, {"id": "c", "x": 1}]
    intake = take(rows)
    assert types(intake)["x"] == "text"
    assert codes(intake) == [(2, "value.type")]


def test_integers_become_numbers_within_one_batch_and_across_batches() -> None:
    assert types(take([{"id": "a", "x": 1}, {"id": "b", "x": 1.5}])) == {"x": "number"}
    first = take([{"id": "a", "x": 1}])
    second = take([{"id": "a", "x": 1.5}], first.catalog)
    assert types(second) == {"x": "number"}
    assert second.catalog.version == first.catalog.version + 1
    assert second.groups[0].given == (second.catalog.entities["contact"].attributes["x"],)


def test_whole_floats_do_not_widen_an_integer() -> None:
    first = take([{"id": "a", "x": 1}])
    assert take([{"id": "a", "x": 2.0}], first.catalog).catalog is first.catalog


def test_a_locked_integer_does_not_widen_and_refuses_what_does_not_fit() -> None:
    first = take([{"id": "a", "x": 1}])
    locked = frozenset({first.catalog.entities["contact"].attributes["x"].number})
    second = take([{"id": "a", "x": 1.5}, {"id": "b", "x": 2.0}], first.catalog, locked=locked)
    assert second.catalog is first.catalog
    assert codes(second) == [(0, "value.type")]


def test_nothing_is_learned_when_strict() -> None:
    strict = apply(
        Catalog(), read({"mode": "strict", "entities": {"contact": {"attributes": {"n": "integer"}}}})
    )[0]
    intake = take([{"id": "a", "other": 1}, {"id": "b", "n": 1.5}], strict)
    assert intake.catalog is strict
    assert codes(intake) == [(0, "attribute.unknown"), (1, "value.type")]


def test_what_no_attribute_can_hold_is_refused_and_not_learned() -> None:
    intake = take([{"id": "a", "x": b"bytes"}, {"id": "b", "x": [[1]]}, {"id": "c"}])
    assert types(intake) == {}
    assert codes(intake) == [(0, "value.type"), (1, "value.type")]


def test_names_that_cannot_be_attributes_are_refused_where_they_have_a_value() -> None:
    intake = take([{"id": "a", "": 1}, {"id": "b", "x\ny": 1, "n": 2}, {"id": "c", "": None}])
    assert codes(intake) == [(0, "attribute.name"), (1, "attribute.name")]


def test_a_name_that_reads_a_reference_back_is_refused() -> None:
    catalog = apply(
        Catalog(),
        read(
            {
                "entities": {
                    "contact": None,
                    "deal": {
                        "attributes": {"of": {"type": "reference", "to": "contact", "inverse": "deals"}}
                    },
                }
            }
        ),
    )[0]
    intake = take([{"id": "a", "deals": 3}], catalog)
    assert codes(intake) == [(0, "attribute.name")]
    assert "reads back attribute 'of' of 'deal'" in intake.refused["message"][0].as_py()


def test_text_without_types_is_looked_at() -> None:
    columns = {
        "id": ["1", "2", "3"],
        "zip": ["01067", "80331", ""],
        "n": ["1", "", "3"],
        "x": ["1", "2.5", "3"],
        "day": ["2026-01-31"] * 3,
        "at": ["2026-01-31T10:00:00Z", "2026-01-31 10:00", ""],
        "vip": ["true", "false", ""],
        "none": ["", "", ""],
    }
    intake = take(pa.table(columns), untyped=True)
    assert types(intake) == {
        "zip": "text",
        "n": "integer",
        "x": "number",
        "day": "date",
        "at": "timestamp",
        "vip": "boolean",
    }
    assert intake.refused.num_rows == 0
    again = take(pa.table({"id": ["4"], "n": ["1.5"], "zip": ["5"]}), intake.catalog, untyped=True)
    assert types(again)["n"] == "number"
    assert types(again)["zip"] == "text"
    assert set(types(take(pa.table(columns))).values()) == {"text"}


values = st.one_of(
    st.none(), st.integers(-3, 3), st.floats(-2, 2), st.sampled_from(["", "a", "1"]), st.booleans()
)


@given(st.lists(st.dictionaries(st.sampled_from("xyz"), values), max_size=8))
def test_what_is_learned_does_not_depend_on_how_rows_are_grouped(rows: list[dict[str, Any]]) -> None:
    """The same rows with every column in every row give the same types, as long as none is cleared."""
    rows = [{"id": str(n), **row} for n, row in enumerate(rows)]
    full = [{"x": None, "y": None, "z": None, **row} for row in rows]
    apart, together = take(rows), take(full)
    assert types(apart) == types(together)
    assert codes(apart) == codes(together)


@given(st.lists(st.dictionaries(st.sampled_from("xy"), values), max_size=8))
def test_taking_again_with_what_was_learned_learns_nothing(rows: list[dict[str, Any]]) -> None:
    rows = [{"id": str(n), **row} for n, row in enumerate(rows)]
    first = take(rows)
    second = take(rows, first.catalog)
    assert second.catalog is first.catalog
    assert codes(second) == codes(first)
    assert [group.table for group in second.groups] == [group.table for group in first.groups]
