"""Commands on messages to people: settings, outbox, send."""

from __future__ import annotations

from typing import Annotated

import typer

from satsuma.cli.output import local, print_facts, print_json, print_table
from satsuma.cli.state import Json, answer, state_of
from satsuma.lists.mail import MailSettings
from satsuma.lists.smtp import MailServer

app = typer.Typer(help="Messages to people: settings, outbox, sending.", no_args_is_help=True)


@app.command()
def settings(
    context: typer.Context,
    *,
    public_url: Annotated[str | None, typer.Option(help="Where the public pages are, for people.")] = None,
    sender: Annotated[str | None, typer.Option(help="Such as 'News <news@example.org>'.")] = None,
    address_attribute: Annotated[
        str | None, typer.Option(help="The attribute with the address; '' finds it by its name again.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show or change how people are written to; an empty text ('') takes a setting back."""
    with state_of(context).open() as ws:
        if any(one is not None for one in (public_url, sender, address_attribute)):
            ws.mail.configure(public_url=public_url, sender=sender, address_attribute=address_attribute)
        found = ws.mail.settings
    if as_json:
        print_json(found)
    else:
        print_facts(
            [
                ("public address", found.public_url),
                ("sender", found.sender),
                ("address attribute", _attribute(found)),
            ]
        )


def _attribute(found: MailSettings) -> str | None:
    if found.address_attribute is None or found.address_chosen:
        return found.address_attribute
    return f"{found.address_attribute} (found by its name)"


@app.command()
def outbox(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="queued, sent, failed or cancelled.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """Show messages, the newest first."""
    with state_of(context).open() as ws:
        found = ws.mail.outbox(state=state, limit=limit)
        timezone = ws.catalog.timezone
    if as_json:
        print_json(found)
    else:
        print_table(
            ("id", "created", "state", "address", "subject", "error"),
            [
                (
                    one.id,
                    local(one.created_at, timezone),
                    one.state.value,
                    one.address,
                    one.subject,
                    one.error,
                )
                for one in found
            ],
            right=("id",),
        )


@app.command()
def send(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="The mail server.", envvar="SATSUMA_SMTP_HOST")],
    port: Annotated[int, typer.Option(help="Its port.", envvar="SATSUMA_SMTP_PORT")] = 587,
    username: Annotated[str | None, typer.Option(help="To sign in.", envvar="SATSUMA_SMTP_USERNAME")] = None,
    security: Annotated[
        str, typer.Option(help="starttls, tls or none.", envvar="SATSUMA_SMTP_SECURITY")
    ] = "starttls",
    password: Annotated[
        str | None,
        typer.Option(help="Better by the variable.", envvar="SATSUMA_SMTP_PASSWORD", show_envvar=True),
    ] = None,
    as_json: Json = False,
) -> None:
    """Hand all messages that are due to a mail server; exit code 1 if some failed for good."""
    server = MailServer(host, port, username, password, security)
    with state_of(context).open() as ws:
        found = ws.mail.deliver(server)
    if as_json:
        print_json(found)
    else:
        typer.echo(
            f"{found.sent:,} sent, {found.postponed:,} to try again, {found.failed:,} failed,"
            f" {found.cancelled:,} cancelled"
        )
    answer(1 if found.failed else 0)
