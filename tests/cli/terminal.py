"""A terminal for tests: runs commands in this process, and gives exit code, output and errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from satsuma.cli.main import run

CONTACTS = "id,city,age\nc-1,Paris,30\nc-2,Lyon,40\nc-3,Paris,\n"
PURCHASES = (
    "contact,occurred_at,id,amount\n"
    "c-1,2025-12-20T09:30:00Z,p-1,40\n"
    "c-1,2025-12-28T17:05:00Z,p-2,25\n"
    "c-2,2025-11-01T12:00:00Z,p-3,10\n"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The one JSON value on standard error."""
        return json.loads(self.err)


Satsuma = Callable[..., Answer]


def terminal(capsys: pytest.CaptureFixture[str]) -> Satsuma:
    """Runs `satsuma` with words."""

    def satsuma(*words: object) -> Answer:
        capsys.readouterr()
        code = run([str(word) for word in words])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return satsuma


def make_shop(folder: Path, satsuma: Satsuma) -> Path:
    """A workspace with three contacts, three purchases, a live segment and what goes with it."""
    (folder / "contacts.csv").write_text(CONTACTS)
    (folder / "purchases.csv").write_text(PURCHASES)
    shop = folder / "shop"
    for words in (
        ("init", shop),
        ("-C", shop, "import", "contact", folder / "contacts.csv"),
        ("-C", shop, "import", "--interactions", "purchase", folder / "purchases.csv"),
        ("-C", shop, "segment", "create", "Parisians", "--where", 'city is "Paris"'),
        ("-C", shop, "segment", "create", "Buyers", "--where", "did purchase at least 2 times"),
        ("-C", shop, "segment", "create", "Picked", "--kind", "static"),
        ("-C", shop, "segment", "go-live", "Parisians", "Picked"),
    ):
        answer = satsuma(*words)
        assert answer.code == 0, answer
    return shop
