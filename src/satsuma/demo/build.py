"""Build the demo workspace: catalog, data, segments and a list; whole, or not there at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import satsuma
from satsuma.demo.data import Sizes, generate
from satsuma.demo.segments import SEGMENTS
from satsuma.kernel.instants import format_instant
from satsuma.workspace import Workspace

Report = Callable[[str, float], None]
"""Told what is being done, and how far the whole is, from 0 to 1."""

_DATA_SHARE = 0.75


def build(directory: Path, anchor: int, report: Report, sizes: Sizes | None = None) -> None:
    """Make the demo workspace in a directory that does not exist yet.

    Args:
        directory: Where it shall stand.
        anchor: The instant before which all of the demo's data happened, microseconds UTC.
        report: Told about progress.
        sizes: How much data; the demo's by default.
    """
    unfinished = directory.with_name(directory.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    with satsuma.open(unfinished, actor="demo", clock=satsuma.ManualClock(anchor)) as workspace:
        _fill(workspace, anchor, report, sizes or Sizes())
    unfinished.rename(directory)


def _fill(workspace: Workspace, anchor: int, report: Report, sizes: Sizes) -> None:
    report("catalog", 0.0)
    workspace.catalog.apply(files("satsuma.demo").joinpath("catalog.yaml").read_text(encoding="utf-8"))
    expected = sizes.interactions + sizes.contacts + sizes.registrations
    done = 0
    for batch in generate(anchor, sizes=sizes):
        report(f"{batch.table.num_rows:,} of {batch.target}", min(done / expected, 1.0) * _DATA_SHARE)
        if batch.interactions:
            receipt = workspace.append(batch.target, batch.table)
        else:
            receipt = workspace.upsert(batch.target, batch.table, observed_at=format_instant(anchor))
        if receipt.accepted != batch.table.num_rows:
            raise satsuma.Error(f"the demo's own rows of {batch.target} were refused", code="demo.rows")
        done += batch.table.num_rows
    report("list “Newsletter”", _DATA_SHARE)
    found = workspace.sql("SELECT id FROM contact WHERE language = 'en' ORDER BY id")["id"].to_pylist()
    newsletter = workspace.lists.create("Newsletter", description="Monthly, in English")
    newsletter.add(key for key in found if key is not None)
    for place, segment in enumerate(SEGMENTS):
        report(f"segment “{segment.name}”", _DATA_SHARE + (1 - _DATA_SHARE) * place / len(SEGMENTS))
        made = workspace.segments.create(
            segment.name, segment.where, kind=segment.kind.value, description=segment.about, tags=["demo"]
        )
        made.go_live()
    report("done", 1.0)
