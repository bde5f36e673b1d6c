"""Erasing for good: from the rows, from the past, and from the bytes of every file of the workspace."""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import duckdb
import pytest

import satsuma
from satsuma.record.files import DATABASE_FILE
from satsuma.record.rewriting import PENDING

KEY, ALIAS = "kunde-4711-wegda", "anonym-0815-wegda"
MARKS = (KEY, ALIAS, "wegdamit", "Unverwechselbar", "wegdamit@example.org", "frueher.wegdamit")


def files_with(folder: Path, mark: str) -> list[str]:
    """Files of a folder in whose bytes a text is found, in any case; the index may be made meanwhile."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                if mark.lower().encode() in (Path(place) / name).read_bytes().lower():
                    found.append(name)
    return found


def fill(ws: satsuma.Workspace) -> None:
    """Everything that a workspace can know about somebody, between others who are alike."""
    others = [
        {"id": f"kunde-{n:04}-bleibt", "email": f"n{n}@example.org", "name": f"Niemand {n}"}
        for n in range(300)
    ]
    ws.upsert("contact", others)
    ws.upsert("contact", [{"id": KEY, "email": "frueher.wegdamit@example.org", "name": "Unverwechselbar"}])
    ws.upsert("contact", [{"id": KEY, "email": "Wegdamit@example.org"}])
    ws.upsert("contact", [{"id": ALIAS}])
    ws.merge("contact", keep=KEY, drop=ALIAS)
    ws.catalog.apply(
        {
            "entities": {
                "contact": {"attributes": {"friend": {"type": "reference", "to": "contact"}}},
                "ticket": {"attributes": {"owner": {"type": "reference", "to": "contact"}}},
            },
            "interactions": {
                "call": {
                    "audience": "contact",
                    "attributes": {"with": {"type": "reference", "to": "contact"}, "note": "text"},
                }
            },
        }
    )
    ws.upsert("contact", [{"id": "kunde-0001-bleibt", "friend": KEY}])
    ws.upsert("ticket", [{"id": "t-1", "owner": ALIAS}])
    ws.append(
        "call",
        [
            {"contact": KEY, "occurred_at": "2026-01-01T00:00:00Z", "note": "Unverwechselbar called"},
            {"contact": "kunde-0002-bleibt", "occurred_at": "2026-01-01T00:00:00Z", "with": KEY},
            {"contact": KEY, "occurred_at": "whenever", "note": "wegdamit"},
            {"contact": "kunde-0003-bleibt", "occurred_at": "soon", "note": "ask wegdamit@example.org"},
            {"contact": "kunde-0004-bleibt", "occurred_at": "soon", "note": "nothing of him"},
        ],
    )
    ws.mail.configure(public_url="https://lists.example.org", sender="news@example.org")
    ws.lists.create("News", subscription=True, double_opt_in=True).ask([KEY])
    ws.lists.create("Offers", subscription=True).add([KEY, "kunde-0005-bleibt"])
    ws.consent.set_level(KEY, "marketing", evidence="letter of Unverwechselbar")
    ws.centers.create("Main", lists=["Offers"]).publish()
    ws.centers.end_links(KEY)
    ws.segments.create("Named", 'name starts with "U"').go_live()
    ws.segments.create("All", "everyone").go_live()
    ws.segments["All"].never([KEY])
    picked = ws.segments.create("Picked", kind="static")
    picked.add([KEY, "kunde-0005-bleibt"])
    picked.go_live()


def test_no_byte_of_key_name_or_address_is_left_in_any_file(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    with satsuma.open(folder) as ws:
        fill(ws)
        size = len(ws.segments["All"].members())
        (folder / "uploads" / "waiting").mkdir(parents=True)
        (folder / "uploads" / "waiting" / "contacts.csv").write_text(f"id\n{KEY}\n", encoding="utf-8")
        for mark in MARKS:
            assert files_with(folder, mark), f"{mark} was never there to be found"
        receipt = ws.erase("contact", ALIAS)
        assert receipt.is_file_rewritten
        assert receipt.still_named_in == ()
        for mark in MARKS:
            assert files_with(folder, mark) == [], mark
        assert receipt.removed == {
            "aliases": 1,
            "consent entries": 5,
            "epochs of links": 1,
            "interactions": 7,
            "lists": 1,
            "messages": 1,
            "observations": 2,
            "opt-ins": 1,
            "overrides": 1,
            "references": 3,
            "refused rows": 2,
            "static segments": 1,
        }
        assert MARKS[0] not in repr(receipt)
        assert len(ws.segments["All"].members()) == size
        assert list(ws.segments["Named"].members()) == []
        assert list(ws.lists["Offers"]) == list(ws.segments["Picked"].members()) == ["kunde-0005-bleibt"]
        assert [row.row for row in ws.quarantine()] != []
        assert ws.verify() == ()
        with pytest.raises(satsuma.Error, match="has the key"):
            ws.erase("contact", KEY)
    with satsuma.open(folder) as ws:
        assert ws.verify() == ()
        for mark in MARKS:
            assert files_with(folder, mark) == [], mark


def test_a_warm_engine_forgets_too_and_segments_stay_exact(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    with satsuma.open(folder) as ws:
        fill(ws)
        ws.warm()
        assert files_with(folder / "index", KEY), "the index has keys, and so has something to forget"
        ws.erase("contact", KEY)
        for mark in MARKS:
            assert files_with(folder, mark) == [], mark
        ws.upsert("contact", [{"id": "later", "name": "Uhu"}])
        ws.warm()
        ws.upsert("contact", [{"id": "later still", "name": "Uhu"}])
        assert list(ws.segments["Named"].members()) == ["later", "later still"]
        assert ws.verify() == ()
    for mark in MARKS:
        assert files_with(folder, mark) == [], mark


def test_nothing_is_made_of_the_record_while_somebody_is_erased(tmp_path: Path) -> None:
    """A workspace that has just been opened, and would warm itself at the first version."""
    folder = tmp_path / "shop"
    with satsuma.open(folder) as ws:
        fill(ws)
    with satsuma.open(folder) as ws:
        ws.erase("contact", KEY)
        for mark in MARKS:
            assert files_with(folder, mark) == [], mark
        ws.warm()
        for mark in MARKS:
            assert files_with(folder, mark) == [], mark
        assert ws.verify() == ()


def test_an_erased_key_may_come_again_as_someone_new(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "shop") as ws:
        fill(ws)
        ws.erase("contact", KEY)
        taken = ws.upsert("contact", [{"id": KEY, "observed_at": "2020-01-01T00:00:00Z", "name": "New"}])
        assert (taken.accepted, taken.created) == (1, 1)
        assert ws.consent.entries(KEY) == []
        assert ws.lists.of(KEY) == ()
        assert ws.export_contact(KEY)["interactions"]["call"] == []


def test_messages_to_a_record_that_was_merged_or_deleted_are_forgotten_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    with satsuma.open(folder) as ws:
        ws.upsert("contact", [{"id": f"c-{n}", "email": f"first{n}.wegdamit@example.org"} for n in range(4)])
        ws.mail.configure(public_url="https://lists.example.org", sender="news@example.org")
        news = ws.lists.create("News", subscription=True, double_opt_in=True)
        news.ask(["c-0", "c-1", "c-2"])
        ws.merge("contact", keep="c-3", drop="c-1")
        ws.delete("contact", ["c-2"])
        assert [one.address for one in ws.mail.outbox()] == ["first0.wegdamit@example.org"]
        assert [one.key for one in news.pending()] == ["c-0"]
        assert ws.lists.list()[0].pending == 1
        ws.erase("contact", "c-3")
        assert files_with(folder, "first1.wegdamit") == []
        assert files_with(folder, "first3.wegdamit") == []
        assert files_with(folder, "first0.wegdamit") != []


def test_who_was_deleted_can_still_be_erased_by_any_key_they_had(tmp_path: Path) -> None:
    folder, at = tmp_path / "shop", "2026-01-01T00:00:00Z"
    with satsuma.open(folder) as ws:
        fill(ws)
        ws.delete("contact", [KEY])
        ws.append("call", [{"contact": KEY, "occurred_at": at}, {"contact": ALIAS, "occurred_at": at}])
        assert files_with(folder, KEY) != []
        receipt = ws.erase("contact", ALIAS)
        assert receipt.removed["aliases"] == 1
        # Of the address nothing is known any more, so who else was asked about it cannot be told.
        kept = [row.row for row in ws.quarantine() if "wegdamit" in row.row]
        assert [json.loads(row)["contact"] for row in kept] == ["kunde-0003-bleibt"]
        for mark in (KEY, ALIAS, "Unverwechselbar"):
            assert files_with(folder, mark) == [], mark
        assert ws.verify() == ()
        with pytest.raises(satsuma.Error, match="has the key"):
            ws.erase("contact", KEY)
        ws.upsert("contact", [{"id": KEY}])
        assert ws.export_contact(KEY)["interactions"]["call"] == []


def test_who_was_deleted_before_their_number_was_kept_is_erased_by_each_key(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    with satsuma.open(folder) as ws:
        ws.upsert("contact", [{"id": key} for key in ("kept-by-all", "goes-for-good", "goes-as-well")])
        ws.merge("contact", keep="goes-for-good", drop="goes-as-well")
        ws.delete("contact", ["goes-for-good"])
    with duckdb.connect(str(folder / DATABASE_FILE)) as connection:
        connection.execute("ALTER TABLE deletions DROP COLUMN member")
        connection.execute("DELETE FROM migrations WHERE layer = 'record' AND number = 5")
    with satsuma.open(folder) as ws:
        for key in ("goes-for-good", "goes-as-well"):
            assert files_with(folder, key) != []
            ws.erase("contact", key)
            assert files_with(folder, key) == []
        assert ws.verify() == ()


def test_what_people_wrote_themselves_is_told_and_left_to_them(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "shop") as ws:
        fill(ws)
        ws.segments.create("Wrote it", f'email is "wegdamit@example.org" or id is "{KEY}"')
        ws.lists["Offers"].describe("Asked for by wegdamit@example.org")
        receipt = ws.erase("contact", KEY)
        assert receipt.still_named_in == ("definitions.source", "lists.description")


def test_an_export_holds_all_that_was_known_and_nothing_of_others(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "shop") as ws:
        fill(ws)
        known = ws.export_contact(ALIAS)
        assert (known["key"], known["aliases"]) == (KEY, [ALIAS])
        assert known["attributes"]["email"] == "Wegdamit@example.org"
        assert [one["values"]["email"] for one in known["history"]] == [
            "frueher.wegdamit@example.org",
            "Wegdamit@example.org",
        ]
        assert [one["note"] for one in known["interactions"]["call"]] == ["Unverwechselbar called"]
        assert known["lists"] == ["Offers"]
        assert {one["segment"] for one in known["segments"]} == {"Named", "All", "Picked"}
        assert {one["topic"] for one in known["consent"]} >= {"marketing", "profiling"}
        assert [one["list"] for one in known["opt_ins"]] == ["News"]
        assert [one["kind"] for one in known["messages"]] == ["confirm"]
        assert {(one["entity"], one["key"]) for one in known["referred_to_by"]} == {
            ("contact", "kunde-0001-bleibt"),
            ("ticket", "t-1"),
        }
        assert len(known["refused_rows"]) == 2
        assert "Niemand" not in str(known)


def test_readers_are_waited_for_and_go_on_afterwards(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "shop") as ws:
        fill(ws)
        stop, faults, read = threading.Event(), [], 0

        def reading() -> None:
            nonlocal read
            while not stop.is_set():
                try:
                    assert ws.sql("SELECT count(*) AS n FROM ticket")["n"][0].as_py() == 1
                    read += 1
                except BaseException as error:
                    faults.append(error)
                    raise

        threads = [threading.Thread(target=reading) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.05)
        receipt = ws.erase("contact", KEY)
        after = read
        time.sleep(0.2)
        stop.set()
        for thread in threads:
            thread.join()
        assert faults == []
        assert receipt.is_file_rewritten
        assert read > after


def test_a_file_that_could_not_be_rewritten_is_when_the_workspace_is_opened_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shop"
    with satsuma.open(folder) as ws:
        fill(ws)
        with ws._record.cursor():
            outcome: list[bool] = []
            impatient = partial(ws._record.rewrite, patience_seconds=0.05)
            monkeypatch.setattr(ws._record, "rewrite", impatient)
            thread = threading.Thread(
                target=lambda: outcome.append(ws.erase("contact", KEY).is_file_rewritten)
            )
            thread.start()
            thread.join()
        assert outcome == [False]
        assert files_with(folder, KEY)
    with satsuma.open(folder) as ws:
        for mark in MARKS:
            assert files_with(folder, mark) == [], mark
        with ws._record.cursor() as cursor:
            assert cursor.execute("SELECT * FROM meta WHERE key = ?", [PENDING]).fetchall() == []
