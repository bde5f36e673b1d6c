"""`python -m satsuma.demo [DIR]`: build the demo workspace if there is none, show what is in it, serve it."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

import satsuma
from satsuma.demo.build import build
from satsuma.demo.data import anchor_of
from satsuma.demo.people import sign_in
from satsuma.demo.tour import tour
from satsuma.server.serve import serve
from satsuma.server.settings import Settings


def main() -> None:
    """Build, show, serve."""
    parser = argparse.ArgumentParser(prog="python -m satsuma.demo", description=__doc__)
    parser.add_argument("directory", nargs="?", type=Path, default=Path("demo-workspace"))
    parser.add_argument(
        "--anchor",
        type=dt.date.fromisoformat,
        default=dt.datetime.now(dt.UTC).date(),
        help="the day before which everything happened; default today",
    )
    parser.add_argument("--port", type=int, default=8000, help="where to serve it; default 8000")
    parser.add_argument("--show", action="store_true", help="show what is in it, and serve nothing")
    options = parser.parse_args()
    console = Console(file=sys.stdout)
    try:
        if not options.directory.exists():
            _build(options.directory, anchor_of(options.anchor), console)
        with satsuma.open(options.directory, create=False, actor="demo") as workspace:
            tour(workspace, console)
            signing_in = sign_in(workspace)
        if not options.show:
            console.print(f"\n[bold]In a browser[/bold]: sign in as {signing_in}. Ctrl-C ends it.\n")
            serve(options.directory, Settings(port=options.port))
    except satsuma.Error as error:
        Console(stderr=True).print(f"error: {error}")
        raise SystemExit(3) from error


def _build(directory: Path, anchor: int, console: Console) -> None:
    columns = (TextColumn("{task.description:<34}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("starting", total=1.0)
        build(directory, anchor, lambda what, share: progress.update(task, description=what, completed=share))


if __name__ == "__main__":
    main()
