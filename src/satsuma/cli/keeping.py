"""Commands that keep a workspace: verify, backup and restore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

import satsuma
from satsuma.cli.output import local, print_json, print_table
from satsuma.cli.state import Json, answer, state_of
from satsuma.kernel.instants import format_instant


def register(app: typer.Typer) -> None:
    """Put the commands at the root."""
    app.command()(verify)
    app.command()(backup)
    app.command()(restore)


def verify(context: typer.Context, as_json: Json = False) -> None:
    """Recompute members, history, index and known ids from the record; exit code 1 on any difference."""
    with state_of(context).open() as ws, _bar("verifying") as progress:
        ws.warm()
        differences = ws.verify(progress=progress)
        live = sum(one.status == "live" for one in ws.segments.list())
        version = ws.version
    if as_json:
        print_json({"version": version, "segments": live, "differences": differences})
    elif differences:
        print_table(("part", "of", "difference"), [(one.part, one.name, one.detail) for one in differences])
    else:
        typer.echo(
            f"{live} live segments equal their definitions at version {version}, and the index its record"
        )
    answer(1 if differences else 0)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")],
    as_json: Json = False,
) -> None:
    """Write the workspace as it is now to one file, also while it is in use."""
    with state_of(context).open() as ws, _bar("backing up") as progress:
        made = ws.backup(file, progress=progress)
        timezone = ws.catalog.current.timezone
    if as_json:
        found = {"path": str(file), "version": made.version, "at": format_instant(made.at)}
        print_json({**found, "rows": made.rows, "bytes": made.bytes})
    else:
        typer.echo(f"wrote version {made.version}, of {local(made.at, timezone)}, to {file}")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `satsuma backup` wrote.")],
    as_json: Json = False,
) -> None:
    """Make the workspace of a backup in the directory of -C, which must be empty or not there yet."""
    directory = state_of(context).directory
    with _bar("restoring") as progress:
        found = satsuma.restore(file, directory, progress=progress)
    if as_json:
        print_json({"path": str(directory), "version": found.version, "at": format_instant(found.at)})
    else:
        typer.echo(f"made the workspace {directory}, at version {found.version}")
        typer.echo(f"next: {state_of(context).command} verify")


@contextmanager
def _bar(what: str) -> Iterator[Callable[[float], None]]:
    """A progress bar while the context lasts, on a terminal; gives the function that moves it."""
    from rich import progress  # noqa: PLC0415  (only a terminal needs it)
    from rich.console import Console  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeRemainingColumn(),
    )
    shown = progress.Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
    with shown:
        task = shown.add_task(what, total=1.0)
        yield lambda part: shown.update(task, completed=part)
