"""The catalog over HTTP: what there is, with counts; declared changes; values of attributes for editors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from satsuma.api.calling import Caller, Calling
from satsuma.api.forms import Given, NameInPath
from satsuma.api.paging import Items
from satsuma.api.routing import api_router
from satsuma.catalog.model import Attribute as Declared
from satsuma.catalog.model import Mode, ValueType

router = api_router("catalog")


class Attribute(BaseModel):
    """An attribute of an entity or interaction type."""

    name: str = Field(examples=["city"])
    type: ValueType
    options: list[str] | None = Field(description="Of a choice: what it admits; null admits anything.")
    to: str | None = Field(description="Of a reference: the entity referred to.")
    inverse: str | None = Field(
        description="Of a reference: the name under which the other side reads it back."
    )


class Entity(BaseModel):
    """A kind of record."""

    name: str = Field(examples=["contact"])
    audience: bool = Field(description="Whether segments can have its records as members.")
    count: int = Field(description="How many records there are.", examples=[20_000])
    attributes: list[Attribute]


class InteractionType(BaseModel):
    """A kind of interaction."""

    name: str = Field(examples=["purchase"])
    audience: str = Field(examples=["contact"])
    count: int = Field(examples=[120_000])
    attributes: list[Attribute]


class Catalog(BaseModel):
    """All that the workspace knows of."""

    version: int = Field(description="Of the catalog.")
    timezone: str = Field(examples=["Europe/Berlin"])
    mode: Mode
    entities: list[Entity]
    interactions: list[InteractionType]


class CatalogChange(Given):
    """What is declared; what is not mentioned stays (docs: catalogs)."""

    timezone: str | None = None
    mode: Mode | None = None
    entities: dict[str, Any] | None = Field(
        default=None, examples=[{"contact": {"audience": True, "attributes": {"city": "text"}}}]
    )
    interactions: dict[str, Any] | None = Field(
        default=None, examples=[{"purchase": {"audience": "contact", "attributes": {"amount": "decimal"}}}]
    )


class ValueCount(BaseModel):
    """A value, and how many have it."""

    value: str | int | float | bool = Field(examples=["Bern"])
    count: int = Field(examples=[412])


@router.get("/catalog", operation_id="show_catalog", summary="Show the catalog")
def show_catalog(caller: Caller) -> Catalog:
    """Entities, interaction types and their attributes, each with how many there are."""
    return _told(caller)


@router.patch("/catalog", operation_id="change_catalog", summary="Change the catalog")
def change_catalog(given: CatalogChange, caller: Caller) -> Catalog:
    """Adds and changes what is declared; refused as a whole where it contradicts itself or what is stored."""
    declared = {name: value for name, value in given.model_dump(mode="json").items() if value is not None}
    if declared:
        caller.ws.catalog.apply(declared)
    return _told(caller)


@router.get(
    "/catalog/{owner}/attributes/{name}/values",
    operation_id="list_attribute_values",
    summary="Values of an attribute",
)
def list_attribute_values(
    owner: NameInPath,
    name: NameInPath,
    caller: Caller,
    kind: Annotated[
        Literal["entity", "interaction"] | None, Query(description="Which, where both have the name.")
    ] = None,
    prefix: Annotated[str, Query(max_length=200, description="How they begin, without regard to case.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Items[ValueCount]:
    """Those that occur, with counts, the most frequent first; for type-ahead."""
    found = caller.ws.insights.values(owner, name, kind=kind, prefix=prefix, limit=limit)
    return Items(items=[ValueCount(value=_scalar(value), count=count) for value, count in found])


def _scalar(value: object) -> str | int | float | bool:
    return value if isinstance(value, str | int | float | bool) else str(value)


def _told(caller: Calling) -> Catalog:
    catalog = caller.ws.catalog.current
    records, interactions = caller.ws.insights.counts()
    return Catalog(
        version=catalog.version,
        timezone=catalog.timezone,
        mode=catalog.mode,
        entities=[
            Entity(
                name=one.name,
                audience=one.audience,
                count=records.get(one.name, 0),
                attributes=_attributes(one.attributes.values()),
            )
            for one in catalog.entities.values()
        ],
        interactions=[
            InteractionType(
                name=one.name,
                audience=one.audience,
                count=interactions.get(one.name, 0),
                attributes=_attributes(one.attributes.values()),
            )
            for one in catalog.interactions.values()
        ],
    )


def _attributes(attributes: Iterable[Declared]) -> list[Attribute]:
    return [
        Attribute(
            name=one.name,
            type=one.type,
            options=None if one.options is None else list(one.options),
            to=one.to,
            inverse=one.inverse,
        )
        for one in attributes
    ]
