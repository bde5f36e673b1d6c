"""Help for editors of the text form: what could stand at a place, and what a part says."""

from __future__ import annotations

from pydantic import BaseModel, Field

from satsuma.api.calling import Caller
from satsuma.api.forms import Given
from satsuma.api.paging import Items
from satsuma.api.routing import api_router
from satsuma.catalog.model import Attribute, OwnerKind
from satsuma.language.editor import complete, hover_at

router = api_router("language")

VALUES_MAX = 20


class Place(Given):
    """A text, and a place in it."""

    text: str = Field(max_length=100_000, examples=["city is "])
    offset: int = Field(ge=0, description="Characters from the start.", examples=[8])
    audience: str | None = Field(default=None, max_length=120)


class Candidate(BaseModel):
    """Something that could stand there."""

    kind: str = Field(
        description="`attribute`, `interaction`, `operator`, `value`, `segment`, `list`, `word`, ..."
    )
    text: str = Field(description="To put in place of the characters from `start` to `end`.")
    label: str
    detail: str
    start: int
    end: int


class Hover(BaseModel):
    """What a part of a text says."""

    start: int
    end: int
    path: str = Field(description="Of the condition in the JSON form.")
    text: str = Field(description="One sentence of plain English.")


class Hovered(BaseModel):
    """What stands at the place; null outside of all conditions."""

    hover: Hover | None


@router.post("/language:complete", operation_id="complete_text", summary="Complete a text")
def complete_text(given: Place, caller: Caller) -> Items[Candidate]:
    """What could stand at a place, as far as grammar, catalog and values tell."""
    ws = caller.ws

    def values(attribute: Attribute, prefix: str) -> list[tuple[str, int]]:
        kind = "entity" if attribute.owner_kind is OwnerKind.ENTITY else "interaction"
        found = ws.insights.values(
            attribute.owner, attribute.name, kind=kind, prefix=prefix, limit=VALUES_MAX
        )
        return [(str(value), count) for value, count in found]

    found = complete(
        given.text,
        min(given.offset, len(given.text)),
        ws.catalog.current,
        ws.insights.names(),
        None if caller.is_masked else values,
        audience=given.audience,
    )
    return Items(
        items=[
            Candidate(
                kind=one.kind, text=one.text, label=one.label, detail=one.detail, start=one.start, end=one.end
            )
            for one in found
        ]
    )


@router.post("/language:hover", operation_id="hover_text", summary="What a part of a text says")
def hover_text(given: Place, caller: Caller) -> Hovered:
    """The innermost condition around a place, in plain English."""
    found = hover_at(given.text, min(given.offset, len(given.text)), caller.ws.catalog.current)
    if found is None:
        return Hovered(hover=None)
    return Hovered(hover=Hover(start=found.start, end=found.end, path=found.path, text=found.text))
