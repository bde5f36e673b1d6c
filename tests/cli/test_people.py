"""Commands on people, whose passwords come from standard input, and on what waits to be sent."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from satsuma import workspace
from tests.cli.terminal import Satsuma

AT = ("-C", "shop")


def given(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.usefixtures("folder")
def test_people_are_added_listed_and_given_other_passwords(
    satsuma: Satsuma, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, "correct horse battery staple\n")
    added = satsuma(*AT, "user", "add", "ada@example.org", "--role", "admin", "--password-stdin", "--json")
    assert added.code == 0, added.err
    assert added.json["email"] == "ada@example.org"
    assert satsuma(*AT, "user", "list", "--json").json[0]["role"] == "admin"
    given(monkeypatch, "another horse, another battery\n")
    assert satsuma(*AT, "user", "passwd", "ada@example.org", "--password-stdin").code == 0


@pytest.mark.usefixtures("folder")
def test_people_are_limited_to_units_once_it_is_set_what_those_are(
    satsuma: Satsuma, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, "correct horse battery staple\n")
    assert satsuma(*AT, "user", "add", "bob@example.org", "--password-stdin").code == 0
    early = satsuma(*AT, "user", "limit", "bob@example.org", "--unit", "Paris", "--json")
    assert (early.code, early.error["code"]) == (1, "access.units_unset")
    assert satsuma(*AT, "user", "units", "contact.city").code == 0
    limited = satsuma(*AT, "user", "limit", "bob@example.org", "--unit", "Paris", "--unit", "Lyon")
    assert "Paris, Lyon" in limited.out
    assert satsuma(*AT, "user", "list", "--json").json[0]["units"] == ["Paris", "Lyon"]
    used = satsuma(*AT, "user", "units", "--no-units", "--json")
    assert (used.code, used.error["code"]) == (1, "access.units_used")
    assert "every contact" in satsuma(*AT, "user", "limit", "bob@example.org", "--all").out
    assert satsuma(*AT, "user", "units", "--no-units", "--json").json == {"unit": None, "owner": None}


@pytest.mark.usefixtures("folder")
def test_a_password_that_is_too_short_is_refused(satsuma: Satsuma, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, "short\n")
    refused = satsuma(*AT, "user", "add", "ada@example.org", "--role", "viewer", "--password-stdin")
    assert refused.code == 2
    assert "password" in refused.err
    assert satsuma(*AT, "user", "list", "--json").json == []


@pytest.mark.usefixtures("folder")
def test_nobody_is_asked_to_confirm_where_no_address_is_known(satsuma: Satsuma, folder: Path) -> None:
    with workspace.open(folder / "shop") as ws:
        ws.lists.create("Club", subscription=True, double_opt_in=True)
    asked = satsuma(*AT, "list", "ask", "Club", "c-1", "--json")
    assert asked.code in (0, 1), asked.err
    assert satsuma(*AT, "mail", "outbox", "--json").json == []


@pytest.mark.usefixtures("folder")
def test_nothing_is_sent_before_it_is_said_from_whom(satsuma: Satsuma) -> None:
    sent = satsuma(*AT, "mail", "send", "--host", "127.0.0.1", "--port", "9", "--json")
    assert sent.code == 2
    assert sent.error["code"] == "usage.sender"
