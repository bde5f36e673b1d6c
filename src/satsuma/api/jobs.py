"""Jobs over HTTP: long work with progress, that can be cancelled."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from pydantic import BaseModel, Field

from satsuma.api.calling import Caller, Calling
from satsuma.api.forms import instant
from satsuma.api.paging import Items
from satsuma.api.routing import api_router
from satsuma.kernel.errors import Error, NotFoundError
from satsuma.segments.jobs import Job as Work
from satsuma.segments.jobs import JobState

router = api_router("jobs")

KEPT_MAX = 1_000
"""So many are remembered; the oldest that is done is forgotten first."""


class JobProblem(BaseModel):
    """Why a job has failed."""

    code: str
    message: str
    hint: str | None = None
    details: dict[str, Any] | None = None


class Job(BaseModel):
    """Work that goes on beside requests."""

    id: str = Field(examples=["12"])
    kind: str = Field(description="`go_live` or `import`.", examples=["go_live"])
    state: JobState
    progress: float = Field(ge=0, le=1, examples=[0.4])
    created_at: str
    by: str = Field(examples=["ada@example.com"])
    segment_ids: list[int]
    result: dict[str, Any] | None = Field(description="What it gave, once it is done.")
    problem: JobProblem | None = Field(description="Why it failed, or was cancelled.")


@dataclass(slots=True)
class _Entry:
    id: str
    kind: str
    work: Work[Any]
    by: str
    created_at: int
    segment_ids: list[int]
    told: Callable[[Any], dict[str, Any]] | None = field(default=None)


class Jobs:
    """The jobs that were started through a server."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._next = 1
        self._lock = Lock()

    def add(
        self,
        kind: str,
        work: Work[Any],
        *,
        by: str,
        segment_ids: list[int] | None = None,
        told: Callable[[Any], dict[str, Any]] | None = None,
    ) -> Job:
        """Keep a job, and tell of it.

        Args:
            told: What is told of its result.
        """
        with self._lock:
            entry = _Entry(str(self._next), kind, work, by, self._now(), segment_ids or [], told)
            self._next += 1
            self._entries[entry.id] = entry
            done = [one.id for one in self._entries.values() if one.work.state is not JobState.RUNNING]
            for id in done[: max(0, len(self._entries) - KEPT_MAX)]:
                del self._entries[id]
        return _told(entry)

    def all(self) -> list[Job]:
        """All that are remembered, the newest first."""
        with self._lock:
            entries = list(self._entries.values())
        return [_told(entry) for entry in reversed(entries)]

    def get(self, id: str) -> Job:
        """One of them.

        Raises:
            NotFoundError: There is none of that id.
        """
        return _told(self._find(id))

    def cancel(self, id: str) -> Job:
        """Ask one to stop."""
        entry = self._find(id)
        entry.work.cancel()
        return _told(entry)

    def end(self) -> None:
        """Cancel all and wait for them."""
        with self._lock:
            works = [one.work for one in self._entries.values()]
        for work in works:
            work.cancel()
        for work in works:
            work.settle()

    def running(self) -> int:
        """How many are under way."""
        with self._lock:
            return sum(one.work.state is JobState.RUNNING for one in self._entries.values())

    def _find(self, id: str) -> _Entry:
        with self._lock:
            found = self._entries.get(id)
        if found is None:
            raise unknown_job(id)
        return found


def unknown_job(id: str) -> NotFoundError:
    """The error of a job that is not there, or not for whoever asks."""
    return NotFoundError(f"no job {id}", code="not_found.job", hint="jobs are forgotten after a while")


def _told(entry: _Entry) -> Job:
    work = entry.work
    state, result, problem = work.state, None, None
    if state is not JobState.RUNNING:
        try:
            found = work.wait(timeout_s=5)
            result = {} if entry.told is None else entry.told(found)
        except Error as error:
            problem = JobProblem(
                code=error.code, message=error.message, hint=error.hint or None, details=error.details or None
            )
        except Exception:  # noqa: BLE001 -- told as a fault; the log has it
            problem = JobProblem(code="internal", message="something failed in the server")
    return Job(
        id=entry.id,
        kind=entry.kind,
        state=state,
        progress=round(work.progress, 4),
        created_at=instant(entry.created_at),
        by=entry.by,
        segment_ids=entry.segment_ids,
        result=result,
        problem=problem,
    )


def _jobs(request: Request) -> Jobs:
    found: Jobs = request.app.state.jobs
    return found


JobsOf = Annotated[Jobs, Depends(_jobs)]
"""As a parameter of a route: the server's jobs."""

JobId = Annotated[str, Path(min_length=1, max_length=20, examples=["12"])]


@router.get("/jobs", operation_id="list_jobs", summary="List jobs")
def list_jobs(caller: Caller, jobs: JobsOf) -> Items[Job]:
    """Those under way and those done lately, the newest first."""
    return Items(items=[one for one in jobs.all() if _is_told(one, caller)])


@router.get("/jobs/{id}", operation_id="show_job", summary="Show a job")
def show_job(id: JobId, caller: Caller, jobs: JobsOf) -> Job:
    """How far it is, and what it gave or why it failed."""
    found = jobs.get(id)
    if not _is_told(found, caller):
        raise unknown_job(id)
    return found


@router.delete("/jobs/{id}", operation_id="cancel_job", summary="Cancel a job", status_code=202)
def cancel_job(id: JobId, caller: Caller, jobs: JobsOf) -> Job:
    """It leaves nothing behind; of no effect once it is done."""
    if not _is_told(jobs.get(id), caller):
        raise unknown_job(id)
    return jobs.cancel(id)


def _is_told(job: Job, caller: Calling) -> bool:
    """What others' jobs gave may be about contacts that somebody does not see."""
    return not caller.is_limited or (job.by == caller.actor and job.kind == "go_live")
