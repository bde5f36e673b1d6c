"""Links in the README and the docs lead somewhere: to a file of the repository, and to a heading in it."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.tidy import markdown
from tests.tidy.repository import PACKAGE, ROOT, relative, tracked

PAGES = tuple(path for path in tracked() if path.suffix == ".md")
SOURCE = re.compile(r"[\w.-]+(?:/[\w.-]+)+\.(?:py|lark|md|yaml)")
OUTSIDE = re.compile(r"^(?:https?://[\w.-]+\.\w+(?:[/?#]\S*)?|mailto:\S+@\S+)$")


def problem(page: Path, target: str) -> str | None:
    """Why a link leads nowhere, or nothing. Of addresses outside only the form is checked."""
    if OUTSIDE.match(target):
        return None
    name, _, anchor = target.partition("#")
    there = (page.parent / unquote(name)).resolve() if name else page
    if not there.is_relative_to(ROOT) or not there.exists():
        return "no such file in the repository"
    if anchor and (
        there.suffix != ".md" or anchor not in markdown.anchors(there.read_text(encoding="utf-8"))
    ):
        return "no such heading"
    return None


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    found = markdown.links(page.read_text(encoding="utf-8"))
    reasons = [(link, problem(page, link.target)) for link in found]
    assert [f"line {link.line}: {link.target}: {reason}" for link, reason in reasons if reason] == []


@pytest.mark.parametrize("page", [page for page in PAGES if "docs" in page.parts], ids=relative)
def test_every_page_of_the_docs_is_reached_from_another(page: Path) -> None:
    reached = {
        (other.parent / link.target.partition("#")[0]).resolve()
        for other in PAGES
        if other != page
        for link in markdown.links(other.read_text(encoding="utf-8"))
    }
    assert page in reached, "no page links here"


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_source_file_that_a_page_names_is_there(page: Path) -> None:
    named = [span for span in markdown.code_spans(page.read_text(encoding="utf-8")) if SOURCE.fullmatch(span)]
    places = (ROOT, PACKAGE, page.parent)
    assert [name for name in named if not any((place / name).is_file() for place in places)] == []


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    readme = ROOT / "README.md"
    assert problem(readme, "docs/no-such-page.md") == "no such file in the repository"
    assert problem(readme, "#no-such-heading") == "no such heading"
    assert problem(readme, str(tmp_path)) == "no such file in the repository"
    assert problem(readme, "#satsuma") is None


def test_links_in_code_are_not_links_and_repeated_headings_are_told_apart() -> None:
    page = "# A b!\n# A b!\n`[x](y)` and [z](w.md#v)\n```md\n[in](code)\n# No\n```\n[r]: <u>\n"
    assert markdown.links(page) == [markdown.Link("w.md#v", 3), markdown.Link("<u>", 8)]
    assert markdown.anchors(page) == {"a-b", "a-b-1"}
