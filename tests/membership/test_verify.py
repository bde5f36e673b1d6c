"""`verify` names what was damaged: rows of the history, bits in memory, any array of the index's files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import satsuma
from satsuma.index.verifying import wrong_in
from satsuma.kernel.errors import CancelledError
from satsuma.membership.standing import Standing
from satsuma.membership.verify import Difference
from satsuma.record.sql import fetch, lent

START = "2026-06-01T00:00:00Z"
CATALOG = {
    "mode": "strict",
    "entities": {
        "account": {"attributes": {"plan": "text"}},
        "contact": {
            "audience": True,
            "attributes": {
                "city": "text",
                "tier": {"type": "choice", "options": ["gold", "silver"]},
                "likes": "choices",
                "age": "integer",
                "score": "number",
                "money": "decimal",
                "is_new": "boolean",
                "born": "date",
                "seen": "timestamp",
                "home": "location",
                "account": {"type": "reference", "to": "account", "inverse": "contacts"},
            },
        },
    },
    "interactions": {
        "purchase": {
            "audience": "contact",
            "attributes": {"amount": "decimal", "shop": "text", "by": {"type": "reference", "to": "account"}},
        },
    },
}


WRONG_SNAPSHOT = (
    "INSERT INTO membership_snapshots SELECT segment, version, '01'::BIT, false FROM membership_changes"
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose index is all in files, with a history, closed."""
    path = tmp_path_factory.mktemp("verify") / "ws"
    with satsuma.open(path, clock=satsuma.ManualClock(START), warming="asked") as ws:
        ws.catalog.apply(CATALOG)
        ws.upsert("account", [{"id": f"a-{n}", "plan": "Pro" if n else None} for n in range(3)])
        ws.upsert("contact", [contact(n) for n in range(20)])
        ws.append("purchase", [purchase(n) for n in range(60)])
        ws.segments.create("Parisians", where='city is "Paris" and age > 20')
        ws.segments.create("Buyers", where="did purchase at least 3 times in the last 30 days")
        ws.segments.create("Both", where='segment "Parisians" and segment "Buyers"')
        ws.segments.go_live(["Parisians", "Buyers", "Both"])
        for city in ("Lyon", "Paris", "Lyon", "Paris"):
            ws.upsert("contact", [{"id": "c-3", "city": city}])
        ws.warm()
    return path


def contact(n: int) -> dict[str, object]:
    if n % 7 == 6:
        return {"id": f"c-{n}"}
    return {
        "id": f"c-{n}",
        "city": ("Paris", "Lyon", "PARIS")[n % 3],
        "tier": ("gold", "silver")[n % 2],
        "likes": [["hiking"], ["hiking", "snow"]][n % 2],
        "age": 18 + n,
        "score": n / 3,
        "money": f"{n}.25",
        "is_new": n % 2 == 0,
        "born": f"1990-01-{n + 1:02}",
        "seen": f"2026-05-{n + 1:02}T10:00:00Z",
        "home": {"latitude": 48.0 + n / 10, "longitude": 2.0},
        "account": f"a-{n % 3}",
    }


def purchase(n: int) -> dict[str, object]:
    row = {"id": f"p-{n}", "contact": f"c-{n % 18}", "occurred_at": f"2026-05-{n % 30 + 1:02}T09:00:00Z"}
    return row | {"amount": f"{n}.50", "shop": ("North", None)[n % 2], "by": f"a-{n % 3}"}


@pytest.fixture
def ws(path: Path) -> Iterator[satsuma.Workspace]:
    """Open and warm."""
    with satsuma.open(path, clock=satsuma.ManualClock(START), warming="asked") as ws:
        ws.warm()
        assert ws.verify() == ()
        yield ws
        # What was damaged was put back: the next test finds the workspace as this one did.
        assert ws.verify() == ()


def standing_of(ws: satsuma.Workspace) -> Standing:
    assert ws.engine.standing is not None
    return ws.engine.standing


def told(differences: tuple[Difference, ...]) -> set[tuple[str, str]]:
    return {(one.part, one.name) for one in differences}


def number_of(ws: satsuma.Workspace, key: str) -> int:
    return int(ws._record.number_of("contact", [key])[0])


def test_a_bit_of_a_leaf_a_segment_and_what_readers_get(ws: satsuma.Workspace) -> None:
    standing, number = standing_of(ws), number_of(ws, "c-1")
    segments = {kept.segment.name: kept for kept in standing.segments.values()}
    wrong = np.array([number], dtype=np.uint32)

    [plane] = {kept.plane for kept in standing.leaves.values() if "purchase" in repr(kept.leaf.condition)}
    plane.flip(wrong)
    [found] = ws.verify()
    assert (found.part, found.name) == ("leaf", "Buyers")
    assert (found.missing, found.unwanted) == ((number,), ())
    plane.flip(wrong)

    segments["Parisians"].plane.flip(wrong)
    [found] = ws.verify()
    assert (found.part, found.name) == ("plane", "Parisians")
    assert (found.missing, found.unwanted) == ((), (number,))
    assert str(number) in found.detail
    segments["Parisians"].plane.flip(wrong)

    members = segments["Both"].members.whole()
    members.add(number)
    assert told(ws.verify()) == {("readers", "Both")}
    members.remove(number)


