"""Commands on quarantine: list, replay."""

from __future__ import annotations

from typing import Annotated

import typer

from satsuma.cli.output import print_json, print_table
from satsuma.cli.state import Json, answer, state_of

app = typer.Typer(help="Rows that could not be taken, each with its reason.", no_args_is_help=True)

Target = Annotated[str | None, typer.Option("--target", help="Only this entity or interaction type.")]


@app.command("list")
def list_rows(
    context: typer.Context,
    target: Target = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """Show rows that wait, oldest first."""
    with state_of(context).open() as ws:
        rows = ws.quarantine(target, limit=limit)
    if as_json:
        print_json(rows)
    else:
        print_table(
            ("id", "target", "code", "reason", "row"),
            [(row.id, row.target, row.code, row.message, row.row) for row in rows],
            right=("id",),
        )
        _tell_unreadable(sum(not row.is_replayable for row in rows))


@app.command()
def replay(context: typer.Context, target: Target = None, as_json: Json = False) -> None:
    """Try the rows again, such as after the catalog has changed; exit code 1 if some are refused again."""
    with state_of(context).open() as ws:
        found = ws.replay(target)
    if as_json:
        print_json(found)
    else:
        taken = f"{found.accepted} taken, {found.duplicates} were there already"
        typer.echo(f"{taken}, {found.still_quarantined} refused again")
        _tell_unreadable(found.unreadable)
    answer(1 if found.still_quarantined else 0)


def _tell_unreadable(count: int) -> None:
    if count:
        typer.echo(f"{count} could not be read as rows and cannot be replayed; correct the source instead")
