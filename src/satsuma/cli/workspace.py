"""Commands on the whole workspace: init, status, sql."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

import satsuma
from satsuma.cli.output import local, print_facts, print_json, print_table
from satsuma.cli.state import Json, state_of
from satsuma.kernel.errors import ConflictError
from satsuma.kernel.instants import format_instant
from satsuma.record.files import DATABASE_FILE
from satsuma.record.sql import quote


def register(app: typer.Typer) -> None:
    """Put the commands at the root."""
    app.command()(init)
    app.command()(status)
    app.command()(sql)


def init(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to make it.")],
    timezone: Annotated[str, typer.Option(help="IANA name of the workspace's time zone.")] = "UTC",
    as_json: Json = False,
) -> None:
    """Make a workspace in a directory."""
    if (directory / DATABASE_FILE).exists():
        raise ConflictError(f"{directory} is a workspace already", hint=f"satsuma -C {directory} status")
    with satsuma.open(directory, timezone=timezone, actor=state_of(context).actor) as ws:
        if as_json:
            print_json({"path": str(ws.path), "version": ws.version})
        else:
            typer.echo(f"made the workspace {ws.path}")
            typer.echo(f"next: satsuma -C {directory} import contact FILE.csv")


def status(context: typer.Context, as_json: Json = False) -> None:
    """Show what the workspace holds, and at which version."""
    with state_of(context).open() as ws:
        catalog = ws.catalog.current
        records = {name: _count(ws, name) for name in catalog.entities}
        interactions = {name: _count(ws, name) for name in catalog.interactions}
        segments = ws.segments.list()
        waiting, now = len(ws.quarantine()), ws.now
        found = {
            "path": str(ws.path),
            "version": ws.version,
            "at": format_instant(now),
            "timezone": catalog.timezone,
            "mode": catalog.mode.value,
            "records": records,
            "interactions": interactions,
            "segments": {"all": len(segments), "live": sum(one.status == "live" for one in segments)},
            "failed": [one.name for one in segments if one.status == "failed"],
            "quarantined": waiting,
        }
    if as_json:
        print_json(found)
        return
    print_facts(
        [
            ("workspace", found["path"]),
            ("version", f"{found['version']} at {local(now, catalog.timezone)} ({catalog.timezone})"),
            ("mode", found["mode"]),
            ("segments", f"{len(segments)}, of them live {sum(one.status == 'live' for one in segments)}"),
            ("quarantined", f"{waiting} rows"),
        ]
    )
    rows = [(name, "records", count) for name, count in records.items()]
    rows += [(name, "interactions", count) for name, count in interactions.items()]
    if rows:
        print_table(("name", "kind", "count"), rows, right=("count",))


def sql(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="One statement that only reads.")],
    as_json: Json = False,
) -> None:
    """Query the record and the members, read-only."""
    with state_of(context).open() as ws:
        print_arrow(ws.sql(query), as_json=as_json)


def print_arrow(table: pa.Table, *, as_json: bool) -> None:
    """A table as people or machines read it."""
    rows = table.to_pylist()
    if as_json:
        print_json(rows)
    else:
        print_table(table.column_names, [list(row.values()) for row in rows])


def _count(ws: satsuma.Workspace, name: str) -> int:
    return int(ws.sql(f"SELECT count(*) AS n FROM {quote(name)}")["n"][0].as_py())
