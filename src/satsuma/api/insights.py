"""Insights over HTTP: growth, overlap, breakdowns and activity of segments."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from satsuma.api.calling import Caller
from satsuma.api.forms import Given
from satsuma.api.masking import MASK
from satsuma.api.paging import Items
from satsuma.api.routing import api_router
from satsuma.catalog.model import ValueType
from satsuma.insights.activity import DAYS_MAX
from satsuma.insights.plain import plain

router = api_router("insights")

SegmentId = Annotated[int, Query(ge=0, le=2**32 - 1, description="Of the segment.")]
Value = str | int | float | bool | None


class Growth(BaseModel):
    """A version that changed the size."""

    at: str
    version: int
    entered: int
    left: int
    size: int


class OverlapAsked(Given):
    """Segments of one audience."""

    segments: list[int] = Field(min_length=2, max_length=12, examples=[[1, 2]])


class SizeOf(BaseModel):
    """A segment and its size."""

    id: int
    name: str
    size: int


class Intersection(BaseModel):
    """Those in exactly these segments, and in none of the others."""

    ids: list[int]
    count: int


class Overlap(BaseModel):
    """How segments overlap."""

    sizes: list[SizeOf]
    intersections: list[Intersection] = Field(description="Every combination that occurs, the largest first.")
    version: int


class Bar(BaseModel):
    """A value, or a range from `low` to `high`; all null for no value."""

    value: Value
    low: Value
    high: Value
    members: int
    others: int
    share: float = Field(description="Of the members.", examples=[0.25])
    share_others: float = Field(description="Of everyone else.", examples=[0.1])


class Breakdown(BaseModel):
    """How members spread over an attribute, against everyone else."""

    attribute: str
    type: ValueType
    rows: list[Bar]
    members: int
    others: int


class Day(BaseModel):
    """Interactions of a type on a day (UTC)."""

    day: str = Field(examples=["2026-01-01"])
    type: str = Field(examples=["purchase"])
    count: int


@router.get("/insights/growth", operation_id="show_growth", summary="Growth of a segment")
def show_growth(segment: SegmentId, caller: Caller) -> Items[Growth]:
    """Its size after every version that changed it."""
    rows = caller.ws.segments[segment].growth().to_pylist()
    return Items(items=[Growth(**{**row, "at": plain(row["at"])}) for row in rows])


@router.post("/insights/overlap", operation_id="show_overlap", summary="Overlap of segments")
def show_overlap(given: OverlapAsked, caller: Caller) -> Overlap:
    """How many are in exactly which of them (an UpSet plot shows it)."""
    found, intersections = caller.ws.insights.overlap(given.segments)
    return Overlap(
        sizes=[SizeOf(id=one.row.id, name=one.row.name, size=one.size or 0) for one in found],
        intersections=[
            Intersection(ids=[given.segments[place] for place in one.places], count=one.count)
            for one in intersections
        ],
        version=caller.ws.version,
    )


@router.get("/insights/breakdown", operation_id="show_breakdown", summary="Breakdown of a segment")
def show_breakdown(
    segment: SegmentId,
    attribute: Annotated[str, Query(min_length=1, max_length=120, examples=["city"])],
    caller: Caller,
) -> Breakdown:
    """How its members spread over an attribute, against everyone else of the audience."""
    found = caller.ws.insights.breakdown(segment, attribute)
    hides = caller.is_masked and found.attribute.type in (ValueType.TEXT, ValueType.DATE)
    return Breakdown(
        attribute=found.attribute.name,
        type=found.attribute.type,
        rows=[
            Bar(
                value=MASK if hides and one.value is not None else _value(one.value),
                low=None if hides else _value(one.low),
                high=None if hides else _value(one.high),
                members=one.members,
                others=one.others,
                share=one.members / found.members if found.members else 0.0,
                share_others=one.others / found.others if found.others else 0.0,
            )
            for one in found.bars
        ],
        members=found.members,
        others=found.others,
    )


@router.get("/insights/activity", operation_id="show_activity", summary="Interactions by day")
def show_activity(
    caller: Caller,
    segment: Annotated[int | None, Query(ge=0, le=2**32 - 1, description="Of its members only.")] = None,
    audience: Annotated[str | None, Query(max_length=120)] = None,
    days: Annotated[int, Query(ge=1, le=DAYS_MAX)] = 30,
) -> Items[Day]:
    """By type, of a segment's members or of a whole audience."""
    found = caller.ws.insights.activity(segment=segment, audience=audience, days=days)
    return Items(items=[Day(day=one.day, type=one.type, count=one.count) for one in found])


def _value(value: object) -> Value:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
