"""Commands on segments: create, edit, check, estimate, go-live, stop, show, list, ..."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from satsuma.cli import explaining, knowing, members
from satsuma.cli.output import local, print_facts, print_json, print_problems, print_table
from satsuma.cli.state import Json, Name, answer, state_of, text_of
from satsuma.kernel.errors import UsageError
from satsuma.language.problems import Severity
from satsuma.language.wire import loads
from satsuma.segments.gate import Status
from satsuma.segments.service import Listed

app = typer.Typer(help="Segments: designed, live, exact at every version.", no_args_is_help=True)
members.register(app)
knowing.register(app)
explaining.register(app)

Where = Annotated[str | None, typer.Option(metavar="TEXT", help="The condition, in text form.")]
DefinitionFile = Annotated[
    Path | None, typer.Option(metavar="DEF.json", help="The definition, in JSON form.")
]


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name.")],
    *,
    where: Where = None,
    file: DefinitionFile = None,
    kind: Annotated[str | None, typer.Option(help="dynamic, static or compound.")] = None,
    audience: Annotated[str | None, typer.Option(help="The entity whose records are its members.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA name; default the workspace's.")] = None,
    as_json: Json = False,
) -> None:
    """Make a draft; exit code 1 if its definition has errors (it is kept, to be mended)."""
    given: object = where
    if file is not None:
        if where is not None:
            raise UsageError("found --where and --file", hint="give one of them")
        given = loads(text_of(file))
        if isinstance(given, dict) and "where" in given:
            given = {**given, "name": name}
    state = state_of(context)
    with state.open() as ws:
        whole = isinstance(given, dict) and "where" in given
        segment = ws.segments.create(
            given if whole else name,  # type: ignore[arg-type]  # a dict with text keys, by the line above
            None if whole else given,
            kind=kind,
            audience=audience,
            timezone=timezone,
        )
        problems = segment.check()
        if as_json:
            print_json({"name": segment.name, "status": segment.status, "problems": problems})
        else:
            typer.echo(f"made the draft “{segment.name}”")
            print_problems(problems, where)
            if _has_errors(problems):
                quoted = shlex.quote(segment.name)
                typer.echo(f"to mend it: {state.command} segment edit {quoted} --where ...")
    answer(_has_errors(problems))


@app.command()
def edit(
    context: typer.Context,
    name: Name,
    where: Where = None,
    file: DefinitionFile = None,
    as_json: Json = False,
) -> None:
    """Give a segment a new draft; a live definition stays as it is until `go-live`."""
    if (where is None) == (file is None):
        raise UsageError("expected one of --where and --file")
    with state_of(context).open() as ws:
        segment = ws.segments[name]
        segment.edit(where if file is None else loads(text_of(file)))
        problems = segment.check()
        if as_json:
            print_json({"name": segment.name, "status": segment.status, "problems": problems})
        else:
            typer.echo(f"“{segment.name}” has a new draft")
            print_problems(problems, where)
    answer(_has_errors(problems))


@app.command()
def check(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show every error and warning of a definition; exit code 1 if there are errors."""
    with state_of(context).open() as ws:
        problems = ws.segments[name].check()
    if as_json:
        print_json(problems)
    elif problems:
        print_problems(problems)
    else:
        typer.echo("no problems")
    answer(_has_errors(problems))


