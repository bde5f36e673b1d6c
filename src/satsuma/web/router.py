"""The public pages over HTTP: subscription centre, confirmation, one-click unsubscribing, forms to join.

    GET, POST /subscriptions/{token}    see and change memberships
    GET, POST /confirm/{token}          confirm a double opt-in
    GET, POST /unsubscribe/{token}      leave a list, or all e-mail; POST is also one-click (RFC 8058)
    GET, POST /join/{slug}              fill in a form

A GET never changes anything, since programs that check mail follow links. Every link that is good for
nothing, whatever the reason, leads to one and the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from satsuma.kernel.clock import Clock, SystemClock
from satsuma.lists.forms import HONEYPOT, JoinForm
from satsuma.web import drawing
from satsuma.web.limits import Limit
from satsuma.web.texts import TEXTS, wanted_language
from satsuma.workspace import Workspace

FORM_BYTES_MAX = 65_536
_FIELD_PREFIX = "field:"
_ACTIONS = ("save", "leave_all")


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the pages guard themselves.

    Attributes:
        clock: For the limits; the workspace has its own.
        bad_links: Links good for nothing that one place may try within ten minutes.
        joins: Forms that one place may send within ten minutes.
        client: Tells where a request comes from; default the peer of its connection, as the server gives it.
    """

    clock: Clock = field(default_factory=SystemClock)
    bad_links: int = 60
    joins: int = 20
    client: Callable[[Request], str] | None = None


async def _posted(request: Request) -> FormData:
    """What a form sent; nothing, where it is larger than any form of ours."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > FORM_BYTES_MAX:
        return FormData()
    return await request.form(max_files=0, max_fields=200)


Posted = Annotated[FormData, Depends(_posted)]


def router(workspace: Workspace, settings: WebSettings | None = None) -> APIRouter:
    """The routes of the public pages of a workspace."""
    pages = _Pages(workspace, settings or WebSettings())
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    for path, get, post in (
        ("/subscriptions/{token}", pages.center, pages.submit),
        ("/confirm/{token}", pages.confirm, pages.confirmed),
        ("/unsubscribe/{token}", pages.unsubscribe, pages.unsubscribed),
        ("/join/{slug}", pages.form, pages.join),
    ):
        routes.add_api_route(path, get, methods=["GET", "HEAD"])
        routes.add_api_route(path, post, methods=["POST"])
    return routes


class _Pages:
    def __init__(self, workspace: Workspace, settings: WebSettings) -> None:
        self._public = workspace.public
        self._settings = settings
        self._bad_links = Limit(settings.bad_links, 600)
        self._joins = Limit(settings.joins, 600)

    def center(self, request: Request, token: str) -> HTMLResponse:
        """The subscription centre of a link."""
        busy = self._busy(request)
        if busy is not None:
            return busy
        view = self._public.center(token, request.query_params.get("lang"))
        if view is None:
            return self._stale(request)
        language = _language(request, among=view.content.languages)
        if language != view.language:
            view = self._public.center(token, language) or view
        return _answer(drawing.center(view))

    def submit(self, request: Request, token: str, posted: Posted) -> HTMLResponse:
        """What somebody chose on their centre."""
        busy = self._busy(request)
        if busy is not None:
            return busy
        action = posted.get("action")
        if action not in _ACTIONS:
            # Not what the page sends, or too large to be read; silence is not taken for a choice.
            return self.center(request, token)
        chosen = {int(one) for one in posted.getlist("list") if isinstance(one, str) and one.isdigit()}
        done = self._public.submit(
            token,
            chosen,
            do_not_email=posted.get("do_not_email") == "yes",
            leave_all=action == "leave_all",
            language=_language(request, posted),
        )
        view = self._public.center(token, _language(request, posted))
        if done is None or view is None:
            return self._stale(request)
        return _answer(drawing.center(view, done))

    def confirm(self, request: Request, token: str) -> HTMLResponse:
        """Asks whether somebody wants to be on a list."""
        busy = self._busy(request)
        if busy is not None:
            return busy
        name = self._public.asked_to_confirm(token)
        if name is None:
            return self._stale(request)
        t = TEXTS[_language(request)]
        question = t["confirm_question"].format(list=name)
        return _ask(request, "confirm_title", question, t["confirm_button"], t["confirm_no"])

    def confirmed(self, request: Request, token: str, posted: Posted) -> HTMLResponse:
        """Puts somebody on the list."""
        busy = self._busy(request)
        if busy is not None:
            return busy
        name = self._public.confirm(token)
        if name is None:
            return self._stale(request)
        language = _language(request, posted)
        told = TEXTS[language]["confirmed"].format(list=name)
        center = self._public.center_after(token)
        # Seen from the page of the link, so that it holds below whatever address the pages are served.
        onward = None if center is None else f"../subscriptions/{center}?lang={language}"
        return _told(language, "confirmed_title", told, onward=onward)

    def unsubscribe(self, request: Request, token: str) -> HTMLResponse:
        """Asks whether somebody wants to leave."""
        busy = self._busy(request)
        if busy is not None:
            return busy
        name = self._public.asked_to_unsubscribe(token)
        if name is None:
            return self._stale(request)
        t = TEXTS[_language(request)]
        question = t["unsubscribe_question"].format(list=name) if name else t["unsubscribe_all_question"]
        return _ask(request, "unsubscribe_title", question, t["unsubscribe_button"], "")

    def unsubscribed(self, request: Request, token: str, posted: Posted) -> HTMLResponse:
        """Lets somebody leave: by the page's button, or by their mail program (RFC 8058)."""
        busy = self._busy(request)
        if busy is not None:
            return busy
        name = self._public.asked_to_unsubscribe(token)
        if name is None or not self._public.unsubscribe(token):
            return self._stale(request)
        language = _language(request, posted)
        t = TEXTS[language]
        told = t["unsubscribed"].format(list=name) if name else t["unsubscribed_all"]
        return _told(language, "unsubscribed_title", told)

    def form(self, request: Request, slug: str) -> HTMLResponse:
        """A form, for those who link to it rather than have it on their own page."""
        busy = self._busy(request)
        if busy is not None:
            return busy
        found = self._public.form(slug)
        return self._stale(request) if found is None else _form(found)

    def join(self, request: Request, slug: str, posted: Posted) -> HTMLResponse:
        """Takes a form; the answer is the same whoever the address belongs to."""
        place = self._place(request)
        busy = self._busy(request)
        if busy is not None:
            return busy
        found = self._public.form(slug)
        if found is None:
            return self._stale(request)
        if not self._joins.take(place, self._settings.clock.now()):
            return _told(found.language, "busy_title", TEXTS[found.language]["busy"], status=429)
        sent = {name: value for name, value in posted.items() if isinstance(value, str)}
        if sent.get(HONEYPOT):
            return _told(found.language, "joined_title", TEXTS[found.language]["joined"])
        fields = {name.removeprefix(_FIELD_PREFIX): value for name, value in sent.items()}
        address = sent.get("email", "")
        if not self._public.join(slug, address, fields, page=request.headers.get("referer")):
            return _form(found, TEXTS[found.language]["join_bad"], address[:254], status=422)
        return _told(found.language, "joined_title", TEXTS[found.language]["joined"])

    def _busy(self, request: Request) -> HTMLResponse | None:
        """The page for who has tried too many links that are good for nothing."""
        if not self._bad_links.is_spent(self._place(request), self._settings.clock.now()):
            return None
        language = _language(request)
        return _told(language, "busy_title", TEXTS[language]["busy"], status=429)

    def _stale(self, request: Request) -> HTMLResponse:
        self._bad_links.take(self._place(request), self._settings.clock.now())
        language = _language(request)
        return _told(language, "stale_title", TEXTS[language]["stale"], status=404)

    def _place(self, request: Request) -> str:
        if self._settings.client is not None:
            return self._settings.client(request)
        return "" if request.client is None else request.client.host


