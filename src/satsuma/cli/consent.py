"""Commands on consent: show, record, reach; and what people may ask for: export-contact, erase."""

from __future__ import annotations

from typing import Annotated

import typer

from satsuma.cli.output import local, print_facts, print_json, print_table
from satsuma.cli.state import Json, answer, state_of
from satsuma.kernel.errors import UsageError
from satsuma.lists import levels

app = typer.Typer(
    help="Consent: who has granted or denied what, since when, on which evidence.", no_args_is_help=True
)

Key = Annotated[str, typer.Argument(metavar="KEY", help="The record's key.")]
Audience = Annotated[
    str | None, typer.Option(help="Whose key it is; default the only audience, or contacts.")
]

THROUGH = "cli"


def register(app: typer.Typer) -> None:
    """Put the commands on single records among the workspace's."""
    app.command("export-contact")(export_contact)
    app.command()(erase)


@app.command()
def show(context: typer.Context, key: Key, audience: Audience = None, as_json: Json = False) -> None:
    """Show what counts for a record, and every entry about it."""
    with state_of(context).open() as ws:
        standing = ws.consent.of(key, audience=audience)
        entries = ws.consent.entries(key, audience=audience)
        timezone = ws.catalog.timezone
    if as_json:
        print_json({"level": standing.level, "do_not_email": standing.do_not_email, "entries": entries})
        return
    print_facts([("level", standing.level), ("do not email", "yes" if standing.do_not_email else "no")])
    print_table(
        ("since", "topic", "state", "contact point", "through", "evidence"),
        [
            (local(one.at, timezone), one.topic, one.state, one.contact_point, one.source, one.evidence)
            for one in entries
        ],
    )


@app.command()
def record(
    context: typer.Context,
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Keys of records.")],
    *,
    grant: Annotated[
        list[str] | None, typer.Option(metavar="TOPIC", help="Granted; may be repeated.")
    ] = None,
    deny: Annotated[list[str] | None, typer.Option(metavar="TOPIC", help="Denied; may be repeated.")] = None,
    level: Annotated[str | None, typer.Option(help=", ".join(levels.LEVELS))] = None,
    do_not_email: Annotated[
        bool | None, typer.Option("--do-not-email/--allow-email", help="Send no e-mail, or allow it again.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Since when; default now.")] = None,
    source: Annotated[str | None, typer.Option(help="Through what it came.")] = None,
    evidence: Annotated[str | None, typer.Option(help="What proves it.")] = None,
    audience: Audience = None,
    as_json: Json = False,
) -> None:
    """Write entries; nothing that was written before is changed. Exit code 1 if some keys have no record."""
    states = {} if level is None else levels.states_of_level(level)
    states |= dict.fromkeys(grant or (), "granted") | dict.fromkeys(deny or (), "denied")
    if do_not_email is not None:
        states[levels.DO_NOT_EMAIL] = "denied" if do_not_email else "granted"
    if not states:
        raise UsageError("nothing to write", hint="give --grant, --deny, --level or --do-not-email")
    with state_of(context).open() as ws:
        receipt = ws.consent.record(
            keys, states, audience=audience, at=at, source=source or THROUGH, evidence=evidence
        )
    if as_json:
        print_json(receipt)
    else:
        typer.echo(f"{receipt.accepted:,} entries written")
        for key in receipt.unknown:
            typer.echo(f"no record has the key {key}")
    answer(1 if receipt.unknown else 0)


@app.command()
def reach(
    context: typer.Context,
    segment: Annotated[str | None, typer.Argument(metavar="[SEGMENT]", help="Default everyone.")] = None,
    topic: Annotated[
        str, typer.Option(help="What they must have granted; none asks for nothing.")
    ] = "marketing",
    as_json: Json = False,
) -> None:
    """Show how many members can be e-mailed, and why the others cannot."""
    with state_of(context).open() as ws:
        found = ws.consent.reach(
            None if segment is None else ws.segments[segment].members(),
            audience=None if segment is None else ws.segments[segment].audience,
            topic=None if topic == "none" else topic,
        )
    if as_json:
        print_json(found)
        return
    print_facts([("size", found.size), ("reachable", found.reachable)])
    print_table(("reason", "count"), [(why, count) for why, count in found.reasons.items()], right=("count",))


def export_contact(
    context: typer.Context, key: Key, audience: Audience = None, as_json: Json = False
) -> None:
    """Print all that is known of one record: as JSON, whether that is asked for or not."""
    del as_json  # it is JSON in any case
    with state_of(context).open() as ws:
        print_json(ws.export_contact(key, audience=audience))


def erase(
    context: typer.Context,
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="Such as contact.")],
    key: Key,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove a record for good, with everything that names it, from the rows and from the files' bytes."""
    if not yes:
        typer.confirm(f"Erase the {entity} for good? This cannot be undone.", abort=True, err=True)
    with state_of(context).open() as ws:
        receipt = ws.erase(entity, key)
    if as_json:
        print_json(receipt)
        return
    typer.echo(f"erased at version {receipt.version}")
    print_table(("removed", "count"), list(receipt.removed.items()), right=("count",))
    for place in receipt.still_named_in:
        typer.echo(f"still named in {place}, where somebody has written it")
    if not receipt.is_file_rewritten:
        typer.echo("the file is made anew when the workspace is opened next: somebody was reading it")
