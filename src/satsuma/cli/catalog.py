"""Commands on the catalog: show, apply."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from satsuma.catalog.wire import catalog_to_json
from satsuma.cli.output import print_json
from satsuma.cli.state import Json, state_of

app = typer.Typer(help="Entities, attributes, relationships and interaction types.", no_args_is_help=True)


@app.command()
def show(context: typer.Context, as_json: Json = False) -> None:
    """Print the catalog as YAML, in the form that `apply` reads."""
    with state_of(context).open() as ws:
        if as_json:
            print_json(catalog_to_json(ws.catalog.current))
        else:
            typer.echo(ws.catalog.to_yaml(), nl=False)


@app.command()
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A YAML file.")],
    as_json: Json = False,
) -> None:
    """Add and change what a file declares; what it does not mention stays."""
    with state_of(context).open() as ws:
        before = ws.catalog.current.version
        after = ws.catalog.apply(file).version
    if as_json:
        print_json({"catalog_version": after, "changed": after != before})
    else:
        typer.echo(f"catalog version {after}" if after != before else "nothing to change")
