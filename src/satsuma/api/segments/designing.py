"""What is told of a definition while it is written, and why a record is in a segment or not."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from satsuma.api.calling import Caller
from satsuma.api.forms import IdInPath, instant, problems_told
from satsuma.api.routing import api_router
from satsuma.api.segments import models
from satsuma.segments.estimate import Estimate
from satsuma.segments.members import Members

router = api_router("segments")

SAMPLE_MAX = 20


@router.get("/segments/{id}/estimate", operation_id="estimate_segment", summary="Estimate")
def estimate_segment(id: IdInPath, caller: Caller) -> models.Estimate:
    """What the draft, or else the live definition, gives on the last version, condition by condition."""
    found = caller.ws.segments[id].estimate()
    return models.Estimate(**_estimate(found), version=found.version, at=instant(found.at))


@router.post("/segments:preview", operation_id="preview_segment", summary="Preview a definition")
def preview_segment(given: models.PreviewAsked, caller: Caller) -> models.Preview:
    """A definition that is not stored: size, sample, funnel; or its problems, each with its place."""
    found = caller.ws.segments.preview(
        given.where,
        audience=given.audience,
        timezone=given.timezone,
        kind=given.kind,
        own_id=given.segment_id,
    )
    told = None if found.definition is None else models.definition_told(found.definition)
    nothing: dict[str, Any] = {
        "count": None,
        "audience_size": None,
        "sample": [],
        "narrowings": [],
        "without_value": [],
    }
    return models.Preview(
        **(nothing if found.estimate is None else _estimate(found.estimate)),
        problems=problems_told(found.problems),
        where=None if told is None else told.where,
        text=None if told is None else told.text,
        english=None if told is None else told.english,
        version=found.version,
    )


@router.post("/segments/{id}/compare", operation_id="compare_segment", summary="Compare with what is live")
def compare_segment(id: IdInPath, given: models.CompareAsked, caller: Caller) -> models.Comparison:
    """Who would enter, leave and stay if the definition, or the draft, went live now."""
    found = caller.ws.segments[id].compare(given.where)
    return models.Comparison(
        enter=_some(found.enter), leave=_some(found.leave), stay=_some(found.stay), version=found.version
    )


@router.get(
    "/segments/{id}/explain",
    operation_id="explain_segment",
    summary="Why a record is in, or not",
    response_model=dict[str, Any],
)
def explain_segment(
    id: IdInPath,
    caller: Caller,
    key: Annotated[str, Query(min_length=1, max_length=512, description="Of the record.", examples=["c-1"])],
) -> dict[str, object]:
    """Each condition, true or false, on what evidence, since when, and when time alone will change it."""
    return caller.ws.segments[id].explain(key).to_json()


def _estimate(found: Estimate) -> dict[str, Any]:
    return {
        "count": found.count,
        "audience_size": found.audience_size,
        "sample": list(found.sample),
        "narrowings": [
            models.Narrowing(condition=one.condition, alone=one.alone, together=one.together)
            for one in found.per_condition
        ],
        "without_value": [
            models.WithoutValue(attribute=name, count=count) for name, count in found.without_value.items()
        ],
    }


def _some(members: Members) -> models.Some:
    first = members.to_arrow(limit=SAMPLE_MAX)["id"].to_pylist()
    return models.Some(count=len(members), sample=[key for key in first if key is not None])
