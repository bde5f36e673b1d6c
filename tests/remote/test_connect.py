"""A workspace that another process holds is used as if it were open here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from fastapi import FastAPI, HTTPException, Request

import satsuma
from satsuma.api.rpc import rpc_router
from satsuma.remote.frames import Frame, read_frame, reader_of
from satsuma.remote.serving import Serving
from satsuma.remote.transports import SocketTransport
from satsuma.segments.gate import Status
from satsuma.server.socket import LocalSocket
from tests.api.live import live
from tests.remote.conftest import KEY, steady


def test_it_is_a_workspace_in_which_everything_can_be_done(
    ws: satsuma.Workspace, own: satsuma.Workspace
) -> None:
    assert isinstance(ws, satsuma.Workspace)
    assert repr(ws) == repr(own)
    receipt = ws.append(
        "bought", [{"contact": "c-1", "occurred_at": "2026-01-01", "amount": Decimal("1.50")}]
    )
    assert (receipt.accepted, receipt.version) == (1, own.version)
    assert own.versions()[-1].actor == "me"
    segment = ws.segments.create("Buyers", where=satsuma.parse("did bought"))
    assert segment.check() == own.segments["Buyers"].check()
    assert segment.estimate() == own.segments["Buyers"].estimate()
    segment.go_live()
    assert segment.status is Status.LIVE
    assert segment.definition == own.segments["Buyers"].definition
    assert segment.definition is not None
    there = own.segments["Buyers"].definition
    assert there is not None
    assert (segment.definition.to_english(), segment.definition.to_sql()) == (
        there.to_english(),
        there.to_sql(),
    )
    assert str(segment.explain("c-1")) == str(own.segments["Buyers"].explain("c-1"))
    assert segment.changes().equals(own.segments["Buyers"].changes())
    assert (segment.history(), segment.related()) == (
        own.segments["Buyers"].history(),
        own.segments["Buyers"].related(),
    )
    assert [len(part) for part in (segment.compare("everyone").enter, segment.compare("everyone").stay)] == [
        2499,
        1,
    ]
    assert ws.segments_of("c-1") == ("Bern", "Buyers")
    assert ws.verify() == ()
    ws.lists.create("news").add(["c-1"])
    assert list(ws.lists["news"]) == ["c-1"]
    assert ws.catalog.current == own.catalog.current
    ws.catalog.apply({"entities": {"contact": {"attributes": {"tier": "text"}}}})
    assert "tier" in own.catalog.entities["contact"].attributes
    assert ws.sql("SELECT count(*) AS n FROM contact").to_pylist() == [{"n": 2500}]


def test_members_are_those_of_the_holder_in_every_form(
    ws: satsuma.Workspace, own: satsuma.Workspace, tmp_path: Path
) -> None:
    here, there = ws.segments["bern"].members(), own.segments["Bern"].members()
    assert (len(here), list(here), here.keys()) == (len(there), list(there), there.keys())
    assert "c-1" in here
    assert "c-2" not in here
    assert np.array_equal(here.numbers(), there.numbers())
    assert here.numbers().dtype == np.uint32
    assert here.bitmap() == there.bitmap()
    assert here.to_arrow(["n"], limit=7, sort="n").equals(there.to_arrow(["n"], limit=7, sort="n"))
    assert here.to_pandas().equals(there.to_pandas())
    assert here.export(tmp_path / "here.csv") == there.export(tmp_path / "there.csv")
    assert (tmp_path / "here.csv").read_bytes() == (tmp_path / "there.csv").read_bytes()
    static = ws.segments.create("Picked", kind="static")
    assert static.add(here).changed == 1250


def test_a_stream_of_items_may_be_left_early(ws: satsuma.Workspace) -> None:
    keys = iter(ws.segments["Bern"].members())
    assert [next(keys) for _ in range(3)] == ["c-1", "c-1001", "c-1003"]
    del keys
    assert len(ws.segments["Bern"].members()) == 1250


def test_objects_are_the_same_where_they_are_the_same_there(ws: satsuma.Workspace) -> None:
    one, other = ws.segments["Bern"], ws.segments["bern"]
    assert one == other
    assert len({one, other}) == 1
    assert [found.name for found in ws.segments] == ["Bern"]
    assert ("BERN" in ws.segments, len(ws.segments)) == (True, 1)


@pytest.mark.parametrize(
    "make",
    [
        lambda rows: rows,
        iter,
        pa.Table.from_pylist,
        pd.DataFrame,
        pl.DataFrame,
        lambda rows: pl.DataFrame(rows).lazy(),
    ],
    ids=["dicts", "iterator", "arrow", "pandas", "polars", "lazy"],
)
def test_rows_are_taken_in_every_form_that_an_open_workspace_takes(
    ws: satsuma.Workspace, make: Callable[[Any], Any]
) -> None:
    rows = [{"id": "x-1", "when": date(2026, 1, 2), "m": 1.5}, {"id": "x-2", "when": None, "m": None}]
    assert ws.upsert("thing", make(rows)).accepted == 2
    assert ws.sql("SELECT * FROM thing ORDER BY id").to_pylist() == rows


def test_relations_and_columns_of_several_kinds_are_taken_too(ws: satsuma.Workspace) -> None:
    with duckdb.connect() as connection:
        assert ws.upsert("thing", connection.sql("SELECT 'x' AS id, 1 AS n")).accepted == 1
    mixed = pd.DataFrame({"id": ["y", "z"], "v": [1, "two"]}, dtype=object)
    receipt = ws.upsert("other", mixed)
    assert (receipt.accepted, receipt.quarantined) == (1, 1)
    [refused] = ws.quarantine("other")
    assert refused.message == 'v: found "two", expected an integer'


ERRORS: list[Callable[[satsuma.Workspace], object]] = [
    lambda ws: ws.segments["nowhere"],
    lambda ws: ws.segments.create("Bad", where="city ist"),
    lambda ws: ws.segments.create("Bern", where="everyone"),
    lambda ws: ws.segments.create("Bad", where="ctiy is 5").go_live(),
    lambda ws: ws.sql("DROP TABLE contact"),
    lambda ws: ws.segments["Bern"].members(version=99),
    lambda ws: ws.segments["Bern"].delete(),
    lambda ws: ws.upsert("contact", 5),
    lambda ws: ws.advance(to="2030-01-01"),
    lambda ws: ws.catalog.apply({"entities": 5}),
]


@pytest.mark.parametrize("wrong", ERRORS, ids=range(len(ERRORS)))
def test_errors_are_the_same_as_where_it_is_open(
    ws: satsuma.Workspace, own: satsuma.Workspace, wrong: Callable[[satsuma.Workspace], object]
) -> None:
    with pytest.raises((satsuma.Error, TypeError)) as there:
        wrong(own)
    for name in ("Bad",):
        if name in own.segments:
            own.segments[name].delete()
    with pytest.raises(type(there.value)) as here:
        wrong(ws)
    assert str(here.value) == str(there.value)
    assert vars(here.value) == vars(there.value)


def test_jobs_tell_how_far_they_are_and_can_be_waited_for(ws: satsuma.Workspace) -> None:
    job = ws.segments.create("All", where="everyone").go_live(wait=False)
    assert job.wait(timeout_s=20).version == ws.version
    assert (job.progress, job.state) == (1.0, "done")
    job.cancel()
    assert job.state == "done"


def test_what_is_not_public_is_not_served(ws: satsuma.Workspace) -> None:
    caller: Any = ws.__dict__["_caller"]
    for do, name in (
        ("read", "_record"),
        ("read", "writer"),
        ("call", "close"),
        ("call", "__init__"),
        ("call", "__class__"),
        ("read", "__dict__"),
        ("call", "acting"),
        ("call", "announce"),
    ):
        with pytest.raises(satsuma.Error) as raised:
            caller.ask(0, do, name)
        assert raised.value.code == "remote.not_served"


def test_nothing_is_made_of_classes_that_callers_may_not_pass(ws: satsuma.Workspace) -> None:
    caller: Any = ws.__dict__["_caller"]
    for value in (
        {"data": ["satsuma.record.files:Settings", {}]},
        {"data": ["os:system", {"command": "true"}]},
        {"enum": ["builtins:eval", "1"]},
        {"pickle": "x"},
        {"held": 99},
        {"bytes": 7},
        {"data": 5},
        {},
    ):
        header = {
            "session": "s",
            "on": 0,
            "do": "call",
            "name": "segments_of",
            "arguments": [value],
        }
        frames = list(caller._transport.exchange(Frame(header)))
        assert frames[-1].header["error"]["state"]["code"].startswith("remote."), value


def test_files_are_named_on_this_machine_only(ws: satsuma.Workspace, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("id,n\nz-1,1\n")
    (tmp_path / "catalog.yaml").write_text("entities: {contact: {attributes: {tier: text}}}")
    assert "tier" in ws.catalog.apply(tmp_path / "catalog.yaml").entities["contact"].attributes
    if isinstance(ws.__dict__["_caller"]._transport, SocketTransport):
        seen: list[tuple[int, int, int]] = []
        plan = ws.importer.plan([tmp_path / "more.csv"], "contact")
        assert plan.total_bytes == 11
        report = ws.importer.run(plan, progress=lambda *told: seen.append(told))
        assert (report.accepted, seen) == (1, [(11, 11, 1)])
        return
    catalog = ws.catalog
    for call in (
        lambda: ws.importer.plan([str(tmp_path / "more.csv")], "contact"),
        lambda: ws.segments.export(tmp_path / "out"),
        lambda: ws.segments.apply("/etc"),
        lambda: ws.lists.create("l").add_file("/etc/passwd"),
        lambda: ws.__dict__["_caller"].ask(catalog.__dict__["_id"], "call", "apply", ("/etc/passwd",)),
    ):
        with pytest.raises(satsuma.Error) as raised:
            call()
        assert raised.value.code == "remote.files"


def test_an_import_ends_when_its_caller_says_so(own: satsuma.Workspace, tmp_path: Path) -> None:
    from satsuma.sync.options import ImportOptions

    (tmp_path / "many.csv").write_text("id\n" + "".join(f"m-{n}\n" for n in range(1000)))
    with LocalSocket(own, Serving(own, steady)), satsuma.connect(own.path) as ws:
        plan = ws.importer.plan([tmp_path / "many.csv"], "thing", ImportOptions(rows_max=100))
        asked: list[None] = []

        def cancel() -> bool:
            asked.append(None)
            return len(asked) > 3

        with pytest.raises(satsuma.Error) as raised:
            ws.importer.run(plan, cancel=cancel)
        assert raised.value.code == "cancelled"
        end = time.monotonic() + 10
        while own.importer.list()[0].state != "failed" and time.monotonic() < end:
            time.sleep(0.02)
        taken = own.importer.list()[0].counts.accepted
        assert 300 <= taken < 1000
        report = ws.importer.run(ws.importer.resume_plan(own.importer.list()[0].id))
        assert report.accepted == 1000


def test_what_nobody_refers_to_any_more_is_let_go_of(own: satsuma.Workspace) -> None:
    serving = Serving(own, steady)
    with LocalSocket(own, serving):
        ws = satsuma.connect(own.path)
        for _ in range(50):
            assert ws.segments["Bern"].name == "Bern"
        [session] = serving._sessions.values()
        assert len(session.objects) < 6
        ws.close()
        assert serving._sessions == {}
        with pytest.raises(satsuma.Error) as raised:
            ws.segments  # noqa: B018
        assert raised.value.code == "usage.closed"


def test_callers_of_many_threads_share_a_connection(ws: satsuma.Workspace) -> None:
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(10):
                ws.upsert("thing", [{"id": f"t-{number}-{step}"}])
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert ws.sql("SELECT count(*) AS n FROM thing").to_pylist() == [{"n": 60}]


def test_over_http_the_audit_log_tells_of_changes_and_of_what_is_taken_out(
    ws: satsuma.Workspace, own: satsuma.Workspace
) -> None:
    before = len(own.access.audit.entries())
    segment = ws.segments["Bern"]
    assert ws.version == own.version
    ws.segments.create("New", where="everyone")
    list(segment.members())
    ws.sql("SELECT id FROM contact LIMIT 1")
    found = [one.action for one in reversed(own.access.audit.entries())][before:]
    is_over_http = not ws.__dict__["_caller"].files
    assert found == (["Segments.create", "Members.__iter__", "Workspace.sql"] if is_over_http else [])


def test_a_snapshot_is_held_where_it_was_taken(ws: satsuma.Workspace, own: satsuma.Workspace) -> None:
    own.warm()
    taken = ws.snapshot()
    version, size = taken.version, taken.sizes["Bern"]
    ws.upsert("contact", [{"id": "new", "city": "Bern"}])
    assert (taken.version, taken.sizes["Bern"], taken.contains("Bern", "c-1")) == (version, size, True)
    assert ws.snapshot().sizes["Bern"] == size + 1


def test_without_a_key_or_with_a_wrong_one_nothing_is_answered(own: satsuma.Workspace) -> None:
    async def refuse(_: Request) -> str:
        raise HTTPException(401)

    app = FastAPI()
    app.include_router(rpc_router(Serving(own, steady), refuse), prefix="/api/v1")
    with live(app) as address:
        for key in ("wrong", None):
            with pytest.raises(satsuma.Error) as raised:
                satsuma.connect(address, key=key)
            assert raised.value.code == "usage.key"
    with pytest.raises(satsuma.Error) as raised:
        satsuma.connect(address, key=KEY)
    assert raised.value.code == "workspace.unreachable"


def test_bodies_that_are_no_calls_are_refused(own: satsuma.Workspace) -> None:
    async def anybody(_: Request) -> str:
        return "somebody"

    app = FastAPI()
    app.include_router(rpc_router(Serving(own, steady), anybody), prefix="/api/v1")
    with live(app) as address:
        for body in (b"", b"x", b"\xff" * 40, Frame([1]).to_bytes()[:-1], Frame([1]).to_bytes()):
            answer = httpx.post(f"{address}/api/v1/rpc", content=body)
            if answer.status_code == 200:
                found = read_frame(reader_of(answer.content)).header
                assert found["error"]["state"]["code"] == "remote.call"
            else:
                assert (answer.status_code, answer.json()["code"]) == (422, "usage.body")
