"""The writer: commands of many threads share versions; none is lost, written twice or held up for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from satsuma.commit.queue import Queue
from satsuma.commit.rows import Rows
from satsuma.commit.writer import Committed, Writer
from satsuma.kernel.clock import ManualClock
from satsuma.kernel.errors import BusyError, ConflictError, UsageError
from satsuma.membership.follow import Whole
from satsuma.record import consent
from satsuma.record.change import Change
from satsuma.record.consent import ConsentEntry
from satsuma.record.store import Record
from tests.record.support import CONTACT, catalog, records

START = "2026-06-01T00:00:00Z"


class Desk:
    """A writer, and people who come to it while it is held up, so that they share a version."""

    def __init__(self, record: Record, queue: Queue, pool: ThreadPoolExecutor) -> None:
        self.record = record
        self.queue = queue
        self.pool = pool
        self.writer = Writer(record, ManualClock(START), lambda _: (), Whole(_never), queue=queue)

    def together(self, *calls: Callable[[], Any]) -> list[Future[Any]]:
        """Let all of them come before any is written, in order."""
        with self.writer.turn():
            asked = []
            for call in calls:
                before = len(self.queue)
                asked.append(self.pool.submit(call))
                while len(self.queue) == before and not asked[-1].done():
                    Event().wait(0.001)
        return asked

    def add(self, key: str, actor: str = "test", **more: Any) -> Callable[[], Committed[str]]:
        """What makes a contact."""
        return lambda: self.writer.commit(lambda change: _contact(change, key), actor=actor, **more)

    def keys(self) -> list[str]:
        return [row["id"] for row in self.record.query("SELECT id FROM contact ORDER BY id").to_pylist()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with _open(tmp_path, Queue()) as found:
        yield found


@contextmanager
def _open(directory: Path, queue: Queue) -> Iterator[Desk]:
    at = ManualClock(START).now()
    made = Record.create(directory, workspace_id="w", catalog=catalog(), at=at, actor="test")
    with made as record, ThreadPoolExecutor(64) as pool:
        yield Desk(record, queue, pool)


def _never(*_: object) -> Any:
    raise AssertionError("there are no segments to evaluate")


def _contact(change: Change, key: str) -> str:
    change.upsert("contact", records(CONTACT, [{"id": key}], change.catalog))
    return key


def _results(asked: Sequence[Future[Any]]) -> list[Any]:
    return [one.result(timeout=60) for one in asked]


def test_commands_that_wait_share_one_version_and_each_gets_its_own_answer(desk: Desk) -> None:
    names = [f"c-{number:02}" for number in range(40)]
    found = _results(desk.together(*(desk.add(name) for name in names)))
    assert [one.result for one in found] == names
    assert {one.version for one in found} == {desk.record.version} == {1}
    assert desk.keys() == names
    assert (desk.writer.counted.versions, desk.writer.counted.commands, desk.writer.counted.waiting) == (
        1,
        40,
        0,
    )
    assert (
        dict(zip(desk.writer.counted.groups.bounds, desk.writer.counted.groups.counts, strict=False))[50] == 1
    )


def test_threads_that_come_as_they_like_lose_nothing(desk: Desk) -> None:
    names = [f"c-{number:03}" for number in range(200)]
    found = _results([desk.pool.submit(desk.add(name)) for name in names])
    assert [one.result for one in found] == names
    assert desk.keys() == names
    assert desk.writer.counted.versions == desk.record.version <= 200
    assert desk.writer.counted.commands == 200


def test_one_that_fails_takes_nobody_with_it_and_leaves_nothing(desk: Desk) -> None:
    def broken(change: Change) -> None:
        _contact(change, "half")
        raise ValueError("no")

    asked = desk.together(
        desk.add("a"), lambda: desk.writer.commit(broken, actor="test"), desk.add("b"), desk.add("c")
    )
    with pytest.raises(ValueError, match="no"):
        asked.pop(1).result(timeout=60)
    assert [one.result for one in _results(asked)] == ["a", "b", "c"]
    assert desk.keys() == ["a", "b", "c"]
    assert desk.record.version == 1
    assert (desk.writer.counted.failed, desk.writer.counted.commands) == (1, 3)


def test_all_may_fail_and_each_is_told_why(desk: Desk) -> None:
    def broken(name: str) -> Callable[[], Any]:
        def work(_: Change) -> None:
            raise ConflictError(name)

        return lambda: desk.writer.commit(work, actor="test")

    asked = desk.together(*(broken(f"{number}") for number in range(9)), desk.add("a"))
    assert asked.pop().result(timeout=60).result == "a"
    for number, one in enumerate(asked):
        with pytest.raises(ConflictError, match=f"^{number}$"):
            one.result(timeout=60)
    assert desk.record.version == 1


def test_what_cannot_share_a_version_is_tried_alone_before_it_is_refused(desk: Desk) -> None:
    def shy(change: Change) -> str:
        if change.place:
            raise ConflictError("somebody else is writing")
        return _contact(change, "shy")

    asked = desk.together(desk.add("a"), lambda: desk.writer.commit(shy, actor="test"), desk.add("b"))
    first, shyly, last = _results(asked)
    assert (first.version, last.version, shyly.version) == (1, 1, 2)
    assert desk.keys() == ["a", "b", "shy"]


def test_one_that_takes_its_change_back_takes_back_no_other(desk: Desk) -> None:
    def tried(change: Change) -> str:
        _contact(change, "tried")
        change.abort()
        return "seen"

    asked = desk.together(desk.add("a"), lambda: desk.writer.commit(tried, actor="test"), desk.add("b"))
    assert [one.result for one in _results(asked)] == ["a", "seen", "b"]
    assert desk.keys() == ["a", "b"]


def test_only_commands_of_a_kind_share_a_version_and_the_first_is_not_overtaken_for_ever(desk: Desk) -> None:
    found = _results(
        desk.together(
            desk.add("a"),
            desk.add("import", kind="import"),
            desk.add("b"),
            desk.add("gone", cause="erase"),
            desk.add("c"),
            desk.add("dated", at=desk.record.now),
        )
    )
    assert [one.version for one in found] == [1, 2, 1, 3, 1, 4]


def test_each_row_bears_the_actor_whose_it_is_and_the_version_the_first(desk: Desk) -> None:
    desk.add("a")()

    def grant(actor: str) -> Callable[[], Any]:
        entry = ConsentEntry(0, "mail", consent.GRANTED, desk.record.now, source=actor)
        return lambda: desk.writer.commit(
            lambda change: consent.add(change, CONTACT.number, entry), actor=actor, detail=f"by {actor}"
        )

    _results(desk.together(*(grant(actor) for actor in ("ann", "ben", "cem", "dora", "ann"))))
    with desk.record.cursor() as cursor:
        rows = cursor.execute(
            "SELECT c.source, a.name FROM consent_ledger c JOIN actors a ON a.id = c.actor ORDER BY seq"
        ).fetchall()
    assert rows == [(actor, actor) for actor in ("ann", "ben", "cem", "dora", "ann")]
    last = desk.record.versions()[-1]
    assert (last.actor, last.detail) == ("ann", "by ann, by ben, by cem, 1 more")


def test_rows_without_an_id_that_share_a_version_are_not_taken_for_one_another(desk: Desk) -> None:
    rows = Rows(desk.writer, lambda _: (), "test")
    visit = {"contact": "a", "occurred_at": START, "page": "home"}

    def visited() -> Any:
        return rows.append("visit", [visit, visit], member=None, audience=None)

    receipts = _results(desk.together(visited, visited, visited))
    assert {receipt.version for receipt in receipts} == {1}
    assert [(receipt.accepted, receipt.duplicates) for receipt in receipts] == [(2, 0)] * 3
    assert len(set(desk.record.query("SELECT id FROM visit")["id"].to_pylist())) == 6


def test_more_than_may_wait_are_told_to_come_back_and_the_others_are_written(tmp_path: Path) -> None:
    with _open(tmp_path, Queue(commands_max=3, patience_seconds=0.05)) as desk:
        *asked, refused = desk.together(*(desk.add(name) for name in "abcd"))
        with pytest.raises(BusyError, match="3 commands wait already") as error:
            refused.result(timeout=60)
        assert error.value.code == "conflict.busy"
        assert [one.result for one in _results(asked)] == ["a", "b", "c"]
        desk.add("d")()
        assert desk.keys() == ["a", "b", "c", "d"]


def test_somebody_waits_for_room_before_being_refused(tmp_path: Path) -> None:
    with _open(tmp_path, Queue(commands_max=2, patience_seconds=60, group_max=1)) as desk:
        names = [f"c-{number:02}" for number in range(20)]
        _results([desk.pool.submit(desk.add(name)) for name in names])
        assert desk.keys() == names


def test_a_thread_that_is_ended_leaves_the_others_to_be_written(desk: Desk) -> None:
    def ended(change: Change) -> None:
        _contact(change, "half")
        raise KeyboardInterrupt

    asked = desk.together(lambda: desk.writer.commit(ended, actor="test"), desk.add("a"), desk.add("b"))
    assert [one.result for one in _results(asked[1:])] == ["a", "b"]
    assert isinstance(asked[0].exception(timeout=60), KeyboardInterrupt)
    assert desk.keys() == ["a", "b"]


def test_no_version_is_made_inside_another(desk: Desk) -> None:
    def nested(_: Change) -> None:
        desk.add("b")()

    with pytest.raises(UsageError, match="inside the making of another"):
        desk.writer.commit(nested, actor="test")
    desk.add("c")()
    assert desk.keys() == ["c"]


def test_whoever_holds_the_turn_may_write_and_others_wait(desk: Desk) -> None:
    with desk.writer.turn():
        later = desk.pool.submit(desk.add("b"))
        while not len(desk.queue):
            Event().wait(0.001)
        assert desk.add("a")().version == 1
    assert later.result(timeout=60).version == 2
