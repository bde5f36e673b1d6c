"""Commands on marketing lists: create, list, show, members, add, remove, ask, rename, delete."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from satsuma.cli.output import local, print_facts, print_json, print_table
from satsuma.cli.state import Json, answer, state_of
from satsuma.commit.receipts import Receipt
from satsuma.kernel.errors import UsageError
from satsuma.lists.marketing_list import keys_in

app = typer.Typer(help="Marketing lists and subscription lists.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The list's name, in any case.")]
Keys = Annotated[list[str] | None, typer.Argument(metavar="KEY...", help="Keys of records.")]
KeyFile = Annotated[Path | None, typer.Option("--from", metavar="FILE", help="A file with one key a line.")]
Confirmed = Annotated[
    bool,
    typer.Option("--confirmed", help="For double opt-in: there is evidence that all of them asked for it."),
]

THROUGH = "cli"


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name.")],
    *,
    audience: Annotated[str | None, typer.Option(help="The entity whose records are on it.")] = None,
    subscription: Annotated[
        bool, typer.Option("--subscription", help="People join and leave by themselves.")
    ] = False,
    double_opt_in: Annotated[
        bool, typer.Option("--double-opt-in", help="Who joins by themselves must confirm.")
    ] = False,
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    as_json: Json = False,
) -> None:
    """Make an empty list."""
    with state_of(context).open() as ws:
        made = ws.lists.create(
            name,
            audience=audience,
            subscription=subscription,
            double_opt_in=double_opt_in,
            description=description,
        )
        found = {"id": made.id, "name": made.name, "audience": made.audience}
    if as_json:
        print_json(found)
    else:
        typer.echo(f"made the list “{found['name']}”")


@app.command("list")
def list_lists(
    context: typer.Context,
    search: Annotated[str | None, typer.Option(help="Only names and descriptions that contain this.")] = None,
    audience: Annotated[str | None, typer.Option(help="Only lists of this entity.")] = None,
    as_json: Json = False,
) -> None:
    """Show the lists, by name."""
    with state_of(context).open() as ws:
        found = ws.lists.list(search=search, audience=audience)
        timezone = ws.catalog.timezone
    if as_json:
        print_json(list(found))
        return
    rows = [
        (
            one.name,
            one.audience,
            ("double opt-in" if one.double_opt_in else "subscription")
            if one.is_subscription
            else "marketing",
            one.size,
            one.pending or None,
            local(one.created_at, timezone),
        )
        for one in found
    ]
    print_table(("name", "audience", "kind", "size", "pending", "created"), rows, right=("size", "pending"))


@app.command()
def show(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show all about a list."""
    with state_of(context).open() as ws:
        found = ws.lists[name]
        listed = next(one for one in ws.lists.list() if one.id == found.id)
        users = found.users()
        timezone = ws.catalog.timezone
    if as_json:
        print_json({"list": listed, "used_by": users})
        return
    print_facts(
        [
            ("name", listed.name),
            ("audience", listed.audience),
            ("subscription", "yes" if listed.is_subscription else "no"),
            ("double opt-in", "yes" if listed.double_opt_in else "no"),
            ("size", listed.size),
            ("pending", listed.pending),
            ("description", listed.description),
            ("created", local(listed.created_at, timezone)),
            ("used by", ", ".join(users)),
        ]
    )


@app.command()
def members(
    context: typer.Context,
    name: Name,
    search: Annotated[str | None, typer.Option(help="Only keys that contain this.")] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1)] = None,
    as_json: Json = False,
) -> None:
    """Show the keys of those on a list, one a line."""
    with state_of(context).open() as ws:
        found = ws.lists[name].members(search=search, limit=limit)
    if as_json:
        print_json(found)
    else:
        for key in found:
            typer.echo(key)


@app.command()
def add(
    context: typer.Context,
    name: Name,
    keys: Keys = None,
    *,
    file: KeyFile = None,
    where: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Everyone who meets this definition now.")
    ] = None,
    segment: Annotated[str | None, typer.Option(metavar="NAME", help="Everyone who is in it now.")] = None,
    confirmed: Confirmed = False,
    as_json: Json = False,
) -> None:
    """Put records on a list; exit code 1 if some keys have no record."""
    if sum([bool(keys) or file is not None, where is not None, segment is not None]) != 1:
        raise UsageError("give keys (and --from), or --where, or --segment", code="usage.members")
    with state_of(context).open() as ws:
        found = ws.lists[name]
        if where is not None:
            receipt = found.add_where(where, confirmed=confirmed)
        elif segment is not None:
            members = list(ws.segments[segment].members())
            receipt = found.add(members, confirmed=confirmed, through="segment")
        else:
            receipt = found.add(_keys(keys, file), confirmed=confirmed, through=THROUGH)
    _tell(receipt, "added", as_json=as_json)


@app.command()
def remove(
    context: typer.Context, name: Name, keys: Keys = None, file: KeyFile = None, as_json: Json = False
) -> None:
    """Take records off a list."""
    with state_of(context).open() as ws:
        receipt = ws.lists[name].remove(_keys(keys, file), through=THROUGH)
    _tell(receipt, "removed", as_json=as_json)


@app.command()
def ask(
    context: typer.Context, name: Name, keys: Keys = None, file: KeyFile = None, as_json: Json = False
) -> None:
    """Ask records to confirm by a link that they want to be on a list with double opt-in."""
    with state_of(context).open() as ws:
        found = ws.lists[name].ask(_keys(keys, file), through=THROUGH)
    if as_json:
        print_json(found)
        return
    typer.echo(
        f"{found.asked:,} asked, {found.waiting:,} asked before, {found.on_list:,} on the list already"
    )
    typer.echo(f"{found.no_address:,} have no address, {found.do_not_email:,} are not to be e-mailed")
    for key in found.unknown:
        typer.echo(f"no record has the key {key}")


@app.command()
def rename(
    context: typer.Context,
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="Its new name.")],
    as_json: Json = False,
) -> None:
    """Give a list another name; what refers to it follows."""
    with state_of(context).open() as ws:
        ws.lists[name].rename(new_name)
    if as_json:
        print_json({"name": new_name})
    else:
        typer.echo(f"the list “{name}” is now “{new_name}”")


@app.command()
def delete(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Remove a list; refused while something uses it."""
    with state_of(context).open() as ws:
        ws.lists[name].delete()
    if as_json:
        print_json({"deleted": name})
    else:
        typer.echo(f"removed the list “{name}”")


def _keys(keys: list[str] | None, file: Path | None) -> list[str]:
    found = [*(keys or ()), *(() if file is None else keys_in(file))]
    if not found:
        raise UsageError("no keys given", hint="name them, or give --from FILE")
    return found


def _tell(receipt: Receipt, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(receipt)
    else:
        typer.echo(f"{receipt.accepted:,} {what}, {receipt.duplicates:,} unchanged")
        for key in receipt.unknown:
            typer.echo(f"no record has the key {key}")
    answer(1 if receipt.unknown else 0)
