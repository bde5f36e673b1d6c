"""What a marketer does in the console, each task by mouse and by keyboard alone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.console import Console
from tests.browser.hands import Keys
from tests.browser.serving import Served


def test_one_signs_in_by_keyboard(served: Served, browser: Browser) -> None:
    context = browser.new_context()
    console = Console(context.new_page(), served.url)
    console.hand = Keys(console.page)
    console.sign_in()
    assert console.errors == []
    context.close()


def test_a_behavioural_segment_is_built_goes_live_and_says_why(either: Console) -> None:
    page, hand = either.page, either.hand
    name = f"Readers of late, {_way(either)}"
    either.begin_segment("Conditions", name)
    either.create(name)
    everyone = either.exact_size()
    either.add("Did something")
    types = either.field("Interactions")
    hand.write(types, "")
    page.keyboard.press("Backspace")
    hand.write(types, "email_opened")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator(".d-english")).to_contain_text("email")
    once = either.exact_size()
    either.button("How often or how much")
    hand.write(page.get_by_label("Value", exact=True), "3")
    expect(page.locator(".d-english")).to_contain_text("at least 3 times")
    thrice = either.exact_size()
    assert 0 < thrice < once < everyone
    # The text is the same definition.
    hand.switch("Text")
    expect(page.get_by_label("Definition as text")).to_have_value(
        "did email_opened at least 3 times in the last 30 days"
    )
    either.go_live()
    expect(page.locator(".page-about")).to_contain_text(f"{thrice:,} contacts")
    either.tab("Members")
    expect(page.get_by_role("status").filter(has_text="members")).to_have_text(f"{thrice:,} members")
    either.button("Why is")
    why = page.get_by_role("dialog")
    expect(why).to_contain_text("is in")
    expect(why).to_contain_text("email opened")
    either.button("Close", why)
    expect(why).to_have_count(0)


def test_a_broken_definition_is_mended_by_its_message(either: Console) -> None:
    page, hand = either.page, either.hand
    either.make_segment(f"Broken, {_way(either)}", 'city is "Hamburg"')
    whole = either.exact_size()
    hand.switch("Text")
    text = page.get_by_label("Definition as text")
    hand.write(text, 'ctiy is "Hamburg"')
    message = page.locator(".d-text .b-problem:not(.b-warning)")
    expect(message).to_contain_text("city")
    expect(either.size()).to_have_text("–")
    either.button("Go live")
    refused = page.get_by_role("dialog")
    expect(refused.get_by_role("alert")).to_be_visible()
    either.button("Close", refused)
    hand.write(text, 'city is "Hamburg"')
    page.keyboard.press("Escape")
    expect(message).to_have_count(0)
    assert either.exact_size() == whole
    either.go_live()


def test_a_static_segment_is_filled_from_a_file_and_by_search(either: Console, tmp_path: Path) -> None:
    page, hand = either.page, either.hand
    keys = tmp_path / "guests.csv"
    keys.write_text("name,id\nA,c-0001\nB,c-0002\nC,c-0003\nD,nobody\n", encoding="utf-8")
    name = f"Guests, {_way(either)}"
    either.begin_segment("By hand", name)
    either.create(name)
    hand.switch("A file")
    with page.expect_file_chooser() as chooser:
        either.button("Choose a file")
    chooser.value.set_files(keys)
    either.button("Add 4")
    expect(page.get_by_text("3 added, 1 keys are not known")).to_be_visible()
    # People of two searches are ticked, and put in together.
    hand.switch("Search")
    search = page.get_by_label("Search people by key or a value")
    for key in ("c-0101", "c-0102"):
        hand.write(search, key)
        hand.press(page.get_by_label(f"Pick {key}"))
    either.button("Add 2 ticked")
    expect(page.get_by_text("2 added")).to_be_visible()
    either.go_live()
    either.tab("Members")
    expect(page.get_by_role("link", name="c-0002")).to_be_visible()
    members = page.get_by_role("status").filter(has_text="members")
    expect(members).to_have_text("5 members")
    hand.press(page.get_by_label("Select c-0102"))
    either.button("Take out of the segment")
    expect(members).to_have_text("4 members")


def test_a_compound_segment_flows_out_of_others(either: Console) -> None:
    page, hand = either.page, either.hand
    name = f"Some of them, {_way(either)}"
    either.begin_segment("Combine", name)
    either.create(name)
    for segment in ("Silver and gold", "In Berlin", "Lapsed buyers"):
        either.button("Add segment")
        hand.pick(either.field("Segment"), segment)
    hand.select(page.get_by_label("How In Berlin is joined to what stands before it"), "intersect")
    hand.select(page.get_by_label("How Lapsed buyers is joined to what stands before it"), "except")
    expect(page.locator(".d-english")).to_contain_text("not in the segment “Lapsed buyers”")
    size = either.exact_size()
    flow = page.get_by_label("How they flow together").locator(".flow-figures strong")
    expect(flow.last).to_have_text(f"{size:,}")
    begun, both, left = (int(text.replace(",", "")) for text in flow.all_inner_texts())
    assert begun > both > left == size > 0
    hand.switch("Text")
    expect(page.get_by_label("Definition as text")).to_have_value(
        'segment "Silver and gold" intersect segment "In Berlin" except segment "Lapsed buyers"'
    )
    either.go_live()
    expect(page.locator(".page-about")).to_contain_text(f"{size:,} contacts")
    either.tab("Related")
    expect(page.get_by_role("link", name="Silver and gold")).to_be_visible()


def test_segments_are_searched_sorted_and_filtered(either: Console) -> None:
    page, hand = either.page, either.hand
    either.open("/segments")
    hand.write(page.get_by_role("textbox", name="Search segments"), "spend")
    rows = page.locator(".t-data")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Big spenders")
    either.button("Clear filters$")
    either.button("Members")
    header = page.get_by_role("columnheader", name="Members")
    expect(header).to_have_attribute("aria-sort", "descending")
    cells = page.locator(".t-data .t-cell:nth-child(3)").all_inner_texts()
    sizes = [int(text.replace(",", "")) for text in cells if text != "–"]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > 3
    hand.pick(page.get_by_label("Kind", exact=True).and_(page.locator("input")), "Compound")
    expect(page.locator(".t-data").filter(has_text="Spring audience")).to_have_count(1)
    expect(page.locator(".t-data").filter(has_text="Big spenders")).to_have_count(0)


def test_a_segment_in_use_is_not_stopped_and_says_by_what_it_is_used(either: Console) -> None:
    page = either.page
    either.open("/segments?q=Engaged")
    either.hand.press(page.get_by_role("link", name="Engaged readers"))
    either.heading("Engaged readers")
    either.button("Stop")
    asked = page.get_by_role("dialog")
    expect(asked.get_by_role("link", name="Spring audience")).to_be_visible()
    expect(asked.get_by_role("button", name="Stop")).to_be_disabled()


def test_segments_are_deleted_together(either: Console) -> None:
    page = either.page
    for number in (1, 2):
        either.make_segment(f"To go {number}, {_way(either)}", 'city is "Berlin"')
    either.open("/segments?q=To+go")
    either.hand.press(page.get_by_label("Select all that are shown"))
    either.button("Delete")
    either.button("Delete", page.get_by_role("dialog"))
    expect(page.get_by_text("2 segments deleted")).to_be_visible()
    expect(page.get_by_text("No segment fits")).to_be_visible()


def test_a_contact_is_shown_and_erased(either: Console) -> None:
    page, hand = either.page, either.hand
    key = "c-0042" if _way(either) == "mouse" else "c-0043"
    either.open("/contacts")
    search = page.get_by_label("Search by key or a value")
    hand.write(search, key)
    hand.press(page.get_by_role("link", name=key))
    expect(page.locator(".page-about")).to_have_text(key)
    either.tab("Timeline")
    expect(page.locator(".c-timeline li").first).to_be_visible()
    either.tab("Segments")
    either.tab("Profile")
    hand.choose(
        page.get_by_role("button", name="More actions"),
        page.get_by_role("menuitem", name="Erase for good"),
    )
    asked = page.get_by_role("dialog")
    erase = asked.get_by_role("button", name="Erase for good")
    expect(erase).to_be_disabled()
    hand.write(asked.get_by_label("Key of the contact"), key)
    hand.press(erase)
    either.heading("Contacts")
    hand.write(search, key)
    expect(page.get_by_text("No contact fits")).to_be_visible()


def _way(console: Console) -> str:
    return "keyboard" if isinstance(console.hand, Keys) else "mouse"
