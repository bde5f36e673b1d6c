"""The commands that explain: why a record is in a segment, since when; and how a segment is evaluated."""

from __future__ import annotations

from typing import Annotated

import typer

from satsuma.cli.output import print_json
from satsuma.cli.state import Json, Name, answer, state_of


def register(app: typer.Typer) -> None:
    """Put the commands among those on segments."""
    app.command()(explain)
    app.command()(plan)


def explain(
    context: typer.Context,
    name: Name,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The record's key.")],
    as_json: Json = False,
) -> None:
    """Show why a record is in a segment, or why not; exit code 1 if it is not."""
    with state_of(context).open() as ws:
        found = ws.segments[name].explain(key)
    if as_json:
        print_json(found.to_json())
    else:
        typer.echo(str(found))
    answer(0 if (found.holds if found.member is None else found.member) else 1)


def plan(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show how a segment would be evaluated for everyone: in which order, at what cost, what only once."""
    with state_of(context).open() as ws:
        ws.warm()
        found = ws.segments[name].plan()
    if as_json:
        print_json({"plan": found.splitlines()})
    else:
        typer.echo(found)
