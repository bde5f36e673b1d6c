"""Marketing lists: who is on them, what is told of every change, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import satsuma
from satsuma.lists import joining
from satsuma.lists.joining import Request
from satsuma.record.change import Change
from tests.lists.shop import count, shop


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with shop(tmp_path / "shop") as found:
        yield found


def test_every_joining_and_leaving_is_an_interaction_in_its_version(ws: satsuma.Workspace) -> None:
    news = ws.lists.create("News")
    joined = news.add(["c-2", "c-1", "c-2"])
    assert (joined.accepted, joined.duplicates) == (2, 0)
    again = news.add(["c-1", "c-3"])
    assert (again.accepted, again.duplicates) == (1, 1)
    left = news.remove(["c-1", "c-6"])
    assert (left.accepted, left.duplicates) == (1, 1)
    assert list(news) == ["c-2", "c-3"]
    assert (len(news), "c-2" in news, "c-1" in news, 7 in news) == (2, True, False, False)
    rows = ws.sql("SELECT contact, list, through FROM list_subscribed ORDER BY id").to_pylist()
    assert [row["contact"] for row in rows] == ["c-1", "c-2", "c-3"]
    assert {(row["list"], row["through"]) for row in rows} == {("News", "python")}
    assert [row["contact"] for row in ws.sql("SELECT * FROM list_unsubscribed").to_pylist()] == ["c-1"]
    events = [(one.key, one.version, one.has_joined) for one in news.history()]
    assert events[0] == ("c-1", left.version, False)
    assert {one[1] for one in events[1:]} == {joined.version, again.version}


def test_segments_of_a_list_follow_within_the_same_version(ws: satsuma.Workspace) -> None:
    news = ws.lists.create("News")
    on, left = ws.segments.create("On", 'in list "News"'), ws.segments.create("Left", "did list_unsubscribed")
    ws.segments.go_live(["On", "Left"])
    version = news.add(["c-1", "c-2"]).version
    assert list(on.members(version=version)) == ["c-1", "c-2"]
    version = news.remove(["c-1"]).version
    assert (list(on.members(version=version)), list(left.members(version=version))) == (["c-2"], ["c-1"])
    assert ws.verify() == ()


def test_lists_are_filled_from_files_queries_and_segments(ws: satsuma.Workspace, tmp_path: Path) -> None:
    file = tmp_path / "keys.txt"
    file.write_text("\ufeffc-1\n\n  c-2 \n", encoding="utf-8")
    news = ws.lists.create("News")
    assert news.add_file(file).accepted == 2
    assert news.add_where("email is missing").accepted == 1
    assert list(news) == ["c-1", "c-2", "c-6"]
    ws.segments.create("S", 'email starts with "c3"').go_live()
    assert news.add(ws.segments["S"].members()).accepted == 1
    rows = ws.sql("SELECT contact, through FROM list_subscribed ORDER BY id").to_pylist()
    assert [(row["contact"], row["through"]) for row in rows] == [
        ("c-1", "file"),
        ("c-2", "file"),
        ("c-6", "query"),
        ("c-3", "python"),
    ]
    with pytest.raises(satsuma.Error, match="no attribute"):
        news.add_where("emial is missing")


def test_lists_of_other_audiences_have_interactions_of_their_own(ws: satsuma.Workspace) -> None:
    firms = ws.lists.create("Firms", audience="account")
    firms.add(["a-1", "a-2"])
    assert [row["account"] for row in ws.sql("SELECT account FROM account_list_subscribed").to_pylist()] == [
        "a-1",
        "a-2",
    ]
    assert "list_subscribed" not in ws.catalog.interactions
    with pytest.raises(satsuma.Error, match="only contacts subscribe"):
        ws.lists.create("Firms too", audience="account", subscription=True)


def test_unknown_keys_make_records_or_are_told(ws: satsuma.Workspace) -> None:
    news = ws.lists.create("News")
    assert (news.add(["new", "c-1"]).created, "new" in news) == (1, True)
    ws.catalog.apply({"mode": "strict"})
    told = news.add(["newer", "c-2"])
    assert (told.accepted, told.unknown, told.created) == (1, ("newer",), 0)
    assert count(ws, "list_subscribed") == 3
    assert ws.quarantine() == []


def test_in_strict_mode_the_types_are_there_all_the_same(ws: satsuma.Workspace) -> None:
    ws.catalog.apply({"mode": "strict"})
    ws.lists.create("News").add(["c-1"])
    assert count(ws, "list_subscribed") == 1


def test_names_are_unique_in_any_case_and_rename_is_followed(ws: satsuma.Workspace) -> None:
    news = ws.lists.create("News")
    segment = ws.segments.create("On", 'in list "News"')
    segment.go_live()
    news.rename("Monthly")
    news.add(["c-1"])
    assert list(segment.members()) == ["c-1"]
    assert "Monthly" in str(segment.definition)
    for name in ("MONTHLY", "monthly"):
        with pytest.raises(satsuma.Error, match="there is a list “Monthly” already"):
            ws.lists.create(name)
    with pytest.raises(satsuma.Error, match="no list “News”"):
        _ = ws.lists["News"]


def test_search_finds_names_and_descriptions_in_any_case(ws: satsuma.Workspace) -> None:
    ws.lists.create("News", description="Once a MONTH", subscription=True)
    ws.lists.create("Firms", audience="account")
    assert [one.name for one in ws.lists.list()] == ["Firms", "News"]
    assert [one.name for one in ws.lists.list(search="month")] == ["News"]
    assert [one.name for one in ws.lists.list(audience="account")] == ["Firms"]
    assert [one.name for one in ws.lists.list(subscription=True)] == ["News"]
    ws.lists["news"].add(["c-1", "c-2"])
    assert (ws.lists["NEWS"].members(search="C-2"), ws.lists["news"].members(after="c-1")) == (["c-2"],) * 2
    assert ws.lists.of("c-1") == ("News",)


def test_a_list_in_use_is_not_deleted_and_its_users_are_named(ws: satsuma.Workspace) -> None:
    news = ws.lists.create("News", subscription=True)
    news.add(["c-1"])
    segment = ws.segments.create("On", 'in list "News"')
    segment.go_live()
    ws.centers.create("Main", lists=["News"])
    ws.forms.create("Site", joins="News")
    with pytest.raises(satsuma.Error) as refused:
        news.delete()
    assert refused.value.code == "list.used"
    assert refused.value.details["users"] == [
        "form “Site”",
        "segment “On”",
        "subscription center “Main”",
    ]
    segment.stop()
    ws.centers["main"].delete()
    ws.forms.delete("Site")
    news.delete()
    assert ws.lists.list() == ()
    rows = ws.sql("SELECT contact, through FROM list_unsubscribed").to_pylist()
    assert rows == [{"contact": "c-1", "through": "list deleted"}]
    with pytest.raises(satsuma.Error, match="it was deleted"):
        news.add(["c-2"])


def test_a_list_with_double_opt_in_takes_nobody_without_evidence(ws: satsuma.Workspace) -> None:
    news = ws.lists.create("News", subscription=True, double_opt_in=True)
    with pytest.raises(satsuma.Error) as refused:
        news.add(["c-1"])
    assert refused.value.code == "list.double_opt_in"
    with pytest.raises(satsuma.Error, match="must confirm"):
        news.add_where("everyone")
    assert news.add(["c-1"], confirmed=True).accepted == 1
    with pytest.raises(satsuma.Error, match="no subscription list"):
        ws.lists.create("Other", double_opt_in=True)


def test_what_one_version_does_and_undoes_leaves_no_change_of_the_list(ws: satsuma.Workspace) -> None:
    news = ws.lists.create("News")
    news.add(["c-1"])
    since = ws.version

    def several(change: Change) -> None:
        for is_joining, keys in ((True, ["c-2", "c-3"]), (False, ["c-1", "c-2"]), (True, ["c-1"])):
            joining.apply(change, [Request(news.id, keys, is_joining, "test")])

    ws.writer.commit(several, actor="ada")
    assert list(news) == ["c-1", "c-3"]
    assert [(one.key, one.has_joined) for one in news.history(since_version=since)] == [("c-3", True)]
    assert count(ws, "list_unsubscribed") == 2


STEPS = st.lists(
    st.tuples(
        st.booleans(),
        st.lists(st.sampled_from([f"c-{n}" for n in range(1, 7)]), unique=True, max_size=4),
    ),
    min_size=1,
    max_size=8,
)


@given(before=st.sets(st.sampled_from([f"c-{n}" for n in range(1, 7)])), steps=STEPS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_many_requests_in_one_version_do_what_they_would_do_one_after_another(
    ws: satsuma.Workspace, before: set[str], steps: list[tuple[bool, list[str]]]
) -> None:
    news = ws.lists.create(f"List {ws.version}")
    news.add(sorted(before))
    on, expected, told = set(before), [], []
    for is_joining, keys in steps:
        changed = sorted(key for key in keys if (key in on) != is_joining)
        on = on | set(keys) if is_joining else on - set(keys)
        expected.append(len(changed))
        told += [(key, is_joining) for key in changed]
    requests = [Request(news.id, keys, is_joining, "test") for is_joining, keys in steps]
    since = ws.version
    done = ws.writer.commit(lambda change: joining.apply(change, requests), actor="ada").result
    assert [len(one.numbers) for one in done] == expected
    assert set(news) == on
    net = {(one.key, one.has_joined) for one in news.history(since_version=since)}
    assert net == {(key, True) for key in on - before} | {(key, False) for key in before - on}
    rows = [
        (row["id"], row["contact"], type_ == "list_subscribed")
        for type_ in ("list_subscribed", "list_unsubscribed")
        for row in ws.sql(f"SELECT id, contact FROM {type_} WHERE list = ?", [news.name]).to_pylist()
        if type_ in ws.catalog.interactions
    ]
    ordered = [(key, is_joining) for _, key, is_joining in sorted(rows)][len(before) :]
    for key in {key for key, _ in told}:
        assert [one for one in ordered if one[0] == key] == [one for one in told if one[0] == key]
