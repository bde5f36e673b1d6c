"""Calls from elsewhere that only read give up when their time is over; what writes does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from fastapi import FastAPI, Request

import satsuma
from satsuma.api.rpc import rpc_router
from satsuma.insights.service import Insights
from satsuma.membership.deltas import Cause
from satsuma.record.change import Change
from satsuma.remote.frames import Frame
from satsuma.remote.reading import READING
from satsuma.remote.served import RULES, served
from satsuma.remote.serving import Serving
from satsuma.segments.members import Members
from satsuma.server.socket import LocalSocket
from tests.api.live import live
from tests.remote.conftest import steady

LIMIT_S = 0.5
ENDLESS = "SELECT sum(a.range * b.range) AS n FROM range(1000000000) a, range(1000000000) b"


@pytest.fixture(params=["socket", "http"])
def hasty(own: satsuma.Workspace, request: pytest.FixtureRequest) -> Iterator[satsuma.Workspace]:
    """The workspace from elsewhere, served by somebody of little patience."""
    serving = Serving(own, steady, read_time_s=LIMIT_S)
    if request.param == "socket":
        with LocalSocket(own, serving), satsuma.connect(own.path, actor="me") as found:
            yield found
        return

    async def anybody(_: Request) -> str:
        return "me"

    app = FastAPI()
    app.include_router(rpc_router(serving, anybody), prefix="/api/v1")
    with live(app) as address, satsuma.connect(address, key="sk-any") as found:
        yield found


def test_every_call_that_is_said_to_read_is_served() -> None:
    calls = {(found.kind.__name__, name) for found in map(served, RULES) for name in found.calls}
    assert calls >= READING, READING - calls


def test_a_statement_that_takes_too_long_is_ended_and_said_so(hasty: satsuma.Workspace) -> None:
    with refused_as_too_long():
        hasty.sql(ENDLESS)
    assert hasty.sql("SELECT 1 AS n")["n"].to_pylist() == [1], "and the connection goes on"


def test_what_reads_between_statements_is_ended_as_well(
    hasty: satsuma.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = Event()

    def endless(insights: Insights) -> list[object]:
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until:
                with insights._rooms.reading() as (cursor, _):
                    cursor.execute("SELECT 1").fetchall()
            return []
        finally:
            ended.set()

    monkeypatch.setattr(Insights, "segments", endless)
    with refused_as_too_long():
        hasty.insights.segments()
    assert ended.wait(15)


def test_what_writes_is_let_finish(hasty: satsuma.Workspace, own: satsuma.Workspace) -> None:
    def slow(_: Change) -> dict[int, Cause]:
        time.sleep(3 * LIMIT_S)
        return {}

    own.writer.due = slow
    try:
        assert hasty.upsert("contact", [{"id": "slow"}]).accepted == 1
    finally:
        own.writer.due = None


def test_who_takes_an_answer_slowly_gets_all_of_it(own: satsuma.Workspace) -> None:
    serving = Serving(own, steady, read_time_s=LIMIT_S)
    frames: list[Frame] = []

    def emit(frame: Frame) -> None:
        time.sleep(1.5 * LIMIT_S)
        frames.append(frame)

    def ask(on: int, name: str, do: str = "call", *arguments: object) -> Frame:
        header = {"session": "s", "on": on, "do": do, "name": name, "arguments": list(arguments)}
        serving.answer(Frame(header), emit, caller="me", actor="me", files=False)
        return frames[-1]

    def held(frame: Frame) -> int:
        return int(frame.header["result"]["held"]["id"])

    segment = held(ask(held(ask(0, "segments", "read")), "__getitem__", "call", "Bern"))
    members = held(ask(segment, "members"))
    before = len(frames)
    ask(members, "__iter__")
    items = [one for frame in frames[before:] for one in frame.header.get("items", ())]
    assert len(items) == 1250 == len(own.segments["Bern"].members())
    assert len(frames) - before == 3


def test_members_that_come_too_slowly_are_given_up(
    hasty: satsuma.Workspace, own: satsuma.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keys(_members: Members) -> Iterator[str]:
        for number in range(10_000):
            with own.insights._rooms.reading() as (cursor, _):
                cursor.execute("SELECT 1").fetchall()
            time.sleep(0.02)
            yield f"c-{number}"

    monkeypatch.setattr(Members, "__iter__", keys)
    with refused_as_too_long():
        list(hasty.segments["Bern"].members())


@contextmanager
def refused_as_too_long() -> Iterator[None]:
    begun = time.monotonic()
    with pytest.raises(satsuma.Error) as raised:
        yield
    assert raised.value.code == "request.too_long"
    assert time.monotonic() - begun >= LIMIT_S
