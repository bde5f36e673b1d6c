"""Tables follow the catalog: they are made, widened and renamed with what they hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from satsuma.catalog.model import Attribute, Catalog, Entity, OwnerKind, ValueType
from satsuma.kernel.errors import CatalogError, ConflictError
from satsuma.record.store import Record
from tests.record.support import CONTACT, PURCHASE, catalog, interactions, records


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=100, actor="ann")


def with_contact(known: Catalog, contact: Entity) -> Catalog:
    """The next catalog, in which contacts are so."""
    entities = MappingProxyType({**known.entities, contact.name: contact})
    return replace(known, version=known.version + 1, entities=entities)


def with_attribute(entity: Entity, attribute: Attribute, instead_of: str | None = None) -> Entity:
    """The entity with an attribute more, or another one in the place of one."""
    others = {n: a for n, a in entity.attributes.items() if n != (instead_of or attribute.name)}
    return replace(entity, attributes=MappingProxyType({**others, attribute.name: attribute}))


def test_an_integer_widens_to_a_number_with_its_history_and_views(record: Record) -> None:
    age = replace(CONTACT.attributes["age"], type=ValueType.NUMBER)
    wider = with_contact(record.catalog, with_attribute(CONTACT, age))
    with record.begin(at=101, actor="a") as change:
        change.upsert(
            "contact", records(CONTACT, [{"id": "a", "age": 3}, {"id": "b", "age": 4}], change.catalog)
        )
    with record.begin(at=102, actor="a") as change:
        # Once in the version that wrote whole numbers, then with what widened it.
        change.upsert("contact", records(CONTACT, [{"id": "a", "age": 5}], change.catalog))
        rows = [{"id": "b", "age": 4.5}, {"id": "c", "age": 1.0}]
        change.upsert("contact", records(wider.entities["contact"], rows, wider))
    assert record.catalog == wider
    assert record.query("SELECT id, age FROM contact ORDER BY id").to_pylist() == [
        {"id": "a", "age": 5.0},
        {"id": "b", "age": 4.5},
        {"id": "c", "age": 1.0},
    ]
    with record.begin(at=103, actor="a") as change:
        # Late, so that the current value comes from the whole history.
        rows = [{"id": "a", "age": 2.5, "observed_at": 90}]
        change.upsert("contact", records(wider.entities["contact"], rows, wider))
    assert record.query("SELECT age FROM contact WHERE id = 'a'")["age"].to_pylist() == [5.0]
    record.close()


def test_an_aborted_widening_leaves_the_tables_as_they_were(record: Record) -> None:
    age = replace(CONTACT.attributes["age"], type=ValueType.NUMBER)
    wider = with_contact(record.catalog, with_attribute(CONTACT, age))
    with record.begin(at=102, actor="a") as change:
        change.upsert("contact", records(wider.entities["contact"], [{"id": "b", "age": 4.5}], wider))
        change.abort()
    assert record.catalog == catalog()
    with record.begin(at=102, actor="a") as change:
        change.upsert("contact", records(CONTACT, [{"id": "a", "age": 2**62 + 1}], change.catalog))
    assert record.query("SELECT age FROM contact")["age"].to_pylist() == [2**62 + 1]
    record.close()


def test_a_rename_moves_no_data(record: Record, tmp_path: Path) -> None:
    with record.begin(at=101, actor="a") as change:
        change.upsert("contact", records(CONTACT, [{"id": "a", "city": "Rome"}], change.catalog))
    town = replace(CONTACT.attributes["city"], name="Home Town")
    renamed = with_contact(record.catalog, with_attribute(CONTACT, town, instead_of="city"))
    with record.begin(at=102, actor="a", kind="catalog") as change:
        change.apply_catalog(renamed)
    assert record.query('SELECT "Home Town" FROM contact').to_pylist() == [{"Home Town": "Rome"}]
    record.close()
    with Record.open(tmp_path) as again:
        assert again.catalog == renamed


def test_new_entities_attributes_and_types_get_their_places(record: Record) -> None:
    new = Attribute(20, "x y", ValueType.LOCATION, "contact", OwnerKind.ENTITY)
    grown = with_contact(record.catalog, with_attribute(CONTACT, new))
    with record.begin(at=101, actor="a") as change:
        change.upsert("contact", records(CONTACT, [{"id": "a"}], change.catalog))
        change.upsert("contact", records(grown.entities["contact"], [{"id": "a", "x y": (1.0, 2.0)}], grown))
    found = record.query('SELECT id, "x y.latitude" AS a, "x y.longitude" AS b FROM contact').to_pylist()
    assert found == [{"id": "a", "a": 1.0, "b": 2.0}]
    record.close()


def test_what_is_dropped_from_the_catalog_is_gone(record: Record) -> None:
    less = replace(
        record.catalog,
        version=2,
        interactions=MappingProxyType({"visit": record.catalog.interactions["visit"]}),
    )
    with record.begin(at=101, actor="a") as change:
        rows = [{"id": "1", "contact": "a", "occurred_at": 1}]
        change.append("purchase", interactions(PURCHASE, rows, change.catalog))
    with record.begin(at=101, actor="a") as change:
        change.apply_catalog(less)
    tables = record.query("SELECT table_name AS n FROM duckdb_tables() WHERE table_name LIKE 'purchase%'")
    assert tables.num_rows == 0
    record.close()


def test_a_catalog_made_from_an_older_one_is_refused(record: Record) -> None:
    stale = with_contact(catalog(), with_attribute(CONTACT, replace(CONTACT.attributes["city"], name="town")))
    with record.begin(at=101, actor="a") as change:
        change.apply_catalog(replace(catalog(), version=2, timezone="Europe/Berlin"))
    with pytest.raises(ConflictError), record.begin(at=101, actor="a") as change:
        change.apply_catalog(stale)
    record.close()


def test_a_type_that_stored_values_cannot_take_is_refused(record: Record) -> None:
    text = replace(CONTACT.attributes["age"], type=ValueType.BOOLEAN)
    other = with_contact(record.catalog, with_attribute(CONTACT, text))
    with pytest.raises(CatalogError, match="age"), record.begin(at=101, actor="a") as change:
        change.apply_catalog(other)
    assert record.catalog == catalog()
    record.close()
