"""The pages before one has signed in: forgotten passwords, links, other ways in, sign-ins that failed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.console import Console
from tests.browser.serving import Served


@pytest.fixture
def visitor(served: Served, browser: Browser) -> Iterator[Console]:
    """Somebody who has not signed in."""
    context = browser.new_context(reduced_motion="reduce")
    console = Console(context.new_page(), served.url)
    yield console
    context.close()
    assert console.errors == []


def with_ways(console: Console) -> None:
    """As if a provider of sign-ins and a mail server were set up: the server says so in one answer."""

    def tell(route: Route) -> None:
        route.fulfill(json={"needed": False, "openid": "Example accounts", "mail": True})

    console.page.route("**/api/v1/setup", tell)


def test_other_ways_in_are_offered_where_they_are_set_up(visitor: Console) -> None:
    page = visitor.page
    page.goto(f"{visitor.url}/sign-in")
    expect(page.get_by_label("E-mail address")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Sign in with|Forgot"))).to_have_count(0)
    with_ways(visitor)
    page.goto(f"{visitor.url}/segments?status=live")
    by_provider = page.get_by_role("link", name="Sign in with Example accounts")
    expect(by_provider).to_have_attribute("href", re.compile(r"^/api/v1/session/openid\?to=%2Fsegments"))
    assert visitor.axe() == []
    page.get_by_role("link", name="Forgot your password?").click()
    expect(page.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    assert visitor.axe() == []


def test_why_a_sign_in_failed_is_said(visitor: Console) -> None:
    page = visitor.page
    # No provider is set up here: the server sends the browser back.
    page.goto(f"{visitor.url}/api/v1/session/openid")
    expect(page.get_by_role("alert")).to_have_text("No sign-in service is set up here.")
    page.goto(f"{visitor.url}/sign-in?problem=openid.not_invited")
    expect(page.get_by_role("alert")).to_contain_text("Nobody has added you here yet")
    page.goto(f"{visitor.url}/sign-in?problem=<b>x</b>")
    expect(page.get_by_role("alert")).to_have_text("You could not be signed in.")


def test_an_address_of_elsewhere_is_not_gone_to_after_signing_in(visitor: Console) -> None:
    with_ways(visitor)
    for to in ("//evil.example", "https://evil.example", "/\\evil.example"):
        visitor.page.goto(f"{visitor.url}/sign-in?to={to}")
        by_provider = visitor.page.get_by_role("link", name="Sign in with Example accounts")
        expect(by_provider).to_have_attribute("href", "/api/v1/session/openid")


def test_a_link_is_asked_for_and_where_none_are_sent_it_is_said(visitor: Console) -> None:
    page = visitor.page
    page.goto(f"{visitor.url}/forgotten")
    page.get_by_label("E-mail address").fill("somebody@example.com")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("alert")).to_contain_text("No messages are sent from here")
    page.route("**/api/v1/password/reset", lambda route: route.fulfill(status=202))
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status")).to_contain_text("a link is on its way")


def test_somebody_is_added_and_sets_their_password_by_a_link(
    console: Console, page: Page, visitor: Console
) -> None:
    console.open("/settings?tab=people")
    page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Lena Link")
    dialog.get_by_label("E-mail address").fill("lena@example.com")
    dialog.get_by_role("button", name="Add a person").click()
    shown = page.get_by_role("dialog", name="Invitation link").get_by_role("textbox")
    link = shown.input_value()
    assert link.startswith(f"{console.url}/password#token=")
    theirs = visitor.page
    theirs.goto(f"{visitor.url}/password")
    expect(theirs.get_by_role("alert")).to_contain_text("This address is not complete")
    theirs.goto("about:blank")
    theirs.goto(link)
    assert visitor.axe() == []
    theirs.get_by_label("New password").fill("aaaaaaaaaaaa")
    theirs.get_by_role("button", name="Set the password").click()
    expect(theirs.get_by_role("alert")).to_be_visible()
    theirs.get_by_label("New password").fill("walnut-harvest-78")
    theirs.get_by_role("button", name="Set the password").click()
    expect(theirs.get_by_role("status")).to_contain_text("Your password is set")
    assert "token" not in theirs.url
    theirs.get_by_role("link", name="Sign in").click()
    theirs.get_by_label("E-mail address").fill("lena@example.com")
    theirs.get_by_label("Password", exact=True).fill("walnut-harvest-78")
    theirs.get_by_role("button", name="Sign in").click()
    expect(theirs.get_by_role("heading", name=re.compile("^Hello"))).to_be_visible()
