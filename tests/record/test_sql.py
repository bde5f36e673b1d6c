"""SQL for people: views with real names, and statements that only read."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, OwnerKind, ValueType
from satsuma.kernel.errors import UsageError
from satsuma.record import lists, memberships
from satsuma.record.definitions import SegmentRow, next_segment, put_segment
from satsuma.record.store import Record
from tests.record.support import CONTACT, PURCHASE, catalog, interactions, records


@pytest.fixture
def record(tmp_path: Path) -> Record:
    made = Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=100, actor="ann")
    with made.begin(at=101, actor="ann") as change:
        rows: list[dict[str, Any]] = [
            {"id": "a", "city": "Rome", "tags": ["x", "y"], "home": (1.0, 2.0)},
            {"id": "b"},
        ]
        change.upsert("contact", records(CONTACT, rows, change.catalog))
        bought = [{"id": "1", "contact": "a", "occurred_at": 7}]
        change.append("purchase", interactions(PURCHASE, bought, change.catalog))
        segment = next_segment(change)
        row = SegmentRow(segment, "Romans", CONTACT.number, "dynamic", "live", 101, 1, 101)
        put_segment(change, row)
        entered: dict[str, list[Any]] = {
            "segment": [segment, segment],
            "member": [0, 1],
            "sign": [1, 1],
            "cause": ["definition"] * 2,
        }
        memberships.write_changes(change, pa.Table.from_pydict(entered, memberships.CHANGES))
        news = lists.create(change, "News", CONTACT.number, subscription=True)
        lists.join(change, news.id, np.array([1], dtype=np.uint32))
    return made


def test_entities_and_interactions_are_views_with_the_names_people_gave(record: Record) -> None:
    assert record.query(
        'SELECT id, city, tags, "home.latitude" AS lat FROM contact ORDER BY id'
    ).to_pylist() == [
        {"id": "a", "city": "Rome", "tags": ["x", "y"], "lat": 1.0},
        {"id": "b", "city": None, "tags": None, "lat": None},
    ]
    assert record.query("SELECT id, contact, epoch_us(occurred_at) AS us FROM purchase").to_pylist() == [
        {"id": "1", "contact": "a", "us": 7}
    ]


def test_members_changes_lists_and_versions_are_views(record: Record) -> None:
    assert record.query("SELECT segment, member FROM members ORDER BY member").to_pylist() == [
        {"segment": "Romans", "member": "a"},
        {"segment": "Romans", "member": "b"},
    ]
    with record.begin(at=102, actor="ann") as change:
        left: dict[str, list[Any]] = {"segment": [0], "member": [1], "sign": [-1], "cause": ["data"]}
        memberships.write_changes(change, pa.Table.from_pydict(left, memberships.CHANGES))
    assert record.query("SELECT member FROM members").to_pylist() == [{"member": "a"}]
    changes = record.query(
        "SELECT member, version, change, cause FROM membership_changes ORDER BY version, member"
    )
    assert [tuple(row.values()) for row in changes.to_pylist()] == [
        ("a", 1, "entered", "definition"),
        ("b", 1, "entered", "definition"),
        ("b", 2, "left", "data"),
    ]
    assert record.query("SELECT list, audience, member FROM list_members").to_pylist() == [
        {"list": "News", "audience": "contact", "member": "b"}
    ]
    assert record.query("SELECT name, audience, subscription FROM lists").to_pylist() == [
        {"name": "News", "audience": "contact", "subscription": True}
    ]
    assert record.query("SELECT name, status FROM segments").to_pylist() == [
        {"name": "Romans", "status": "live"}
    ]
    assert record.query("SELECT version, actor, kind FROM versions ORDER BY 1 DESC LIMIT 1").to_pylist() == [
        {"version": 2, "actor": "ann", "kind": "data"}
    ]


def test_values_are_bound(record: Record) -> None:
    assert record.query("SELECT id FROM contact WHERE city = ?", ["Rome"])["id"].to_pylist() == ["a"]
    assert record.query("SELECT id FROM contact WHERE city = $c", {"c": "Rome"})["id"].to_pylist() == ["a"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM main.contact_1",
        "UPDATE main.contact_1 SET _key = 'x'",
        "CREATE TABLE t (i INT)",
        "SET threads = 1",
        "ATTACH 'other.db'",
        "COPY main.contact_1 TO 'out.csv'",
        "BEGIN",
        "SELECT 1; SELECT 2",
        "",
        "SELEC 1",
        "SELECT * FROM nowhere",
        "EXPLAIN ANALYZE DELETE FROM main.contact_1",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
    ],
)
def test_what_does_not_only_read_is_refused_and_changes_nothing(record: Record, statement: str) -> None:
    with pytest.raises(UsageError):
        record.query(statement)
    assert record.query("SELECT count(*) AS n FROM contact")["n"].to_pylist() == [2]


@pytest.mark.parametrize(
    "statement", ["DESCRIBE contact", "SHOW TABLES", "EXPLAIN SELECT 1", "FROM contact", "VALUES (1)"]
)
def test_all_that_only_reads_is_answered(record: Record, statement: str) -> None:
    assert record.query(statement).num_rows > 0


def test_a_python_variable_is_no_table(record: Record) -> None:
    secret = record.query("SELECT 1 AS one")
    with pytest.raises(UsageError):
        record.query("SELECT * FROM secret")
    assert secret.num_rows == 1


def test_names_that_clash_without_regard_to_case_get_a_number(tmp_path: Path) -> None:
    def attribute(number: int, name: str, owner: str) -> tuple[str, Attribute]:
        return name, Attribute(number, name, ValueType.INTEGER, owner, OwnerKind.ENTITY)

    people = Entity(
        1,
        "Members",
        True,
        MappingProxyType(dict([attribute(2, "Ä", "Members"), attribute(3, "ä", "Members")])),
    )
    tricky = InteractionType(
        4,
        'say "hi"',
        "Members",
        MappingProxyType(dict([attribute(5, "ID", 'say "hi"'), attribute(6, "members", 'say "hi"')])),
    )
    other = InteractionType(7, "members_2", "Members")
    known = Catalog(
        1,
        entities=MappingProxyType({"Members": people}),
        interactions=MappingProxyType({tricky.name: tricky, other.name: other}),
        next_number=8,
    )
    with Record.create(tmp_path, workspace_id="w", catalog=known, at=1, actor="a") as record:
        assert record.query("FROM Members_2").column_names == ["id", "Ä", "ä_2"]
        assert record.query("FROM members").column_names == ["segment", "audience", "member"]
        assert record.query('FROM "say ""hi"""').column_names == [
            "id",
            "Members",
            "occurred_at",
            "ID_2",
            "members_2",
        ]
        assert record.query("FROM members_2_2").column_names == ["id", "Members", "occurred_at"]
