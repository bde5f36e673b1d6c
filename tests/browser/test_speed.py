"""Edits are answered at once, and lists scroll without a halt, as the browser itself measures it."""

from __future__ import annotations

import re
import sys
import urllib.parse
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route

from tests.browser import measuring
from tests.browser.console import Console
from tests.browser.large import SEGMENTS, build_large
from tests.browser.serving import serving

MEMBERS = 60_000
ATTEMPTS = 4
"""Figures are of a machine that may have other work: the best of so many."""


@pytest.fixture(scope="module")
def large(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console on a workspace with many members; `make measure` has a million, and real segments."""
    directory = tmp_path_factory.mktemp("large") / "large"
    build_large(directory, MEMBERS, segments=3)
    with serving(directory) as served:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        console = Console(context.new_page(), served.url)
        console.sign_in()
        yield console
        context.close()


def test_size_and_funnel_are_there_within_200_ms(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    best = measuring.edits(console, "Measured 1")
    for attempt in range(2, ATTEMPTS):
        if best.median_ms > measuring.EDIT_MS_MAX:
            best = min(best, measuring.edits(console, f"Measured {attempt}"), key=lambda one: one.median_ms)
    _tell(capsys, f"an edit is answered after {best.median_ms:.0f} ms (median of {len(best.took_ms)})")
    assert best.median_ms <= measuring.EDIT_MS_MAX


def test_a_thousand_segments_scroll_without_a_halt(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    console.page.route(re.compile("/api/v1/segments[?]"), _thousand)
    measuring.open_segments(console, SEGMENTS)
    _never_halts(console, "Segments", f"{SEGMENTS:,} segments", capsys)


def _thousand(route: Route) -> None:
    """The segments of the demo as often as is needed, in pages as the server has them."""
    page = route.fetch(url=re.sub("[&?]cursor=[^&]*", "", route.request.url)).json()
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(route.request.url).query)
    place, size = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
    until = min(place + size, SEGMENTS)
    items = [
        page["items"][n % len(page["items"])] | {"id": 10_000 + n, "name": f"Segment {n:04d}"}
        for n in range(place, until)
    ]
    route.fulfill(
        json={"items": items, "next_cursor": str(until) if until < SEGMENTS else None, "total": SEGMENTS}
    )


def test_many_members_scroll_without_a_halt(large: Console, capsys: pytest.CaptureFixture[str]) -> None:
    measuring.open_members(large)
    _never_halts(large, "Members", f"{MEMBERS:,} members", capsys)


def _never_halts(console: Console, table: str, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = measuring.scrolled(console.page, table)
    for _ in range(1, ATTEMPTS):
        if found.cpu_ms > measuring.TASK_MS_MAX:
            found = min(found, measuring.scrolled(console.page, table), key=lambda one: one.cpu_ms)
    _tell(capsys, f"{what} scrolled: {found}")
    assert found.cpu_ms <= measuring.TASK_MS_MAX


def _tell(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")
