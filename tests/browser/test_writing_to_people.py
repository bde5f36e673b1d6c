"""Lists, subscription centers, forms, consent, mail and webhooks in the console, as its people use them."""

from __future__ import annotations

import re
import struct
import zlib

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.console import Console

DEMO_CENTER = "Trailhead"


def _png(width: int = 24, height: int = 24) -> bytes:
    """A small image of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\x00" + b"\x2e\x6b\x4f" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def _make_list(console: Console, name: str, *, subscription: bool = False, confirmed: bool = False) -> None:
    """By the dialog; the page of the list is open after it."""
    console.open("/lists")
    console.page.get_by_role("button", name="New list").click()
    dialog = _dialog(console.page)
    dialog.get_by_label("Name").fill(name)
    if subscription:
        dialog.get_by_label("Subscription list").check(force=True)
    if confirmed:
        dialog.get_by_label("Double opt-in").check(force=True)
    dialog.get_by_role("button", name="New list").click()
    console.heading(name)


def _add(console: Console, way: str) -> Locator:
    """The dialog that adds people to the open list, one way."""
    console.page.get_by_role("button", name="Add people").click()
    dialog = _dialog(console.page)
    dialog.get_by_text(way, exact=True).click()
    return dialog


def test_people_are_put_on_a_list_in_every_way_and_taken_off(console: Console, page: Page) -> None:
    _make_list(console, "By all ways")
    expect(page.get_by_text("Nobody is on this list")).to_be_visible()
    dialog = _add(console, "By key")
    dialog.get_by_label("Keys").fill("c-0001, c-0002\nc-0003")
    dialog.get_by_role("button", name="Put on the list (3)").click()
    expect(page.get_by_text("3 people added")).to_be_visible()
    dialog = _add(console, "From a file")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "some.csv", "mimeType": "text/csv", "buffer": b"name,id\nA,c-0003\nB,c-0004\n"}
    )
    dialog.get_by_role("button", name="Put on the list (2)").click()
    expect(page.get_by_text("1 person added, 1 were on it already")).to_be_visible()
    dialog = _add(console, "By a condition")
    dialog.get_by_label("Everyone who meets this now").fill('citty is "Berlin"')
    dialog.get_by_role("button", name="Put on the list").click()
    expect(dialog.get_by_role("alert")).to_contain_text("citty")
    dialog.get_by_label("Everyone who meets this now").fill('id in ("c-0004", "c-0005")')
    dialog.get_by_role("button", name="Put on the list").click()
    expect(page.get_by_role("status").filter(has_text="members")).to_have_text("5 members")
    dialog = _add(console, "From a segment")
    dialog.get_by_role("combobox", name="Segment").fill("In Berlin")
    page.get_by_role("option", name=re.compile("^In Berlin")).click()
    dialog.get_by_role("button", name="Put on the list").click()
    expect(page.get_by_role("status").filter(has_text="members")).not_to_have_text("5 members")
    page.get_by_label("Search members").fill("c-0002")
    page.get_by_label("Select c-0002").check()
    page.get_by_role("button", name="Take off").click()
    expect(page.get_by_text("No member fits")).to_be_visible()
    console.tab("History")
    expect(page.locator(".t-data").first).to_contain_text("c-0002")
    expect(page.locator(".t-data").first).to_contain_text("left")
    console.tab("Reach")
    whole = page.get_by_role("list", name="Reachable by e-mail")
    expect(whole).to_contain_text("Never asked for consent")
    page.get_by_label("Who has agreed to").and_(page.locator("input")).click()
    page.get_by_role("option", name="Anything (no consent asked)").click()
    expect(whole).not_to_contain_text("Never asked for consent")


def test_a_list_in_use_says_by_what_and_is_deleted_when_it_no_longer_is(console: Console, page: Page) -> None:
    console.open("/lists")
    page.get_by_label("Search lists").fill("trail")
    page.get_by_role("link", name="Trail news").click()
    console.heading("Trail news")
    console.tab("Used by")
    expect(page.get_by_role("link", name=DEMO_CENTER)).to_be_visible()
    console.tab("Settings")
    page.get_by_role("button", name="Delete list").click()
    expect(_dialog(page).get_by_role("button", name="Delete list")).to_be_disabled()
    expect(_dialog(page)).to_contain_text(f"subscription center “{DEMO_CENTER}”")
    _make_list(console, "Short-lived")
    console.tab("Settings")
    page.get_by_label("Name").fill("Renamed")
    page.get_by_role("button", name="Save").click()
    console.heading("Renamed")
    page.get_by_role("button", name="Delete list").click()
    _dialog(page).get_by_role("button", name="Delete list").click()
    console.heading("Lists")
    expect(page.get_by_role("link", name="Renamed")).to_have_count(0)


def test_who_is_asked_to_confirm_waits_and_the_outbox_says_that_nothing_is_sent(
    console: Console, page: Page
) -> None:
    _make_list(console, "Asked first", subscription=True, confirmed=True)
    dialog = _add(console, "By key")
    dialog.get_by_label("Keys").fill("c-0101 c-0102".replace(" ", "\n"))
    dialog.get_by_role("button", name="Ask them to confirm (2)").click()
    expect(page.get_by_text("2 messages are on their way")).to_be_visible()
    console.tab("To confirm")
    expect(page.locator(".t-data")).to_have_count(2)
    # A condition names nobody who could be asked: there must be evidence.
    dialog = _add(console, "By a condition")
    dialog.get_by_label("Everyone who meets this now").fill('id is "c-0103"')
    expect(dialog.get_by_role("button", name="Put on the list")).to_be_disabled()
    dialog.get_by_label("They have asked for it, and there is evidence").check()
    dialog.get_by_role("button", name="Put on the list").click()
    expect(page.get_by_text("1 person added")).to_be_visible()
    console.open("/lists?tab=outbox")
    expect(page.get_by_text("No mail server is configured")).to_be_visible()
    expect(page.get_by_role("button", name="Deliver now")).to_be_disabled()
    page.get_by_text(re.compile("^Waiting")).first.click()
    page.get_by_role("button", name="Read “Please confirm: Asked first”").first.click()
    expect(_dialog(page)).to_contain_text("/confirm/")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="c-0102").first.click()
    console.tab("Messages")
    expect(page.get_by_role("button", name="Read “Please confirm: Asked first”")).to_be_visible()


def _preview(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def test_a_center_is_edited_with_its_page_beside_it(console: Console, page: Page) -> None:
    console.open("/lists?tab=centers")
    page.get_by_role("button", name="New subscription center").click()
    _dialog(page).get_by_label("Name").fill("Second door")
    _dialog(page).get_by_role("button", name="New subscription center").click()
    console.heading("Second door")
    choices = _preview(page).locator(".choice label")
    expect(choices.first).to_be_visible()
    # In another order, by keys and by dragging.
    names = page.locator(".sc-list-name")
    first, second = names.nth(0).inner_text(), names.nth(1).inner_text()
    page.get_by_role("button", name=f"Drag to reorder: {first}").press("Alt+ArrowDown")
    expect(names.nth(1)).to_have_text(first)
    expect(choices.nth(0)).to_have_text(second)
    page.get_by_role("button", name=f"Drag to reorder: {first}").drag_to(page.locator(".sc-list").first)
    expect(names.nth(0)).to_have_text(first)
    expect(choices.nth(0)).to_have_text(first)
    page.get_by_role("button", name="Undo").click()
    expect(choices.nth(0)).to_have_text(second)
    # What is typed stands on the page before it is saved, and nobody sees it.
    page.get_by_label("Title").fill("What we send you")
    expect(_preview(page).locator("h1")).to_have_text("What we send you")
    page.get_by_label("German").check()
    page.get_by_label("Title").fill("Was wir Ihnen schicken")
    page.get_by_label("Language of the preview").get_by_text("German").click()
    expect(_preview(page).locator("h1")).to_have_text("Was wir Ihnen schicken")
    expect(_preview(page).get_by_role("button", name="Speichern")).to_be_visible()
    page.get_by_role("button", name=f"Words for {first}").click()
    page.get_by_label("Name in German").fill("Nachrichten vom Weg")
    expect(_preview(page).get_by_text("Nachrichten vom Weg")).to_be_visible()
    page.get_by_label("Colour", exact=True).fill("#8A1C4A")
    page.get_by_label("Colour", exact=True).press("Tab")
    page.locator("input[type=file]").set_input_files(
        {"name": "our-shop.png", "mimeType": "image/png", "buffer": _png()}
    )
    expect(_preview(page).get_by_role("img", name="our shop")).to_be_visible()
    button = _preview(page).get_by_role("button", name="Speichern")
    assert button.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(138, 28, 74)"
    page.locator("input[type=file]").set_input_files(
        {"name": "huge.png", "mimeType": "image/png", "buffer": _png() + b"0" * 200_000}
    )
    expect(page.locator(".problem")).to_contain_text("200 kB is the most")
    page.get_by_text("Desktop", exact=True).click()
    expect(page.locator(".sc-device[data-width=desktop]")).to_be_visible()
    # Leaving asks first; publishing saves.
    page.get_by_role("link", name="Contacts").click()
    expect(_dialog(page)).to_contain_text("Leave without saving?")
    _dialog(page).get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Publish").click()
    _dialog(page).get_by_role("button", name="Publish").click()
    expect(page.locator(".page-about .status")).to_have_text("Live")
    page.get_by_label("Footer").fill("Hafenstraße 4")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".page-about .status")).to_have_text("Live, with changes")


def test_a_personal_link_is_made_and_ended(console: Console, page: Page) -> None:
    console.open("/lists?tab=centers")
    page.get_by_role("link", name=DEMO_CENTER).click()
    console.heading(DEMO_CENTER)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Personal link").click()
    _dialog(page).get_by_label("Contact", exact=True).fill("c-0300")
    page.get_by_role("option", name="c-0300").click()
    _dialog(page).get_by_role("button", name="Make the link").click()
    url = _dialog(page).get_by_test_id("personal-link").inner_text()
    path = "/subscriptions/" + url.partition("/subscriptions/")[2]
    assert page.request.get(console.url + path).status == 200
    page.keyboard.press("Escape")
    expect(_dialog(page)).to_have_count(0)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="End links").click()
    _dialog(page).get_by_label("Contact", exact=True).fill("c-0300")
    page.keyboard.press("Escape")
    _dialog(page).get_by_role("button", name="End links").click()
    expect(page.get_by_text("These links are no longer good")).to_be_visible()
    assert page.request.get(console.url + path).status == 404


def test_a_form_is_made_copied_and_deleted(console: Console, page: Page) -> None:
    console.open("/lists?tab=forms")
    page.get_by_role("button", name="New form").click()
    dialog = _dialog(page)
    dialog.get_by_label("Name").fill("Fair in May")
    dialog.get_by_role("combobox", name="Asks also for").fill("last_name")
    page.get_by_role("option", name="last_name").click()
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name="New form").click()
    html = _dialog(page).filter(has_text="“Fair in May” for your site")
    expect(html.locator("pre")).to_contain_text('<form method="post"')
    expect(html.locator("pre")).to_contain_text("field:last_name")
    action = re.search(r'action="[^"]*(/join/[^"]+)"', html.locator("pre").inner_text())
    assert action is not None
    assert page.request.get(console.url + action[1]).status == 200
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete Fair in May").click()
    _dialog(page).get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="HTML of Fair in May")).to_have_count(0)
    assert page.request.get(console.url + action[1]).status == 404


def test_consent_is_changed_by_hand_with_evidence(console: Console, page: Page) -> None:
    console.open("/contacts/c-0419?tab=consent")
    page.get_by_role("button", name="Change consent").click()
    dialog = _dialog(page)
    dialog.get_by_role("combobox", name="Level").click()
    page.get_by_role("option", name="Profiling").click()
    note = dialog.get_by_role("button", name="Note it")
    expect(note).to_be_disabled()
    dialog.get_by_label("Through what").fill("trade fair")
    dialog.get_by_label("Evidence").fill("Card 17, signed")
    note.click()
    expect(page.get_by_role("heading", name="Level: Profiling")).to_be_visible()
    said = page.get_by_role("list", name="Ledger").get_by_role("listitem").first
    for part in ("Marketing", "trade fair", "Card 17, signed", "ada@example.com"):
        expect(said).to_contain_text(part)
    page.get_by_role("button", name="Change consent").click()
    dialog.get_by_text("Do not email", exact=True).click()
    note.click()
    expect(page.locator(".cc-mail")).to_contain_text("Do not email")
    console.tab("Timeline")
    expect(page.locator(".c-timeline li").first).to_contain_text("consent changed")


def test_the_reach_of_a_draft_is_known_before_it_goes_live(console: Console, page: Page) -> None:
    console.make_segment("Reachable?", 'id in ("c-0001", "c-0017", "c-0020")')
    beside = page.get_by_label("Size").get_by_role("list", name="Reachable by e-mail")
    expect(beside).to_contain_text("Do not email")
    expect(beside).to_contain_text("Never asked for consent")
    console.tab("General")
    panel = page.get_by_role("region", name="Reachable by e-mail")
    expect(panel.get_by_role("status")).to_contain_text("of 3")
    console.go_live()
    expect(panel.get_by_role("status")).to_have_text(re.compile("^1 of 3"))


def test_a_webhook_is_made_tried_paused_and_resumed(console: Console, page: Page) -> None:
    console.open("/settings?tab=webhooks")
    page.get_by_role("button", name="New webhook").click()
    dialog = _dialog(page)
    dialog.get_by_label("Address").fill("ftp://nowhere")
    dialog.get_by_role("button", name="New webhook").click()
    expect(dialog).to_contain_text("https")
    dialog.get_by_label("Address").fill("https://10.0.0.1/satsuma")
    dialog.get_by_label("These only").check()
    dialog.get_by_role("combobox", name="Choose segments").fill("Big")
    page.get_by_role("option", name="Big spenders").click()
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="New webhook").click()
    secret = dialog.get_by_test_id("webhook-secret")
    expect(secret).to_have_text(re.compile("^whsec_"))
    told = secret.inner_text()
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("link", name="10.0.0.1").click()
    expect(page.get_by_text("Nothing was delivered yet")).to_be_visible()
    number = re.search(r"webhook=%22(\d+)", page.url)
    assert number is not None
    console.open(f"/settings?tab=webhooks&webhook={number[1]}")
    expect(page.get_by_role("heading", name="10.0.0.1")).to_be_visible()
    assert told not in page.content()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The test did not arrive")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".wh-head .status")).to_have_text("Paused")
    page.get_by_role("button", name="Resume").click()
    _dialog(page).get_by_label("From now on").check()
    _dialog(page).get_by_role("button", name="Resume").click()
    expect(page.locator(".wh-head .status")).to_have_text("Active")
    page.get_by_role("button", name="Delete").click()
    _dialog(page).get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="10.0.0.1")).to_have_count(0)
