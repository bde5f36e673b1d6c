"""Commands on people: who may sign in to the console and the HTTP API."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from satsuma.access.people import Person
from satsuma.access.roles import Role
from satsuma.cli.output import print_json, print_table
from satsuma.cli.state import Json, state_of
from satsuma.kernel.errors import NotFoundError, UsageError
from satsuma.workspace import Workspace

app = typer.Typer(help="People who may sign in.", no_args_is_help=True, rich_markup_mode=None)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Their address, by which they sign in.")]
FromInput = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input, not from the terminal."),
]


@app.command()
def add(
    context: typer.Context,
    email: Email,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.VIEWER,
    name: Annotated[str | None, typer.Option(help="Their name; default the address.")] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(help="A unit whose contacts they see; default all. Repeatable."),
    ] = None,
    password_stdin: FromInput = False,
    as_json: Json = False,
) -> None:
    """Add somebody; the password is asked for."""
    password = _password(from_input=password_stdin)
    state = state_of(context)
    with state.open() as ws:
        person = ws.access.people.add(
            email, name or email, role, password, actor=state.actor, units=unit or None
        )
        if as_json:
            print_json(_plain(person))
        else:
            typer.echo(f"{person.email} may sign in as {person.role}")


@app.command("list")
def list_people(context: typer.Context, as_json: Json = False) -> None:
    """List people."""
    with state_of(context).open() as ws:
        found = [_plain(person) for person in ws.access.people.list()]
    if as_json:
        print_json(found)
    else:
        columns = ("email", "name", "role", "active", "units")
        rows = [{**one, "units": ", ".join(one["units"]) if one["units"] else "all"} for one in found]
        print_table(columns, [[row[column] for column in columns] for row in rows])


@app.command()
def passwd(
    context: typer.Context, email: Email, password_stdin: FromInput = False, as_json: Json = False
) -> None:
    """Give somebody another password; their sessions end."""
    password = _password(from_input=password_stdin)
    state = state_of(context)
    with state.open() as ws:
        person = _named(ws, email)
        ws.access.people.change(person.id, actor=state.actor, password=password)
        if as_json:
            print_json(_plain(person))
        else:
            typer.echo(f"{person.email} has another password")


@app.command()
def limit(
    context: typer.Context,
    email: Email,
    unit: Annotated[
        list[str] | None, typer.Option(help="A unit whose contacts they see. Repeatable.")
    ] = None,
    all_units: Annotated[bool, typer.Option("--all", help="They see every contact.")] = False,
    as_json: Json = False,
) -> None:
    """Limit somebody to the contacts of some units, or let them see all."""
    if bool(unit) == all_units:
        raise UsageError("expected units, or `--all`", code="usage.units")
    state = state_of(context)
    with state.open() as ws:
        person = _named(ws, email)
        changed = ws.access.people.change(person.id, actor=state.actor, units=None if all_units else unit)
        if as_json:
            print_json(_plain(changed))
        else:
            seen = "every contact" if changed.units is None else f"contacts of {', '.join(changed.units)}"
            typer.echo(f"{changed.email} sees {seen}")


@app.command()
def units(
    context: typer.Context,
    attribute: Annotated[
        str | None, typer.Argument(metavar="[ATTRIBUTE]", help="Names the unit of each contact: contact.unit")
    ] = None,
    owner: Annotated[
        str | None, typer.Option(help="Names the owner of each contact by address: contact.owner")
    ] = None,
    no_units: Annotated[bool, typer.Option("--no-units", help="No attribute tells units.")] = False,
    no_owners: Annotated[bool, typer.Option("--no-owners", help="No attribute tells owners.")] = False,
    as_json: Json = False,
) -> None:
    """Show, or set, by which attributes it is told whose contacts are whose."""
    state = state_of(context)
    with state.open() as ws:
        access = ws.access.units
        if attribute is not None or no_units:
            access.set_unit(None if no_units else attribute, actor=state.actor)
        if owner is not None or no_owners:
            access.set_owner(None if no_owners else owner, actor=state.actor)
        found = access.settings
    if as_json:
        print_json({"unit": found.unit, "owner": found.owner})
    else:
        print_table(("", "attribute"), [["units", found.unit or "-"], ["owners", found.owner or "-"]])


def _named(ws: Workspace, email: str) -> Person:
    found = ws.access.people.find(email)
    if found is None:
        raise NotFoundError(f"nobody has the address {email}", code="not_found.person")
    return found


def _password(*, from_input: bool) -> str:
    if from_input:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise UsageError("found no password on standard input", code="usage.password")
        return password
    found: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return found


def _plain(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "role": person.role.value,
        "active": person.is_active,
        "units": None if person.units is None else list(person.units),
    }
