"""From a message to other segments: somebody follows its link, and the operator sees what changed and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import satsuma
from tests.browser.console import Console
from tests.browser.serving import serving
from tests.lists.mail_server import Inbox, mail_server

WORDS = {
    "en": (
        "Yes, subscribe me",
        "See and change everything that you receive",
        "Save",
        "Do not send me any e-mail",
        "Your choices have been saved.",
    ),
    "de": (
        "Ja, anmelden",
        "Alles sehen und ändern, was Sie erhalten",
        "Speichern",
        "Schicken Sie mir keine E-Mails",
        "Ihre Auswahl ist gespeichert.",
    ),
}
CONTACTS = {"en": "c-1", "de": "c-2"}
MAIL_TIMEOUT_MS = 20_000
PHONE = {"width": 360, "height": 740}


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop that writes to its customers: its server, what its mail server took, its operator's browser."""

    url: str
    inbox: Inbox
    operator: BrowserContext


def _fill(directory: Path) -> None:
    with satsuma.open(directory, actor="setup") as ws:
        ws.upsert("contact", [{"id": f"c-{n}", "email": f"c{n}@example.org"} for n in range(1, 5)])
        ws.mail.configure(sender="Shop <news@example.org>")
        ws.lists.create("News", subscription=True, double_opt_in=True)
        ws.lists.create("Offers", subscription=True).add([f"c-{n}" for n in range(1, 5)])
        ws.lists.create("Events", subscription=True)
        ws.centers.create(
            "Main",
            lists=["News", "Offers", "Events"],
            texts={"en": {"title": "Example Ltd"}, "de": {"title": "Beispiel GmbH"}},
        ).publish()
        ws.segments.create("Readers", 'in list "News" and not consent "email" is denied')
        ws.segments.create("Bargains", 'in list "Offers"')
        ws.segments.create("Guests", 'in list "Events"')
        ws.segments.go_live(["Readers", "Bargains", "Guests"])


