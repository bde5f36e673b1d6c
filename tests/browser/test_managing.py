"""Living with segments in the console: versions, what is live on the screen, files, and who may do what."""

from __future__ import annotations

import json
import re
import urllib.parse
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from playwright.sync_api import Browser, Page, expect

from tests.browser.console import Console
from tests.browser.serving import EMAIL, PASSWORD, Served


def test_signing_in_leads_back_to_where_one_wanted_to_go(served: Served, browser: Browser) -> None:
    context = browser.new_context()
    console = Console(context.new_page(), served.url)
    page = console.page
    page.goto(f"{served.url}/segments?status=live")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    console.heading("Segments")
    assert urllib.parse.urlsplit(page.url).query == "status=live"
    context.close()


def test_a_new_version_is_edited_beside_the_live_one_and_swapped_in(console: Console, page: Page) -> None:
    console.make_segment("Swapped", 'city is "Berlin"')
    console.go_live()
    console.tab("Definition")
    before = console.exact_size()
    page.get_by_role("button", name="Edit a new version").first.click()
    value = page.get_by_label("Value", exact=True).and_(page.locator("input"))
    value.fill("Hamburg")
    expect(page.get_by_label("Compared with the live version")).to_contain_text(f"−{before:,} leave")
    after = console.exact_size()
    page.get_by_role("button", name="Put changes live").click()
    expect(page.locator(".page-about")).to_contain_text(f"{after:,} contacts")
    console.tab("History")
    expect(page.get_by_text("Version 2")).to_be_visible()
    expect(page.locator(".diff [data-sign='+']")).to_contain_text("Hamburg")
    page.get_by_role("button", name="Restore: Version 1").click()
    expect(page.get_by_label("Value", exact=True).and_(page.locator("input"))).to_have_value("Berlin")


def test_a_size_changes_on_the_screen_when_it_changes_in_the_database(console: Console, page: Page) -> None:
    console.make_segment("Watched", 'city is "Atlantis"')
    console.go_live()
    expect(page.locator(".page-about")).to_contain_text("0 contacts")
    session = json.loads(page.request.get(f"{console.url}/api/v1/session").text())
    answer = page.request.post(
        f"{console.url}/api/v1/records/contact",
        data={"rows": [{"id": "c-new", "city": "Atlantis"}]},
        headers={"X-CSRF-Token": session["csrf_token"], "Origin": console.url},
    )
    assert answer.ok, answer.text()
    expect(page.locator(".page-about")).to_contain_text("1 contact")


def test_the_keyboard_leads_everywhere(console: Console, page: Page) -> None:
    console.open("/")
    page.keyboard.press("g")
    page.keyboard.press("s")
    console.heading("Segments")
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Search segments, lists, contacts and pages").fill("birthday")
    page.keyboard.press("Enter")
    console.heading("Birthday soon")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_file_is_previewed_imported_and_undone(console: Console, page: Page) -> None:
    console.open("/data?tab=import")
    rows = b"id,city,lead_score\nc-x1,Bremen,5\nc-x2,Bremen,7\nc-x3,Bremen,many\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "bremen.csv", "mimeType": "text/csv", "buffer": rows}
    )
    expect(page.get_by_text("2 rows will be taken")).to_be_visible()
    expect(page.get_by_text("1 rows go to quarantine")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("2 rows imported")).to_be_visible()
    page.get_by_role("tab", name="Quarantine").click()
    expect(page.locator(".t-data").filter(has_text="many")).to_be_visible()
    page.get_by_role("tab", name="Import").click()
    page.get_by_role("button", name=re.compile("^Undo")).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Import undone")).to_be_visible()


def test_a_parquet_file_is_mapped_by_its_columns_and_imported(
    console: Console, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "leipzig.parquet"
    table: dict[str, list[str | None]] = {
        "number": ["c-y1", "c-y2"],
        "place": ["Leipzig", "Leipzig"],
        "note": ["first", None],
    }
    pq.write_table(pa.table(table), file)
    console.open("/data?tab=import")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("combobox", name="Column of the keys").fill("number")
    expect(page.get_by_role("row").filter(has_text="place")).to_contain_text("Leipzig, Leipzig")
    for column, becomes in (("place", "city"), ("note", "(leave out)")):
        page.get_by_label(f"{column} becomes").and_(page.locator("input")).click()
        page.get_by_role("option", name=becomes, exact=True).click()
    expect(page.get_by_text("2 rows will be taken")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("2 rows imported")).to_be_visible()
    console.open("/contacts?q=c-y2")
    expect(page.locator(".t-data")).to_contain_text("Leipzig")


def test_who_may_only_look_is_offered_nothing_else(console: Console, page: Page, browser: Browser) -> None:
    console.open("/settings?tab=people")
    page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Vera Viewer")
    dialog.get_by_label("E-mail address").fill("vera@example.com")
    dialog.get_by_label("Role").and_(dialog.locator("input")).click()
    page.get_by_role("option", name="Viewer").click()
    dialog.get_by_label("Password", exact=True).fill("walnut-harvest-77")
    dialog.get_by_role("button", name="Add a person").click()
    expect(page.get_by_text("Vera Viewer can sign in now")).to_be_visible()
    context = browser.new_context()
    theirs = Console(context.new_page(), console.url)
    theirs.page.goto(console.url)
    theirs.page.get_by_label("E-mail address").fill("vera@example.com")
    theirs.page.get_by_label("Password", exact=True).fill("walnut-harvest-77")
    theirs.page.get_by_role("button", name="Sign in").click()
    theirs.page.get_by_role("link", name="Segments", exact=True).click()
    theirs.heading("Segments")
    theirs.page.get_by_role("link", name="In Berlin").click()
    theirs.heading("In Berlin")
    for name in ("New segment", "Stop", "Edit a new version", "More actions", "Export"):
        expect(theirs.page.get_by_role("button", name=name)).to_have_count(0)
    theirs.page.get_by_role("link", name="Data", exact=True).click()
    expect(theirs.page.get_by_role("tab", name="Import")).to_have_count(0)
    expect(theirs.page.get_by_role("tab", name="Catalog")).to_be_visible()
    assert theirs.errors == []
    context.close()
