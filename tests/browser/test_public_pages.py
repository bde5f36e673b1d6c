"""The public pages in a browser: from a message to another segment, without JavaScript, on a small screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.console import Console
from tests.lists.mail_server import mail_server
from tests.web.site import SITE, Site, site

WORDS = {
    "en": ("Yes, subscribe me", "Save", "Do not send me any e-mail", "Your choices have been saved."),
    "de": ("Ja, anmelden", "Speichern", "Schicken Sie mir keine E-Mails", "Ihre Auswahl ist gespeichert."),
}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "shop") as found:
        yield found


def plain(browser: Browser, language: str) -> Page:
    """A page of a small telephone whose browser runs no scripts."""
    context = browser.new_context(
        java_script_enabled=False, locale=language, viewport={"width": 360, "height": 740}
    )
    context.set_default_timeout(20_000)
    return context.new_page()


def url(here: Site, path: str) -> str:
    return f"{str(here.browser.base_url).rstrip('/')}{path}"


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_message_is_followed_and_segments_follow_the_person(
    here: Site, browser: Browser, language: str
) -> None:
    confirm, save, no_email, saved = WORDS[language]
    ws = here.ws
    ws.lists["Offers"].add(["c-1", "c-2"])
    ws.segments.create("Readers", 'in list "News" and not consent "email" is denied')
    ws.segments.create("Bargains", 'in list "Offers"')
    ws.segments.go_live(["Readers", "Bargains"])
    with mail_server() as inbox:
        ws.lists["News"].ask(["c-1"])
        assert ws.mail.deliver(inbox.server).sent == 1
        found = re.search(rf"{SITE}(/confirm/\S+)", inbox.text())
    assert found is not None
    page = plain(browser, language)
    page.goto(url(here, found[1]))
    assert list(ws.segments["Readers"].members()) == []
    page.get_by_role("button", name=confirm).click()
    page.get_by_role("status").wait_for()
    assert list(ws.segments["Readers"].members()) == ["c-1"]

    page.goto(url(here, here.center_path("c-1")))
    assert page.get_by_label("News").is_checked()
    page.get_by_label("Offers").uncheck()
    page.get_by_role("button", name=save).click()
    assert saved in page.get_by_role("status").inner_text()
    assert list(ws.segments["Bargains"].members()) == ["c-2"]

    page.get_by_label("Offers").check()
    page.get_by_label(no_email).check()
    page.get_by_role("button", name=save).click()
    assert saved in page.get_by_role("status").inner_text()
    assert page.get_by_label(no_email).is_checked()
    assert list(ws.segments["Bargains"].members()) == ["c-1", "c-2"]
    assert list(ws.segments["Readers"].members()) == []
    assert 'consent "email" is denied' in str(ws.segments["Readers"].explain("c-1"))
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_no_public_page_has_a_violation(here: Site, browser: Browser, scheme: str, width: int) -> None:
    here.ws.lists["News"].ask(["c-2"])
    form = here.ws.forms.create("Site", joins="News", fields=["city"])
    paths = {
        "center": here.center_path(),
        "center, waiting": here.center_path("c-2"),
        "center, German": here.center_path() + "?lang=de",
        "confirm": here.confirm_path(),
        "unsubscribe": here.unsubscribe_path("c-1"),
        "stale": "/confirm/none",
        "form": f"/join/{form.slug}",
    }
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    found = {}
    for name, path in paths.items():
        console = Console(context.new_page(), str(here.browser.base_url))
        console.page.goto(url(here, path))
        violations = console.axe()
        beyond = console.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if beyond > 1:
            violations.append(f"{beyond} pixels wider than the window")
        if violations:
            found[name] = violations
        console.page.close()
    console = Console(context.new_page(), str(here.browser.base_url))
    console.page.goto(url(here, here.center_path()))
    console.page.get_by_role("button", name="Save").click()
    assert console.axe() == []
    context.close()
    assert found == {}
