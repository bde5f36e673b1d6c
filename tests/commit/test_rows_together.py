"""Rows of many callers, taken together: what is stored and told is as if they came one after another."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import satsuma
from satsuma.commit.rows_together import Handed, TakeRows, Target
from satsuma.commit.together import Refused
from satsuma.kernel.clock import ManualClock
from satsuma.record.taken import Taken

START = "2026-06-01T00:00:00Z"
KEYS = ["c-1", "c-2", "c-3", "new-1", "new-2", "gone", "was"]
NEVER: Any = object()

DECLARED = {
    "entities": {
        "contact": {
            "audience": True,
            "attributes": {
                "name": "text",
                "age": "integer",
                "account": {"type": "reference", "to": "account"},
            },
        },
        "account": {"attributes": {"industry": "text"}},
    },
    "interactions": {
        "visit": {"audience": "contact", "attributes": {"page": "text", "seconds": "integer"}},
        "purchase": {"audience": "contact", "attributes": {"amount": "decimal"}},
    },
}

TIMES = st.sampled_from(
    ["2026-05-01T00:00:00Z", "2026-05-31T12:00:00Z", "2026-06-02T00:00:00Z", "soon", None]
)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Rows that have some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


CONTACTS = some(
    name=st.sampled_from(["Ada", "Ben", None, 7]),
    age=st.sampled_from([30, 31, "32", "old", 4.5, None]),
    account=st.sampled_from(["a-1", "a-2"]),
    observed_at=TIMES,
    extra=st.sampled_from([1, "one", True]),
)
VISITS = some(
    id=st.sampled_from(["v-1", "v-2", "v-3", None, 5]),
    page=st.sampled_from(["home", "shop"]),
    seconds=st.sampled_from([1, "2", 2.5, "long"]),
    extra=st.sampled_from([1, "one"]),
)
PURCHASES = some(id=st.sampled_from(["p-1", "p-2", None]), amount=st.sampled_from([10, "10.50", "much"]))


def keyed(column: str, keys: Any, rows: st.SearchStrategy[dict[str, Any]]) -> Any:
    """The same rows with a key, which is missing at times."""
    return st.builds(
        lambda key, row: row if key is NEVER else {column: key, **row}, st.sampled_from(keys), rows
    )


def dated(rows: st.SearchStrategy[dict[str, Any]]) -> Any:
    """The same rows with the time at which they occurred, which mostly is one."""
    often = st.sampled_from(["2026-05-01T00:00:00Z", "2026-05-03", "2026-05-31T12:00:00Z", "2026-07-01"])
    return st.builds(lambda row, at: {**row, "occurred_at": at}, rows, often | TIMES)


def handed(target: Target, rows: Any) -> st.SearchStrategy[Handed]:
    return st.builds(Handed, st.just(target), st.lists(rows, max_size=3))


PEOPLE = [*KEYS[:3] * 3, *KEYS, NEVER, 3]
REQUESTS = st.lists(
    st.one_of(
        handed(Target("contact", True, "id"), keyed("id", PEOPLE, CONTACTS)),
        handed(
            Target("contact", True, "id", observed_at="2026-05-15T00:00:00Z"), keyed("id", PEOPLE, CONTACTS)
        ),
        handed(Target("account", True, "id"), keyed("id", ["a-1", "a-2"], some(industry=st.just("toys")))),
        handed(Target("visit", False, None), keyed("contact", PEOPLE, dated(VISITS))),
        handed(Target("visit", False, "who"), keyed("who", PEOPLE, dated(VISITS))),
        handed(Target("purchase", False, None), keyed("contact", PEOPLE, dated(PURCHASES))),
        handed(Target("liked", False, None), keyed("contact", KEYS[:2], dated(some(id=st.just("l-1"))))),
    ),
    max_size=8,
)

TABLES = ("contact", "account", "visit", "purchase")


class Shops:
    """Two workspaces: what one takes together, the other takes one by one."""

    def __init__(self, together: satsuma.Workspace, one_by_one: satsuma.Workspace) -> None:
        self.both = together, one_by_one
        self.examples = 0
        for ws in self.both:
            ws.catalog.apply(DECLARED)

    def prepare(self) -> None:
        """Begin with records of the example's own; one of them was deleted, one is an alias."""
        self.examples += 1
        for ws in self.both:
            ws.upsert("contact", [{"id": self.own(key)} for key in ("c-1", "c-2", "c-3", "gone", "was")])
            ws.delete("contact", [self.own("gone")])
            ws.merge("contact", keep=self.own("c-1"), drop=self.own("was"))

    def own(self, text: Any) -> Any:
        """Keys and ids of this example, so that it begins with none of another's."""
        return f"{self.examples}:{text}" if isinstance(text, str) else text

    def owned(self, request: Handed) -> Handed:
        rows = [
            {
                name: self.own(value) if name in ("id", "contact", "who", "account") else value
                for name, value in row.items()
            }
            for row in request.rows
        ]
        return replace(request, rows=rows)


