"""Commands on files: import, and imports listed, resumed and undone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from satsuma.cli.output import local, print_facts, print_json, print_table
from satsuma.cli.state import Json, State, state_of
from satsuma.kernel.errors import DataError, UsageError
from satsuma.sync.importer import Importer
from satsuma.sync.options import ImportOptions
from satsuma.sync.planning import Plan
from satsuma.sync.progress import bar

imports = typer.Typer(help="Imports that were made: listed, resumed, undone.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put the commands at the root."""
    app.command("import")(import_files)
    app.add_typer(imports, name="imports")


def import_files(
    context: typer.Context,
    target_and_files: Annotated[
        list[str],
        typer.Argument(
            metavar="TARGET FILE...", help="An entity (or, with --interactions, a type), and files or globs."
        ),
    ],
    *,
    interactions: Annotated[
        bool, typer.Option("--interactions", help="The rows are interactions of the type TARGET.")
    ] = False,
    type_column: Annotated[
        str | None,
        typer.Option(
            metavar="COL", help="The column that names each row's interaction type; there is no TARGET then."
        ),
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="COL", help="The column of the records' keys.")] = None,
    member: Annotated[
        str | None, typer.Option(metavar="COL", help="The column of the members' keys.")
    ] = None,
    occurred_at: Annotated[
        str | None, typer.Option(metavar="COL", help="The column of when it occurred.")
    ] = None,
    observed_at: Annotated[
        str | None,
        typer.Option(metavar="COL|TIME", help="When the rows were observed: a column, or one time."),
    ] = None,
    id_column: Annotated[str | None, typer.Option("--id", metavar="COL", help="The column of ids.")] = None,
    audience: Annotated[str | None, typer.Option(help="Whose interactions a new type's are.")] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COL=ATTR", help="A column's attribute; may be repeated."),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="COL", help="A column to leave out; may be repeated.")
    ] = None,
    time_format: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[COL=]FORMAT",
            help="As of strptime, or epoch_s, epoch_ms, epoch_us. Without COL it is that of occurred_at or"
            " observed_at; may be repeated.",
        ),
    ] = None,
    file_format: Annotated[str | None, typer.Option("--format", help="csv, jsonl or parquet.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Of CSV; default: found out.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Take files that were imported before once more.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read everything, write nothing, say what would be.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import CSV, JSON lines or Parquet files; given again, an interrupted import goes on."""
    target, files = _target(target_and_files, type_column)
    plain_format, formats = _time_formats(time_format or [])
    options = ImportOptions(
        key=key,
        map=_pairs(mapped or []),
        ignore=frozenset(ignore or ()),
        time_format=plain_format,
        time_formats=formats,
        type_column=type_column,
        member=member,
        audience=audience,
        occurred_at=occurred_at,
        id=id_column,
        observed_at=observed_at,
        delimiter=delimiter,
        format=file_format,
        again=again,
    )
    state = state_of(context)
    with state.open() as ws:
        plan = ws.importer.plan(files, target, options, interactions=interactions or type_column is not None)
        try:
            if dry_run:
                _try_out(ws.importer, plan, as_json=as_json)
            else:
                _carry_out(ws.importer, plan, state, as_json=as_json)
        except DataError as error:
            if error.code != "data.column_missing":
                raise
            hint = "name the column that holds it: --key, --member, --occurred-at or --id"
            hint = f"{error.hint} or {hint}" if error.hint else hint
            raise DataError(error.message, code=error.code, hint=hint, details=error.details) from error


def _target(words: list[str], type_column: str | None) -> tuple[str | None, list[str]]:
    if type_column is not None:
        return None, words
    if len(words) < 2:
        raise UsageError(
            "found no file to import", hint="give what it holds and the files: import contact FILE.csv"
        )
    return words[0], words[1:]


def _pairs(mapped: list[str]) -> dict[str, str]:
    found = {}
    for pair in mapped:
        column, separator, attribute = pair.partition("=")
        if not separator or not column or not attribute:
            raise UsageError(f"found --map {pair!r}, expected COLUMN=ATTRIBUTE")
        found[column] = attribute
    return found


def _time_formats(given: list[str]) -> tuple[str | None, dict[str, str]]:
    """The format without a column, if any, and those with one."""
    plain: str | None = None
    formats: dict[str, str] = {}
    for one in given:
        column, separator, time_format = one.partition("=")
        if separator and column and "%" not in column:
            if formats.setdefault(column, time_format) != time_format:
                raise UsageError(f"found two time formats for the column {column!r}, expected one")
        elif plain is None:
            plain = one
        else:
            raise UsageError(
                f"found the time formats {plain!r} and {one!r}, expected one without a column",
                hint="say of which column each is: COLUMN=FORMAT",
            )
    return plain, formats


def _try_out(importer: Importer, plan: Plan, *, as_json: bool) -> None:
    with bar(Console(stderr=True), "reading") as progress:
        would = importer.dry_run(plan, progress=progress)
    if as_json:
        print_json(would)
        return
    typer.echo(f"dry run: {would.rows_read:,} rows read, nothing written")
    print_facts([(f"would take of {name}", count) for name, count in would.taken.items()])
    for learned in would.learned:
        typer.echo(f"would learn {learned}")
    for refusal in would.refused:
        file, row, message, _ = refusal.examples[0]
        typer.echo(f"would refuse {refusal.count:,}: {message} (row {row} of {file})")


def _carry_out(importer: Importer, plan: Plan, state: State, *, as_json: bool) -> None:
    with bar(Console(stderr=True), "importing") as progress:
        report = importer.run(plan, progress=progress)
    if as_json:
        print_json(report)
        return
    for file, number in report.unchanged:
        typer.echo(f"{file}: everything in it was taken by import {number}")
    if report.files:
        taken = f"{report.accepted:,} taken, {report.duplicates:,} there already"
        typer.echo(
            f"import {report.id}: {report.rows_read:,} rows read, {taken},"
            f" {report.quarantined:,} quarantined; version {report.version}"
        )
    if report.quarantined:
        typer.echo(f"see why: {state.command} quarantine list")
        if not report.accepted and not report.duplicates:
            typer.echo(f"to import again with other options, first: {state.command} imports undo {report.id}")


@imports.command("list")
def list_imports(context: typer.Context, as_json: Json = False) -> None:
    """Show every import and what became of it."""
    with state_of(context).open() as ws:
        found, timezone = ws.importer.list(), ws.catalog.timezone
    if as_json:
        print_json(found)
        return
    print_table(
        ("id", "target", "state", "rows", "taken", "known", "refused", "started", "files"),
        [
            (
                one.id,
                one.target,
                one.state.value,
                one.counts.rows_read,
                one.counts.accepted,
                one.counts.duplicates,
                one.counts.quarantined,
                local(one.started_at, timezone),
                ", ".join(Path(file.path).name for file in one.files),
            )
            for one in found
        ],
        right=("id", "rows", "taken", "known", "refused"),
    )


@imports.command()
def resume(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="Of the import.")],
    as_json: Json = False,
) -> None:
    """Go on with an import that was interrupted."""
    state = state_of(context)
    with state.open() as ws:
        _carry_out(ws.importer, ws.importer.resume_plan(number), state, as_json=as_json)


@imports.command()
def undo(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="Of the import.")],
    as_json: Json = False,
) -> None:
    """Take back what an import did."""
    with state_of(context).open() as ws:
        undone = ws.importer.undo(number)
    if as_json:
        print_json(undone)
    else:
        typer.echo(
            f"removed {undone.interactions:,} interactions, {undone.observations:,} observations and"
            f" {undone.records:,} records; version {undone.version}"
        )
