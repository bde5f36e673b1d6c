"""Work that is done together: each caller gets what they would have got alone, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import satsuma
from satsuma.commit.queue import Queue
from satsuma.commit.together import Refused, Together
from satsuma.commit.writer import Committed, Writer
from satsuma.kernel.clock import ManualClock
from satsuma.kernel.errors import ConflictError
from satsuma.lists import joining
from satsuma.lists.joining import Joined, Request
from satsuma.membership.follow import Whole
from satsuma.record.change import Change
from satsuma.record.store import Record
from tests.record.support import CONTACT, catalog, records

START = "2026-06-01T00:00:00Z"


def _never(*_: object) -> Any:
    raise AssertionError("there are no segments to evaluate")


class Desk:
    """A writer whose callers come while it is held up; `calls` are the requests handed in together."""

    def __init__(self, record: Record, pool: ThreadPoolExecutor) -> None:
        self.record, self.pool, self.queue = record, pool, Queue()
        self.writer = Writer(record, ManualClock(START), lambda _: (), Whole(_never), queue=self.queue)
        self.calls: list[list[str]] = []
        self.adding = Together("add", self._add)
        self.telling = Together("tell", self._tell)

    def _add(self, change: Change, names: Sequence[str]) -> list[str | Refused]:
        self.calls.append(list(names))
        if "poison" in names:
            raise ValueError("poisoned")
        good = [name for name in names if not name.startswith("bad")]
        if good:
            change.upsert("contact", records(CONTACT, [{"id": name} for name in good], change.catalog))
        return [name if name in good else Refused(ConflictError(f"not {name}")) for name in names]

    def _tell(self, _: Change, names: Sequence[str]) -> list[str | Refused]:
        self.calls.append(list(names))
        return list(names)

    def ask(self, *asked: tuple[Together[str, str], str]) -> list[Future[Committed[str]]]:
        """Let all of them come before any is written, in order."""
        with self.writer.turn():
            found = []
            for together, name in asked:
                before = len(self.queue)
                found.append(
                    self.pool.submit(self.writer.commit_together, together, name, actor="test", detail=name)
                )
                while len(self.queue) == before and not found[-1].done():
                    Event().wait(0.001)
        return found

    def keys(self) -> list[str]:
        return [row["id"] for row in self.record.query("SELECT id FROM contact ORDER BY id").to_pylist()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    at = ManualClock(START).now()
    made = Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=at, actor="test")
    with made as record, ThreadPoolExecutor(64) as pool:
        yield Desk(record, pool)


def test_what_follows_each_other_is_done_at_once_and_order_is_kept(desk: Desk) -> None:
    add, tell = desk.adding, desk.telling
    asked = desk.ask((add, "a"), (add, "b"), (tell, "x"), (add, "c"), (add, "d"))
    found = [one.result(timeout=60) for one in asked]
    assert [one.result for one in found] == ["a", "b", "x", "c", "d"]
    assert desk.calls == [["a", "b"], ["x"], ["c", "d"]]
    assert {one.version for one in found} == {desk.record.version} == {1}
    assert desk.keys() == ["a", "b", "c", "d"]


def test_a_request_that_is_refused_is_told_so_and_the_others_share_their_version(desk: Desk) -> None:
    first, refused, last = desk.ask((desk.adding, "a"), (desk.adding, "bad one"), (desk.adding, "b"))
    with pytest.raises(ConflictError, match="not bad one"):
        refused.result(timeout=60)
    assert (first.result(timeout=60).version, last.result(timeout=60).version) == (1, 1)
    assert desk.keys() == ["a", "b"]
    assert (desk.writer.counted.commands, desk.writer.counted.failed, desk.writer.counted.repeated) == (
        2,
        1,
        0,
    )


def test_where_all_are_refused_there_is_no_version(desk: Desk) -> None:
    for one in desk.ask((desk.adding, "bad 1"), (desk.adding, "bad 2")):
        with pytest.raises(ConflictError):
            one.result(timeout=60)
    assert desk.record.version == 0
    with pytest.raises(ConflictError, match="not bad"):
        desk.writer.commit_together(desk.adding, "bad", actor="test")
    assert desk.record.version == 0


def test_of_many_that_fail_together_only_the_one_at_fault_is_told(desk: Desk) -> None:
    names = [f"c-{number:02}" for number in range(31)]
    names[20] = "poison"
    asked = desk.ask(*((desk.adding, name) for name in names))
    with pytest.raises(ValueError, match="poisoned"):
        asked.pop(20).result(timeout=60)
    assert [one.result(timeout=60).result for one in asked] == names[:20] + names[21:]
    assert desk.keys() == names[:20] + names[21:]
    assert len(desk.calls) <= 12, "halves are tried, not each alone"


KEYS = [f"c-{number}" for number in range(5)]
NEW = ["new-1", "new-2"]

REQUESTS = st.lists(
    st.builds(
        Request,
        list_id=st.sampled_from([0, 1, 2]),
        keys=st.lists(st.sampled_from([*KEYS, *NEW]), unique=True, max_size=3),
        is_joining=st.booleans(),
        through=st.sampled_from(["python", "api"]),
        may_create=st.booleans(),
        confirmed=st.booleans(),
    ),
    max_size=8,
)


@dataclass(frozen=True, slots=True)
class Lists:
    """Two lists and one that is gone, and contacts of their own, in a workspace that others use too."""

    ws: satsuma.Workspace
    own: str

    def apply(self, requests: Sequence[Request], at_once: int) -> tuple[object, ...]:
        """What each caller is told, who is on the lists, and what interactions tell of it, in order.

        Lists 0 and 1 are there, the second with double opt-in; list 2 is gone.
        """
        ws, own = self.ws, self.own
        ws.upsert("contact", [{"id": f"{own}{key}"} for key in KEYS])
        lists = [
            ws.lists.create(f"{own}A"),
            ws.lists.create(f"{own}B", subscription=True, double_opt_in=True),
            ws.lists.create(f"{own}C"),
        ]
        lists[2].delete()
        numbers = [one.id for one in lists]
        asked = [
            replace(one, list_id=numbers[one.list_id], keys=[f"{own}{key}" for key in one.keys])
            for one in requests
        ]
        told: list[object] = []
        for start in range(0, len(asked), at_once):
            work = partial(joining.apply_each, requests=asked[start : start + at_once])
            told += map(self._told, ws.writer.commit(work, actor="ada").result)
        happened = [
            ws.sql(
                f"SELECT replace(contact, $own, ''), replace(list, $own, ''), through FROM {type_}"
                " WHERE starts_with(list, $own) ORDER BY id",
                {"own": own},
            ).to_pylist()
            for type_ in ("list_subscribed", "list_unsubscribed")
        ]
        return told, [[key.removeprefix(own) for key in one] for one in lists[:2]], happened

    def _told(self, answer: Joined | Refused) -> object:
        match answer:
            case Refused(error):
                return error.code
            case Joined(numbers, created, unknown):
                keys = self.ws._record.keys_of("contact", numbers).to_pylist()
                return (
                    [str(key).removeprefix(self.own) for key in keys],
                    created,
                    [key.removeprefix(self.own) for key in unknown],
                )


@pytest.fixture(scope="module", params=["learn", "strict"])
def shop(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[satsuma.Workspace]:
    with satsuma.open(tmp_path_factory.mktemp("shop") / "w", clock=ManualClock(START)) as ws:
        ws.upsert("contact", [{"id": "somebody"}])
        first = ws.lists.create("First")
        first.add(["somebody"])
        first.remove(["somebody"])
        ws.catalog.apply({"mode": request.param})
        yield ws


@given(requests=REQUESTS)
@settings(max_examples=20, deadline=None)
def test_joins_and_leaves_done_together_are_those_done_one_by_one(
    shop: satsuma.Workspace, requests: list[Request]
) -> None:
    at_once = Lists(shop, f"{shop.version}t-").apply(requests, at_once=max(1, len(requests)))
    one_by_one = Lists(shop, f"{shop.version}o-").apply(requests, at_once=1)
    assert at_once == one_by_one
