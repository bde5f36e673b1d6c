"""The API does not change unnoticed: its description is kept, and who changes it sees what that changes."""

from __future__ import annotations

import json
from typing import Any

from tests.tidy.openapi import description, written
from tests.tidy.repository import ROOT

PAGE = ROOT / "docs" / "openapi.json"


def parts(document: dict[str, Any]) -> dict[str, Any]:
    """Operations, forms and whatever else the description has, each by its name."""
    found = {name: one for name, one in document.items() if name not in ("paths", "components")}
    for path, methods in document["paths"].items():
        found |= {f"{method.upper()} {path}": operation for method, operation in methods.items()}
    for kind, forms in document["components"].items():
        found |= {f"{kind}/{name}": form for name, form in forms.items()}
    return found


def test_the_description_of_the_api_is_the_one_that_is_kept() -> None:
    kept, now = parts(json.loads(PAGE.read_text(encoding="utf-8"))), parts(description())
    changed = sorted(name for name in kept.keys() & now.keys() if kept[name] != now[name])
    gone, new = sorted(kept.keys() - now.keys()), sorted(now.keys() - kept.keys())
    assert (changed, gone, new) == ([], [], []), "if that is meant: make docs, and a line in the changelog"


def test_it_is_written_so_that_changes_are_read_line_by_line() -> None:
    text = PAGE.read_text(encoding="utf-8")
    document = json.loads(text)
    assert text == written(document) + "\n"
    operations = sum(len(methods) for methods in document["paths"].values())
    assert text.count("\n") > operations
