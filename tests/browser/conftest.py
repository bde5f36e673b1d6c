"""One server and one browser for all tests in a browser; each test has a page of its own, signed in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.console import Console
from tests.browser.hands import Keys, Mouse
from tests.browser.serving import Served, chromium, serving


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of a small demo workspace."""
    with serving(tmp_path_factory.mktemp("browser") / "demo") as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def signed_in(served: Served, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of a session, so that not every test signs in anew."""
    kept = tmp_path_factory.mktemp("state") / "cookies.json"
    context = browser.new_context()
    Console(context.new_page(), served.url).sign_in()
    context.storage_state(path=kept)
    context.close()
    return kept


@pytest.fixture
def context(browser: Browser, signed_in: Path) -> Iterator[BrowserContext]:
    """A context that is signed in."""
    found = browser.new_context(storage_state=signed_in, viewport={"width": 1440, "height": 900})
    found.set_default_timeout(20_000)
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page that is signed in."""
    return context.new_page()


@pytest.fixture
def console(page: Page, served: Served) -> Iterator[Console]:
    """The console; a test in which the page throws, or reports an error, fails."""
    found = Console(page, served.url)
    yield found
    assert found.errors == []


HANDS = [Mouse, Keys] if os.environ.get("HANDS") == "both" else [Keys]
"""Every task is done by keyboard alone; by mouse too where `HANDS=both` asks for that (`make tasks`)."""


@pytest.fixture(params=HANDS, ids=lambda hand: str(hand.__name__).lower())
def either(request: pytest.FixtureRequest, console: Console) -> Console:
    """The console, used by keyboard alone, or by mouse."""
    console.hand = request.param(console.page)
    return console
