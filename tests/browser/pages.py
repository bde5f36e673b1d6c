"""Every page of the console, by name: for what is looked at on all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

BEFORE = ("sign-in", "forgotten", "password")
"""Pages before one has signed in."""

STATIC = "Guests of the opening"
WEBHOOK = "http://127.0.0.1:9/changes"
PEOPLE = b"id,first_name,town,visits\nc-90001,Ada,Berlin,3\nc-90002,Grace,Hamburg,many\nc-90003,Alan,Wien,7\n"


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, and a tab or dialog of it.

    Attributes:
        name: For files.
        path: With its query.
        press: A button that opens a dialog on it, or None.
        act: What is done on it before it is looked at, or None.
    """

    name: str
    path: str
    press: str | None = None
    act: Callable[[Page], None] | None = None


def visits(page: Page, url: str) -> list[Visit]:
    """The pages of a demo workspace; asks the server for a segment, a contact and a list to show.

    What a demo lacks is made: a static segment, and a webhook on it, which is told nothing.
    """

    def items(path: str) -> list[dict[str, Any]]:
        answer = page.request.get(f"{url}/api/v1{path}")
        found: list[dict[str, Any]] = json.loads(answer.text())["items"]
        return found

    def make(path: str, **body: object) -> dict[str, Any]:
        token = json.loads(page.request.get(f"{url}/api/v1/session").text())["csrf_token"]
        answer = page.request.post(f"{url}/api/v1{path}", data=body, headers={"X-CSRF-Token": token})
        assert answer.ok, answer.text()
        made: dict[str, Any] = json.loads(answer.text())
        return made

    segments = {one["name"]: one["id"] for one in items("/segments?limit=500")}
    live, compound = segments["Engaged readers"], segments["Spring audience"]
    member = items(f"/segments/{live}/members?limit=1")[0]["key"]
    made = {one["name"]: one["id"] for one in items("/lists")}["Trail news"]
    center = items("/subscription-centers")[0]["id"]
    static = segments.get(STATIC) or make("/segments", name=STATIC, kind="static")["id"]
    webhook = (items("/webhooks") or [make("/webhooks", url=WEBHOOK, segment_ids=[static])])[0]["id"]
    tabs = ("general", "definition", "members", "insights", "related", "history")
    return [
        Visit("home", "/"),
        Visit("segments", "/segments"),
        Visit("segments-new", "/segments", press="New segment"),
        *(Visit(f"segment-{tab}", f"/segments/{live}?tab={tab}") for tab in tabs),
        Visit("segment-compound", f"/segments/{compound}?tab=definition"),
        Visit("segment-sequence", f"/segments/{segments['Abandoned carts']}?tab=definition"),
        Visit("segment-related-records", f"/segments/{segments['Webinar regulars']}?tab=definition"),
        Visit("segment-new-version", f"/segments/{live}?tab=definition", act=_edit),
        Visit("segment-static", f"/segments/{static}?tab=definition"),
        Visit("segment-why", f"/segments/{live}?tab=members&why={member}"),
        Visit("contacts", "/contacts"),
        *(
            Visit(f"contact-{tab}", f"/contacts/{member}?tab={tab}")
            for tab in ("profile", "timeline", "segments", "consent", "messages")
        ),
        Visit("contact-consent-change", f"/contacts/{member}?tab=consent", press="Change consent"),
        Visit("lists", "/lists"),
        Visit("lists-new", "/lists", press="New list"),
        Visit("lists-centers-new", "/lists?tab=centers", press="New subscription center"),
        Visit("lists-forms-new", "/lists?tab=forms", press="New form"),
        *(Visit(f"lists-{tab}", f"/lists?tab={tab}") for tab in ("centers", "forms", "outbox")),
        *(
            Visit(f"list-{tab}", f"/lists/{made}?tab={tab}")
            for tab in ("members", "pending", "history", "reach", "uses", "settings")
        ),
        Visit("list-add", f"/lists/{made}", press="Add people"),
        Visit("center", f"/lists/centers/{center}"),
        Visit("insights", "/insights"),
        *(Visit(f"data-{tab}", f"/data?tab={tab}") for tab in ("catalog", "map", "import", "quarantine")),
        Visit("data-import-columns", "/data?tab=import", act=_choose_file),
        *(
            Visit(f"settings-{tab}", f"/settings?tab={tab}")
            for tab in ("me", "people", "keys", "mail", "audit")
        ),
        Visit("settings-people-new", "/settings?tab=people", press="Add a person"),
        Visit("settings-units", "/settings?tab=people", press="Units and owners"),
        Visit("settings-keys-new", "/settings?tab=keys", press="New key"),
        Visit("settings-webhook", f"/settings?tab=webhooks&webhook={webhook}"),
        Visit("settings-webhooks", "/settings?tab=webhooks"),
        Visit("settings-webhooks-new", "/settings?tab=webhooks", press="New webhook"),
        Visit("search", "/", act=_search),
        Visit("keyboard", "/", act=_help),
        Visit("not-found", "/nowhere"),
    ]


def _edit(page: Page) -> None:
    page.get_by_role("button", name="Edit a new version").click()
    expect(page.get_by_role("button", name="Add condition to Conditions")).to_be_visible()


def _choose_file(page: Page) -> None:
    file: FilePayload = {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE}
    page.locator("input[type=file]").set_input_files(files=file)
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_enabled()


def _search(page: Page) -> None:
    page.keyboard.press("/")
    page.get_by_role("dialog").get_by_role("combobox").fill("buy")
    expect(page.get_by_role("option").first).to_be_visible()


def _help(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
