"""The page of the Python API says what the code says."""

from satsuma.workspace import Workspace
from tests.tidy.python_reference import PARTS, page
from tests.tidy.repository import ROOT


def test_the_page_is_what_the_docstrings_say() -> None:
    written = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert written == page(), "write it: python -m tests.tidy.python_reference > docs/python.md"


def test_everything_a_workspace_offers_stands_on_the_page() -> None:
    shown = page()
    names = [name for name in vars(Workspace) if not name.startswith("_")]
    assert [name for name in names if f".{name}" not in shown] == []


def test_every_class_on_the_page_says_what_it_is() -> None:
    silent = [member.__name__ for _, members in PARTS for member in members if not member.__doc__]
    assert silent == []