@pytest.fixture(scope="module")
def shop(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    directory = tmp_path_factory.mktemp("subscribing") / "shop"
    _fill(directory)
    with mail_server() as inbox:
        environment = {
            "SATSUMA_SMTP_HOST": inbox.server.host,
            "SATSUMA_SMTP_PORT": str(inbox.server.port),
            "SATSUMA_SMTP_SECURITY": "none",
        }
        with serving(directory, environment=environment) as served:
            operator = browser.new_context(viewport={"width": 1440, "height": 900})
            operator.set_default_timeout(20_000)
            Console(operator.new_page(), served.url).sign_in()
            yield Shop(served.url, inbox, operator)
            operator.close()


def _members(console: Console, name: str) -> list[str]:
    """Keys of a segment's members as its page shows them."""
    console.open("/segments")
    console.page.get_by_role("link", name=name, exact=True).click()
    console.heading(name)
    console.tab("Members")
    expect(console.page.get_by_role("status").filter(has_text="members")).to_be_visible()
    return console.page.locator(".t-data .t-cell:first-child a").all_inner_texts()


def _axe_of(browser: Browser, url: str, language: str) -> list[str]:
    """Violations of a page on a small telephone, and whether it is wider than that."""
    context = browser.new_context(viewport=PHONE, locale=language, reduced_motion="reduce")  # type: ignore[arg-type]  # has both
    console = Console(context.new_page(), url)
    console.page.goto(url)
    found = console.axe()
    beyond = console.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    context.close()
    return [*found, *([f"{beyond} pixels wider than the window"] if beyond > 1 else [])]


def _await(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(MAIL_TIMEOUT_MS // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("no message came")


def test_the_operator_says_where_the_public_pages_are(shop: Shop) -> None:
    console = Console(shop.operator.new_page(), shop.url)
    console.open("/settings?tab=mail")
    page = console.page
    expect(page.get_by_text(f"{shop.inbox.server.host}:{shop.inbox.server.port}").first).to_be_visible()
    page.get_by_label("Address of the public pages").fill("not an address")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("expected one such as https://lists.example.org")
    page.get_by_label("Address of the public pages").fill(shop.url)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Mail settings saved")).to_be_visible()
    assert console.errors == []
    page.close()


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_message_is_followed_and_the_operator_sees_what_changed_and_why(
    shop: Shop, browser: Browser, language: str
) -> None:
    confirm, onward, save, no_email, saved = WORDS[language]
    key = CONTACTS[language]
    console = Console(shop.operator.new_page(), shop.url)
    page = console.page

    # The operator asks the contact to confirm, and the message comes.
    console.open("/lists")
    page.get_by_role("link", name="News").click()
    console.heading("News")
    page.get_by_role("button", name="Add people").click()
    page.get_by_role("dialog").get_by_label("Keys").fill(key)
    before = len(shop.inbox.messages)
    page.get_by_role("dialog").get_by_role("button", name="Ask them to confirm").click()
    expect(page.get_by_text("1 message is on its way")).to_be_visible()
    _await(page, lambda: len(shop.inbox.messages) > before)
    assert shop.inbox.messages[-1]["To"] == f"{key.replace('-', '')}@example.org"
    link = re.search(rf"{re.escape(shop.url)}/confirm/\S+", shop.inbox.text())
    assert link is not None
    console.open("/lists?tab=outbox&state=sent")
    expect(page.locator(".t-data").filter(has_text=key)).to_contain_text("Sent")

    # The contact follows its link, on a small telephone that runs no scripts.
    assert _axe_of(browser, link[0], language) == []
    phone = browser.new_context(java_script_enabled=False, locale=language, viewport=PHONE)  # type: ignore[arg-type]  # has both
    theirs = phone.new_page()
    theirs.goto(link[0])
    theirs.get_by_role("button", name=confirm).click()
    theirs.get_by_role("link", name=onward).click()
    assert theirs.locator("html").get_attribute("lang") == language
    assert _axe_of(browser, theirs.url, language) == []
    expect(theirs.get_by_label("News")).to_be_checked()
    # They leave one list, and join another.
    theirs.get_by_label("Offers").uncheck()
    theirs.get_by_label("Events").check()
    theirs.get_by_role("button", name=save).click()
    expect(theirs.get_by_role("status")).to_contain_text(saved)
    assert key in _members(console, "Readers")
    assert key in _members(console, "Guests")
    assert key not in _members(console, "Bargains")
    # Then they want no e-mail at all; lists stay as they are.
    theirs.get_by_label(no_email).check()
    theirs.get_by_role("button", name=save).click()
    expect(theirs.get_by_role("status")).to_contain_text(saved)
    phone.close()

    # At the next version the segments follow, and the operator sees why.
    assert key in _members(console, "Guests")
    assert key not in _members(console, "Readers")
    page.goto(f"{page.url.partition('?')[0]}?tab=members&why={key}")
    why = page.get_by_role("dialog")
    expect(why).to_contain_text("is not in")
    expect(why).to_contain_text("consent to “email” is denied")
    console.open(f"/contacts/{key}?tab=consent")
    expect(page.locator(".cc-mail")).to_contain_text("Do not email")
    said = page.get_by_role("list", name="Ledger").get_by_role("listitem").first
    expect(said).to_contain_text("E-mail at all: Denied")
    expect(said).to_contain_text("subscriber")
    expect(said).to_contain_text("Main")
    console.tab("Timeline")
    expect(
        page.locator(".c-timeline li").filter(has_text="subscription center submitted").first
    ).to_be_visible()
    console.tab("Messages")
    page.get_by_role("button", name="Read “Please confirm: News”").click()
    expect(page.get_by_role("dialog")).to_contain_text("/confirm/")
    assert console.errors == []
    page.close()


def test_a_message_that_was_refused_is_tried_again_and_delivered_now(shop: Shop) -> None:
    address, key = "c3@example.org", "c-3"
    shop.inbox.refusals[address] = "550 no such user"
    console = Console(shop.operator.new_page(), shop.url)
    page = console.page
    console.open("/lists")
    page.get_by_role("link", name="News").click()
    console.heading("News")
    page.get_by_role("button", name="Add people").click()
    page.get_by_role("dialog").get_by_label("Keys").fill(key)
    page.get_by_role("dialog").get_by_role("button", name="Ask them to confirm").click()
    expect(page.get_by_text("1 message is on its way")).to_be_visible()
    console.open("/lists?tab=outbox&state=failed")
    row = page.locator(".t-data").filter(has_text=key)
    expect(row).to_contain_text("no such user", timeout=MAIL_TIMEOUT_MS)
    expect(page.get_by_role("tab", name="Outbox 1 Failed")).to_be_visible()
    del shop.inbox.refusals[address]
    page.get_by_label("Select all that are shown").check()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("1 message waits again")).to_be_visible()
    expect(page.get_by_text("No messages of this kind")).to_be_visible()
    # The server may have been quicker than the hand.
    page.get_by_role("button", name="Deliver now").click()
    expect(page.get_by_text(re.compile("^(1 sent|Nothing was due)$"))).to_be_visible()
    page.get_by_text(re.compile("^Sent")).first.click()
    expect(row).to_contain_text("Sent")
    assert shop.inbox.messages[-1]["To"] == address
    assert console.errors == []
    page.close()
