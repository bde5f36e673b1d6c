"""Designing segments in the console: built, written, broken and mended, live, and asked about."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.console import Console


def test_a_behavioural_segment_is_built_goes_live_and_says_why(console: Console, page: Page) -> None:
    console.begin_segment("Conditions", "Readers of late")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    console.heading("Readers of late")
    everyone = console.exact_size()
    page.get_by_role("button", name="Add condition to Conditions").click()
    page.get_by_role("menuitem", name=re.compile("^Did something")).click()
    types = page.get_by_label("Interactions", exact=True).and_(page.locator("input"))
    types.press("Backspace")
    types.fill("email_opened")
    types.press("Enter")
    page.get_by_role("heading", name="Readers of late").click()
    once = console.exact_size()
    page.get_by_role("button", name="How often or how much").click()
    page.get_by_label("Value", exact=True).fill("3")
    expect(page.locator(".d-english")).to_contain_text("at least 3 times")
    thrice = console.exact_size()
    assert 0 < thrice < once < everyone
    # The text is the same definition.
    page.get_by_text("Text", exact=True).click()
    expect(page.get_by_label("Definition as text")).to_have_value(
        "did email_opened at least 3 times in the last 30 days"
    )
    console.go_live()
    expect(page.locator(".page-about")).to_contain_text(f"{thrice:,} contacts")
    console.tab("Members")
    expect(page.get_by_role("status").filter(has_text="members")).to_have_text(f"{thrice:,} members")
    page.get_by_role("button", name=re.compile("^Why is")).first.click()
    why = page.get_by_role("dialog")
    expect(why).to_contain_text("is in")
    expect(why).to_contain_text("email opened")


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


def test_a_broken_definition_is_mended_by_its_message(console: Console, page: Page) -> None:
    console.make_segment("Broken", 'city is "Hamburg"')
    whole = console.exact_size()
    page.get_by_text("Text", exact=True).click()
    page.get_by_label("Definition as text").fill('ctiy is "Hamburg"')
    message = page.locator(".d-text .b-problem")
    expect(message).to_contain_text("city")
    expect(console.size()).to_have_text("–")
    page.get_by_role("button", name="Go live").click()
    refused = page.get_by_role("dialog")
    expect(refused.get_by_role("alert")).to_be_visible()
    refused.get_by_role("button", name="Close").click()
    page.get_by_label("Definition as text").fill('city is "Hamburg"')
    expect(message).to_have_count(0)
    assert console.exact_size() == whole
    console.go_live()


def test_a_static_segment_is_filled_from_a_file(console: Console, page: Page, tmp_path: Path) -> None:
    keys = tmp_path / "guests.csv"
    keys.write_text("name,id\nA,c-0001\nB,c-0002\nC,c-0003\nD,nobody\n", encoding="utf-8")
    console.begin_segment("By hand", "Guests")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    console.heading("Guests")
    page.locator("input[type=file]").set_input_files(keys)
    page.get_by_role("button", name="Add 4").click()
    expect(page.get_by_text("3 added, 1 keys are not known")).to_be_visible()
    console.go_live()
    console.tab("Members")
    expect(page.get_by_role("link", name="c-0002")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="members")).to_have_text("3 members")


def test_a_compound_segment_is_the_intersection_of_others(console: Console, page: Page) -> None:
    console.begin_segment("Combine", "Both of them")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    console.heading("Both of them")
    for name in ("Silver and gold", "In Berlin"):
        page.get_by_role("button", name="Add condition to Conditions").click()
        page.get_by_role("menuitem", name=re.compile("^In a segment")).click()
        chosen = page.get_by_label("Segment", exact=True).and_(page.locator("input")).last
        chosen.fill(name)
        page.get_by_role("option", name=name).click()
    both = console.exact_size()
    console.go_live()
    expect(page.locator(".page-about")).to_contain_text(f"{both:,} contacts")
    console.tab("Related")
    expect(page.get_by_role("link", name="Silver and gold")).to_be_visible()


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
