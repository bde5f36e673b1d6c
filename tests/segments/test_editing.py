"""What people do to segments: pick members, override, compare, look back, restore, use templates."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import satsuma
from satsuma.segments.blanks import Blank, BlankKind
from satsuma.segments.static import Picked
from tests.segments.shop import shop

PARTS = [
    'city is "Paris"',
    'city is not "Lyon"',
    "city is missing",
    "age >= 35",
    "age is missing",
    "did purchase in the last 30 days",
    "did purchase at least 2 times",
    "sum of amount over purchase >= 30",
    "everyone",
    "nobody",
    'sample 50% salt "x"',
]
definitions = st.recursive(
    st.sampled_from(PARTS),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) and ({two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) or ({two[1]})"),
        inner.map(lambda one: f"not ({one})"),
    ),
    max_leaves=4,
)


@settings(max_examples=5)
@given(
    edits=st.lists(definitions, min_size=6, max_size=6, unique=True),
    always=st.sets(st.sampled_from(["c-1", "c-2", "c-9"])),
)
def test_a_comparison_is_what_going_live_then_changes(
    tmp_path_factory: pytest.TempPathFactory, edits: list[str], always: set[str]
) -> None:
    with shop(tmp_path_factory.mktemp("shop")) as workspace:
        segment = workspace.segments.create("Target", where=edits[0])
        segment.always(always)
        segment.go_live()
        for after in edits[1:]:
            told = segment.compare(where=after)
            segment.edit(after)
            assert list(segment.compare().enter) == list(told.enter)
            version = segment.go_live().version
            changes = segment.changes(since_version=version - 1).to_pylist()
            assert list(told.enter) == sorted(row["member"] for row in changes if row["change"] == "entered")
            assert list(told.leave) == sorted(row["member"] for row in changes if row["change"] == "left")
            assert sorted([*told.enter, *told.stay]) == list(segment.members())


def test_overrides_hold_by_key_and_wait_for_the_record(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = workspace.segments.create("Target", where='city is "Paris"')
        segment.go_live()
        segment.always(["c-2", "c-9"])
        segment.never(["c-1"])
        assert list(segment.members()) == ["c-2", "c-3"]
        workspace.upsert("contact", [{"id": "c-9", "city": "Rome"}])
        assert list(segment.members()) == ["c-2", "c-3", "c-9"]
        causes = {row["cause"] for row in segment.changes(since_version=4).to_pylist()}
        assert causes == {"definition", "override", "data"}
        segment.never(["c-2"])
        assert [(row.key, row.rule) for row in segment.overrides()] == [
            ("c-9", "always"),
            ("c-1", "never"),
            ("c-2", "never"),
        ]
        segment.follow_definition(["c-1", "c-2", "c-9"])
        assert list(segment.members()) == ["c-1", "c-3"]


def test_overrides_count_wherever_the_segment_is_referred_to(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = workspace.segments.create("Target", where='city is "Paris"')
        segment.go_live()
        other = workspace.segments.create("Other", where='not segment "Target"')
        other.go_live()
        segment.never(["c-1"])
        assert list(other.members()) == ["c-1", "c-2"]


def test_a_static_segment_is_picked_by_hand_and_by_query_and_tells_unknown_keys(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = workspace.segments.create("Picked", kind="static")
        segment.go_live()
        assert segment.add(["c-1", "c-404", "c-1"]) == Picked(1, 0, ("c-404",))
        assert segment.add_where('city is "Paris"') == Picked(1, 1)
        assert list(segment.members()) == ["c-1", "c-3"]
        assert segment.remove(["c-1", "c-2"]) == Picked(1, 1)
        workspace.upsert("contact", [{"id": "c-3", "city": "Rome"}])
        assert list(segment.members()) == ["c-3"]
        workspace.delete("contact", ["c-3"])
        assert list(segment.members()) == []


def test_a_snapshot_keeps_who_was_in_at_a_version(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = workspace.segments.create("Target", where='city is "Paris"')
        version = segment.go_live().version
        workspace.upsert("contact", [{"id": "c-1", "city": "Rome"}])
        workspace.delete("contact", ["c-3"])
        then = workspace.segments.snapshot("Target", "Then", version=version)
        now = workspace.segments.snapshot("Target", "Now")
        workspace.segments.go_live(["Then", "Now"])
        assert (list(then.members()), list(now.members())) == (["c-1"], [])
        assert len(segment.members(version=version)) == 2  # the one deleted since has no key any more


def test_every_edition_tells_what_it_changed_and_can_be_restored(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = workspace.segments.create("Target", where='city is "Paris"')
        segment.go_live()
        segment.edit('city is "Paris" and age >= 35')
        segment.go_live()
        segment.restore(1)
        editions = segment.history()
        assert [(one.number, one.status, one.actor) for one in editions] == [
            (1, None, "ada"),
            (2, "live", "ada"),
            (3, "draft", "ada"),
        ]
        assert editions[0].text == editions[2].text == 'city is "Paris"'
        assert any(line.startswith("+") and "age >= 35" in line for line in editions[1].difference)
        with pytest.raises(satsuma.Error, match=r"no edition 9 .it has 1 to 3."):
            segment.restore(9)


def test_growth_adds_up_to_the_size(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = workspace.segments.create("Target", where='city is "Paris"')
        segment.go_live()
        workspace.upsert("contact", [{"id": "c-1", "city": "Rome"}, {"id": "c-2", "city": "Paris"}])
        workspace.upsert("contact", [{"id": "c-4", "city": "Paris"}])
        rows = segment.growth().to_pylist()
        assert [(row["entered"], row["left"], row["size"]) for row in rows] == [
            (2, 0, 2),
            (1, 1, 2),
            (1, 0, 3),
        ]
        assert rows[-1]["size"] == len(segment.members())


def test_related_names_both_directions(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        workspace.lists.create("News")
        segment = workspace.segments.create(
            "Target", where='city is "Paris" and did purchase where amount > 5 and in list "News"'
        )
        segment.go_live()
        workspace.segments.create("Reader", where='segment "Target"', kind="compound").go_live()
        related = segment.related()
        assert [(one.kind, one.name) for one in related.used_by] == [("segment", "Reader")]
        assert [(one.kind, one.name) for one in related.uses] == [
            ("attribute", "contact.city"),
            ("attribute", "purchase.amount"),
            ("interaction", "purchase"),
            ("list", "News"),
        ]


def test_a_duplicate_is_a_draft_of_its_own(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        workspace.segments.create("Target", where='city is "Paris"', tags=["geo"]).go_live()
        copy = workspace.segments.duplicate("Target", "Copy")
        copy.edit('city is "Lyon"')
        copy.go_live()
        assert list(workspace.segments["Target"].members()) == ["c-1", "c-3"]
        assert list(copy.members()) == ["c-2"]
        assert [one.name for one in workspace.segments.list(search="geo")] == ["Copy", "Target"]


def test_a_name_is_taken_without_regard_to_case(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        workspace.segments.create("Target", where="everyone")
        with pytest.raises(satsuma.Error, match="there is a segment “Target” already"):
            workspace.segments.create("TARGET", where="everyone")


def test_templates_of_the_gallery_fill_in_to_definitions_that_can_be_read(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        examples: dict[BlankKind, str | float] = {
            BlankKind.NUMBER: 5,
            BlankKind.TEXT: 'a "b"',
            BlankKind.NAME: "purchase",
        }
        for template in workspace.templates:
            values: dict[str, str | float] = {
                name: examples[blank.kind] for name, blank in template.blanks.items() if blank.default is None
            }
            assert template.fill(**values) is not None
            assert all(blank.help for blank in template.blanks.values())


def test_a_saved_template_is_filled_in_and_refuses_what_does_not_fit(tmp_path: Path) -> None:
    blanks = {
        "city": Blank(BlankKind.TEXT, "Which city."),
        "total": Blank(BlankKind.NUMBER, "At least so much.", Decimal("9.50")),
    }
    with shop(tmp_path) as workspace:
        workspace.templates.save(
            "Local spenders", "city is {{city}} and sum of amount over purchase >= {{total}}", blanks=blanks
        )
    with satsuma.open(tmp_path, clock=satsuma.ManualClock("2026-01-01T00:00:00Z")) as workspace:
        template = workspace.templates["local SPENDERS"]
        assert template.blanks == blanks
        segment = workspace.segments.create("Lyon", where=template.fill(city="Lyon"))
        segment.go_live()
        assert list(segment.members()) == ["c-2"]
        with pytest.raises(satsuma.Error, match=r"nothing is given for 'city' .Which city.."):
            template.fill()
        with pytest.raises(satsuma.Error, match="found 'many' for 'total', expected a number"):
            template.fill(city="Lyon", total="many")
        with pytest.raises(satsuma.Error, match=r"no blank 'cty' .did you mean 'city'"):
            template.fill(cty="Lyon")
        with pytest.raises(satsuma.Error, match="comes with Satsuma and stays"):
            workspace.templates.delete("Lapsed")
