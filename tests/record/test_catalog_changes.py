"""A catalog that changes takes stored values along, whole or not at all, and nothing is lost on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from satsuma.catalog.model import Catalog, OwnerKind
from satsuma.catalog.model import ValueType as T
from satsuma.kernel.errors import CatalogError
from satsuma.record.layout import columns
from satsuma.record.store import Record
from tests.record.support import records
from tests.record.test_conversions import LISTED, attribute_of, changed, declaration, problems_of


def opened(path: Path, attributes: dict[str, Any]) -> Record:
    """A new record of contacts and visits with these attributes."""
    catalog = changed(Catalog(), declaration(attributes))
    return Record.create(path, workspace_id="w", catalog=catalog, at=0, actor="a")


def upsert(record: Record, at: int, *rows: dict[str, Any]) -> None:
    with record.begin(at=at, actor="a") as change:
        change.upsert("contact", records(record.catalog.entities["contact"], rows, record.catalog))


def declare(record: Record, at: int, **attributes: Any) -> None:
    with record.begin(at=at, actor="a", kind="catalog") as change:
        change.apply_catalog(changed(change.catalog, declaration(attributes)))


def test_a_conversion_is_seen_in_views_and_later_rows_and_is_there_after_reopening(
    tmp_path: Path,
) -> None:
    with opened(tmp_path, {"age": "text", "city": "choice", "tier": "text"}) as record:
        upsert(record, 10, {"id": "a", "age": "7", "city": "Rome", "tier": "x"}, {"id": "b", "age": None})
        upsert(record, 20, {"id": "a", "age": "8"})
        declare(record, 30, age="integer", city="text")
        upsert(record, 40, {"id": "b", "age": 9, "city": "Ulm"})
        # Late, so that the current value comes from the whole history.
        upsert(record, 50, {"id": "a", "age": 1, "observed_at": 15})
        shown = [(name, str(type)) for name, type in zip(*described(record), strict=True)]
        # The order of the columns is that of the declarations, converted or not.
        assert shown == [("id", "string"), ("age", "int64"), ("city", "string"), ("tier", "string")]
        catalog, rows = record.catalog, every_row(record)
    assert rows == [
        {"id": "a", "age": 8, "city": "Rome", "tier": "x"},
        {"id": "b", "age": 9, "city": "Ulm", "tier": None},
    ]
    with Record.open(tmp_path) as again:
        assert (again.catalog, every_row(again)) == (catalog, rows)
        attribute = attribute_of(catalog, OwnerKind.ENTITY, "city")
        found = again.query(f"SELECT {', '.join(c for c, _ in columns(attribute))} FROM main.contact_1")
        assert sorted(map(tuple, (row.values() for row in found.to_pylist()))) == [
            ("Rome", "rome"),
            ("Ulm", "ulm"),
        ]


def described(record: Record) -> tuple[list[str], list[Any]]:
    found = record.query("SELECT * FROM contact")
    return found.column_names, list(found.schema.types)


def every_row(record: Record) -> list[dict[str, Any]]:
    return record.query("SELECT * FROM contact ORDER BY id").to_pylist()


def test_conversions_that_follow_each_other_lose_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, {"x": "text"}) as record:
        upsert(record, 10, {"id": "a", "x": "00123.50"}, {"id": "b", "x": "-1"})
        declare(record, 20, x="decimal")
        declare(record, 30, x="text")
        declare(record, 40, x="choice")
        declare(record, 50, x={"type": "reference", "to": "account"})
        declare(record, 60, x="choice")
        declare(record, 70, x={"type": "choices", "options": ["123.5", "-1"]})
        assert every_row(record) == [{"id": "a", "x": ["123.5"]}, {"id": "b", "x": ["-1"]}]


def test_a_version_that_writes_and_converts_is_one(tmp_path: Path) -> None:
    with opened(tmp_path, {"x": "text"}) as record:
        upsert(record, 10, {"id": "a", "x": "1"})
        with record.begin(at=20, actor="a") as change:
            contact = record.catalog.entities["contact"]
            change.upsert("contact", records(contact, [{"id": "b", "x": "2"}], record.catalog))
            change.apply_catalog(changed(change.catalog, declaration({"x": "integer"})))
            contact = change.catalog.entities["contact"]
            change.upsert("contact", records(contact, [{"id": "a", "x": 3}], change.catalog))
        assert every_row(record) == [{"id": "a", "x": 3}, {"id": "b", "x": 2}]


def test_a_reader_that_began_before_sees_the_values_as_they_were(tmp_path: Path) -> None:
    with opened(tmp_path, {"x": "text", "y": "choice"}) as record:
        upsert(record, 10, {"id": "a", "x": "1", "y": "Rome"})
        with record.cursor() as before:
            declare(record, 20, x="integer", y="text")
            upsert(record, 30, {"id": "a", "x": 2, "y": "Ulm"})
            assert before.execute("SELECT x, y FROM data.contact").fetchall() == [("1", "Rome")]
        assert every_row(record) == [{"id": "a", "x": 2, "y": "Ulm"}]


@pytest.mark.parametrize("type", LISTED)
def test_options_may_be_listed_or_removed_if_no_value_was_ever_another(tmp_path: Path, type: T) -> None:
    def of(*texts: str) -> Any:
        return list(texts) if type is T.CHOICES else texts[0]

    with opened(tmp_path, {"tier": type.value}) as record:
        upsert(record, 10, {"id": "a", "tier": of("gold")}, {"id": "b", "tier": of("silver")}, {"id": "c"})
        upsert(record, 20, {"id": "a", "tier": of("silver")}, {"id": "c", "tier": of("bronze", "gold")})
        before = every_row(record), record.catalog
        with pytest.raises(CatalogError) as refused:
            declare(record, 30, tier={"type": type.value, "options": ["silver", "gild"]})
        assert refused.value.code == "catalog.values"
        (problem,) = problems_of(refused.value)
        assert problem["path"] == "entities.contact.attributes.tier"
        assert problem["message"].startswith(
            "2 of its 4 stored values, past ones included, are not among the options: found "
        )
        assert "\"gold\", expected one of its options, perhaps 'gild'" in problem["message"]
        assert problem["hint"].startswith("list them as options")
        assert (every_row(record), record.catalog) == before
        declare(record, 30, tier={"type": type.value, "options": ["silver", "gold", "bronze", "none"]})
        with pytest.raises(CatalogError, match="of its 4 stored values"):
            declare(
                record,
                40,
                tier={
                    "type": type.value,
                    "options": ["silver"],
                    "remove_options": ["gold", "bronze", "none"],
                },
            )
        less = ["bronze", "gold", "silver"]
        declare(record, 40, tier={"type": type.value, "options": less, "remove_options": ["none"]})
        assert attribute_of(record.catalog, OwnerKind.ENTITY, "tier").options == tuple(less)
        assert [row["tier"] for row in every_row(record)] == [
            of("silver"),
            of("silver"),
            of("bronze", "gold"),
        ]


def test_all_that_does_not_follow_is_told_at_once_the_most_frequent_first(tmp_path: Path) -> None:
    with opened(tmp_path, {"age": "text", "since": "text", "free": "choice"}) as record:
        ages = ["7", *["n/a"] * 3, "12.5", "x1", "x2", "x3", "x4", *["x5"] * 2]
        upsert(record, 10, *({"id": f"c-{place}", "age": age} for place, age in enumerate(ages)))
        upsert(record, 20, {"id": "c-0", "since": "soon", "free": "b"})
        before = every_row(record), record.version
        with pytest.raises(CatalogError) as refused:
            declare(record, 30, age="integer", since="date", free={"type": "choice", "options": ["a"]})
        messages = [problem["message"] for problem in problems_of(refused.value)]
        many = "of its 11 stored values, past ones included, cannot become integer: found"
        whole = "expected an integer, without a fraction"
        one = "1 of its 1 stored values, past ones included,"
        assert messages == [
            f'10 {many} "n/a", "x5", "x1", "x2", expected an integer; found "12.5", {whole}',
            f'{one} cannot become date: found "soon", expected a date such as 2026-01-31',
            f'{one} are not among the options: found "b", expected one of a',
        ]
        assert refused.value.code == "catalog.values"
        assert (every_row(record), record.version) == before
        declare(record, 30, new="integer")
        assert "new" in record.catalog.entities["contact"].attributes


def test_a_text_becomes_a_reference_to_the_record_that_was_kept(tmp_path: Path) -> None:
    with opened(tmp_path, {"account": "text", "other": "choice"}) as record:
        catalog = record.catalog
        with record.begin(at=10, actor="a") as change:
            change.upsert(
                "account", records(catalog.entities["account"], [{"id": "A"}, {"id": "B"}], catalog)
            )
            change.merge("account", keep="B", drop="A")
        upsert(record, 20, {"id": "a", "account": "A", "other": "A"}, {"id": "b", "account": "C"})
        to_account = {"type": "reference", "to": "account", "inverse": "contacts"}
        with record.begin(at=30, actor="a") as change:
            attributes = {"account": to_account, "other": {"type": "reference", "to": "account"}}
            source = {"entities": {"contact": {"attributes": attributes}}}
            change.apply_catalog(changed(catalog, source))
        assert every_row(record) == [
            {"id": "a", "account": "B", "other": "B"},
            {"id": "b", "account": "C", "other": None},
        ]
