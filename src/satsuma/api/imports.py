"""Imports over HTTP: a file is uploaded, planned and looked at, run as a job, and can be undone."""

from __future__ import annotations

import asyncio
from pathlib import Path as FilePath
from typing import Annotated, Any, BinaryIO

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from satsuma.api.calling import Caller, Calling
from satsuma.api.forms import Given, IdInPath, instant, instant_or_none
from satsuma.api.jobs import Job, JobsOf
from satsuma.api.paging import Items
from satsuma.api.problems import RefusedError
from satsuma.api.routing import api_router
from satsuma.api.uploads import Uploads
from satsuma.kernel.errors import CancelledError, NotFoundError, UsageError
from satsuma.segments.jobs import Job as Work
from satsuma.sync.ledger import Import as HeldImport
from satsuma.sync.options import ImportOptions
from satsuma.sync.planning import Plan
from satsuma.sync.running import ImportReport

router = api_router("imports")

_UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Upload(BaseModel):
    """A file that waits to be imported."""

    id: str
    name: str = Field(examples=["contacts.csv"])
    size_bytes: int


class Options(Given):
    """Which column is what."""

    key: str | None = Field(default=None, max_length=120, description="Of records: the column of their keys.")
    map: dict[str, str] = Field(default_factory=dict, description="Column to attribute.", max_length=2_000)
    ignore: list[str] = Field(default_factory=list, max_length=2_000)
    time_format: str | None = Field(default=None, max_length=100, examples=["%d.%m.%Y"])
    time_formats: dict[str, str] = Field(default_factory=dict, max_length=2_000)
    member: str | None = Field(default=None, max_length=120)
    audience: str | None = Field(default=None, max_length=120)
    occurred_at: str | None = Field(default=None, max_length=120)
    id: str | None = Field(default=None, max_length=120)
    observed_at: str | None = Field(default=None, max_length=120)
    delimiter: str | None = Field(default=None, max_length=1)
    format: str | None = Field(default=None, max_length=20, examples=["csv"])
    again: bool = Field(default=False, description="Take files that are known as new ones.")


class ImportAsked(Given):
    """What to import: one of `entity`, `interaction_type` and `type_column`."""

    upload_ids: list[str] = Field(min_length=1, max_length=20)
    entity: str | None = Field(default=None, max_length=120, examples=["contact"])
    interaction_type: str | None = Field(default=None, max_length=120)
    type_column: str | None = Field(default=None, max_length=120, description="That names each row's type.")
    options: Options = Field(default_factory=Options)


class RefusedExample(BaseModel):
    """A row that would be refused."""

    file: str
    row: int
    message: str
    data: str


class RefusedRows(BaseModel):
    """Rows that would be refused for one reason."""

    code: str
    count: int
    examples: list[RefusedExample]


class Column(BaseModel):
    """A column of the files, with some of its first values."""

    name: str = Field(examples=["city"])
    examples: list[str] = Field(examples=[["Bern", "Basel"]])


class Planned(BaseModel):
    """What an import would do; nothing was written."""

    rows_read: int
    taken: dict[str, int] = Field(
        description="Entity or type to how many rows fit.", examples=[{"contact": 120}]
    )
    learned: list[str] = Field(description="What the catalog would learn.")
    refused: list[RefusedRows]
    files: list[str]
    unchanged: list[str] = Field(description="Files of which everything was taken before.")
    columns: list[Column]


class Import(BaseModel):
    """An import."""

    id: int
    kind: str
    target: str
    state: str = Field(description="`running`, `done`, `failed` or `undone`.", examples=["done"])
    files: list[str]
    rows_read: int
    accepted: int
    duplicates: int
    quarantined: int
    started_at: str
    finished_at: str | None


class Undone(BaseModel):
    """What undoing removed."""

    id: int
    version: int
    interactions: int
    observations: int
    refused: int
    records: int


def _uploads(request: Request) -> Uploads:
    found: Uploads = request.app.state.uploads
    return found


UploadsOf = Annotated[Uploads, Depends(_uploads)]


@router.post(
    "/uploads",
    operation_id="upload_file",
    summary="Upload a file",
    status_code=201,
    openapi_extra=_UPLOAD_BODY,
)
async def upload_file(
    request: Request,
    caller: Caller,  # noqa: ARG001 -- who asks is checked
    uploads: UploadsOf,
    name: Annotated[str, Query(min_length=1, max_length=200, examples=["contacts.csv"])],
) -> Upload:
    """The body is the file; it waits a week for an import."""
    bytes_max: int = request.app.state.upload_bytes_max
    id, path = await asyncio.to_thread(uploads.begin, name)
    try:
        size = await _write(request, path, bytes_max)
    except BaseException:
        uploads.discard(id)
        raise
    return Upload(id=id, name=path.name, size_bytes=size)


