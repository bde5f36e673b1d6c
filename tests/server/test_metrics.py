"""Metrics say what the workspace says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

import satsuma
from satsuma.access.roles import Role
from satsuma.api.jobs import Jobs
from satsuma.kernel.clock import ManualClock
from satsuma.server.metrics import Metrics
from tests.tidy.repository import ROOT

START = "2026-06-01T12:00:00Z"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def ws(tmp_path: Path, clock: ManualClock) -> Iterator[satsuma.Workspace]:
    with satsuma.open(tmp_path / "shop", clock=clock) as found:
        found.catalog.apply({"entities": {"contact": {"audience": True, "attributes": {"city": "text"}}}})
        found.upsert("contact", [{"id": "c-1", "city": "Bern"}])
        yield found


def read(ws: satsuma.Workspace, clock: ManualClock) -> dict[tuple[str, ...], float]:
    """Every sample: its name and the values of its labels."""
    text = Metrics(ws, clock, Jobs(clock.now)).text().decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_versions_their_times_and_the_queue(ws: satsuma.Workspace, clock: ManualClock) -> None:
    found = read(ws, clock)
    counted = ws.writer.counted
    assert found["satsuma_version",] == ws.version
    assert found["satsuma_versions_total",] == counted.versions > 0
    assert found["satsuma_commands_total",] == counted.commands
    assert found["satsuma_commands_waiting",] == 0
    assert found["satsuma_commit_seconds_count",] == counted.versions
    assert found["satsuma_commit_seconds_sum",] == pytest.approx(counted.commit_us.total / 1e6)
    buckets = [value for name, value in found.items() if name[0] == "satsuma_commit_seconds_bucket"]
    assert buckets == sorted(buckets)
    assert found["satsuma_commit_seconds_bucket", "0.001"] == counted.commit_us.counts[0]
    assert found["satsuma_commit_seconds_bucket", "+Inf"] == counted.versions
    assert found["satsuma_commit_commands_count",] == counted.versions
    assert found["satsuma_commit_commands_sum",] == counted.commands


def test_lag_to_the_clock_and_of_webhooks(ws: satsuma.Workspace, clock: ManualClock) -> None:
    webhook = ws.webhooks.create("https://hooks.example.com/x")
    clock.set("2026-06-01T12:00:30Z")
    assert read(ws, clock)["satsuma_lag_seconds",] == 30
    assert read(ws, clock)["satsuma_webhook_lag_versions", str(webhook.id), "active"] == 0
    ws.upsert("contact", [{"id": "c-2"}])
    ws.upsert("contact", [{"id": "c-3"}])
    found = read(ws, clock)
    assert found["satsuma_webhook_lag_versions", str(webhook.id), "active"] == 2
    assert found["satsuma_lag_seconds",] == 0


def test_sizes_messages_segments(ws: satsuma.Workspace, clock: ManualClock) -> None:
    ws.segments.create("Bern", where='city is "Bern"').go_live()
    ws.access.people.add("ada@example.com", "Ada", Role.ADMIN, None, actor="test")
    ws.access.mail.ask_reset("ada@example.com", actor="test")
    (ws.path / "uploads").mkdir(exist_ok=True)
    (ws.path / "uploads" / "one").write_bytes(b"x" * 321)
    found = read(ws, clock)
    assert found["satsuma_segments", "live"] == 1
    assert found["satsuma_folder_bytes", "uploads"] == 321
    assert found["satsuma_database_bytes",] > 0
    assert found["satsuma_messages", "queued"] == 0
    assert found["satsuma_account_messages_waiting",] == 1


def test_no_metric_names_anybody(ws: satsuma.Workspace, clock: ManualClock) -> None:
    ws.access.people.add("ada@example.com", "Ada", Role.ADMIN, None, actor="test")
    text = Metrics(ws, clock, Jobs(clock.now)).text().decode()
    assert "ada" not in text.lower()
    assert "Bern" not in text


def test_every_metric_is_documented(ws: satsuma.Workspace, clock: ManualClock) -> None:
    page = (ROOT / "docs" / "server.md").read_text(encoding="utf-8")
    found = Metrics(ws, clock, Jobs(clock.now)).text().decode()
    told = {line.split()[2] for line in found.splitlines() if line.startswith("# TYPE")}
    assert len(told) > 15
    assert [name for name in sorted(told) if f"`{name}`" not in page] == []
