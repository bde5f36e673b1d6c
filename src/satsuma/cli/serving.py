"""The command that serves a workspace over HTTP."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from satsuma.cli.state import Json, state_of


def register(app: typer.Typer) -> None:
    """Put the command at the root."""
    app.command()(serve)


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Where to listen; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="At which port; default 8000; 0 takes a free one.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="A file of settings; default satsuma.toml in the workspace.")
    ] = None,
    memory_limit: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Of memory beside the index's files, such as 4GiB.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Serve the workspace: console, HTTP API, tracking, webhooks. Ends with Ctrl-C, or a signal."""
    # Nothing of the web is loaded for other commands.
    from satsuma.server import settings  # noqa: PLC0415
    from satsuma.server.serve import serve as run  # noqa: PLC0415

    state = state_of(context)
    found = settings.load(
        state.directory, os.environ, config, host=host, port=port, memory_limit=memory_limit
    )
    run(state.directory, found, announce=_told if as_json else typer.echo)


def _told(line: str) -> None:
    """One line for people, as one line for machines."""
    typer.echo(json.dumps({"message": line}, ensure_ascii=False))