@router.post("/imports:plan", operation_id="plan_import", summary="Plan an import")
def plan_import(given: ImportAsked, caller: Caller, uploads: UploadsOf) -> Planned:
    """Reads everything and writes nothing: what would be taken, learned and refused, with examples."""
    plan = _plan(given, caller, uploads)
    found = caller.ws.importer.dry_run(plan)
    return Planned(
        rows_read=found.rows_read,
        taken=dict(found.taken),
        learned=list(found.learned),
        refused=[
            RefusedRows(
                code=one.code,
                count=one.count,
                examples=[
                    RefusedExample(file=FilePath(file).name, row=row, message=message, data=data)
                    for file, row, message, data in one.examples
                ],
            )
            for one in found.refused
        ],
        files=[FilePath(one).name for one in found.files],
        unchanged=[FilePath(path).name for path, _ in found.unchanged],
        columns=[Column(name=name, examples=list(examples)) for name, examples in found.columns],
    )


@router.post("/imports", operation_id="start_import", summary="Import", status_code=202)
def start_import(given: ImportAsked, caller: Caller, uploads: UploadsOf, jobs: JobsOf) -> Job:
    """As a job; cancelled, it keeps what was taken so far and can be resumed."""
    return _started(_plan(given, caller, uploads), caller, jobs)


@router.get("/imports", operation_id="list_imports", summary="List imports")
def list_imports(caller: Caller) -> Items[Import]:
    """The newest first."""
    return Items(items=[_told(one) for one in reversed(caller.ws.imports)])


@router.get("/imports/{id}", operation_id="show_import", summary="Show an import")
def show_import(id: IdInPath, caller: Caller) -> Import:
    """How far it came."""
    found = next((one for one in caller.ws.imports if one.id == id), None)
    if found is None:
        raise NotFoundError(f"no import {id}", code="not_found.import")
    return _told(found)


@router.post(
    "/imports/{id}/resume", operation_id="resume_import", summary="Go on with an import", status_code=202
)
def resume_import(id: IdInPath, caller: Caller, jobs: JobsOf) -> Job:
    """That was interrupted or has failed, from where it stopped."""
    return _started(caller.ws.importer.resume_plan(id), caller, jobs)


@router.post("/imports/{id}/undo", operation_id="undo_import", summary="Undo an import")
def undo_import(id: IdInPath, caller: Caller) -> Undone:
    """Takes back what it brought; what others brought since stays."""
    found = caller.ws.importer.undo(id)
    return Undone(
        id=found.id,
        version=found.version,
        interactions=found.interactions,
        observations=found.observations,
        refused=found.refused,
        records=found.records,
    )


async def _write(request: Request, path: FilePath, bytes_max: int) -> int:
    size = 0
    file: BinaryIO = await asyncio.to_thread(path.open, "wb")
    try:
        async for part in request.stream():
            size += len(part)
            if size > bytes_max:
                raise RefusedError("request.size", f"the file has more than {bytes_max} bytes")
            await asyncio.to_thread(file.write, part)
    finally:
        await asyncio.to_thread(file.close)
    return size


def _plan(given: ImportAsked, caller: Calling, uploads: Uploads) -> Plan:
    targets = [one for one in (given.entity, given.interaction_type, given.type_column) if one is not None]
    if len(targets) != 1:
        raise UsageError(
            "expected one of `entity`, `interaction_type` and `type_column`", code="usage.import_target"
        )
    asked = given.options
    options = ImportOptions(
        **asked.model_dump(exclude={"ignore"}),
        ignore=frozenset(asked.ignore),
        type_column=given.type_column,
    )
    files = [uploads.get(id).path for id in given.upload_ids]
    target = given.entity if given.entity is not None else given.interaction_type
    return caller.ws.importer.plan(files, target, options, interactions=given.entity is None)


def _started(plan: Plan, caller: Calling, jobs: JobsOf) -> Job:
    importer, total = caller.ws.importer, max(1, plan.total_bytes)

    def work(job: Work[ImportReport]) -> ImportReport:
        def is_cancelled() -> bool:
            try:
                job.check(job.progress)
            except CancelledError:
                return True
            return False

        def progress(done_bytes: int, *_: object) -> None:
            job.progress = max(job.progress, min(done_bytes / total, 1.0))

        return importer.run(plan, progress=progress, cancel=is_cancelled)

    return jobs.add("import", Work(work, background=True), by=caller.actor, told=_report)


def _report(found: ImportReport) -> dict[str, Any]:
    return {
        "id": found.id,
        "version": found.version,
        "rows_read": found.rows_read,
        "accepted": found.accepted,
        "duplicates": found.duplicates,
        "quarantined": found.quarantined,
        "created": found.created,
    }


def _told(one: HeldImport) -> Import:
    return Import(
        id=one.id,
        kind=one.kind,
        target=one.target,
        state=one.state.value,
        files=[FilePath(file.path).name for file in one.files],
        rows_read=one.counts.rows_read,
        accepted=one.counts.accepted,
        duplicates=one.counts.duplicates,
        quarantined=one.counts.quarantined,
        started_at=instant(one.started_at),
        finished_at=instant_or_none(one.finished_at),
    )
