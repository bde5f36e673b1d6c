"""Draws every page of the console, wide and narrow, light and dark.

python -m tests.browser.screenshots FOLDER [URL]     # URL: of a server that runs; default: one of its own
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from satsuma.demo.history import DAYS
from tests.browser.console import Console
from tests.browser.pages import BEFORE, visits
from tests.browser.serving import chromium, serving

SIZES = ((1440, 900), (390, 844))
STILL_MS = 350


def draw(url: str, folder: Path, only: str = "") -> None:
    """Draw the pages of a server into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for width, height in SIZES:
                _draw(browser, url, folder, scheme, width, height, only)
        browser.close()


def _draw(browser: Browser, url: str, folder: Path, scheme: str, width: int, height: int, only: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    console = Console(context.new_page(), url)
    for name in BEFORE:
        console.page.goto(f"{url}/{name}")
        console.page.get_by_role("button").last.wait_for()
        console.page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
    console.sign_in()
    for visit in visits(console.page, url):
        if only and only not in visit.name:
            continue
        console.visit(visit)
        console.page.wait_for_timeout(STILL_MS)
        console.page.screenshot(path=folder / f"{visit.name}-{width}-{scheme}.png")
    context.close()


def main() -> None:
    """Of a running server, or of one that is started for it."""
    folder = Path(sys.argv[1])
    if len(sys.argv) > 2:
        draw(sys.argv[2], folder, *sys.argv[3:4])
        return
    with tempfile.TemporaryDirectory() as directory, serving(Path(directory) / "demo", None, DAYS) as served:
        draw(served.url, folder)


if __name__ == "__main__":
    main()
