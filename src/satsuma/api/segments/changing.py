"""Segments made, changed, brought live, stopped and deleted; members put in and taken out by hand."""

from __future__ import annotations

from fastapi import Response

from satsuma.access.roles import Role
from satsuma.api.calling import Caller, Calling
from satsuma.api.etags import IfMatch, check_etag, etag_of
from satsuma.api.forms import IdInPath
from satsuma.api.jobs import Job, Jobs, JobsOf
from satsuma.api.paging import Items
from satsuma.api.problems import RefusedError
from satsuma.api.routing import api_router
from satsuma.api.segments import models
from satsuma.api.segments.reading import overrides_of, shown
from satsuma.kernel.instants import instant_of
from satsuma.kernel.zones import zone
from satsuma.record.definitions import SegmentRow
from satsuma.segments.updating import KEEP, Update

router = api_router("segments")

CREATED = {
    "description": "Made; `Location` says where it is.",
    "headers": {"ETag": {"schema": {"type": "string"}}},
}


@router.post("/segments", operation_id="create_segment", summary="Make a draft", status_code=201)
def create_segment(given: models.SegmentCreate, caller: Caller, response: Response) -> models.Segment:
    """Of a definition as text or JSON; without one, and kind `static`, of members picked by hand."""
    if caller.role is Role.SELLER and given.where is not None:
        raise RefusedError(
            "access.forbidden", "sellers make static segments, whose members are picked by hand"
        )
    made = caller.ws.segments.create(
        given.name,
        given.where,
        kind="static" if given.where is None and given.kind is None else given.kind,
        audience=given.audience,
        timezone=given.timezone,
        description=given.description,
        tags=given.tags,
    )
    if given.folder is not None:
        caller.ws.segments.update(made.id, Update(folder=given.folder))
    response.headers["Location"] = f"/api/v1/segments/{made.id}"
    return shown(caller, made.id, response)


@router.patch("/segments/{id}", operation_id="change_segment", summary="Change a segment")
def change_segment(
    id: IdInPath, given: models.SegmentChange, caller: Caller, response: Response, if_match: IfMatch = None
) -> models.Segment:
    """All of it in one version, or nothing. A new definition is a draft beside what is live."""
    ws = caller.ws
    clocks = zone(ws.catalog.timezone)
    wanted = {name: getattr(given, name) for name in given.model_fields_set}
    for name in ("starts_at", "ends_at"):
        if wanted.get(name) is not None:
            wanted[name] = instant_of(wanted[name], clocks)
    if "tags" in wanted:
        wanted["tags"] = tuple(wanted["tags"])
    ws.segments.update(id, Update(**{"name": KEEP, **wanted}), check=_unchanged(if_match))
    return shown(caller, id, response)


@router.delete("/segments/{id}", operation_id="delete_segment", summary="Delete a draft", status_code=204)
def delete_segment(id: IdInPath, caller: Caller, if_match: IfMatch = None) -> None:
    """Refused while it is live or used; the history of its membership stays."""
    ws = caller.ws
    with ws.writer.turn():
        found = ws.insights.segment(id)
        check_etag(if_match, etag_of(found.row, found.tags))
        ws.segments[id].delete()


@router.post("/segments/{id}/go-live", operation_id="take_segment_live", summary="Go live", status_code=202)
def take_segment_live(id: IdInPath, caller: Caller, jobs: JobsOf, given: models.GoLive | None = None) -> Job:
    """Checks and evaluates it in the background; answers with the job, which tells how far it is."""
    return _live(caller, jobs, [id], given or models.GoLive())


@router.post(
    "/segments:go-live", operation_id="take_segments_live", summary="Go live together", status_code=202
)
def take_segments_live(given: models.GoLiveTogether, caller: Caller, jobs: JobsOf) -> Job:
    """Several segments in one version; they may refer to each other."""
    return _live(caller, jobs, list(dict.fromkeys(given.ids)), given)


@router.post("/segments/{id}/stop", operation_id="stop_segment", summary="Stop")
def stop_segment(id: IdInPath, caller: Caller, response: Response) -> models.Segment:
    """A live segment becomes a draft again; refused while others use it, and the problem says who."""
    caller.ws.segments[id].stop()
    return shown(caller, id, response)