@pytest.fixture(scope="module", params=["learn", "strict"])
def shops(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Shops]:
    paths = [tmp_path_factory.mktemp(name) / "w" for name in ("together", "one-by-one")]
    with (
        satsuma.open(paths[0], clock=ManualClock(START)) as first,
        satsuma.open(paths[1], clock=ManualClock(START)) as second,
    ):
        found = Shops(first, second)
        for ws in found.both:
            ws.catalog.apply({"mode": request.param})
            # Its type is held fast, so that it never widens.
            ws.segments.create("Grown up", where="age >= 18").go_live()
        yield found


def _told(answer: Taken | Refused) -> object:
    if isinstance(answer, Refused):
        return answer.error.code, answer.error.message
    positions = answer.duplicate_positions.tolist()
    return answer.accepted, answer.duplicates, answer.quarantined, len(answer.created), positions


def _stored(ws: satsuma.Workspace, own: str) -> dict[str, object]:
    """All rows of an example, without ids that were derived and numbers of versions."""
    found: dict[str, object] = {"catalog": ws.catalog.to_yaml()}
    for table in TABLES:
        rows = ws.sql(f"SELECT * FROM {table}").to_pylist()
        plain = [{name: value for name, value in row.items() if "version" not in name} for row in rows]
        for row in plain:
            if not str(row.get("id", "")).startswith(own):
                row["id"] = "derived" if row.get("occurred_at") else row.get("id")
        found[table] = sorted(
            repr(row) for row in plain if any(str(one).startswith(own) for one in row.values())
        )
    history = f"main.contact_{ws.catalog.entities['contact'].number}_history"
    found["observations"] = ws.sql(f"SELECT count(*) AS n FROM {history}")["n"].to_pylist()
    found["quarantine"] = [(one.target, one.position, one.code, one.row) for one in ws.quarantine()][-60:]
    return found


@given(requests=REQUESTS)
@settings(max_examples=20, deadline=None)
def test_rows_taken_together_are_those_taken_one_by_one(shops: Shops, requests: list[Handed]) -> None:
    shops.prepare()
    requests = [shops.owned(one) for one in requests]
    together, one_by_one = shops.both
    told: list[list[object]] = [[], []]
    for place, (ws, at_once) in enumerate(((together, max(1, len(requests))), (one_by_one, 1))):
        for start in range(0, len(requests), at_once):
            work = partial(TakeRows(ws._live.of), requests=requests[start : start + at_once])
            told[place] += map(_told, ws.writer.commit(work, actor="ada").result)
    assert told[0] == told[1]
    assert _stored(together, shops.own("")) == _stored(one_by_one, shops.own(""))


def test_rows_of_many_threads_share_versions_and_each_gets_its_own_receipt(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "shop", clock=ManualClock(START)) as ws, ThreadPoolExecutor(64) as pool:
        ws.upsert("contact", [{"id": f"c-{n}"} for n in range(40)])
        row = {"occurred_at": "2026-05-01", "page": "home"}
        ws.append("visit", [{"contact": "c-0", "id": "v-0", **row}])
        with ws.writer.turn():
            asked = [
                pool.submit(ws.append, "visit", [{"contact": f"c-{n}", "id": f"v-{n % 30}", **row}])
                for n in range(40)
            ]
            asked += [pool.submit(ws.upsert, "contact", [{"id": f"c-{n}", "age": n}]) for n in range(20)]
            while len(ws.writer._queue) < 60:
                Event().wait(0.001)
        found = [one.result(timeout=60) for one in asked]
        assert sum(one.accepted for one in found[:40]) == 29
        assert sum(one.duplicates for one in found[:40]) == 11
        assert [one.accepted for one in found[40:]] == [1] * 20
        assert len({one.version for one in found}) <= 3
        assert ws.sql("SELECT count(*) AS n FROM visit")["n"].to_pylist() == [30]
        assert ws.verify() == ()
