"""Metrics for Prometheus: requests by operation, and the workspace as it is when they are asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import accumulate
from pathlib import Path

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from satsuma.api.calling import caller_of
from satsuma.api.jobs import Jobs
from satsuma.api.problems import fault, problem_of
from satsuma.commit.counting import Histogram as Counts
from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.clock import Clock
from satsuma.kernel.errors import Error
from satsuma.record.files import DATABASE_FILE
from satsuma.record.limited import refused
from satsuma.workspace import DERIVED, Workspace

OPERATION = "show_status"
"""Whoever may see the status, of every contact, may see the metrics, where they are not open."""

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """What one server counts."""

    def __init__(self, ws: Workspace, clock: Clock, jobs: Jobs) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "satsuma_requests", "Requests answered.", ("operation", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "satsuma_request_seconds",
            "Time to the answer.",
            ("operation",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.registry.register(_State(ws, clock, jobs))

        self._of: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Count one request."""
        found = self._of.get((operation, status))
        if found is None:
            found = self.requests.labels(operation, str(status)), self.seconds.labels(operation)
            self._of[operation, status] = found
        count, times = found
        count.inc()
        times.observe(seconds)

    def text(self) -> bytes:
        """In Prometheus' text form."""
        return generate_latest(self.registry)


class _State(Collector):
    """The workspace as it is when it is asked."""

    def __init__(self, ws: Workspace, clock: Clock, jobs: Jobs) -> None:
        self._ws = ws
        self._clock = clock
        self._jobs = jobs

    def collect(self) -> Iterable[Metric]:
        """All of it."""
        yield from self._versions()
        yield from self._sending()
        yield from self._holding()

    def _versions(self) -> Iterable[Metric]:
        """How versions are made."""
        ws, counted = self._ws, self._ws.writer.counted
        yield _gauge("satsuma_version", "The last version.", ws.version)
        lag = max(0, self._clock.now() - ws.now) / US_PER_SECOND
        yield _gauge("satsuma_lag_seconds", "Between the clock and the last version.", lag)
        stopped = ws.time_stopped_by is not None
        yield _gauge("satsuma_time_stopped", "1 where due versions are no longer made.", int(stopped))
        yield _gauge("satsuma_commands_waiting", "Commands that wait to be written.", counted.waiting)
        for name, about, value in (
            ("versions", "Versions made since the start.", counted.versions),
            ("commands", "Commands that are in them.", counted.commands),
            ("commands_failed", "Commands that ended with an error.", counted.failed),
            ("commits_repeated", "Attempts at a version that were given up.", counted.repeated),
        ):
            yield CounterMetricFamily(f"satsuma_{name}", about, value=value)
        yield _histogram(
            "satsuma_commit_seconds", "Time to make a version.", counted.commit_us, 1 / US_PER_SECOND
        )
        yield _histogram("satsuma_commit_commands", "Commands that share a version.", counted.groups)

    def _sending(self) -> Iterable[Metric]:
        """What is on its way to others."""
        ws = self._ws
        lag = GaugeMetricFamily(
            "satsuma_webhook_lag_versions",
            "Versions that an endpoint has not been told of.",
            labels=["id", "state"],
        )
        for webhook in ws.webhooks.list():
            lag.add_metric([str(webhook.id), webhook.state], max(0, ws.version - webhook.place.version))
        yield lag
        messages = GaugeMetricFamily("satsuma_messages", "Messages to contacts by state.", labels=["state"])
        for state, count in sorted(ws.mail.counts().items()):
            messages.add_metric([state], count)
        yield messages
        waiting = ws.access.mail.waiting()
        yield _gauge("satsuma_account_messages_waiting", "Messages to people who sign in that wait.", waiting)

    def _holding(self) -> Iterable[Metric]:
        """What there is."""
        ws = self._ws
        yield _gauge("satsuma_jobs_running", "Jobs under way.", self._jobs.running())
        yield _gauge("satsuma_quarantined_rows", "Refused rows that wait.", ws.insights.refused_count())
        for name, file in (("database", DATABASE_FILE), ("log", f"{DATABASE_FILE}.wal")):
            yield _gauge(f"satsuma_{name}_bytes", f"Size of the {name} file.", _size(ws.path / file))
        folders = GaugeMetricFamily(
            "satsuma_folder_bytes",
            "Sizes of what is made from the record, and of uploads.",
            labels=["folder"],
        )
        for folder in DERIVED:
            inside = (ws.path / folder).rglob("*")
            folders.add_metric([folder], sum(_size(file) for file in inside if file.is_file()))
        yield folders
        segments = GaugeMetricFamily("satsuma_segments", "Segments by status.", labels=["status"])
        counts: dict[str, int] = {}
        for one in ws.segments.list():
            counts[one.status] = counts.get(one.status, 0) + 1
        for status, count in sorted(counts.items()):
            segments.add_metric([status], count)
        yield segments


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)


def _histogram(name: str, about: str, counted: Counts, unit: float = 1) -> HistogramMetricFamily:
    """What was counted by size; `unit` is what one is in the metric's own unit."""
    so_far = list(accumulate(counted.counts))
    bounds = [*(str(float(bound * unit)) for bound in counted.bounds), "+Inf"]
    return HistogramMetricFamily(
        name, about, buckets=list(zip(bounds, so_far, strict=True)), sum_value=counted.total * unit
    )


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


class Noting:
    """Counts requests and logs them."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._log = structlog.get_logger("satsuma.requests").bind()

    def __call__(self, method: str, operation: str, status: int, taken_s: float) -> None:
        """One request that was answered."""
        self._metrics.answered(operation, status, taken_s)
        # Tracking is counted; a line for each of its requests would be most of the log.
        quiet = operation.startswith("tracking_") and status < 400
        log = self._log
        tell = log.error if status >= 500 else log.debug if quiet else log.info
        tell("answered", method=method, operation=operation, status=status, ms=round(taken_s * 1000, 1))


class Observed:
    """Tells of each request, as ASGI middleware."""

    def __init__(self, app: ASGIApp, noting: Callable[[str, str, int, float], object]) -> None:
        self._app = app
        self._noting = noting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            taken = time.perf_counter() - begun
            route = scope.get("route")
            operation = (route.operation_id if isinstance(route, APIRoute) else None) or "other"
            self._noting(scope["method"], operation, status, taken)


def metrics_router(ws: Workspace, metrics: Metrics, *, is_open: bool) -> APIRouter:
    """`/metrics`, for the root and under `/api/v1`."""
    router = APIRouter(include_in_schema=False)

    def show(request: Request) -> Response:
        try:
            if not is_open and caller_of(request, ws, OPERATION).is_limited:
                raise refused("what is counted of the whole workspace")
            return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)
        except Error as error:
            return problem_of(error) or fault()

    router.add_api_route("/metrics", show, methods=["GET"])
    return router
