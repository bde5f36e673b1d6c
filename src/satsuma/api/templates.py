"""Templates over HTTP: definitions with blanks to fill in."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from satsuma.api.calling import Caller
from satsuma.api.forms import Given, NameInPath
from satsuma.api.paging import Items
from satsuma.api.routing import api_router
from satsuma.language.text import print_text
from satsuma.language.wire import dumps, to_json
from satsuma.segments.blanks import Blank as HeldBlank
from satsuma.segments.blanks import BlankKind
from satsuma.segments.blanks import Template as HeldTemplate

router = api_router("templates")


class BlankForm(Given):
    """What goes into a blank."""

    kind: BlankKind
    help: str = Field(max_length=1_000, examples=["How many days back."])
    default: str | int | float | None = None


class Blank(BlankForm):
    """A blank of a template."""

    name: str = Field(examples=["days"])


class Template(BaseModel):
    """A definition with blanks."""

    name: str = Field(examples=["Lapsed"])
    about: str
    text: str = Field(examples=["did {{interaction}} and not did {{interaction}} in the last {{days}} days"])
    built_in: bool
    blanks: list[Blank]


class TemplateCreate(Given):
    """A template to save; `blanks` describes each {{blank}} of the text."""

    name: str = Field(min_length=1, max_length=120)
    text: str = Field(max_length=100_000)
    about: str = Field(default="", max_length=4_000)
    blanks: dict[str, BlankForm] = Field(default_factory=dict, max_length=100)


class Filling(Given):
    """Values for the blanks; those that are not given take their default."""

    values: dict[str, str | int | float] = Field(max_length=100, examples=[{"interaction": "purchase"}])


class Filled(BaseModel):
    """The definition that comes of it."""

    text: str
    where: dict[str, Any]


@router.get("/templates", operation_id="list_templates", summary="List templates")
def list_templates(caller: Caller) -> Items[Template]:
    """Saved ones by name, then those that come with Satsuma."""
    return Items(items=[_told(one) for one in caller.ws.templates])


@router.post("/templates", operation_id="create_template", summary="Save a template", status_code=201)
def create_template(given: TemplateCreate, caller: Caller) -> Template:
    """Under a name that no saved template has."""
    blanks = {name: HeldBlank(one.kind, one.help, _value(one.default)) for name, one in given.blanks.items()}
    return _told(caller.ws.templates.save(given.name, given.text, blanks=blanks, about=given.about))


@router.delete(
    "/templates/{name}", operation_id="delete_template", summary="Delete a template", status_code=204
)
def delete_template(name: NameInPath, caller: Caller) -> None:
    """A saved one; those that come with Satsuma stay."""
    caller.ws.templates.delete(name)


@router.post("/templates/{name}/fill", operation_id="fill_template", summary="Fill in a template")
def fill_template(name: NameInPath, given: Filling, caller: Caller) -> Filled:
    """Gives the definition, to preview or to make a segment of."""
    condition = caller.ws.templates[name].fill(**given.values)
    return Filled(text=print_text(condition), where=json.loads(dumps(to_json(condition))))


def _value(value: str | float | None) -> str | int | Decimal | None:
    return Decimal(repr(value)) if isinstance(value, float) else value


def _told(one: HeldTemplate) -> Template:
    return Template(
        name=one.name,
        about=one.about,
        text=one.text,
        built_in=one.built_in,
        blanks=[
            Blank(
                name=name,
                kind=blank.kind,
                help=blank.help,
                default=float(blank.default) if isinstance(blank.default, Decimal) else blank.default,
            )
            for name, blank in one.blanks.items()
        ],
    )