@app.command()
def estimate(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show the exact size that a definition gives now, how its conditions narrow, and a sample."""
    with state_of(context).open() as ws:
        found = ws.segments[name].estimate()
        timezone = ws.catalog.timezone
    if as_json:
        print_json(found)
        return
    share = f" ({found.count / found.audience_size:.1%})" if found.audience_size else ""
    when = f"version {found.version}, {local(found.at, timezone)}"
    typer.echo(f"{found.count:,} of {found.audience_size:,}{share} at {when}")
    print_table(
        ("condition", "alone", "together"),
        [(part.condition, part.alone, part.together) for part in found.per_condition],
        right=("alone", "together"),
    )
    for attribute, count in found.without_value.items():
        typer.echo(f"without a value of {attribute}: {count:,}")
    if found.sample:
        typer.echo(f"for example: {', '.join(found.sample[:10])}")


@app.command("go-live")
def go_live(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Segments, which go live together.")],
    despite_tests: Annotated[
        bool, typer.Option("--despite-tests", help="Go live although tests fail.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make drafts live: checked, evaluated, and from then on exact at every version."""
    with state_of(context).open() as ws:
        committed = ws.segments.go_live(names, despite_tests=despite_tests)
        found = [ws.segments[name] for name in names]
        sizes = {one.name: len(one.members()) for one in found if one.status == Status.LIVE}
        waiting = [one.name for one in found if one.status == Status.GOING_LIVE]
    if as_json:
        print_json({"version": committed.version, "sizes": sizes, "waiting": waiting})
        return
    for name, size in sizes.items():
        members = "member" if size == 1 else "members"
        typer.echo(f"“{name}” is live at version {committed.version} with {size:,} {members}")
    for name in waiting:
        typer.echo(f"“{name}” waits for its start date")


@app.command()
def stop(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Make a live segment a draft again; refused while others use it."""
    with state_of(context).open() as ws:
        segment = ws.segments[name]
        segment.stop()
        if as_json:
            print_json({"name": segment.name, "status": segment.status})
        else:
            typer.echo(f"stopped “{segment.name}”")


@app.command()
def rename(
    context: typer.Context,
    name: Name,
    to: Annotated[str, typer.Argument(metavar="NEW", help="The new name.")],
    as_json: Json = False,
) -> None:
    """Give a segment another name; whatever refers to it follows."""
    with state_of(context).open() as ws:
        ws.segments[name].rename(to)
    if as_json:
        print_json({"name": to})
    else:
        typer.echo(f"renamed to “{to}”")


@app.command()
def delete(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Remove a draft; refused while it is live or used."""
    with state_of(context).open() as ws:
        ws.segments[name].delete()
    if as_json:
        print_json({"deleted": name})
    else:
        typer.echo(f"deleted “{name}”")


@app.command()
def show(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show a segment: state, definition in text and in plain English."""
    with state_of(context).open() as ws:
        segment = ws.segments[name]
        definition, draft = segment.definition, segment.draft
        live = segment.status in ("live", "failed")
        size = len(segment.members()) if live else None
        if as_json:
            print_json(
                {
                    "name": segment.name,
                    "kind": segment.kind,
                    "audience": segment.audience,
                    "status": segment.status,
                    "reason": segment.reason,
                    "size": size,
                    "definition": None if definition is None else definition.to_json(),
                    "draft": None if draft is None else draft.to_json(),
                }
            )
            return
        facts: list[tuple[str, object]] = [
            ("name", segment.name),
            ("kind", segment.kind),
            ("audience", segment.audience),
            ("status", _status(segment.status, segment.reason)),
            ("size", size),
        ]
        if definition is not None:
            facts += [("where", definition.to_text()), ("means", definition.to_english())]
        if draft is not None and live:
            facts.append(("draft", draft.to_text()))
        print_facts(facts)


@app.command("list")
def list_segments(
    context: typer.Context,
    search: Annotated[str | None, typer.Option(help="Part of the name or of a tag.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="dynamic, static or compound.")] = None,
    status: Annotated[str | None, typer.Option(help="draft, going_live, live or failed.")] = None,
    sort: Annotated[str, typer.Option(help="name, status, kind, size or changed.")] = "name",
    as_json: Json = False,
) -> None:
    """List segments with state and size."""
    with state_of(context).open() as ws:
        found = ws.segments.list(search=search, kind=kind, status=status, sort=sort)
        timezone = ws.catalog.timezone
    if as_json:
        print_json(found)
    elif not found:
        typer.echo("no segments")
    else:
        print_table(
            ("name", "kind", "audience", "status", "size", "changed"),
            [_row(one, timezone) for one in found],
            right=("size",),
        )


def _row(one: Listed, timezone: str) -> tuple[object, ...]:
    return (
        one.name,
        one.kind,
        one.audience,
        _status(one.status, one.reason),
        one.size,
        local(one.changed_at, timezone),
    )


def _status(status: str, reason: str | None) -> str:
    return str(status) if reason is None else f"{status}: {reason}"


def _has_errors(problems: tuple[object, ...]) -> int:
    return 1 if any(getattr(problem, "severity", None) is Severity.ERROR for problem in problems) else 0
