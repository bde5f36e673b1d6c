"""Designing segments in the console: built and written, moved, undone, saved."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.console import Console


def test_text_and_builder_are_one_definition(console: Console, page: Page) -> None:
    console.make_segment("In step", 'city is "Berlin"')
    berlin = console.exact_size()
    expect(page.get_by_label("Value", exact=True).and_(page.locator("input"))).to_have_value("Berlin")
    page.get_by_text("Text", exact=True).click()
    page.get_by_label("Definition as text").fill('city is "Berlin" and tier is "gold"')
    gold = console.exact_size()
    assert gold < berlin
    page.get_by_text("Builder", exact=True).click()
    expect(page.locator(".b-card")).to_have_count(2)
    page.get_by_role("button", name="Remove: tier").click()
    assert console.exact_size() == berlin
    page.get_by_role("button", name="Undo").click()
    assert console.exact_size() == gold


def test_conditions_are_moved_by_keyboard(console: Console, page: Page) -> None:
    console.make_segment("Moved", 'city is "Berlin" and tier is "gold"')
    page.get_by_role("button", name=re.compile("^Drag to reorder: city")).focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".b-card").last.get_by_label("Attribute").first).to_have_value("city")
    page.get_by_text("Text", exact=True).click()
    expect(page.get_by_label("Definition as text")).to_have_value('tier is "gold" and city is "Berlin"')


def test_conditions_are_dragged(console: Console, page: Page) -> None:
    console.make_segment("Dragged", 'city is "Berlin" and tier is "gold" and status is "active"')
    page.get_by_role("button", name=re.compile("^Drag to reorder: status")).drag_to(
        page.locator(".b-item").first
    )
    page.get_by_text("Text", exact=True).click()
    expect(page.get_by_label("Definition as text")).to_have_value(
        'status is "active" and city is "Berlin" and tier is "gold"'
    )


def test_leaving_with_unsaved_changes_asks_first(console: Console, page: Page) -> None:
    console.make_segment("Unsaved", 'city is "Berlin"')
    page.get_by_label("Value", exact=True).and_(page.locator("input")).fill("Hamburg")
    page.get_by_role("link", name="Contacts").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("Leave without saving?")
    asked.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Value", exact=True).and_(page.locator("input"))).to_have_value("Hamburg")
