"""Every page of the console, by name: for what is looked at on all of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, and a tab or dialog of it.

    Attributes:
        name: For files.
        path: With its query.
        press: A button that opens a dialog on it, or None.
    """

    name: str
    path: str
    press: str | None = None


def visits(page: Page, url: str) -> list[Visit]:
    """The pages of a demo workspace; asks the server for a segment, a contact and a list to show."""

    def items(path: str) -> list[dict[str, Any]]:
        answer = page.request.get(f"{url}/api/v1{path}")
        found: list[dict[str, Any]] = json.loads(answer.text())["items"]
        return found

    segments = {one["name"]: one["id"] for one in items("/segments?limit=500")}
    live, compound = segments["Engaged readers"], segments["Spring audience"]
    member = items(f"/segments/{live}/members?limit=1")[0]["key"]
    made = {one["name"]: one["id"] for one in items("/lists")}["Trail news"]
    center = items("/subscription-centers")[0]["id"]
    tabs = ("general", "definition", "members", "insights", "related", "history")
    return [
        Visit("home", "/"),
        Visit("segments", "/segments"),
        Visit("segments-new", "/segments", press="New segment"),
        *(Visit(f"segment-{tab}", f"/segments/{live}?tab={tab}") for tab in tabs),
        Visit("segment-compound", f"/segments/{compound}?tab=definition"),
        Visit("segment-sequence", f"/segments/{segments['Abandoned carts']}?tab=definition"),
        Visit("segment-related-records", f"/segments/{segments['Webinar regulars']}?tab=definition"),
        Visit("segment-why", f"/segments/{live}?tab=members&why={member}"),
        Visit("contacts", "/contacts"),
        *(
            Visit(f"contact-{tab}", f"/contacts/{member}?tab={tab}")
            for tab in ("profile", "timeline", "segments", "consent", "messages")
        ),
        Visit("contact-consent-change", f"/contacts/{member}?tab=consent", press="Change consent"),
        Visit("lists", "/lists"),
        Visit("lists-new", "/lists", press="New list"),
        *(Visit(f"lists-{tab}", f"/lists?tab={tab}") for tab in ("centers", "forms", "outbox")),
        *(
            Visit(f"list-{tab}", f"/lists/{made}?tab={tab}")
            for tab in ("members", "pending", "history", "reach", "uses", "settings")
        ),
        Visit("list-add", f"/lists/{made}", press="Add people"),
        Visit("center", f"/lists/centers/{center}"),
        Visit("insights", "/insights"),
        *(Visit(f"data-{tab}", f"/data?tab={tab}") for tab in ("catalog", "map", "import", "quarantine")),
        *(
            Visit(f"settings-{tab}", f"/settings?tab={tab}")
            for tab in ("me", "people", "keys", "mail", "audit")
        ),
        Visit("settings-webhooks", "/settings?tab=webhooks"),
        Visit("settings-webhooks-new", "/settings?tab=webhooks", press="New webhook"),
    ]
