"""Subscription centres, forms, the outbox and mail settings over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from satsuma.api.forms import Given, IdInPath
from satsuma.api.lists import Key, Name
from satsuma.api.paging import Items
from satsuma.api.routing import Caller, api_router
from satsuma.kernel.errors import NotFoundError
from satsuma.kernel.instants import format_instant
from satsuma.lists.center_content import Content
from satsuma.lists.centers import CenterRow
from satsuma.lists.forms import JoinForm

router = api_router("subscription centers")

Preview = Callable[[Content, dict[int, tuple[str, str]], str], str]
"""Draws a centre: `web.drawing.preview`, put into `app.state.preview` by the server."""


class CenterShape(BaseModel):
    """A subscription centre."""

    id: int
    name: str
    status: Literal["draft", "live", "changed"] = Field(
        description="`changed`: the draft differs from what people see."
    )
    draft: dict[str, Any]
    live: dict[str, Any] | None
    created_at: str
    changed_at: str
    published_at: str | None


class CenterParts(Given):
    """Parts of what a centre shows; what is not given stays, or is the default."""

    lists: list[Any] | None = Field(
        default=None, description="Names or ids, or objects with `list`, `names` and `abouts` by language."
    )
    texts: dict[str, dict[str, str]] | None = Field(
        default=None, description="By language: `title`, `introduction`, `footer`."
    )
    colour: str | None = Field(default=None, examples=["#1a5fb4"])
    logo: str | None = Field(default=None, description="An image as a `data:` URL; empty for none.")
    logo_text: str | None = None

    def given(self) -> dict[str, Any]:
        """The parts that were given."""
        return {
            name: getattr(self, name) for name in CenterParts.model_fields if name in self.model_fields_set
        }


class NewCenter(CenterParts):
    """A centre to be made."""

    name: Name


class CenterEdit(CenterParts):
    """What is to change in the draft."""

    name: Name | None = None


class CenterTried(CenterParts):
    """Parts that are not saved yet."""

    language: Literal["en", "de"] = "en"


class KeyOnly(Given):
    """One contact."""

    key: Key


class MaybeKey(Given):
    """One contact, or everybody."""

    key: Key | None = None


class LinkShape(BaseModel):
    """A personal address."""

    url: str


class FormShape(BaseModel):
    """A form to join a list."""

    id: int
    name: str
    joins: int = Field(description="The list that it joins, by id.")
    fields: list[str]
    language: str
    html: str | None = Field(description="For one's own page; null until the public address is set.")


class NewForm(Given):
    """A form to be made."""

    name: Name
    joins: int | Name = Field(description="The list that it joins, by id or name.")
    fields: Annotated[list[str], Field(max_length=20)] = Field(default_factory=list)
    language: Literal["en", "de"] = "en"


@router.get(
    "/subscription-centers",
    operation_id="list_centers",
    summary="The subscription centers",
    response_model=Items[CenterShape],
)
def list_centers(caller: Caller) -> Items[CenterShape]:
    """By name."""
    return Items(items=[_center(row) for row in caller.ws.centers.list()])


@router.post(
    "/subscription-centers",
    operation_id="create_center",
    summary="Make a subscription center",
    status_code=201,
    response_model=CenterShape,
)
def create_center(caller: Caller, body: NewCenter) -> CenterShape:
    """As a draft, which nobody sees."""
    return _center(caller.ws.centers.create(body.name, **body.given()).row)


@router.get(
    "/subscription-centers/{id}",
    operation_id="show_center",
    summary="One subscription center",
    response_model=CenterShape,
)
def show_center(caller: Caller, id: IdInPath) -> CenterShape:
    """Its draft, and what people see."""
    return _center(caller.ws.centers[id].row)


@router.patch(
    "/subscription-centers/{id}",
    operation_id="change_center",
    summary="Change the draft of a subscription center",
    response_model=CenterShape,
)
def change_center(caller: Caller, id: IdInPath, body: CenterEdit) -> CenterShape:
    """People see it once it is published."""
    found = caller.ws.centers[id]
    parts = body.given()
    if body.name is not None and body.name != found.name:
        found.rename(body.name)
    return _center(found.edit(**parts) if parts else found.row)


@router.delete(
    "/subscription-centers/{id}",
    operation_id="delete_center",
    summary="Delete a subscription center",
    status_code=204,
)
def delete_center(caller: Caller, id: IdInPath) -> None:
    """Its links lead to a page that says no more than that."""
    caller.ws.centers[id].delete()


@router.post(
    "/subscription-centers/{id}/publish",
    operation_id="publish_center",
    summary="Let people see the draft",
    response_model=CenterShape,
)
def publish_center(caller: Caller, id: IdInPath) -> CenterShape:
    """From then on links show it."""
    return _center(caller.ws.centers[id].publish())


@router.post(
    "/subscription-centers/{id}/unpublish",
    operation_id="unpublish_center",
    summary="Let nobody see it",
    response_model=CenterShape,
)
def unpublish_center(caller: Caller, id: IdInPath) -> CenterShape:
    """Links to it show nothing until it is published again."""
    return _center(caller.ws.centers[id].unpublish())


@router.get(
    "/subscription-centers/{id}/preview",
    operation_id="preview_center",
    summary="The draft as people would see it",
    response_class=HTMLResponse,
)
def preview_center(caller: Caller, request: Request, id: IdInPath, language: str = "en") -> HTMLResponse:
    """A page, with nobody's memberships."""
    return _drawn(caller, request, caller.ws.centers[id].row.draft, language)


