"""The tour: what is in the demo workspace, and what to try next."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from satsuma.demo.segments import SEGMENTS
from satsuma.kernel.instants import format_local
from satsuma.kernel.zones import zone
from satsuma.workspace import Workspace


def tour(workspace: Workspace, console: Console) -> None:
    """Print the tour."""
    catalog = workspace.catalog.current
    at = format_local(workspace.now, zone(catalog.timezone))
    counts = workspace.sql(
        "SELECT (SELECT count(*) FROM contact) AS contacts, "
        + " + ".join(f'(SELECT count(*) FROM "{name}")' for name in sorted(catalog.interactions))
        + " AS interactions"
    ).to_pylist()[0]
    console.print(
        f"\nThe demo workspace [bold]{workspace.path}[/bold] is at version {workspace.version}, {at}:"
        f" {counts['contacts']:,} contacts, {counts['interactions']:,} interactions.\n"
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("segment", "members", "definition"):
        table.add_column(column, justify="right" if column == "members" else "left", overflow="fold")
    for segment in SEGMENTS:
        size = len(workspace.segments[segment.name].members())
        table.add_row(segment.name, f"{size:,}", segment.where)
    console.print(table)
    _next(workspace, console)


def _next(workspace: Workspace, console: Console) -> None:
    satsuma = f"{_command()} -C {workspace.path}"
    console.print("Try next:\n")
    for line in (
        f"{satsuma} status",
        f"{satsuma} segment list --sort size",
        f"{satsuma} segment show 'Big spenders'",
        f"{satsuma} segment create Mine --where 'did purchase at least 2 times in the last 90 days'",
        f"{satsuma} segment estimate Mine",
        f"{satsuma} segment go-live Mine",
        f"{satsuma} segment members Mine --format csv",
        f"{satsuma} sql 'select city, count(*) from contact group by city order by 2 desc'",
        f"{satsuma} verify",
    ):
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)


def _command() -> str:
    """How the `satsuma` of this environment is called from here."""
    beside = Path(sys.executable).with_name("satsuma")
    if shutil.which("satsuma") == str(beside) or not beside.exists():
        return "satsuma"
    return str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)