OF_THIRD_LAST = "WHERE version = {third_last} AND member = {member}"


@pytest.mark.parametrize(
    ("damage", "parts"),
    [
        (f"DELETE FROM membership_changes {OF_THIRD_LAST}", {"history"}),
        (f"UPDATE membership_changes SET sign = -sign {OF_THIRD_LAST}", {"history"}),
        (f'UPDATE membership_changes SET "at" = "at" + INTERVAL 1 SECOND {OF_THIRD_LAST}', {"history"}),
        ("DELETE FROM membership_changes WHERE version = {last}", {"history", "members"}),
        (f"{WRONG_SNAPSHOT} {OF_THIRD_LAST}", {"history"}),
    ],
)
def test_a_row_of_the_history(ws: satsuma.Workspace, damage: str, parts: set[str]) -> None:
    connection, member = ws._record._connection, number_of(ws, "c-3")
    changes = fetch(
        connection, "SELECT version FROM membership_changes WHERE member = ? ORDER BY version", [member]
    )
    versions = changes["version"].to_pylist()
    tables = ("membership_changes", "membership_snapshots")
    before = {table: fetch(connection, f"SELECT * FROM {table}") for table in tables}
    connection.execute(damage.format(third_last=versions[-3], last=versions[-1], member=member))
    found = ws.verify()
    for table, rows in before.items():
        connection.execute(f"DELETE FROM {table}")
        with lent(connection, _before=rows):
            connection.execute(f"INSERT INTO {table} SELECT * FROM _before")
    assert parts <= {one.part for one in found}
    assert {one.name for one in found} <= {"Parisians", "Both"}
    assert all(one.detail for one in found)


def test_every_array_of_every_file_of_the_index(ws: satsuma.Workspace) -> None:
    """The files are mapped: a byte that turns on the disk turns under the engine's hands."""
    index, unseen, seen = standing_of(ws).index, [], 0
    for file in sorted((ws.path / "index").glob("*/*")):
        if file.name == "manifest.json" or not file.stat().st_size:
            continue
        turn(file)
        with ws._record.cursor() as cursor:
            found = list(wrong_in(index, cursor))
        turn(file)
        # Of an account's key those who refer to it may be the first to tell.
        if not any(one.table in (file.parent.name.split("_")[0], "links") for one in found):
            unseen.append((file.parent.name, file.name, found))
        seen += 1
    assert unseen == []
    assert seen > 60


def turn(file: Path) -> None:
    """The lowest bit of a byte in the middle; a second time turns it back."""
    place = file.stat().st_size // 2
    with file.open("r+b", buffering=0) as opened:
        opened.seek(place)
        [byte] = opened.read(1)
        opened.seek(place)
        opened.write(bytes([byte ^ 1]))


def test_rows_that_came_since_the_files(ws: satsuma.Workspace) -> None:
    rows = [purchase(n) | {"id": f"late-{n}"} for n in range(5)]
    ws.append("purchase", rows)
    ws.upsert("contact", [{"id": "new", "city": "Nice", "account": "a-1"}, {"id": "c-1", "city": "Nice"}])
    index = standing_of(ws).index
    [purchases] = index.interactions.values()
    run = purchases.parts[-1]
    whole, damaged = run.occurred_at, run.occurred_at.copy()
    damaged[2] += 1
    object.__setattr__(run, "occurred_at", damaged)
    [*found] = ws.verify()
    object.__setattr__(run, "occurred_at", whole)
    assert {one.name for one in found} >= {"purchase: instants", "purchase: order of time"}
    column = index.named("contact").columns[index.of.catalog.entities["contact"].attributes["city"].number]
    _, patch = column.layers
    assert patch is not None
    patch.arrays.values[0] ^= 1
    [one] = ws.verify()
    patch.arrays.values[0] ^= 1
    assert one.part == "index"
    assert one.name == "contact: city"
    assert one.detail.startswith("1 row differs, first at record 1")


def test_it_tells_how_far_it_is_and_can_be_ended(ws: satsuma.Workspace) -> None:
    parts: list[float] = []
    ws.verify(progress=parts.append)
    assert parts == sorted(parts)
    assert parts[-1] == 1.0

    def end(part: float) -> None:
        if part > 0.5:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        ws.verify(progress=end)