def _language(request: Request, posted: FormData | None = None, among: tuple[str, ...] = tuple(TEXTS)) -> str:
    asked = None if posted is None else posted.get("lang")
    wanted = asked if isinstance(asked, str) else request.query_params.get("lang")
    return wanted_language(wanted, request.headers.get("accept-language"), among)


def _ask(request: Request, title: str, question: str, button: str, otherwise: str) -> HTMLResponse:
    language = _language(request)
    return _answer(
        drawing.page(
            "ask",
            language,
            status_title=title,
            question=question,
            button=button,
            otherwise=otherwise,
            languages=drawing.languages_beside(language),
        )
    )


def _told(
    language: str, title: str, told: str, *, onward: str | None = None, status: int = 200
) -> HTMLResponse:
    html = drawing.page("told", language, status_title=title, told=told, onward=onward, languages=[])
    return _answer(html, status)


def _form(form: JoinForm, problem: str = "", address: str = "", *, status: int = 200) -> HTMLResponse:
    return _answer(
        drawing.page(
            "join",
            form.language,
            status_title="join_title",
            form=form,
            problem=problem,
            address=address,
            languages=[],
        ),
        status,
    )


def _answer(html: str, status: int = 200) -> HTMLResponse:
    response = HTMLResponse(html, status)
    response.headers.update(
        {
            "Content-Security-Policy": drawing.policy(html),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex, nofollow",
        }
    )
    if status == 429:
        response.headers["Retry-After"] = "600"
    return response
