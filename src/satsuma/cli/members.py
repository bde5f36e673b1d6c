"""Commands on members: shown and exported, picked by hand, overridden."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from satsuma.cli.output import print_json, print_table
from satsuma.cli.state import Json, Name, answer, state_of, text_of
from satsuma.kernel.errors import UsageError
from satsuma.segments.exporting import ExportFormat, csv_lines, format_of, json_lines, write_table
from satsuma.segments.static import Picked

Keys = Annotated[list[str] | None, typer.Argument(metavar="KEY...", help="Keys of records.")]
KeyFile = Annotated[Path | None, typer.Option("--from", metavar="FILE", help="A file with one key a line.")]
Rule = Annotated[str, typer.Argument(metavar="RULE", help="always, never, or definition to take both back.")]


def register(app: typer.Typer) -> None:
    """Put the commands among those on segments."""
    for command in (members, add, remove, override):
        app.command()(command)


class MembersFormat(StrEnum):
    """How members are written."""

    TABLE = "table"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    ROARING = "roaring"


def members(
    context: typer.Context,
    name: Name,
    *,
    form: Annotated[
        MembersFormat | None,
        typer.Option("--format", help="How to write them; default by the ending of FILE, or a table."),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="ATTR", help="An attribute beside the key; may be repeated."),
    ] = None,
    search: Annotated[
        str | None, typer.Option(help="Only those whose key or text columns contain this.")
    ] = None,
    sort: Annotated[str, typer.Option(help="id or an attribute.")] = "id",
    descending: Annotated[bool, typer.Option("--descending", help="The largest first.")] = False,
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1)] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="At an instant.")] = None,
    version: Annotated[int | None, typer.Option(metavar="N", help="At a version.")] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write there.")] = None,
    as_json: Json = False,
) -> None:
    """Show or export the members, now or at an earlier moment; attributes are shown as they are now."""
    if at is not None and version is not None:
        raise UsageError("found --at and --version", hint="give one of them")
    if form is None:
        form = MembersFormat.TABLE if output is None else MembersFormat(format_of(output, None).value)
    with state_of(context).open() as ws:
        found = ws.segments[name].members(at=at, version=version)
        if form is MembersFormat.ROARING:
            if output is None:
                raise UsageError("a bitmap is written to a file", hint="give --output FILE")
            count = found.export(output, form="roaring", columns=columns or ())
        else:
            table = found.to_arrow(
                columns or (), search=search, sort=sort, descending=descending, limit=limit
            )
            count = table.num_rows
            if as_json:
                rows = [json.loads(line) for line in json_lines(table)]
                print_json(
                    {
                        "version": ws.version if version is None else version,
                        "count": len(found),
                        "members": rows,
                    }
                )
                return
            _write(table, form, output)
    if output is not None:
        typer.echo(f"wrote {count:,} members to {output}", err=True)


def add(
    context: typer.Context,
    name: Name,
    keys: Keys = None,
    file: KeyFile = None,
    where: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Everyone who meets this definition now.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put records into a static segment; exit code 1 if some keys have no record."""
    if where is None:
        _edit_static(context, name, _keys(keys, file), adding=True, as_json=as_json)
        return
    if keys or file is not None:
        raise UsageError("found --where beside keys", hint="give one of them")
    with state_of(context).open() as ws:
        _tell(ws.segments[name].add_where(where), "added", as_json=as_json)


def remove(
    context: typer.Context, name: Name, keys: Keys = None, file: KeyFile = None, as_json: Json = False
) -> None:
    """Take records out of a static segment; exit code 1 if some keys have no record."""
    _edit_static(context, name, _keys(keys, file), adding=False, as_json=as_json)


def override(
    context: typer.Context,
    name: Name,
    rule: Rule,
    keys: Keys = None,
    file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Include people always, or never, whatever the definition says; without keys, show who is."""
    if rule not in ("always", "never", "definition"):
        raise UsageError(f"found the rule {rule!r}, expected always, never or definition")
    with state_of(context).open() as ws:
        segment = ws.segments[name]
        if keys or file is not None:
            change = {"always": segment.always, "never": segment.never}.get(rule, segment.follow_definition)
            change(_keys(keys, file))
        rows = segment.overrides()
    if as_json:
        print_json([{"key": row.key, "rule": row.rule} for row in rows])
    else:
        print_table(("rule", "key"), [(row.rule, row.key) for row in rows])


def _edit_static(context: typer.Context, name: str, keys: list[str], *, adding: bool, as_json: bool) -> None:
    with state_of(context).open() as ws:
        segment = ws.segments[name]
        picked = segment.add(keys) if adding else segment.remove(keys)
    _tell(picked, "added" if adding else "removed", as_json=as_json)
    answer(1 if picked.unknown else 0)


def _tell(picked: Picked, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(picked)
        return
    typer.echo(f"{picked.changed:,} {what}, {picked.unchanged:,} unchanged")
    for key in picked.unknown:
        typer.echo(f"no record has the key {key}")


def _keys(keys: list[str] | None, file: Path | None) -> list[str]:
    found = list(keys or ())
    if file is not None:
        found += [line.strip() for line in text_of(file).splitlines() if line.strip()]
    if not found:
        raise UsageError("no keys given", hint="name them, or give --from FILE")
    return found


def _write(table: pa.Table, form: MembersFormat, output: Path | None) -> None:
    if form is MembersFormat.TABLE:
        if output is not None:
            raise UsageError("a table is shown, not written", hint="give --format csv, jsonl or parquet")
        print_table(table.column_names, [list(row.values()) for row in table.to_pylist()])
    elif output is not None:
        write_table(table, output, ExportFormat(form.value))
    elif form is MembersFormat.PARQUET:
        raise UsageError("Parquet is written to a file", hint="give --output FILE")
    else:
        sys.stdout.writelines(csv_lines(table) if form is MembersFormat.CSV else json_lines(table))
