"""A year of the demo under a simulated clock, its memberships recomputed at random versions: `make year`.

The demo's data of the last year arrives day by day, while the clock passes. Between, versions are made at due
instants: gathered on a grid for most of the time, and at every single one for some stretches. At versions
that chance has chosen all segments are evaluated anew, from the record, by the SQL evaluator, and in the end
the history is asked for the members of these versions.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import satsuma
from satsuma.demo.data import DAY_US, Batch, Sizes, generate
from satsuma.demo.segments import SEGMENTS
from satsuma.evaluation import sql
from satsuma.kernel.instants import format_instant
from satsuma.membership.evaluating import members_of
from satsuma.membership.stored import LiveSet
from tests.traces.together import together

END_US = 1_767_225_600_000_000
DAYS = 365
BEGIN_US = END_US - DAYS * DAY_US
HOUR_US = 3_600_000_000
ARRIVES = {"registration": "registered_at", "contact": "created_at"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How a year is run.

    Attributes:
        contacts: How many; all else of the demo in proportion.
        step_days: So much arrives at once, in one version.
        grid_us: To its multiples due instants are gathered.
        stretches, stretch_us: In so many steps every due instant has a version for so long.
        checks: At so many versions everything is recomputed.
    """

    contacts: int = 25_000
    step_days: int = 1
    grid_us: int = 6 * HOUR_US
    stretches: int = 40
    stretch_us: int = 20_000_000
    checks: int = 50
    seed: int = 1

    @property
    def sizes(self) -> Sizes:
        """Of the demo's data."""
        whole, part = Sizes(), self.contacts / Sizes().contacts
        return Sizes(
            self.contacts,
            max(int(whole.accounts * part), 5),
            max(int(whole.products * part), 12),
            whole.events,
            int(whole.registrations * part),
            int(whole.interactions * part),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Rows of one entity or type in the order in which they arrive.

    Attributes:
        at: When each does, ascending, microseconds UTC.
    """

    target: str
    interactions: bool
    table: pa.Table
    at: NDArray[np.int64]

    def between(self, low: int, high: int) -> pa.Table:
        """Those that arrive at `low <= at < high`."""
        first, after = np.searchsorted(self.at, [low, high])
        return self.table.slice(int(first), int(after - first))


class Year:
    """One year in one workspace.

    Attributes:
        compared: For each version that was recomputed, by segment, how many members it has.
        wrong: What was not as it should be.
    """

    def __init__(self, path: Path, plan: Plan, check: Callable[[Year], None] | None = None) -> None:
        """Make the workspace as it was when the year began, with all segments of the demo live.

        Args:
            check: Called at each version that chance has chosen, besides the recomputation.
        """
        self.plan = plan
        self.wrong: list[str] = []
        self.compared: dict[int, Mapping[str, NDArray[np.uint32]]] = {}
        self.recomputing_s = 0.0
        self._check = check
        self._random = Random(plan.seed)
        self._live = LiveSet()
        moments = self._random.sample(range(1, DAYS * 24), plan.checks)
        self._moments = sorted((BEGIN_US + hour * HOUR_US for hour in moments), reverse=True)
        self.clock = satsuma.ManualClock(format_instant(BEGIN_US))
        self.workspace = satsuma.open(path, clock=self.clock)
        self._arrivals = _arrivals(list(generate(END_US, sizes=plan.sizes)))
        self._keys: dict[str, list[Any]] = {
            one.target: one.table["id"].to_pylist() for one in self._arrivals if not one.interactions
        }
        self._begin()

    def _begin(self) -> None:
        workspace = self.workspace
        catalog = files("satsuma.demo").joinpath("catalog.yaml")
        workspace.catalog.apply(catalog.read_text(encoding="utf-8"))
        for command in self._arriving(-(2**62), BEGIN_US):
            command()
        for one in SEGMENTS:
            workspace.segments.create(one.name, one.where, kind=one.kind.value)
        workspace.warm()
        workspace.segments.go_live([one.name for one in SEGMENTS])
        adopt = workspace.engine.adopt

        def adopt_and_check() -> None:
            adopt()
            if self._moments and workspace.now >= self._moments[-1]:
                self._moments.pop()
                self._recompute()

        workspace.engine.adopt = adopt_and_check  # type: ignore[method-assign]

    def run(self, progress: Callable[[int], None] = lambda _: None) -> None:
        """Let the year pass; `progress` is told how many days have."""
        steps = range(0, DAYS, self.plan.step_days)
        careful = set(self._random.sample(steps, self.plan.stretches))
        for day in steps:
            begin = BEGIN_US + day * DAY_US
            end = min(begin + self.plan.step_days * DAY_US, END_US)
            if day in careful:
                start = self._random.randrange(begin, end - self.plan.stretch_us)
                self._pass(start)
                self.workspace.advance(to=start + self.plan.stretch_us, versions="due")
            self._pass(end)
            together(self.workspace, [*self._arriving(begin, end), *self._changes()])
            progress((end - BEGIN_US) // DAY_US)

    def end(self) -> None:
        """Compare the history of versions that are past with what was recomputed then, and all once more."""
        for version, wanted in self.compared.items():
            for name, numbers in wanted.items():
                told = sorted(self.workspace.segments[name].members(version=version))
                keys = self.workspace._record.keys_of("contact", numbers).to_pylist()
                if told != sorted(str(key) for key in keys):
                    self.wrong.append(f"the history of “{name}” at version {version}")
        self.wrong += [str(one) for one in self.workspace.verify()]

    def _pass(self, upto: int) -> None:
        """Time passes; due instants are gathered to the plan's grid."""
        self.clock.set(upto)
        self.workspace._time.to(upto, grid_us=self.plan.grid_us)
        self.workspace.tick()

    def _arriving(self, low: int, high: int) -> list[Callable[[], object]]:
        """Commands that take what arrives at `low <= at < high`."""
        found = [(one, one.between(low, high)) for one in self._arrivals]
        return [partial(self._take, one, rows) for one, rows in found if rows.num_rows]

    def _take(self, arrivals: Arrivals, rows: pa.Table) -> None:
        take = self.workspace.append if arrivals.interactions else self.workspace.upsert
        assert take(arrivals.target, rows).accepted == rows.num_rows

    def _changes(self) -> list[Callable[[], object]]:
        """Commands that change some of what is known of contacts and accounts."""
        random, upsert = self._random, self.workspace.upsert
        contacts = [
            {
                "id": key,
                "tier": random.choice(("bronze", "silver", "gold", None)),
                "city": random.choice(("Berlin", "Hamburg", "Paris", None)),
                "birthdate": f"1990-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}",
            }
            for key in random.sample(self._keys["contact"], 8)
        ]
        [account] = random.sample(self._keys["account"], 1)
        account_row = {"id": account, "industry": random.choice(("Tourism", "Media"))}
        return [partial(upsert, "contact", contacts), partial(upsert, "account", [account_row])]

    def _recompute(self) -> None:
        begun = time.monotonic()
        standing = self.workspace.engine.standing
        assert standing is not None
        found: dict[str, NDArray[np.uint32]] = {}
        with self.workspace._record.snapshot() as (cursor, state):
            assert (standing.version, standing.at) == (state.version, state.now)
            for segment in self._live.read(cursor, state.catalog):
                wanted = members_of(cursor, state.catalog, segment, _by_sql, state.now)
                found[segment.name] = np.sort(wanted)
                kept = standing.segments[segment.id].plane.numbers().tolist()
                if kept != found[segment.name].tolist():
                    self.wrong.append(f"“{segment.name}” at version {state.version}")
        self.compared[state.version] = found
        if self._check is not None:
            self._check(self)
        self.recomputing_s += time.monotonic() - begun


def _by_sql(connection: Any, definition: Any, catalog: Any, now: int) -> NDArray[np.uint32]:
    return sql.members(connection, definition, catalog=catalog, now=now)


def _arrivals(batches: list[Batch]) -> list[Arrivals]:
    """Interactions and registrations arrive when they happen, contacts when they are made or first needed."""
    first = _first_needed(batches)
    found = []
    for batch in batches:
        table = batch.table
        name = "occurred_at" if batch.interactions else ARRIVES.get(batch.target)
        if name is None:
            at = np.full(table.num_rows, BEGIN_US - 1)
        else:
            at = table[name].cast(pa.int64()).to_numpy()
        if batch.target == "contact":
            at = np.minimum(at, first)
        order = np.argsort(at, kind="stable")
        found.append(Arrivals(batch.target, batch.interactions, table.take(order), at[order]))
    return found


def _first_needed(batches: list[Batch]) -> NDArray[np.int64]:
    """By contact, when the first row arrives that is of it."""
    [count] = [batch.table.num_rows for batch in batches if batch.target == "contact"]
    found = np.full(count, 2**62)
    for batch in batches:
        if batch.interactions or batch.target == "registration":
            name = "occurred_at" if batch.interactions else ARRIVES[batch.target]
            keys: list[Any] = batch.table["contact"].to_pylist()
            places = [int(key[2:]) - 1 for key in keys]
            np.minimum.at(found, places, batch.table[name].cast(pa.int64()).to_numpy())
    return found


def main() -> None:
    """Run the whole demo's year, and tell what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--contacts", type=int, default=Plan().contacts)
    parser.add_argument("--seed", type=int, default=Plan().seed)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="satsuma-year-") as folder:
        year = Year(Path(folder) / "ws", Plan(given.contacts, seed=given.seed))
        first, begun = year.workspace.version, time.monotonic()
        year.run(lambda day: _say(f"\r{day} days of {DAYS}, version {year.workspace.version}"))
        took, versions = time.monotonic() - begun, year.workspace.version - first
        year.end()
        rows = year.workspace.sql("SELECT * FROM membership_changes").num_rows
        year.workspace.close()
    _say(
        f"\na year of {given.contacts:,} contacts with {len(SEGMENTS)} live segments: {versions:,} versions"
        f" in {took - year.recomputing_s:.1f} s, and {year.recomputing_s:.1f} s for recomputing"
        f" {len(year.compared)} of them by SQL\n{rows:,} membership changes; "
        + (f"wrong: {year.wrong}\n" if year.wrong else "nothing differs, in members or in history\n")
    )
    if year.wrong:
        raise SystemExit(1)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