@router.post("/segments/{id}/cancel", operation_id="cancel_segment", summary="Do not go live after all")
def cancel_segment(id: IdInPath, caller: Caller, response: Response) -> models.Segment:
    """For a segment that is going live, or waits for its start date."""
    caller.ws.segments[id].cancel()
    return shown(caller, id, response)


@router.post(
    "/segments/{id}/duplicate", operation_id="duplicate_segment", summary="Duplicate", status_code=201
)
def duplicate_segment(
    id: IdInPath, given: models.Named, caller: Caller, response: Response
) -> models.Segment:
    """A draft with the same definition, tags and tests."""
    ws = caller.ws
    made = ws.segments.duplicate(ws.segments[id].name, given.name)
    return shown(caller, made.id, response)


@router.post("/segments/{id}/snapshot", operation_id="snapshot_segment", summary="Snapshot", status_code=201)
def snapshot_segment(
    id: IdInPath, given: models.Snapshot, caller: Caller, response: Response
) -> models.Segment:
    """A static segment of the members now, or as they were at a version or instant."""
    ws = caller.ws
    made = ws.segments.snapshot(ws.segments[id].name, given.name, version=given.version, at=given.at)
    return shown(caller, made.id, response)


@router.post("/segments/{id}/restore", operation_id="restore_segment", summary="Restore an edition")
def restore_segment(
    id: IdInPath, given: models.Restore, caller: Caller, response: Response
) -> models.Segment:
    """Makes an earlier edition the draft again."""
    caller.ws.segments[id].restore(given.edition)
    return shown(caller, id, response)


@router.post("/segments/{id}/members:add", operation_id="add_segment_members", summary="Put members in")
def add_segment_members(id: IdInPath, given: models.Keys, caller: Caller) -> models.Picked:
    """Of a static segment; keys that no record has are told."""
    found = caller.ws.segments[id].add(given.keys)
    return models.Picked(changed=found.changed, unchanged=found.unchanged, unknown=list(found.unknown))


@router.post(
    "/segments/{id}/members:remove", operation_id="remove_segment_members", summary="Take members out"
)
def remove_segment_members(id: IdInPath, given: models.Keys, caller: Caller) -> models.Picked:
    """Of a static segment."""
    found = caller.ws.segments[id].remove(given.keys)
    return models.Picked(changed=found.changed, unchanged=found.unchanged, unknown=list(found.unknown))


@router.post(
    "/segments/{id}/members:add-where", operation_id="add_segment_members_where", summary="Put in by a query"
)
def add_segment_members_where(id: IdInPath, given: models.WhereGiven, caller: Caller) -> models.Picked:
    """Everyone who meets a definition now; they stay whatever becomes of them."""
    found = caller.ws.segments[id].add_where(given.where)
    return models.Picked(changed=found.changed, unchanged=found.unchanged, unknown=list(found.unknown))


@router.post(
    "/segments/{id}/overrides", operation_id="override_segment_members", summary="Always or never include"
)
def override_segment_members(
    id: IdInPath, given: models.Overriding, caller: Caller
) -> Items[models.Override]:
    """Whatever the definition says; `none` lets it decide again."""
    held = caller.ws.segments[id]
    match given.rule:
        case "always":
            held.always(given.keys)
        case "never":
            held.never(given.keys)
        case "none":
            held.follow_definition(given.keys)
    return Items(items=overrides_of(caller, id))


def _unchanged(if_match: str | None):  # type: ignore[no-untyped-def]
    def check(row: SegmentRow, tags: tuple[str, ...]) -> None:
        check_etag(if_match, etag_of(row, tags))

    return check


def _live(caller: Calling, jobs: Jobs, ids: list[int], given: models.GoLive) -> Job:
    ws = caller.ws
    names = [ws.segments[id].name for id in ids]
    job = ws.segments.go_live(names, wait=False, despite_tests=given.despite_tests)
    return jobs.add("go_live", job, by=caller.actor, segment_ids=ids)
