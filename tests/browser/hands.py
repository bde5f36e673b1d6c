"""The two ways in which people use a page: with a mouse, and with a keyboard alone.

A task that is written with a hand is done both ways by the same lines. The keyboard reaches what it uses by
Tab, and refuses to go on where the focus cannot be seen.
"""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Locator, Page, expect

TABS_MAX = 250
ITEMS_MAX = 60

_WHERE = """wanted => {
  const at = document.activeElement
  if (at === wanted) return 'here'
  if (!at || at === document.body) return 'ahead'
  return at.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING ? 'behind' : 'ahead'
}"""

# What shows the focus is drawn by the element itself, or is the frame of a field.
_SEEN = """() => {
  const at = document.activeElement
  if (!at || at === document.body) return 'nothing has the focus'
  const box = at.getBoundingClientRect()
  const marked = one => {
    const style = getComputedStyle(one)
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
  }
  const field = /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)
  const framed = field && (box.width > 0 || at.nextElementSibling !== null)
  if (at.matches(':focus-visible') && (marked(at) || framed)) return ''
  return `the focus is not seen on ${at.outerHTML.slice(0, 200)}`
}"""


class Hand(Protocol):
    """How somebody uses the controls of a page."""

    page: Page

    def press(self, control: Locator) -> None:
        """A button, a link, a box to tick."""

    def write(self, field: Locator, text: str) -> None:
        """In place of what stands in a field."""

    def pick(self, field: Locator, text: str) -> None:
        """The option of a field with a list that is found by typing."""

    def select(self, field: Locator, label: str) -> None:
        """One of a few words."""

    def choose(self, button: Locator, item: Locator) -> None:
        """What a menu offers, once its button is pressed."""

    def switch(self, label: str) -> None:
        """To one of the views of a page."""

    def tab(self, tab: Locator) -> None:
        """A tab of a page."""


class Mouse:
    """Clicks, and types where it has clicked."""

    def __init__(self, page: Page) -> None:
        """Of a page."""
        self.page = page

    def press(self, control: Locator) -> None:
        """Click."""
        control.click()

    def write(self, field: Locator, text: str) -> None:
        """Fill."""
        field.fill(text)

    def pick(self, field: Locator, text: str) -> None:
        """Type, and click the option."""
        field.click()
        if field.get_attribute("readonly") is None:
            field.fill(text)
        self.page.get_by_role("option", name=text).click()

    def select(self, field: Locator, label: str) -> None:
        """Select."""
        field.select_option(label=label)

    def choose(self, button: Locator, item: Locator) -> None:
        """Click, and click."""
        button.click()
        item.click()

    def switch(self, label: str) -> None:
        """Click the label."""
        self.page.get_by_text(label, exact=True).click()

    def tab(self, tab: Locator) -> None:
        """Click."""
        tab.click()


class Keys:
    """Tab, arrows, Enter, Space and letters; a click fails the test."""

    def __init__(self, page: Page) -> None:
        """Of a page; from now on it notes what a mouse does."""
        self.page = page
        page.add_init_script(
            "for (const one of ['pointerdown', 'mousedown'])"
            " addEventListener(one, e => { if (e.isTrusted) console.error('a mouse was used') }, true)"
        )

    def reach(self, control: Locator) -> None:
        """Go to a control, key by key, the shorter way; the focus is seen there."""
        expect(control).to_be_attached()
        target = control.element_handle()
        for _ in range(TABS_MAX):
            where = self.page.evaluate(_WHERE, target)
            if where == "here":
                unseen = self.page.evaluate(_SEEN)
                assert not unseen, unseen
                return
            self.page.keyboard.press("Tab" if where == "ahead" else "Shift+Tab")
        raise AssertionError(f"{control} is not reached by {TABS_MAX} tabs")

    def press(self, control: Locator) -> None:
        """Enter on it; Space on a box to tick."""
        expect(control).to_be_enabled()
        self.reach(control)
        is_box = control.evaluate("one => one.type === 'checkbox'")
        self.page.keyboard.press("Space" if is_box else "Enter")

    def write(self, field: Locator, text: str) -> None:
        """Select all that stands there, and type."""
        self.reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def pick(self, field: Locator, text: str) -> None:
        """Type, wait until the option is marked, and Enter."""
        self.reach(field)
        if field.get_attribute("readonly") is None:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(text)
        else:
            self.page.keyboard.press("ArrowDown")
        option = self.page.get_by_role("option", name=text)
        expect(option.first).to_be_visible()
        for _ in range(ITEMS_MAX):
            if option.first.get_attribute("data-combobox-selected") is not None:
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")

    def select(self, field: Locator, label: str) -> None:
        """Letters of the word."""
        self.reach(field)
        self.page.keyboard.type(label)

    def choose(self, button: Locator, item: Locator) -> None:
        """Open, go down to it, Enter."""
        self.press(button)
        expect(item).to_be_visible()
        for _ in range(ITEMS_MAX):
            if item.evaluate("one => one === document.activeElement"):
                self.page.keyboard.press("Enter")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{item} is not reached by {ITEMS_MAX} arrows")

    def switch(self, label: str) -> None:
        """To the group of views, and by arrows to the one that is wanted."""
        radio = self.page.get_by_role("radio", name=label)
        self.reach(
            radio.locator("xpath=ancestor::*[@role='radiogroup']//input[@type='radio']").and_(
                self.page.get_by_role("radio", checked=True)
            )
        )
        for _ in range(ITEMS_MAX):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"{label} is not reached by arrows")

    def tab(self, tab: Locator) -> None:
        """To the tab that is open, and by arrows to the one that is wanted."""
        self.reach(self.page.get_by_role("tab", selected=True))
        for _ in range(ITEMS_MAX):
            if tab.get_attribute("aria-selected") == "true":
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"{tab} is not reached by arrows")
