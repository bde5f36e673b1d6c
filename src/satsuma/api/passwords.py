"""Passwords that were forgotten: asked for by anybody, sent to whom they belong, and to nobody else told."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from pydantic import Field

from satsuma.access import audit
from satsuma.api.calling import Caller
from satsuma.api.forms import Given
from satsuma.api.rates import Rates
from satsuma.api.routing import api_router
from satsuma.api.session import by_address
from satsuma.kernel.errors import ConflictError
from satsuma.workspace import Workspace

router = api_router("session")

by_account = Rates(3, minutes=60)
"""Messages to one address that others may call for."""


class Forgotten(Given):
    """Whose password it is."""

    email: str = Field(max_length=254, examples=["ada@example.com"])


@router.post(
    "/password/reset",
    operation_id="ask_password_reset",
    summary="Ask for a link that sets a new password",
    status_code=202,
    response_class=Response,
)
def ask_password_reset(given: Forgotten, caller: Caller, request: Request) -> Response:
    """Sent by e-mail, good for an hour and once. The answer is the same whether it is known or not."""
    by_address.check(caller.origin or "")
    by_account.check(given.email.strip().casefold())
    check_mail(request.app, caller.ws)
    person = caller.ws.access.people.find(given.email)
    audit.name(caller.actor, target=None if person is None else f"person={person.id}")
    caller.ws.access.mail.ask_reset(given.email, actor=caller.actor)
    return Response(status_code=202)


def mail_site(app: FastAPI, ws: Workspace) -> str | None:
    """The address that links in messages to people begin with; None where no messages are sent.

    It is one that was configured, never the one by which a request came: that is the caller's to choose.
    """
    settings = ws.mail.settings
    if app.state.mail_server is None or settings.sender is None:
        return None
    site: str | None = app.state.site or settings.public_url
    return site


def check_mail(app: FastAPI, ws: Workspace) -> None:
    """Refuse what needs messages to people where none are sent."""
    if mail_site(app, ws) is None:
        raise ConflictError(
            "no messages are sent from here: there is no mail server, no sender, or no address for links",
            code="mail.no_server",
            hint="an administrator sets smtp_host and url, and the sender of messages",
        )
