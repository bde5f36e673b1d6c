"""Drawing: the public pages as HTML, from Jinja templates that come with the package."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from satsuma.lists.center_content import COLOUR, Content, Texts
from satsuma.lists.public import CenterView, ListChoice, Submitted
from satsuma.web.texts import LANGUAGES, TEXTS

_TEMPLATES = Path(__file__).parent / "templates"


def page(
    name: str, language: str, *, status_title: str, content: Content | None = None, **values: Any
) -> str:
    """A whole page.

    Args:
        name: Of the template, without its ending.
        language: In which the page is.
        status_title: Name of the text that is its title, where the centre has none of its own.
        content: Of the centre whose logo and colour it has.
        values: For the template.
    """
    texts = TEXTS[language]
    own = Texts() if content is None else content.texts.get(language, Texts())
    template = _environment().get_template(f"{name}.html")
    return template.render(
        t=texts,
        language=language,
        title=texts[status_title],
        own=own,
        logo=None if content is None else content.logo,
        logo_text="" if content is None else content.logo_text,
        style=style(COLOUR if content is None else content.colour),
        **values,
    )


def preview(content: Content, names: dict[int, tuple[str, str]], language: str) -> str:
    """A centre as people would see it, with nobody's memberships.

    Args:
        content: Draft or live.
        names: List → its name and description.
        language: One of the content's; another gives the first.
    """
    spoken = language if language in content.languages else content.languages[0]
    choices = tuple(
        ListChoice(
            one.list_id,
            one.names.get(spoken) or names[one.list_id][0],
            one.abouts.get(spoken) or names[one.list_id][1],
            names[one.list_id][0],
            is_on=False,
            is_waiting=False,
        )
        for one in content.lists
        if one.list_id in names
    )
    return center(CenterView(content, spoken, choices, do_not_email=False))


def center(view: CenterView, submitted: Submitted | None = None) -> str:
    """A subscription centre as one person sees it."""
    named = {one.own_name: one.name for one in view.choices}
    others = [one for one in view.content.languages if one != view.language]
    return page(
        "center",
        view.language,
        status_title="center_title",
        content=view.content,
        view=view,
        languages=[(one, TEXTS[one]["language"]) for one in others],
        submitted=submitted,
        named=named,
    )


def languages_beside(language: str) -> list[tuple[str, str]]:
    """The other languages of pages that belong to no centre, each with its name."""
    return [(one, TEXTS[one]["language"]) for one in LANGUAGES if one != language]


def style(colour: str) -> str:
    """The style sheet of a page whose buttons have a colour (`#rrggbb`)."""
    sheet, _, _ = _environment().loader.get_source(_environment(), "page.css")  # type: ignore[union-attr]  # it has one
    return sheet.replace("--own: #1a5fb4", f"--own: {colour}").replace(
        "--on-own: #ffffff", f"--on-own: {text_on(colour)}"
    )


def text_on(colour: str) -> str:
    """White or black, whichever is easier to read on a colour (WCAG 2, relative luminance).

    >>> text_on("#1a5fb4"), text_on("#ffe08a")
    ('#ffffff', '#000000')
    """
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


def policy(html: str) -> str:
    """What a page may load (its content security policy): its own style and image, and nothing else."""
    start = html.index("<style>") + len("<style>")
    own = base64.b64encode(hashlib.sha256(html[start : html.index("</style>")].encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{own}'; img-src data:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    )


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
