"""The console as a test uses it: pages, and what people do on several of them."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

from tests.browser.hands import Hand, Mouse
from tests.browser.pages import Visit
from tests.browser.serving import EMAIL, PASSWORD

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@functools.cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


@dataclass
class Console:
    """A page of the console."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)
    hand: Hand = field(init=False)

    def __post_init__(self) -> None:
        """Use it with a mouse; listen for what goes wrong in the page."""
        self.hand = Mouse(self.page)
        self.page.on("pageerror", self._threw)
        self.page.on("console", self._said)

    def _threw(self, error: Error) -> None:
        self.errors.append(str(error))

    def _said(self, message: ConsoleMessage) -> None:
        # Requests that are refused are told by the browser too; those the page shows itself.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def open(self, path: str = "/") -> None:
        """Go to an address, and wait until something stands there."""
        self.page.goto(self.url + path)
        self.settled()

    def visit(self, visit: Visit) -> None:
        """Go to a page, and open the dialog, or do what is meant."""
        self.open(visit.path)
        if visit.act:
            visit.act(self.page)
        if visit.press:
            self.page.get_by_role("button", name=visit.press).first.click()
            expect(self.page.get_by_role("dialog", name=visit.press)).to_be_visible()

    def settled(self) -> None:
        """Wait until the page shows its head, and nothing is loading any more."""
        expect(self.page.locator("h1").first).to_be_visible()
        expect(self.page.get_by_role("status", name="Loading")).to_have_count(0)

    def sign_in(self) -> None:
        """Sign in as the administrator."""
        self.page.goto(self.url + "/")
        self.hand.write(self.page.get_by_label("E-mail address"), EMAIL)
        self.hand.write(self.page.get_by_label("Password", exact=True), PASSWORD)
        self.hand.press(self.page.get_by_role("button", name="Sign in", exact=True))
        expect(self.page.get_by_role("heading", name=re.compile("^Hello"))).to_be_visible()

    def begin_segment(self, way: str, name: str) -> None:
        """Open the dialog for a new segment, choose how to begin, and name it."""
        self.open("/segments")
        self.hand.press(self.page.get_by_role("button", name="New segment").first)
        dialog = self.page.get_by_role("dialog")
        self.hand.press(dialog.get_by_role("button", name=re.compile(f"^{way}")))
        self.hand.write(dialog.get_by_label("Name"), name)

    def make_segment(self, name: str, text: str) -> None:
        """Make a draft from text; the page of the segment is open after it."""
        self.begin_segment("Text", name)
        dialog = self.page.get_by_role("dialog")
        self.hand.write(dialog.get_by_label("Definition"), text)
        self.create(name)

    def create(self, name: str) -> None:
        """Press the button of the dialog for a new segment, and wait for its page."""
        self.hand.press(self.page.get_by_role("dialog").get_by_role("button", name="Create"))
        self.heading(name)

    def heading(self, name: str) -> None:
        """Wait for a page of this name."""
        expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()

    def go_live(self) -> None:
        """Press the button, and wait until it is live."""
        self.hand.press(self.page.get_by_role("button", name="Go live"))
        expect(self.page.locator(".page-about .status[data-status=live]")).to_be_visible()

    def tab(self, name: str) -> None:
        """Open a tab of the page."""
        self.hand.tab(self.page.get_by_role("tab", name=name))
        self.settled()

    def button(self, name: str, inside: Locator | None = None) -> None:
        """Press the button of this name, or the first that begins with it."""
        self.hand.press((inside or self.page).get_by_role("button", name=re.compile(f"^{name}")).first)

    def field(self, name: str) -> Locator:
        """The field of this label; the last, where there are several."""
        return self.page.get_by_label(name, exact=True).and_(self.page.locator("input")).last

    def add(self, what: str) -> None:
        """Add a condition of a kind to the outermost group of a definition."""
        self.hand.choose(
            self.page.get_by_role("button", name="Add condition to Conditions"),
            self.page.get_by_role("menuitem", name=re.compile(f"^{what}")),
        )

    def size(self) -> Locator:
        """The size beside a definition."""
        return self.page.get_by_test_id("size")

    def exact_size(self) -> int:
        """The size beside a definition, once it is of what stands there now."""
        expect(self.page.locator(".d-side[data-stale]")).to_have_count(0)
        expect(self.size()).to_have_text(re.compile(r"^[\d,]+$"))
        return int(self.size().inner_text().replace(",", ""))

    def axe(self, only: str | None = None) -> list[str]:
        """Violations of accessibility, each with where it is; of all rules, or of one."""
        self.page.evaluate(_axe())
        rules = RULES if only is None else {"runOnly": [only]}
        found: dict[str, Any] = self.page.evaluate("rules => axe.run(document, rules)", rules)
        return [
            f"{one['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
            for one in found["violations"]
            for node in one["nodes"]
        ]
