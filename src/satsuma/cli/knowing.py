"""Commands that tell about a segment: compare, history, restore, changes, growth, related; copies of it."""

from __future__ import annotations

from typing import Annotated, Any

import pyarrow as pa
import typer

from satsuma.cli.output import local, print_json, print_table
from satsuma.cli.state import Json, Name, state_of
from satsuma.kernel.instants import format_instant
from satsuma.segments.members import Members


def register(app: typer.Typer) -> None:
    """Put the commands among those on segments."""
    for command in (
        compare,
        history,
        restore,
        changes,
        growth,
        related,
        duplicate,
        snapshot,
        schedule,
        cancel,
    ):
        app.command()(command)


NewName = Annotated[str, typer.Argument(metavar="NEW", help="The new segment's name.")]
Since = Annotated[int, typer.Option(metavar="N", help="Above this version.")]


def compare(
    context: typer.Context,
    name: Name,
    where: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Another definition; default the segment's draft.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who would enter, leave and stay if a definition went live now."""
    with state_of(context).open() as ws:
        found = ws.segments[name].compare(where)
        parts = {"enter": found.enter, "leave": found.leave, "stay": found.stay}
        if as_json:
            print_json({"version": found.version, **{what: list(part) for what, part in parts.items()}})
        else:
            rows = [(what, len(part), _examples(part)) for what, part in parts.items()]
            print_table(("would", "members", "for example"), rows, right=("members",))


def history(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show every edition of the definition: who made it, when, and what it changed."""
    with state_of(context).open() as ws:
        editions, timezone = ws.segments[name].history(), ws.catalog.timezone
    if as_json:
        print_json(editions)
        return
    for one in editions:
        status = "" if one.status is None else f", {one.status}"
        typer.echo(f"edition {one.number}, {local(one.at, timezone)}, by {one.actor}{status}")
        for line in one.difference:
            typer.echo(f"  {line}")


def restore(
    context: typer.Context,
    name: Name,
    edition: Annotated[int, typer.Argument(metavar="EDITION", help="Its number, as `history` shows it.")],
    as_json: Json = False,
) -> None:
    """Make an earlier edition of the definition the draft; `go-live` swaps it in."""
    with state_of(context).open() as ws:
        segment = ws.segments[name]
        segment.restore(edition)
        draft = segment.draft
        text = "" if draft is None else draft.to_text()
    if as_json:
        print_json({"name": name, "draft": text})
    else:
        typer.echo(f"the draft is now edition {edition} again: {text}")


def changes(context: typer.Context, name: Name, since: Since = 0, as_json: Json = False) -> None:
    """Show who entered and left, when and why."""
    with state_of(context).open() as ws:
        table = ws.segments[name].changes(since_version=since)
        timezone = ws.catalog.timezone
    rows = _with_microseconds(table)
    if as_json:
        print_json([{**row, "at": format_instant(row["at"])} for row in rows])
    else:
        columns = ("version", "at", "member", "change", "cause")
        shown = [(r["version"], local(r["at"], timezone), r["member"], r["change"], r["cause"]) for r in rows]
        print_table(columns, shown, right=("version",))


def growth(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show how the size went, version by version."""
    with state_of(context).open() as ws:
        table, timezone = ws.segments[name].growth(), ws.catalog.timezone
    rows = _with_microseconds(table)
    if as_json:
        print_json([{**row, "at": format_instant(row["at"])} for row in rows])
    else:
        columns = ("version", "at", "entered", "left", "size")
        shown = [(r["version"], local(r["at"], timezone), r["entered"], r["left"], r["size"]) for r in rows]
        print_table(columns, shown, right=("version", "entered", "left", "size"))


def related(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show what uses a segment, and what it uses."""
    with state_of(context).open() as ws:
        found = ws.segments[name].related()
    if as_json:
        print_json(found)
    else:
        rows = [("used by", one.kind, one.name) for one in found.used_by]
        rows += [("uses", one.kind, one.name) for one in found.uses]
        print_table(("direction", "kind", "name"), rows)


def duplicate(context: typer.Context, name: Name, new: NewName, as_json: Json = False) -> None:
    """Make a draft with the definition, tags and tests of another segment."""
    with state_of(context).open() as ws:
        made = ws.segments.duplicate(name, new)
        _made(made.name, made.status, as_json=as_json)


def snapshot(
    context: typer.Context,
    name: Name,
    new: NewName,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="As of an instant.")] = None,
    version: Annotated[int | None, typer.Option(metavar="N", help="As of a version.")] = None,
    as_json: Json = False,
) -> None:
    """Make a static segment of those who are members of another, or were."""
    with state_of(context).open() as ws:
        made = ws.segments.snapshot(name, new, at=at, version=version)
        _made(made.name, made.status, as_json=as_json)


def schedule(
    context: typer.Context,
    name: Name,
    start: Annotated[str | None, typer.Option(metavar="TIME", help="When it shall go live.")] = None,
    end: Annotated[str | None, typer.Option(metavar="TIME", help="When it shall stop.")] = None,
    as_json: Json = False,
) -> None:
    """Set when a segment shall go live and stop; without options, take both dates back."""
    with state_of(context).open() as ws:
        ws.segments[name].schedule(starts_at=start, ends_at=end)
    if as_json:
        print_json({"name": name, "start": start, "end": end})
    else:
        typer.echo(f"“{name}” starts {start or 'when it goes live'} and ends {end or 'when it is stopped'}")


def cancel(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Make a segment that waits for its start date a draft again."""
    with state_of(context).open() as ws:
        segment = ws.segments[name]
        segment.cancel()
        _made(segment.name, segment.status, as_json=as_json)


def _made(name: str, status: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "status": status})
    else:
        typer.echo(f"“{name}” is {'a draft' if status == 'draft' else status}")


def _examples(members: Members) -> str:
    return ", ".join(str(key) for key in members.to_arrow(limit=5)["id"].to_pylist())


def _with_microseconds(table: pa.Table) -> list[dict[str, Any]]:
    """The rows of a table, its column `at` as microseconds UTC."""
    place = table.schema.get_field_index("at")
    return table.set_column(place, "at", table["at"].cast(pa.int64())).to_pylist()
