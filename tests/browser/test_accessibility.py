"""No page has a violation that axe finds, light or dark, wide or narrow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.console import Console
from tests.browser.pages import BEFORE, visits
from tests.browser.serving import Served

STILL_MS = 80


VIEWS = [(1440, "light"), (1440, "dark")]
"""And as a phone shows it, where `HANDS=both` asks for all (`make tasks`)."""

if os.environ.get("HANDS") == "both":
    VIEWS.append((360, "light"))


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_no_page_has_a_violation(
    served: Served, browser: Browser, signed_in: Path, width: int, scheme: str
) -> None:
    context = browser.new_context(
        storage_state=signed_in,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    console = Console(context.new_page(), served.url)
    found = {}
    for visit in visits(console.page, served.url):
        console.visit(visit)
        console.page.wait_for_timeout(STILL_MS)
        # By its scheme a page differs in colours alone.
        violations = console.axe("color-contrast" if scheme == "dark" else None)
        # Nothing sticks out of a narrow page.
        beyond = console.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if beyond > 1:
            violations.append(f"{beyond} pixels wider than the window")
        if violations:
            found[visit.name] = violations
    context.close()
    assert found == {}
    assert console.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signing_in_has_no_violation(served: Served, browser: Browser, scheme: str) -> None:
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    console = Console(context.new_page(), served.url)
    for name in BEFORE:
        console.page.goto(f"{served.url}/{name}")
        console.page.get_by_role("button").last.wait_for()
        assert console.axe() == [], name
    context.close()
