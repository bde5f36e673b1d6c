"""What is measured in the browser: how soon an edit is answered, and whether scrolling ever halts.

python -m tests.browser.measuring     # on the whole demo, and on a list of a million members
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from satsuma.demo.history import DAYS
from tests.browser.console import Console
from tests.browser.large import EVERYONE, SEGMENTS, build_large
from tests.browser.serving import chromium, serving

EDIT_MS_MAX = 200.0
TASK_MS_MAX = 50.0
EDITS = 15
WHEELS = 90
WHEEL_PX = 500
MILLION = 1_000_000

# From the browser's event of an edit until the frame in which the figures of that edit are drawn.
_WATCH_EDITS = """() => {
  window.edits = []
  let begun = null
  let pending = false
  document.addEventListener('input', () => { begun = performance.now() }, true)
  new MutationObserver(() => {
    const isStale = document.querySelector('.d-side[data-stale]') !== null
    if (isStale) pending = begun !== null
    else if (pending) {
      pending = false
      const from = begun
      requestAnimationFrame(() => window.edits.push(performance.now() - from))
    }
  }).observe(document.body, { subtree: true, childList: true, attributes: true })
}"""
_WATCH_TASKS = """() => {
  window.tasks = []
  new PerformanceObserver(found => {
    for (const one of found.getEntries()) window.tasks.push(one.duration)
  }).observe({ type: 'longtask' })
}"""


@dataclass(frozen=True, slots=True)
class Edits:
    """How long edits took, in milliseconds, and what stood beside the definition."""

    took_ms: tuple[float, ...]
    steps: int

    @property
    def median_ms(self) -> float:
        """Of all."""
        return statistics.median(self.took_ms)


def edits(console: Console, name: str) -> Edits:
    """Edit a number of a definition with several conditions, and watch its size and funnel."""
    page = console.page
    console.make_segment(
        name,
        'status is "active" and did email_opened at least 1 times in the last 90 days'
        " and sum of amount over purchase in the last 365 days >= 50",
    )
    console.exact_size()
    funnel = page.locator(".d-funnel li")
    expect(funnel).to_have_count(3)
    page.evaluate(_WATCH_EDITS)
    field = page.locator(".b-card").last.get_by_label("Value", exact=True).and_(page.locator("input"))
    for number in range(EDITS):
        before = page.evaluate("window.edits.length")
        field.fill(str(100 + 7 * number))
        page.wait_for_function("before => window.edits.length > before", arg=before)
        console.exact_size()
    return Edits(tuple(page.evaluate("window.edits")), funnel.count())


@dataclass(frozen=True, slots=True)
class Halts:
    """The longest task of a page while it was scrolled, in milliseconds.

    Attributes:
        wall_ms: As the page saw it, if above 50, otherwise 0: with whatever else ran meanwhile.
        cpu_ms: What its main thread worked in one task.
    """

    wall_ms: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"longest task {self.cpu_ms:.0f} ms of work, {self.wall_ms:.0f} ms by the clock above 50"


def scrolled(page: Page, table: str) -> Halts:
    """Scroll a table down and some of the way up."""
    browser = page.context.browser
    assert browser is not None
    box = page.get_by_role("region", name=table)
    box.evaluate("one => { one.scrollTop = 0 }")
    box.hover()
    page.evaluate(_WATCH_TASKS)
    browser.start_tracing(page=page, categories=["devtools.timeline", "toplevel"])
    for place in range(WHEELS):
        page.mouse.wheel(0, WHEEL_PX if place < WHEELS * 2 // 3 else -WHEEL_PX)
        page.wait_for_timeout(16)
    trace = json.loads(browser.stop_tracing())["traceEvents"]
    assert box.evaluate("one => one.scrollTop") > WHEEL_PX
    main = {
        (one["pid"], one["tid"])
        for one in trace
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    work = [
        one["tdur"] / 1_000
        for one in trace
        if one["name"].endswith("RunTask") and "tdur" in one and (one["pid"], one["tid"]) in main
    ]
    assert len(work) > WHEELS
    walls: list[float] = page.evaluate("window.tasks")
    return Halts(max(walls, default=0.0), max(work))


def open_segments(console: Console, count: int) -> None:
    """The list of segments, once all are there."""
    console.open("/segments")
    expect(console.page.get_by_role("table", name="Segments")).to_have_attribute(
        "aria-rowcount", str(count + 1)
    )


def open_members(console: Console) -> None:
    """The members of the segment that has everyone."""
    console.open("/segments?q=Everyone")
    console.page.get_by_role("link", name=EVERYONE).click()
    console.heading(EVERYONE)
    console.tab("Members")
    expect(console.page.locator(".t-data").first).to_be_visible()


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        with serving(Path(directory) / "demo", None, DAYS) as demo:
            console = Console(browser.new_page(viewport={"width": 1440, "height": 900}), demo.url)
            console.sign_in()
            found = edits(console, "Measured")
            _tell(f"size and funnel after an edit: {found.median_ms:.0f} ms (median of {EDITS})")
        build_large(Path(directory) / "large", MILLION)
        with serving(Path(directory) / "large") as large:
            console = Console(browser.new_page(viewport={"width": 1440, "height": 900}), large.url)
            console.sign_in()
            open_segments(console, SEGMENTS)
            _tell(f"{SEGMENTS:,} segments: {scrolled(console.page, 'Segments')}")
            open_members(console)
            _tell(f"{MILLION:,} members: {scrolled(console.page, 'Members')}")
        browser.close()


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
