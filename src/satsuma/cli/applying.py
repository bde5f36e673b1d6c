"""Commands on segments as files: apply a folder of them, export all to one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from satsuma.cli.output import print_json, print_table
from satsuma.cli.state import Json, answer, state_of
from satsuma.segments.files.result import Action, Applied, Changed, Effect

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Of *.segment and *.yaml files.")]
NAMES_MAX = 20


def register(app: typer.Typer) -> None:
    """Put the commands at the root."""
    app.command()(apply)
    app.command()(export)


def apply(
    context: typer.Context,
    folder: Folder,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be; exit code 1 if it would be refused.")
    ] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="Stop and delete segments that no file has.")
    ] = False,
    despite_tests: Annotated[
        bool, typer.Option("--despite-tests", help="Go live although tests break.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make the segments what the files of a folder say, in one version; refused whole, with exit code 1."""
    with state_of(context).open() as ws:
        applied = ws.segments.apply(folder, dry_run=dry_run, delete=delete, despite_tests=despite_tests)
    if as_json:
        print_json(
            {
                "dry_run": dry_run,
                "version": applied.version,
                "segments": applied.segments,
                "problems": [problem.to_json() for problem in applied.problems],
                "warnings": [warning.to_json() for warning in applied.warnings],
            }
        )
    else:
        _show(applied, dry_run=dry_run)
    answer(1 if applied.problems else 0)


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Without segment files; made if need be.")],
    as_json: Json = False,
) -> None:
    """Write every segment as a file, in the form that `apply` reads."""
    with state_of(context).open() as ws:
        files = ws.segments.export(folder)
    if as_json:
        print_json([str(file) for file in files])
    else:
        typer.echo(f"wrote {len(files):,} segments to {folder}")


def _show(applied: Applied, *, dry_run: bool) -> None:
    if applied.changes:
        print_table(
            ("segment", "is", "what", "enter", "leave", "members", "for example"),
            [_row(one) for one in applied.changes],
            right=("enter", "leave", "members"),
        )
    for one in applied.changes:
        if one.unknown:
            _list(f"no record has these keys of “{one.name}”", one.unknown)
    _list("no file has these, and they stay", _names(applied, Action.UNTOUCHED))
    for warning in applied.warnings:
        typer.echo(f"warning: {warning}")
    for problem in applied.problems:
        typer.echo(f"error: {problem}", err=True)
    unchanged = len(_names(applied, Action.UNCHANGED))
    typer.echo(f"{_verdict(applied, dry_run=dry_run)}; {unchanged:,} unchanged")


def _verdict(applied: Applied, *, dry_run: bool) -> str:
    if applied.problems:
        return "dry run: it would be refused"
    if not applied.changes:
        return "nothing to change"
    count = len(applied.changes)
    what = f"{count:,} segment{'s' if count > 1 else ''}"
    return f"dry run: {what} would change" if dry_run else f"{what} changed at version {applied.version}"


def _row(one: Changed) -> tuple[object, ...]:
    what = ", ".join(one.what)
    effect = one.effect
    if effect is None:
        return (one.name, one.action.value, what, None, None, None, None)
    return (
        one.name,
        one.action.value,
        what,
        effect.enter,
        effect.leave,
        effect.size,
        _examples(effect),
    )


def _examples(effect: Effect) -> str:
    return ", ".join(
        [f"+{key}" for key in effect.enter_examples[:3]] + [f"−{key}" for key in effect.leave_examples[:3]]
    )


def _names(applied: Applied, action: Action) -> list[str]:
    return [one.name for one in applied.segments if one.action is action]


def _list(what: str, names: list[str] | tuple[str, ...]) -> None:
    if names:
        more = f", and {len(names) - NAMES_MAX:,} more" if len(names) > NAMES_MAX else ""
        typer.echo(f"{what}: {', '.join(names[:NAMES_MAX])}{more}")
