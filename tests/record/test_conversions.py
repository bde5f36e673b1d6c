"""An attribute that gets another type takes its stored values along: each becomes what plain rules say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma.catalog.change import CONVERSIONS, apply
from satsuma.catalog.declare import read
from satsuma.catalog.model import Attribute, Catalog, OwnerKind, ValueType
from satsuma.kernel.errors import CatalogError
from satsuma.kernel.zones import zone
from satsuma.record.change import Change
from satsuma.record.layout import column, columns, entity_table, history_table, interaction_table
from satsuma.record.sql import quote
from satsuma.record.store import Record
from tests.record.support import interactions, records
from tests.record_intake import reference

T = ValueType
Pair: TypeAlias = tuple[ValueType, ValueType]

PAIRS = [(was, becomes) for was, possible in CONVERSIONS.items() for becomes in sorted(possible)]
ZONE = "Europe/Berlin"
OPTIONS = ("A", "b", "é", "12", "true")
KINDS = (OwnerKind.ENTITY, OwnerKind.INTERACTION)
LISTED = (T.CHOICE, T.CHOICES)
"""Types that have options."""


def name_of(pair: Pair) -> str:
    return f"{pair[0]} to {pair[1]}"


def declared(type: ValueType, options: tuple[str, ...] | None = None) -> dict[str, Any]:
    of_type = {"type": type.value, **({"to": "account"} if type is T.REFERENCE else {})}
    return of_type if options is None else {**of_type, "options": list(options)}


def declaration(attributes: dict[str, Any]) -> dict[str, Any]:
    """Both contacts and visits with these attributes."""
    return {
        "timezone": ZONE,
        "entities": {"contact": {"audience": True, "attributes": attributes}, "account": None},
        "interactions": {"visit": {"audience": "contact", "attributes": attributes}},
    }


def changed(catalog: Catalog, source: dict[str, Any]) -> Catalog:
    return apply(catalog, read(source))[0]


BASE = changed(Catalog(), declaration({name_of(pair): declared(pair[0]) for pair in PAIRS}))


def attribute_of(catalog: Catalog, kind: OwnerKind, name: str) -> Attribute:
    owner = catalog.entities["contact"] if kind is OwnerKind.ENTITY else catalog.interactions["visit"]
    return owner.attributes[name]


def expected(value: Any, was: ValueType, becomes: Attribute, aliases: dict[str, str]) -> tuple[Any, ...]:
    """What the stored columns hold for a value that was stored, by plain rules; or Refused."""
    if value is None:
        return (None,) * len(columns(becomes))
    match was, becomes.type:
        case _, T.REFERENCE:
            (key,) = reference.stored(value, becomes, zone(ZONE))
            return (aliases.get(key, key),)
        case T.BOOLEAN, T.TEXT:
            value = "true" if value else "false"
        case T.DATE, T.TEXT:
            value = value.isoformat()
        case T.INTEGER, T.TEXT:
            value = str(value)
        case T.DECIMAL, T.TEXT:
            whole, _, fraction = str(value).partition(".")
            value = f"{whole}.{fraction}".rstrip("0").rstrip(".")
        case T.CHOICE, T.CHOICES:
            value = [value]
        case _:
            pass  # it arrives as it is
    return reference.stored(value, becomes, zone(ZONE))


# Writings that one type or another takes, or only nearly does.
WRITINGS = [
    *["0", "-12", "+5", "007", "12.0", "12", "9223372036854775807", "9223372036854775808", "1.5", "-1.5e3"],
    *["1e999", "nan", "99999999999999.9999", "0.00001", "0.1", "true", "TRUE", "tRUE", "False", "no"],
    *["2026-01-31", "2026-02-30", "0001-01-01", "9999-12-31", "2026-03-29T02:30:00", "2026-10-25T02:30:00"],
    *["2026-01-31T09:30:00Z", "2026-01-31 09:30:00.1234567", "[]", '["b","A","b"]', '["é", null, 12]', "[x"],
    *['{"a": 1}', "A", "b", "é", "a-1", "a-2", "ÅNGSTRÖM", " x ", "x" * 512, "é" * 257, "x" * 65_536],
]
decimals = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda n: Decimal(n).scaleb(-4))
STORED: dict[ValueType, st.SearchStrategy[Any]] = {
    T.TEXT: st.sampled_from(WRITINGS),
    T.INTEGER: st.one_of(
        st.integers(-(2**63), 2**63 - 1),
        st.sampled_from([0, -1, 10**14 - 1, 10**14, -(10**14), 2**53 + 1, 2**63 - 1]),
    ),
    T.DECIMAL: st.one_of(
        decimals, st.sampled_from([Decimal("0.0000"), Decimal("0.1000"), Decimal("99999999999999.9999")])
    ),
    T.BOOLEAN: st.booleans(),
    T.DATE: st.dates(),
    T.CHOICE: st.sampled_from(["A", "b", "é", "a-1", "a-2", "ÅNGSTRÖM", "x" * 512, "é" * 257]),
    T.REFERENCE: st.sampled_from(["a-1", "a-3", "A", "é", "ÅNGSTRÖM", "x" * 512]),
}

# An account that was merged: the first key means the second. `a-1` is never stored as a reference.
ALIASES = {"a-1": "a-2"}


@pytest.fixture(scope="module")
def record() -> Iterator[Record]:
    with (
        TemporaryDirectory() as directory,
        Record.create(directory, workspace_id="w", catalog=BASE, at=0, actor="a") as record,
    ):
        with record.begin(at=10, actor="a") as change:
            rows = [{"id": "a-1"}, {"id": "a-2"}]
            change.upsert("account", records(BASE.entities["account"], rows, BASE))
            change.merge("account", keep="a-2", drop="a-1")
        yield record


def write(change: Change, name: str, values: list[Any]) -> None:
    """Store values: each of a contact and of a visit of its own, and all, one after the other, of one."""
    catalog = change.catalog
    rows = [{"id": f"c-{place}", name: value} for place, value in enumerate(values)]
    rows += [{"id": "all", name: value, "observed_at": place} for place, value in enumerate(values)]
    change.upsert("contact", records(catalog.entities["contact"], rows, catalog))
    done = [
        {"id": f"v-{place}", "contact": "all", "occurred_at": place, name: value}
        for place, value in enumerate(values)
    ]
    change.append("visit", interactions(catalog.interactions["visit"], done, catalog))


def stored(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, kind: OwnerKind, name: str
) -> dict[str, list[tuple[Any, ...]]]:
    """The stored columns of an attribute, by table, in the order in which the values were written."""
    contact, visit = catalog.entities["contact"], catalog.interactions["visit"]
    order = {entity_table(contact): "_number", history_table(contact): "_seq"}
    if kind is OwnerKind.INTERACTION:
        order = {interaction_table(visit): "_occurred_at"}
    wanted = columns(attribute_of(catalog, kind, name))
    own = ", ".join(f"epoch_us({quote(c)})" if t == "TIMESTAMP" else quote(c) for c, t in wanted)
    return {
        table: connection.execute(f"SELECT {own} FROM {quote(table)} ORDER BY {by}").fetchall()
        for table, by in order.items()
    }


def shape(connection: duckdb.DuckDBPyConnection) -> Any:
    """All tables and views with their columns, and every row of those that attributes are stored in."""
    contact, visit = BASE.entities["contact"], BASE.interactions["visit"]
    tables = (entity_table(contact), history_table(contact), interaction_table(visit))
    return (
        sorted(
            connection.execute(
                "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
            ).fetchall()
        ),
        [sorted(map(repr, connection.execute(f"SELECT * FROM {quote(t)}").fetchall())) for t in tables],
    )


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
@settings(max_examples=max(10, settings().max_examples // 10))
@given(data=st.data())
def test_every_conversion_agrees_with_plain_rules_or_is_refused_whole(
    record: Record, pair: Pair, data: st.DataObject
) -> None:
    values = data.draw(st.lists(st.one_of(st.none(), STORED[pair[0]]), max_size=12), "values")
    options = data.draw(st.sampled_from([None, OPTIONS]), "options")
    check(record, pair, values, options, follow_only=data.draw(st.booleans(), "only those that follow"))


@pytest.mark.parametrize("follow_only", [True, False])
@pytest.mark.parametrize(
    ("becomes", "options"),
    [(becomes, None) for becomes in sorted(CONVERSIONS[T.TEXT])] + [(becomes, OPTIONS) for becomes in LISTED],
)
def test_every_writing_converts_as_it_would_have_arrived(
    record: Record, becomes: ValueType, options: tuple[str, ...] | None, follow_only: bool
) -> None:
    check(record, (T.TEXT, becomes), WRITINGS, options, follow_only)


def check(
    record: Record,
    pair: Pair,
    values: list[Any],
    options: tuple[str, ...] | None,
    follow_only: bool,
) -> None:
    """Store values, convert, compare with what plain rules say, and take all of it back."""
    was, becomes = pair
    name = name_of(pair)
    new = changed(BASE, declaration({name: declared(becomes, options if becomes in LISTED else None)}))
    wanted: list[tuple[Any, ...] | None] = []
    for value in values:
        try:
            wanted.append(expected(value, was, attribute_of(new, OwnerKind.ENTITY, name), ALIASES))
        except reference.Refused:
            wanted.append(None)
    if follow_only:
        values = [value for value, one in zip(values, wanted, strict=True) if one is not None]
        wanted = [one for one in wanted if one is not None]
    with record.begin(at=100, actor="a") as change:
        if values:
            write(change, name, values)
        if None in wanted:
            before = shape(change.connection)
            with pytest.raises(CatalogError) as refused:
                change.apply_catalog(new)
            assert shape(change.connection) == before
            assert change.catalog == BASE
            check_refusal(refused.value, name, values, wanted.count(None))
        else:
            change.apply_catalog(new)
            check_stored(change.connection, new, name, [one for one in wanted if one is not None])
        change.abort()
    assert record.catalog == BASE


def check_refusal(refused: CatalogError, name: str, values: list[Any], bad: int) -> None:
    there = sum(value is not None for value in values)
    assert refused.code == "catalog.values"
    of_contacts, of_visits = problems_of(refused)
    # In the history of contacts every value is twice.
    assert f"{2 * bad} of its {2 * there} stored values, past ones included," in of_contacts["message"]
    assert f"{bad} of its {there} stored values, cannot become" in of_visits["message"]
    for problem, owner in ((of_contacts, "entities.contact"), (of_visits, "interactions.visit")):
        assert problem["path"] == f"{owner}.attributes.{name}"
        assert "found " in problem["message"]


def problems_of(refused: CatalogError) -> list[dict[str, str]]:
    found = refused.details["problems"]
    assert isinstance(found, list)
    return found


def check_stored(
    connection: duckdb.DuckDBPyConnection, new: Catalog, name: str, wanted: list[tuple[Any, ...]]
) -> None:
    contact, visit = new.entities["contact"], new.interactions["visit"]
    of_contacts = stored(connection, new, OwnerKind.ENTITY, name)
    assert of_contacts[entity_table(contact)] == [*wanted, *wanted[-1:]]
    assert of_contacts[history_table(contact)] == [*wanted, *wanted]
    assert stored(connection, new, OwnerKind.INTERACTION, name) == {interaction_table(visit): wanted}
    left = {row[0] for row in connection.execute("SELECT column_name FROM duckdb_columns()").fetchall()}
    for kind in KINDS:
        attribute = attribute_of(new, kind, name)
        kept = {c for c, _ in columns(attribute)}
        assert {c for c in left if c.startswith(column(attribute))} == kept
    assert not {c for c in left if c.startswith("_new")}
