"""Build the demo workspace: catalog, data, lists, segments that were live for weeks; whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import satsuma
from satsuma.demo.data import DAY_US, Batch, Sizes, generate
from satsuma.demo.history import DAYS, History, rows_of, unfold
from satsuma.demo.segments import SEGMENTS
from satsuma.demo.subscriptions import make_subscriptions
from satsuma.kernel.instants import format_instant
from satsuma.workspace import Workspace

Report = Callable[[str, float], None]
"""Told what is being done, and how far the whole is, from 0 to 1."""

_LOADED, _MADE = 0.45, 0.55
"""How far the whole is once all is loaded, and once the segments are made."""


def build(directory: Path, anchor: int, report: Report, sizes: Sizes | None = None, days: int = DAYS) -> None:
    """Make the demo workspace in a directory that does not exist yet.

    Args:
        directory: Where it shall stand.
        anchor: The instant before which all of the demo's data happened, microseconds UTC.
        report: Told about progress.
        sizes: How much data; the demo's by default.
        days: For how long its segments have been live.
    """
    unfinished = directory.with_name(directory.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    history = unfold(generate(anchor, sizes=sizes or Sizes()), anchor, days)
    clock = satsuma.ManualClock(history.start)
    with satsuma.open(unfinished, actor="demo", clock=clock) as workspace:
        workspace.catalog.apply(files("satsuma.demo").joinpath("catalog.yaml").read_text(encoding="utf-8"))
        _load(workspace, history, report)
        report("lists and consent", _LOADED)
        make_subscriptions(workspace)
        _make_segments(workspace, report)
        _live(workspace, history, report)
        report("done", 1.0)
    unfinished.rename(directory)


def _load(workspace: Workspace, history: History, report: Report) -> None:
    """What was known when the segments went live."""
    expected, done = rows_of(history.before), 0
    for batch in history.before:
        report(f"{batch.table.num_rows:,} of {batch.target}", done / expected * _LOADED)
        _take(workspace, batch, history.start)
        done += batch.table.num_rows


def _make_segments(workspace: Workspace, report: Report) -> None:
    for place, segment in enumerate(SEGMENTS):
        report(f"segment “{segment.name}”", _LOADED + (_MADE - _LOADED) * place / len(SEGMENTS))
        made = workspace.segments.create(
            segment.name, segment.where, kind=segment.kind.value, description=segment.about, tags=["demo"]
        )
        made.go_live()


def _live(workspace: Workspace, history: History, report: Report) -> None:
    """Day after day, each with what it brought."""
    workspace.warm()
    for day, batches in enumerate(history.days, 1):
        report(f"day {day} of {len(history.days)}", _MADE + (1 - _MADE) * day / len(history.days))
        at = history.start + day * DAY_US
        workspace.advance(to=format_instant(at), versions="end")
        for batch in batches:
            _take(workspace, batch, at)


def _take(workspace: Workspace, batch: Batch, at: int) -> None:
    if batch.interactions:
        receipt = workspace.append(batch.target, batch.table)
    else:
        receipt = workspace.upsert(batch.target, batch.table, observed_at=format_instant(at))
    if receipt.accepted != batch.table.num_rows:
        raise satsuma.Error(f"the demo's own rows of {batch.target} were refused", code="demo.rows")
