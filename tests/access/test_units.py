"""Units and owners: what limits people and keys, without HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import satsuma
from satsuma.access.keys import KeyKind
from satsuma.access.people import Person
from satsuma.access.roles import Role
from satsuma.kernel.clock import ManualClock
from satsuma.kernel.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from satsuma.membership import making
from satsuma.record import memberships
from satsuma.record.layout import NUMBER, entity_table
from satsuma.record.sight import Among, Sight
from satsuma.workspace import Workspace

CATALOG = {
    "entities": {
        "contact": {
            "audience": True,
            "attributes": {
                "name": "text",
                "unit": {"type": "choice", "options": ["North", "South", "East"]},
                "owner": "text",
                "regions": "choices",
                "age": "integer",
            },
        },
        "lead": {"audience": True, "attributes": {"unit": "text"}},
        "company": {"attributes": {"unit": "text"}},
    }
}


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    with satsuma.open(tmp_path / "w", clock=ManualClock("2026-01-01T00:00:00Z")) as found:
        found.catalog.apply(CATALOG)
        found.upsert(
            "contact",
            [
                {"id": "c-1", "unit": "North", "owner": "Ada@example.com", "regions": ["a", "b"]},
                {"id": "c-2", "unit": "South", "owner": "bob@example.com", "regions": ["b"]},
                {"id": "c-3", "unit": "North", "owner": "bob@example.com"},
                {"id": "c-4", "owner": "ada@example.com"},
            ],
        )
        found.upsert("lead", [{"id": "l-1", "unit": "North"}, {"id": "l-2"}])
        found.segments.create("All", "id is present", audience="contact")
        found.segments.go_live(["All"])
        yield found


def somebody(ws: Workspace, role: Role, units: list[str] | None) -> Person:
    return ws.access.people.add("ada@example.com", "Ada", role, None, actor="test", units=units)


def seen(ws: Workspace, who: Person) -> set[str]:
    limited = ws.acting(who.email, ws.access.sight_of(who))
    assert len(limited.segments["All"].members()) == limited.insights.counts()[0]["contact"]
    return set(limited.segments["All"].members().keys())


def test_nobody_is_limited_where_nothing_says_so(ws: Workspace) -> None:
    for role in Role:
        person = Person(1, "a@b", "A", role, None, True, 0, 0)
        assert ws.access.sight_of(person) is None


def test_somebody_sees_the_contacts_of_their_units_and_no_others(ws: Workspace) -> None:
    ws.access.units.set_unit("contact.unit", actor="test")
    ada = somebody(ws, Role.MARKETER, ["North"])
    assert seen(ws, ada) == {"c-1", "c-3"}
    both = ws.access.people.change(ada.id, actor="test", units=["North", "South"])
    assert seen(ws, both) == {"c-1", "c-2", "c-3"}
    everyone = ws.access.people.change(ada.id, actor="test", units=None)
    assert seen(ws, everyone) == {"c-1", "c-2", "c-3", "c-4"}


def test_a_contact_is_in_a_unit_with_one_of_its_choices(ws: Workspace) -> None:
    ws.access.units.set_unit("contact.regions", actor="test")
    assert seen(ws, somebody(ws, Role.VIEWER, ["a"])) == {"c-1"}
    ada = ws.access.people.find("ada@example.com")
    assert ada is not None
    assert seen(ws, ws.access.people.change(ada.id, actor="test", units=["b"])) == {"c-1", "c-2"}


def test_a_contact_that_moves_is_seen_where_it_is_with_its_past(ws: Workspace) -> None:
    ws.access.units.set_unit("contact.unit", actor="test")
    ada = somebody(ws, Role.MARKETER, ["South"])
    assert seen(ws, ada) == {"c-2"}
    ws.upsert("contact", [{"id": "c-1", "unit": "South"}, {"id": "c-2", "unit": "North"}])
    assert seen(ws, ada) == {"c-1"}
    limited = ws.acting(ada.email, ws.access.sight_of(ada))
    assert limited.segments["All"].changes()["member"].to_pylist() == ["c-1"]
    assert len(limited.insights.history("contact", "c-1", limit=10)) == 2
    with pytest.raises(NotFoundError):
        limited.insights.history("contact", "c-2", limit=10)


@pytest.mark.parametrize("warm", [False, True])
def test_a_compound_tells_its_size_steps_and_sample_of_contacts_in_sight_alone(
    ws: Workspace, warm: bool
) -> None:
    ws.upsert("contact", [{"id": f"c-{n}", "unit": "North", "age": n} for n in range(10, 40)])
    ws.upsert("contact", [{"id": f"d-{n}", "unit": "South", "age": n} for n in range(10, 60)])
    ws.segments.create("Old", "age >= 30", audience="contact")
    ws.segments.create("Even", "age >= 20 and age < 50", audience="contact")
    ws.segments.go_live(["Old", "Even"])
    ws.access.units.set_unit("contact.unit", actor="test")
    ada = somebody(ws, Role.MARKETER, ["North"])
    if warm:
        ws.warm()
    limited = ws.acting(ada.email, ws.access.sight_of(ada))
    texts = {
        'segment "Old" and segment "Even"': (10, [(10, 10), (20, 10)]),
        'segment "All" and not segment "Old"': (22, [(32, 32), (22, 22)]),
        'not segment "Old" and not segment "Even"': (12, [(22, 22), (12, 12)]),
        'segment "Old" or segment "Even"': (20, [(20, 20)]),
        'not segment "Old"': (22, [(22, 22)]),
    }
    for text, (size, steps) in texts.items():
        ws.segments.create(text, text, kind="compound", audience="contact")
        # Everyone's answer first, so that nothing that is kept of it is told.
        everyone = ws.segments[text].estimate()
        preview = limited.segments.preview(text, audience="contact", kind="compound").estimate
        for found in (preview, limited.segments[text].estimate()):
            assert found is not None
            assert (found.count, found.audience_size) == (size, 32), text
            assert [(one.alone, one.together) for one in found.per_condition] == steps, text
            assert len(found.sample) == min(size, 20)
            assert not any(key.startswith("d-") for key in found.sample), text
        assert everyone.audience_size == 84
        assert everyone.count > size


@pytest.mark.parametrize("warm", [False, True])
def test_snapshots_of_members_hold_bits_of_contacts_in_sight_alone(
    ws: Workspace, warm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "SNAPSHOT_CHANGES_MIN", 3)
    # Numbers grow past the bits that views were written for.
    rows = [{"id": f"d-{n}", "unit": ("North", "South")[n % 2], "age": n} for n in range(1_100)]
    ws.upsert("contact", rows)
    ws.segments.create("Old", "age >= 1000", audience="contact")
    ws.segments.create("Leads", "id is present", audience="lead")
    if warm:
        ws.warm()
    ws.segments.go_live(["Old", "Leads"])
    first = ws.version
    ws.upsert("contact", [{"id": f"d-{n}", "age": 5} for n in range(1_000, 1_040)])
    ws.upsert("contact", [{"id": f"d-{n}", "age": 5_000} for n in range(130)])
    ws.delete("contact", ["d-1098", "d-1099"])
    ws.upsert("lead", [{"id": f"l-{n}"} for n in range(4, 9)])
    ws.delete("lead", [f"l-{n}" for n in range(4, 8)])
    last = ws.version
    ws.upsert("contact", [{"id": "d-1041", "unit": "North"}, {"id": "d-1042", "unit": "South"}])
    ws.access.units.set_unit("contact.unit", actor="test")
    ada = somebody(ws, Role.MARKETER, ["North"])
    limited = ws.acting(ada.email, ws.access.sight_of(ada))
    # Where a contact belongs is asked now, also of the past.
    north = {f"d-{n}" for n in range(1_100) if n % 2 == 0} - {"d-1042", "d-1098"} | {"d-1041"}
    for version in (first, last - 1, last, ws.version):
        everyone = set(ws.segments["Old"].members(version=version).keys())
        told = limited.segments["Old"].members(version=version)
        assert set(told.keys()) == everyone & north
        assert len(told) < len(everyone)
    assert limited.segments["Old"].growth()["size"].to_pylist()[-1] == len(limited.segments["Old"].members())
    with ws._record.cursor() as whole, limited._record.cursor() as cursor:
        snapshots = "SELECT s.name, m.version, m.members::VARCHAR FROM membership_snapshots m"
        snapshots += " JOIN segments s ON s.id = m.segment ORDER BY ALL"
        there, seen_of_it = (one.execute(snapshots).fetchall() for one in (whole, cursor))
        table = entity_table(ws.catalog.current.entities["contact"])
        numbers = {one for (one,) in cursor.execute(f"SELECT {NUMBER} FROM {table}").fetchall()}
        sizes = memberships.sizes(cursor)
    assert {name for name, _, _ in there} == {"Old", "All", "Leads"}
    assert [one[:2] for one in there] == [one[:2] for one in seen_of_it]
    for (name, _, stored), (_, _, bits) in zip(there, seen_of_it, strict=True):
        told_of = {number for number, bit in enumerate(bits) if bit == "1"}
        if name == "Leads":
            assert bits == stored
            continue
        assert told_of == {number for number, bit in enumerate(stored) if bit == "1"} & numbers
        assert told_of
    assert sizes[ws.segments["Old"].id] == len(limited.segments["Old"].members())
    with pytest.raises(ForbiddenError):
        limited.sql("SELECT * FROM segment_members")


def test_a_seller_sees_what_is_theirs_in_their_units(ws: Workspace) -> None:
    ws.access.units.set_owner("contact.owner", actor="test")
    ada = somebody(ws, Role.SELLER, None)
    assert seen(ws, ada) == {"c-1", "c-4"}
    ws.access.units.set_unit("contact.unit", actor="test")
    assert seen(ws, ws.access.people.change(ada.id, actor="test", units=["North"])) == {"c-1"}
    marketer = ws.access.people.change(ada.id, actor="test", role=Role.MARKETER)
    assert seen(ws, marketer) == {"c-1", "c-3"}


def test_records_of_other_audiences_are_everybodys(ws: Workspace) -> None:
    ws.access.units.set_unit("contact.unit", actor="test")
    ada = somebody(ws, Role.MARKETER, ["North"])
    limited = ws.acting(ada.email, ws.access.sight_of(ada))
    ws.segments.create("Leads", "id is present", audience="lead")
    ws.segments.go_live(["Leads"])
    for warm in (False, True):
        if warm:
            ws.warm()
        assert limited.segments["Leads"].members().keys() == ("l-1", "l-2")
        assert {one.name: one.size for one in limited.segments.list()} == {"All": 2, "Leads": 2}


def test_an_attribute_that_is_gone_shows_nobody(ws: Workspace) -> None:
    contact = ws.catalog.entities["contact"]
    limited = ws.acting("ada", Sight(contact.number, (Among(2**32 - 1, frozenset({"North"})),)))
    assert limited.segments["All"].members().keys() == ()
    assert limited.insights.counts()[0]["contact"] == 0


@pytest.mark.parametrize(
    ("attribute", "error"),
    [("contact.nothing", NotFoundError), ("contact.age", UsageError), ("company.unit", UsageError)],
)
def test_an_attribute_that_cannot_tell_units_is_refused(
    ws: Workspace, attribute: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        ws.access.units.set_unit(attribute, actor="test")
    assert ws.access.units.settings.unit is None


def test_units_and_owners_are_of_one_audience(ws: Workspace) -> None:
    ws.access.units.set_unit("lead.unit", actor="test")
    with pytest.raises(UsageError):
        ws.access.units.set_owner("contact.owner", actor="test")


def test_nobody_is_limited_to_units_that_nothing_tells(ws: Workspace) -> None:
    with pytest.raises(ConflictError) as unset:
        somebody(ws, Role.MARKETER, ["North"])
    assert unset.value.code == "access.units_unset"
    ws.access.units.set_unit("contact.unit", actor="test")
    somebody(ws, Role.MARKETER, ["North"])
    with pytest.raises(ConflictError) as used:
        ws.access.units.set_unit(None, actor="test")
    assert used.value.code == "access.units_used"


@pytest.mark.parametrize("units", [[], [""], [" "], ["x" * 201], ["x"] * 0])
def test_units_that_are_none_are_refused(ws: Workspace, units: list[str]) -> None:
    ws.access.units.set_unit("contact.unit", actor="test")
    with pytest.raises(UsageError):
        somebody(ws, Role.MARKETER, units)


def test_administrators_and_write_keys_are_not_limited(ws: Workspace) -> None:
    ws.access.units.set_unit("contact.unit", actor="test")
    with pytest.raises(UsageError):
        somebody(ws, Role.ADMIN, ["North"])
    ada = somebody(ws, Role.MARKETER, ["North"])
    with pytest.raises(UsageError):
        ws.access.people.change(ada.id, actor="test", role=Role.ADMIN)
    with pytest.raises(UsageError):
        ws.access.keys.create(KeyKind.WRITE, "k", actor="test", units=["North"])


def test_a_key_is_limited_as_people_are_and_stays_so(tmp_path: Path) -> None:
    clock = ManualClock("2026-01-01T00:00:00Z")
    with satsuma.open(tmp_path / "w", clock=clock) as ws:
        ws.catalog.apply(CATALOG)
        ws.access.units.set_unit("contact.unit", actor="test")
        key, secret = ws.access.keys.create(KeyKind.API, "k", actor="test", units=["North", "North"])
    with satsuma.open(tmp_path / "w", clock=clock) as ws:
        found = ws.access.keys.find(secret, KeyKind.API)
        assert found == key
        assert found is not None
        assert found.units == ("North",)
        assert ws.access.sight_of(found) is not None


def test_what_is_of_the_whole_workspace_is_refused_to_whoever_sees_a_part(ws: Workspace) -> None:
    ws.access.units.set_unit("contact.unit", actor="test")
    ada = somebody(ws, Role.MARKETER, ["North"])
    limited = ws.acting(ada.email, ws.access.sight_of(ada))
    for refused in (
        lambda: limited.sql("SELECT 1"),
        lambda: limited.backup("x"),
        limited.snapshot,
        limited.verify,
        lambda: limited.erase("contact", "c-1"),
        lambda: limited.acting("eve"),
        lambda: limited.imports,
        lambda: [*limited.webhooks.list()],
        lambda: [*limited.feed.cursors()],
        lambda: limited.catalog.apply({"entities": {"shop": {"attributes": {}}}}),
        lambda: limited.segments.apply("."),
        limited.close,
    ):
        with pytest.raises(ForbiddenError):
            refused()
    assert ws.sql("SELECT count(*) AS n FROM contact").to_pylist() == [{"n": 4}]


def test_tests_of_contacts_out_of_sight_are_not_told_by_whether_they_fail(ws: Workspace) -> None:
    ws.access.units.set_unit("contact.unit", actor="test")
    ada = somebody(ws, Role.MARKETER, ["North"])
    limited = ws.acting(ada.email, ws.access.sight_of(ada))
    where = {"attribute": "owner", "op": "is", "value": "bob@example.com"}
    source: dict[str, object] = {"audience": "contact", "where": where}
    for key, name in (("c-2", "Hidden"), ("c-9", "Unknown")):
        limited.segments.create({**source, "name": name, "tests": {"in": [key]}})
        with pytest.raises(ForbiddenError):
            limited.segments[name].go_live()
    limited.segments.create({**source, "name": "Own", "tests": {"in": ["c-3"]}})
    limited.segments["Own"].go_live()


def test_a_table_that_nobody_has_ruled_on_is_empty_to_limited_readers(ws: Workspace) -> None:
    ws.access.units.set_unit("contact.unit", actor="test")
    ws.writer.commit(
        lambda change: change.connection.execute("CREATE TABLE later AS SELECT 'c-2' AS key"), actor="test"
    )
    limited = ws.acting("ada", ws.access.units.sight_of(["North"], None))
    with limited.insights._rooms.reading() as (cursor, _):
        assert cursor.execute("SELECT * FROM later").fetchall() == []


def test_what_limited_readers_read_through_is_in_no_file(ws: Workspace, tmp_path: Path) -> None:
    ws.access.units.set_unit("contact.unit", actor="test")
    ada = somebody(ws, Role.MARKETER, ["North"])
    assert seen(ws, ada) == {"c-1", "c-3"}
    ws.catalog.apply({"entities": {"contact": {"attributes": {"later": "text"}}}})
    assert seen(ws, ada) == {"c-1", "c-3"}
    ws.erase("contact", "c-3")
    assert seen(ws, ada) == {"c-1"}
    ws.backup(tmp_path / "w.backup")
    satsuma.restore(tmp_path / "w.backup", tmp_path / "again")
    with satsuma.open(tmp_path / "again", clock=ManualClock("2026-01-02T00:00:00Z")) as again:
        assert again.sql("SELECT count(*) AS n FROM contact").to_pylist() == [{"n": 3}]
        assert seen(again, ada) == {"c-1"}


def test_many_sights_are_read_through_at_once(ws: Workspace) -> None:
    ws.access.units.set_unit("contact.unit", actor="test")
    names = ["North", "South", "East"]
    expected = {"North": 2, "South": 1, "East": 0}

    def count(turn: int) -> tuple[int, int]:
        name = names[turn % 3]
        # Another value that nobody has makes another sight of the same contacts.
        limited = ws.acting("a", ws.access.units.sight_of([name, f"none {turn % 20}"], None))
        return limited.insights.counts()[0]["contact"], expected[name]

    with ThreadPoolExecutor(8) as pool:
        for found, wanted in pool.map(count, range(60)):
            assert found == wanted