@router.post(
    "/subscription-centers/{id}/preview",
    operation_id="try_center",
    summary="The draft with other parts, as people would see it",
    response_class=HTMLResponse,
)
def try_center(caller: Caller, request: Request, id: IdInPath, body: CenterTried) -> HTMLResponse:
    """While somebody edits it; nothing is saved."""
    return _drawn(caller, request, caller.ws.centers[id].tried(**body.given()), body.language)


@router.post(
    "/subscription-centers/{id}/link",
    operation_id="link_center",
    summary="A contact's personal link",
    response_model=LinkShape,
)
def link_center(caller: Caller, id: IdInPath, body: KeyOnly) -> LinkShape:
    """Who has it acts for the contact; it is good for 180 days."""
    return LinkShape(url=caller.ws.centers[id].link(body.key))


@router.post(
    "/subscription-centers:end-links",
    operation_id="end_links",
    summary="Make links stale",
    status_code=204,
)
def end_links(caller: Caller, body: MaybeKey) -> None:
    """Those of a contact, or of everybody."""
    caller.ws.centers.end_links(body.key)


@router.get("/forms", operation_id="list_forms", summary="The forms", response_model=Items[FormShape])
def list_forms(caller: Caller) -> Items[FormShape]:
    """By name."""
    url = caller.ws.mail.settings.public_url
    return Items(items=[_form(one, url) for one in caller.ws.forms.list()])


@router.post(
    "/forms", operation_id="create_form", summary="Make a form", status_code=201, response_model=FormShape
)
def create_form(caller: Caller, body: NewForm) -> FormShape:
    """It joins one list."""
    made = caller.ws.forms.create(body.name, joins=body.joins, fields=body.fields, language=body.language)
    return _form(made, caller.ws.mail.settings.public_url)


@router.delete("/forms/{id}", operation_id="delete_form", summary="Delete a form", status_code=204)
def delete_form(caller: Caller, id: IdInPath) -> None:
    """What is posted to it from then on is thrown away."""
    caller.ws.forms.delete(id)


def _drawn(caller: Caller, request: Request, content: Content, language: str) -> HTMLResponse:
    draw: Preview | None = getattr(request.app.state, "preview", None)
    if draw is None:
        raise NotFoundError("this server draws no public pages", code="not_found.pages")
    names = {one.id: (one.name, one.description or "") for one in caller.ws.lists.list()}
    return HTMLResponse(
        draw(content, names, language),
        headers={
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        },
    )


def _form(form: JoinForm, public_url: str | None) -> FormShape:
    return FormShape(
        id=form.id,
        name=form.name,
        joins=form.list_id,
        fields=list(form.fields),
        language=form.language,
        html=None if public_url is None else form.html(public_url),
    )


def _center(row: CenterRow) -> CenterShape:
    return CenterShape(
        id=row.id,
        name=row.name,
        status=row.status,
        draft=row.draft.to_json(),
        live=None if row.live is None else row.live.to_json(),
        created_at=format_instant(row.created_at),
        changed_at=format_instant(row.changed_at),
        published_at=None if row.published_at is None else format_instant(row.published_at),
    )
